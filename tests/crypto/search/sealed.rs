//! Indexes on fields of objects whose items are sealed as a whole.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno::{Blob, DyObject, EncryptionKey, ErrorKind, IndexKeys, Item, Rules, Store};
use dyno_testkit::dump;

use super::index_key;

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Members", key = "ID", seal)]
struct Member {
    #[dyno(encrypt, index = "email:email:v1")]
    email: String,
    visits: u32,
    #[dyno(shard)]
    card: Card,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "MemberCards", key = "IDX")]
struct Card {
    number: String,
}

fn member(email: &str) -> Member {
    Member {
        email: email.into(),
        visits: 0,
        card: Card { number: "7".into() },
    }
}

async fn store_with(rules: Rules) -> Store {
    let store = dyno_testbed::store().with_loader(rules);
    store.ensure_tables::<Member>().await.unwrap();
    store
}

fn rules() -> Rules {
    let key = |id| EncryptionKey::generate(id).unwrap();
    let rules = Rules::new().encrypt(["email", "card.number"], key("fields"));
    rules.unwrap().seal_items(key("seals")).unwrap()
}

async fn root(store: &Store) -> Item {
    let client = store.client::<Member>().unwrap();
    dump(&client, "Members").await.unwrap().remove(0)
}

async fn found(store: &Store, email: &str) -> usize {
    let found = store.find(Member::paths().email(), email).await;
    found.unwrap().len()
}

#[tokio::test]
async fn a_sealed_object_is_found_by_an_indexed_field() {
    let store = store_with(rules().index_with(IndexKeys::new(index_key("a")))).await;
    let mut saved = store.save(member("a@example.com")).await.unwrap();
    assert_eq!(found(&store, "A@example.com").await, 1);
    saved.email = "b@example.com".into();
    saved.save().await.unwrap();
    assert_eq!(found(&store, "a@example.com").await, 0);
    assert_eq!(found(&store, "b@example.com").await, 1);
    let write = store.write_path(saved.key(), Member::paths().email(), "c@example.com");
    write.await.unwrap();
    assert_eq!(found(&store, "c@example.com").await, 1);
}

#[tokio::test]
async fn a_reseal_turns_the_columns_and_the_seals_stay_right() {
    let rules = rules();
    let (a, b) = (index_key("a"), index_key("b"));
    let store = store_with(rules.clone().index_with(IndexKeys::new(a.clone()))).await;
    let saved = store.save(member("a@example.com")).await.unwrap();
    let with = |keys| store.clone().with_loader(rules.clone().index_with(keys));
    let both = with(IndexKeys::new(a).with_second(b.clone()).unwrap());
    let report = both.reseal::<Member>().await.unwrap();
    assert_eq!((report.columns(), report.changed()), (1, 1), "{report:?}");
    assert_eq!((report.values(), report.items_sealed()), (0, 0));
    let second = with(IndexKeys::only_second(b));
    assert_eq!(found(&second, "a@example.com").await, 1);
    let report = second.reseal::<Member>().await.unwrap();
    assert_eq!((report.columns(), report.is_complete()), (1, true));
    let item = root(&second).await;
    assert!(!item.contains_key("email__idx") && item.contains_key("email__idx2"));
    assert_eq!(second.reseal::<Member>().await.unwrap().changed(), 0);
    let loaded = second.load::<Member>(saved.key()).await.unwrap();
    assert_eq!(*loaded, member("a@example.com"));
}

/// The same without the index.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Members", key = "ID", seal)]
struct Unindexed {
    #[dyno(encrypt)]
    email: String,
    visits: u32,
    #[dyno(shard)]
    card: Card,
}

#[tokio::test]
async fn a_reseal_removes_the_column_of_an_index_that_is_gone_and_seals_the_rest() {
    let rules = rules();
    let store = store_with(rules.clone().index_with(IndexKeys::new(index_key("a")))).await;
    let saved = store.save(member("a@example.com")).await.unwrap();
    let without = store.clone().with_loader(rules);
    let reseal = || without.reseal::<Unindexed>();
    assert_eq!(reseal().await.unwrap().changed(), 0);
    let report = reseal().open_unclaimed().await.unwrap();
    assert_eq!((report.columns(), report.changed()), (1, 1), "{report:?}");
    assert!(!root(&store).await.contains_key("email__idx"));
    let report = reseal().open_unclaimed().await.unwrap();
    assert_eq!((report.changed(), report.is_complete()), (0, true));
    let loaded = without.load::<Unindexed>(saved.key()).await.unwrap();
    assert_eq!(loaded.email, "a@example.com");
}

#[tokio::test]
async fn a_column_that_somebody_changed_breaks_the_seal() {
    let store = store_with(rules().index_with(IndexKeys::new(index_key("a")))).await;
    let saved = store.save(member("a@example.com")).await.unwrap();
    let mut item = root(&store).await;
    let column = AttributeValue::B(Blob::new([7; 16]));
    item.insert("email__idx".to_owned(), column);
    let client = store.client::<Member>().unwrap();
    let put = client.put_item().table_name("Members").set_item(Some(item));
    put.send().await.unwrap();
    let error = store.load::<Member>(saved.key()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SealBroken);
    let report = store.reseal::<Member>().await.unwrap();
    assert_eq!((report.failed(), report.columns()), (1, 0));
}
