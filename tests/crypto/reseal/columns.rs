//! Columns of indexes: a reseal writes one only beside the value that it is of.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno::{Blob, DyObject, IndexKey, IndexKeys, Item, Keyring, Rules, Store};
use dyno_embedded::Engine;
use dyno_testkit::{Schedule, dump};

use super::race::Actor;
use crate::file::{keys, promoted, setup};

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Users", key = "ID", context = "users")]
struct User {
    #[dyno(encrypt, index = "email:email:v1")]
    email: String,
    #[dyno(encrypt, index = "phone", rename = "tel")]
    phone: Option<String>,
}

/// The same before its fields had indexes.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Users", key = "ID", context = "users")]
struct Unindexed {
    #[dyno(encrypt)]
    email: String,
    #[dyno(encrypt)]
    tel: Option<String>,
}

/// The same when nobody encrypts them any more.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Users", key = "ID", context = "users")]
struct Open {
    email: String,
    tel: Option<String>,
}

fn user() -> User {
    User {
        email: "a@example.com".into(),
        phone: Some("1".into()),
    }
}

fn unindexed() -> Unindexed {
    Unindexed {
        email: "a@example.com".into(),
        tel: Some("1".into()),
    }
}

fn index_key(id: &str) -> IndexKey {
    IndexKey::generate(id).unwrap()
}

fn rules(keys: &Keyring, index: &IndexKeys) -> Rules {
    let rules = Rules::new().with_keyring(keys.clone()).unwrap();
    let rules = rules.encrypt_with_primary(["email", "tel"]).unwrap();
    rules.index_with(index.clone())
}

async fn users(store: &Store) -> Vec<Item> {
    let client = store.client::<User>().unwrap();
    dump(&client, "Users").await.unwrap()
}

/// A store with one object in it, and the same store under a schedule.
async fn scheduled<T: DyObject>(schedule: &Schedule, object: T, rules: Rules) -> (Store, Store) {
    let engine = Engine::in_memory().unwrap().inline();
    let store = Store::new(engine.client());
    store.ensure_tables::<User>().await.unwrap();
    let save = store.save(object).key("k").loader(rules);
    save.await.unwrap();
    (store, Store::new(schedule.attach(&engine.client())))
}

async fn reseal(store: &Store, rules: Rules) -> Option<String> {
    let report = store.reseal::<User>().loader(rules).await.unwrap();
    assert_eq!(report.failed(), 0, "{report:?}");
    None
}

#[tokio::test(start_paused = true)]
async fn what_is_deleted_behind_a_reseal_stays_deleted() {
    let orders = Schedule::every(async |schedule| {
        let rules = rules(&keys(), &IndexKeys::new(index_key("a")));
        let (store, scheduled) = scheduled(&schedule, unindexed(), rules.clone()).await;
        let delete: Actor<'_> = Box::pin(async {
            scheduled.delete::<User>("k").await.unwrap();
            None
        });
        let reseal: Actor<'_> = Box::pin(reseal(&scheduled, rules));
        schedule.run([reseal, delete]).await;
        assert_eq!(users(&store).await, [], "{schedule}");
    })
    .await;
    assert!(orders >= 3, "{orders}");
}

#[tokio::test(start_paused = true)]
async fn a_value_that_is_erased_behind_a_reseal_leaves_no_column() {
    let orders = Schedule::every(async |schedule| {
        let keys = keys();
        let index = IndexKeys::new(index_key("a"));
        let old = rules(&keys, &index);
        let (store, scheduled) = scheduled(&schedule, unindexed(), old).await;
        let rules = rules(&promoted(&keys), &index);
        let write: Actor<'_> = Box::pin(async {
            let load = scheduled.load::<User>("k").loader(rules.clone());
            let mut loaded = load.await.unwrap();
            loaded.phone = None;
            loaded.save().await.unwrap();
            None
        });
        let reseal: Actor<'_> = Box::pin(reseal(&scheduled, rules.clone()));
        schedule.run([reseal, write]).await;
        let item = users(&store).await.remove(0);
        assert!(!item.contains_key("tel"), "{schedule}");
        assert!(!item.contains_key("tel__idx"), "{schedule}");
        let found = store.find(User::paths().email(), "a@example.com");
        assert_eq!(found.loader(rules).await.unwrap().len(), 1, "{schedule}");
    })
    .await;
    assert!(orders >= 6, "{orders}");
}

#[tokio::test(start_paused = true)]
async fn a_second_column_is_of_the_value_that_is_stored() {
    let orders = Schedule::every(async |schedule| {
        let keys = keys();
        let (a, b) = (index_key("a"), index_key("b"));
        let first = rules(&keys, &IndexKeys::new(a.clone()));
        let both = rules(&keys, &IndexKeys::new(a).with_second(b.clone()).unwrap());
        let second = rules(&keys, &IndexKeys::only_second(b));
        let (store, scheduled) = scheduled(&schedule, user(), first.clone()).await;
        let write: Actor<'_> = Box::pin(async {
            let load = scheduled.load::<User>("k").loader(first);
            let mut loaded = load.await.unwrap();
            loaded.email = "b@example.com".into();
            loaded.save().await.unwrap();
            None
        });
        let reseal: Actor<'_> = Box::pin(reseal(&scheduled, both));
        schedule.run([reseal, write]).await;
        let find = store.find(User::paths().email(), "a@example.com");
        let stale = find.loader(second).keys_only().await.unwrap();
        assert!(stale.is_empty(), "{schedule}");
    })
    .await;
    assert!(orders >= 6, "{orders}");
}

