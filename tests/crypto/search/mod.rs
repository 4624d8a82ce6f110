//! Sealed fields are found by equal values, and by nothing else.

mod sealed;
mod shape;
mod turn;
mod write;

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno::{
    Blob, DyObject, EncryptionKey, ErrorKind, IndexKey, IndexKeys, Item, Rules, Saved, Store,
};
use dyno_testkit::{Recorder, dump};

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Users", key = "ID")]
struct User {
    #[dyno(encrypt, index = "email:email:v1")]
    email: String,
    #[dyno(encrypt(index = "phone"), rename = "tel")]
    phone: Option<String>,
    #[dyno(encrypt)]
    note: String,
    visits: u32,
}

fn user(email: &str) -> User {
    User {
        email: email.into(),
        phone: None,
        note: "n".into(),
        visits: 0,
    }
}

fn index_key(id: &str) -> IndexKey {
    IndexKey::generate(id).unwrap()
}

fn rules(keys: IndexKeys) -> Rules {
    let key = EncryptionKey::generate("k1").unwrap();
    Rules::new()
        .encrypt(["email", "tel", "note", "grade", "number"], key)
        .unwrap()
        .index_with(keys)
}

async fn store() -> (Store, Recorder) {
    let recorder = Recorder::new();
    let store = dyno_testbed::store()
        .with_loader(rules(IndexKeys::new(index_key("a"))))
        .with_interceptor(recorder.clone());
    store.ensure_tables::<User>().await.unwrap();
    recorder.take();
    (store, recorder)
}

async fn items(store: &Store) -> Vec<Item> {
    dump(&store.client::<User>().unwrap(), "Users")
        .await
        .unwrap()
}

fn emails(found: &[Saved<User>]) -> BTreeSet<&str> {
    found.iter().map(|user| user.email.as_str()).collect()
}

fn operations(recorder: &Recorder) -> Vec<String> {
    let recorded = recorder.take();
    recorded
        .iter()
        .map(|request| request.operation().to_owned())
        .collect()
}

#[tokio::test]
async fn an_object_is_found_by_a_sealed_value() {
    let (store, recorder) = store().await;
    let naomi = store.save(user("Naomi@Example.com")).await.unwrap();
    store.save(user("john@example.com")).await.unwrap();
    recorder.take();
    let found = store
        .find(User::paths().email(), " naomi@example.com")
        .await
        .unwrap();
    assert_eq!(operations(&recorder), ["Query", "GetItem"]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].key(), naomi.key());
    assert_eq!(*found[0], user("Naomi@Example.com"));
    let found = store
        .find::<User, String>("email", "nobody@example.com".to_owned())
        .await
        .unwrap();
    assert!(found.is_empty());
    assert_eq!(operations(&recorder), ["Query"]);
}