/// What a program has that keeps the keys and encrypts nothing.
fn keyring_only(keys: &Keyring) -> Rules {
    Rules::new().with_keyring(keys.clone()).unwrap()
}

fn columns(item: &Item) -> Vec<&str> {
    let mut names: Vec<_> = item.keys().map(String::as_str).collect();
    names.retain(|name| name.contains("__idx"));
    names.sort_unstable();
    names
}

#[tokio::test]
async fn a_program_that_lost_the_index_removes_the_columns_of_what_it_writes() {
    let (setup, keys) = (setup::<User>().await, keys());
    let rules = rules(&keys, &IndexKeys::new(index_key("a")));
    let save = setup.store.save(user()).key("k").loader(rules);
    save.await.unwrap();
    let load = setup.store.load::<Open>("k").loader(keyring_only(&keys));
    let mut loaded = load.await.unwrap();
    loaded.email = "b@example.com".into();
    loaded.save().await.unwrap();
    let item = users(&setup.store).await.remove(0);
    assert_eq!(item["tel"], AttributeValue::S("1".into()));
    assert_eq!(columns(&item), [""; 0], "both are in clear");
}

#[tokio::test]
async fn what_nobody_claims_is_opened_without_its_columns() {
    let (setup, keys) = (setup::<User>().await, keys());
    let index = IndexKeys::new(index_key("a"))
        .with_second(index_key("b"))
        .unwrap();
    let save = setup
        .store
        .save(user())
        .key("k")
        .loader(rules(&keys, &index));
    save.await.unwrap();
    let reseal = || setup.store.reseal::<Open>().loader(keyring_only(&keys));
    let report = reseal().await.unwrap();
    assert_eq!((report.columns(), report.left().count()), (0, 1));
    let report = reseal().open_unclaimed().dry_run().await.unwrap();
    assert_eq!((report.columns(), report.opened()), (4, 2));
    assert_eq!(columns(&users(&setup.store).await[0]).len(), 4);
    setup.recorder.take();
    let report = reseal().open_unclaimed().await.unwrap();
    assert_eq!(setup.recorder.operations(), ["Scan", "UpdateItem"]);
    assert_eq!((report.columns(), report.opened()), (4, 2));
    assert_eq!((report.values(), report.changed()), (2, 1));
    assert_eq!(columns(&users(&setup.store).await[0]), [""; 0]);
    let audit = setup.store.audit::<Open>().await.unwrap();
    assert_eq!(audit.index_columns().count(), 0);
    let load = setup.store.load::<Open>("k");
    assert_eq!(load.await.unwrap().email, "a@example.com");
    let report = reseal().open_unclaimed().await.unwrap();
    assert_eq!(report.changed(), 0);
}

/// Attributes that are called like columns, and are the program's own.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Own", key = "ID")]
struct Own {
    email: String,
    #[dyno(rename = "email__idx")]
    place: Blob,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Own", key = "ID")]
struct Older {
    email: String,
}

#[tokio::test]
async fn what_is_called_like_a_column_and_is_none_stays() {
    let setup = setup::<Own>().await;
    let own = Own {
        email: "a".into(),
        place: Blob::new([1; 16]),
    };
    let mut saved = setup.store.save(own.clone()).key("k").await.unwrap();
    let others = [
        ("other__idx", AttributeValue::B(Blob::new([2; 16]))),
        ("email__idx2", AttributeValue::S("text".into())),
    ];
    for (name, value) in &others {
        let update = setup.client.update_item().table_name("Own");
        let update = update.key("ID", AttributeValue::S("k".into()));
        let update = update.update_expression("SET #n = :v");
        let update = update.expression_attribute_names("#n", *name);
        let update = update.expression_attribute_values(":v", value.clone());
        update.send().await.unwrap();
    }
    saved.email = "b".into();
    saved.save().await.unwrap();
    let reseal = setup.store.reseal::<Own>().open_unclaimed();
    assert_eq!(reseal.await.unwrap().changed(), 0);
    let mut older = setup.store.load::<Older>("k").await.unwrap();
    let item = dump(&setup.client, "Own").await.unwrap().remove(0);
    assert_eq!(columns(&item), ["email__idx", "email__idx2", "other__idx"]);
    older.email = "c".into();
    older.save().await.unwrap();
    let item = dump(&setup.client, "Own").await.unwrap().remove(0);
    assert_eq!(columns(&item), ["email__idx2", "other__idx"]);
}