#[tokio::test]
async fn what_is_found_is_saved_like_what_was_loaded() {
    let (store, recorder) = store().await;
    store.save(user("a@example.com")).await.unwrap();
    let mut found = store
        .find(User::paths().email(), "a@example.com")
        .await
        .unwrap();
    let found = &mut found[0];
    recorder.take();
    found.save().await.unwrap();
    assert!(recorder.take().is_empty(), "nothing changed");
    found.email = "b@example.com".into();
    found.save().await.unwrap();
    assert_eq!(operations(&recorder), ["PutItem"]);
    let by = async |email: &str| {
        store
            .find(User::paths().email(), email)
            .await
            .unwrap()
            .len()
    };
    assert_eq!(
        (by("a@example.com").await, by("b@example.com").await),
        (0, 1)
    );
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Invitations", key = "ID")]
struct Invitation {
    #[dyno(encrypt, index = "email:email:v1")]
    email: String,
    #[dyno(ttl)]
    expires: u64,
}

#[tokio::test]
async fn what_expired_is_found_only_if_it_is_asked_for() {
    let (store, _) = store().await;
    store.ensure_tables::<Invitation>().await.unwrap();
    for expires in [100, 200, 300] {
        let email = "a@example.com".into();
        store.save(Invitation { email, expires }).await.unwrap();
    }
    // A time for all that is found, whatever the clock says meanwhile.
    let seconds = std::sync::atomic::AtomicU64::new(100);
    let now = move || {
        let now = seconds.fetch_add(100, std::sync::atomic::Ordering::Relaxed);
        std::time::UNIX_EPOCH + std::time::Duration::from_secs(now)
    };
    let store = store.with_clock(now);
    let find = || store.find(Invitation::paths().email(), "a@example.com");
    assert_eq!(find().await.unwrap().len(), 2);
    assert_eq!(find().with_expired().await.unwrap().len(), 3);
    assert_eq!(find().keys_only().await.unwrap().len(), 3);
}

#[tokio::test]
async fn each_field_has_an_index_of_its_own() {
    let (store, _) = store().await;
    let text = "5550100";
    let both = User {
        phone: Some(text.into()),
        ..user(text)
    };
    store.save(both).await.unwrap();
    let item = items(&store).await.remove(0);
    let columns: Vec<_> = ["email__idx", "tel__idx"]
        .iter()
        .map(|column| item[*column].as_b().unwrap().as_ref().len())
        .collect();
    assert_eq!(columns, [16, 16]);
    assert_ne!(item["email__idx"], item["tel__idx"]);
    assert!(!item.contains_key("email__idx2"));
    let found = store
        .find(User::paths().phone(), text.to_owned())
        .await
        .unwrap();
    assert_eq!(emails(&found), BTreeSet::from([text]));
}

#[tokio::test]
async fn many_pages_are_read_and_a_limit_stops() {
    let (store, recorder) = store().await;
    for _ in 0..11 {
        store.save(user("same@example.com")).await.unwrap();
    }
    recorder.take();
    let find = || store.find(User::paths().email(), "same@example.com");
    let found = find().limit(3).await.unwrap();
    assert_eq!(found.len(), 3);
    let sent = operations(&recorder);
    assert_eq!(sent, ["Query", "GetItem", "GetItem", "GetItem"]);
    let keys: BTreeSet<_> = find().keys_only().await.unwrap().into_iter().collect();
    assert_eq!(operations(&recorder), ["Query"]);
    let found = find().eventual().await.unwrap();
    let loaded: BTreeSet<_> = found.iter().map(|user| user.key().clone()).collect();
    assert_eq!((keys.len(), keys), (11, loaded));
    assert!(find().limit(0).await.unwrap().is_empty());
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Grades", key = "ID")]
struct Graded {
    #[dyno(key)]
    id: u32,
    #[dyno(encrypt(index = "grade", bits = 1))]
    grade: u32,
}

#[tokio::test]
async fn an_index_of_one_bit_still_finds_exactly() {
    let (store, recorder) = store().await;
    store.ensure_tables::<Graded>().await.unwrap();
    for id in 0..24 {
        store.save(Graded { id, grade: id / 2 }).await.unwrap();
    }
    recorder.take();
    let mut loads = 0;
    for grade in 0..12 {
        let found = store.find(Graded::paths().grade(), grade).await.unwrap();
        let mut ids: Vec<_> = found.iter().map(|graded| graded.id).collect();
        ids.sort_unstable();
        assert_eq!(ids, [grade * 2, grade * 2 + 1]);
        loads += operations(&recorder).len() - 1;
        let candidates = store.find(Graded::paths().grade(), grade).keys_only().await;
        assert_eq!(operations(&recorder), ["Query"]);
        assert!(candidates.unwrap().len() >= 2);
    }
    assert!(loads > 24, "different values share an index value: {loads}");
    let one = store.find(Graded::paths().grade(), 3u32).limit(1).await;
    assert_eq!(one.unwrap().len(), 1);
}

#[tokio::test]
async fn what_changed_behind_the_index_is_left_out() {
    let (store, _) = store().await;
    store.save(user("a@example.com")).key("u1").await.unwrap();
    let mut item = items(&store).await.remove(0);
    let client = store.client::<User>().unwrap();
    // The index says that `u2` has the value, and there is no such object of this type.
    item.insert("ID".to_owned(), AttributeValue::S("u2".to_owned()));
    item.insert("_dy_type".to_owned(), AttributeValue::S("Else".to_owned()));
    let put = client.put_item().table_name("Users").set_item(Some(item));
    put.send().await.unwrap();
    let find = || store.find(User::paths().email(), "a@example.com");
    let keys = find().keys_only().await.unwrap();
    assert_eq!(keys.len(), 2);
    let found = find().await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].key().to_string(), "u1");
}

#[tokio::test]
async fn a_copied_index_value_finds_nothing_wrong() {
    let (store, _) = store().await;
    store.save(user("a@example.com")).key("u1").await.unwrap();
    store.save(user("b@example.com")).key("u2").await.unwrap();
    let all = items(&store).await;
    let of = |id: &str| {
        let id = AttributeValue::S(id.to_owned());
        all.iter().find(|item| item["ID"] == id).unwrap().clone()
    };
    let mut second = of("u2");
    second.insert("email__idx".to_owned(), of("u1")["email__idx"].clone());
    let client = store.client::<User>().unwrap();
    let put = client.put_item().table_name("Users").set_item(Some(second));
    put.send().await.unwrap();
    let found = store
        .find(User::paths().email(), "a@example.com")
        .await
        .unwrap();
    assert_eq!(emails(&found), BTreeSet::from(["a@example.com"]));
    // The next save of the other object mends its column.
    let mut second = store.load::<User>("u2").await.unwrap();
    second.save().await.unwrap();
    let found = store
        .find(User::paths().email(), "b@example.com")
        .await
        .unwrap();
    assert_eq!(emails(&found), BTreeSet::from(["b@example.com"]));
}

#[tokio::test]
async fn an_object_that_does_not_open_fails_the_search_by_name() {
    let (store, _) = store().await;
    store.save(user("a@example.com")).key("u1").await.unwrap();
    let mut item = items(&store).await.remove(0);
    let mut envelope = item["note"].as_b().unwrap().as_ref().to_vec();
    *envelope.last_mut().unwrap() ^= 1;
    item.insert("note".to_owned(), AttributeValue::B(Blob::new(envelope)));
    let client = store.client::<User>().unwrap();
    let put = client.put_item().table_name("Users").set_item(Some(item));
    put.send().await.unwrap();
    let error = store
        .find(User::paths().email(), "a@example.com")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotDecrypted);
    assert!(error.to_string().contains("`u1`"), "{error}");
    assert!(!format!("{error} {error:?}").contains("example.com"));
}

#[tokio::test]
async fn a_search_that_cannot_be_is_refused_before_the_first_request() {
    let (store, recorder) = store().await;
    let error = store.find(User::paths().note(), "n").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidPath);
    assert!(
        error.to_string().contains("indexes on `email`, `tel`"),
        "{error}"
    );
    assert!(error.to_string().starts_with("find `User`: "), "{error}");
    let find = store
        .find(User::paths().email(), "secret-text")
        .loader(Rules::new());
    assert!(!format!("{find:?}").contains("secret-text"));
    let error = find.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KeyRefused);
    assert!(error.to_string().contains("Rules::index_with"), "{error}");
    assert!(!format!("{error} {error:?}").contains("secret-text"));
    let error = store.find(User::paths().phone(), None).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidValue);
    let missing = store.find::<User, String>("e-mail", "x").await;
    assert_eq!(missing.unwrap_err().kind(), ErrorKind::InvalidPath);
    assert!(recorder.take().is_empty());
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Patients", key = "ID")]
struct Patient {
    #[dyno(key)]
    id: Blob,
    #[dyno(encrypt(index = "insurance-number", bits = 256))]
    number: String,
}

#[tokio::test]
async fn an_index_value_is_an_encrypted_primary_key() {
    let (store, recorder) = store().await;
    let rules = rules(IndexKeys::new(index_key("a")));
    let store = store.with_loader(rules.clone());
    store.ensure_tables::<Patient>().await.unwrap();
    let id = |number: &str| Patient::index_value(Patient::paths().number(), number, &rules);
    let patient = Patient {
        id: id("A-7731").unwrap(),
        number: "A-7731".into(),
    };
    assert_eq!(patient.id.as_ref().len(), 32);
    store.save(patient.clone()).await.unwrap();
    recorder.take();
    let loaded = store.load::<Patient>(id("A-7731").unwrap()).await.unwrap();
    assert_eq!(*loaded, patient);
    assert_eq!(operations(&recorder), ["GetItem"]);
    let stored = dump(&store.client::<Patient>().unwrap(), "Patients").await;
    let stored = stored.unwrap();
    assert!(!format!("{stored:?}").contains("7731"));
    assert_eq!(stored[0]["ID"], stored[0]["number__idx"]);
    let error = Patient::index_value(Patient::paths().number(), "x", &Rules::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KeyRefused);
}
