//! Seals turned on and off for objects that are there already, and programs that know nothing of seals.

use std::time::{Duration, SystemTime};

use dyno::document::Shape;
use dyno::{DyObject, ErrorKind, ExceptionKind, ReadPolicy, Shards};
use serde_json::json;

use super::*;

pub(super) fn policy() -> ReadPolicy {
    ReadPolicy::strict()
        .allow_unsealed("sealed since November", None)
        .unwrap()
}

/// An object that was saved before its type was sealed.
pub(super) async fn before_seals(setup: &Setup) {
    let save = setup.store.save(bare()).key("c");
    save.loader(setup.keys.without_seals()).await.unwrap();
    assert!(
        setup
            .items()
            .await
            .iter()
            .all(|(_, item)| !item.contains_key(SEAL))
    );
}

#[tokio::test]
async fn an_object_of_before_is_refused_unless_the_policy_says_otherwise() {
    let setup = setup().await;
    before_seals(&setup).await;
    let error = setup.store.load::<Contract>("c").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SealBroken);
    let text = error.to_string();
    assert!(text.contains("`ReadPolicy::allow_unsealed`"), "{text}");

    let policy = policy();
    let rules = setup.keys.rules().with_read_policy(policy.clone());
    let load = setup.store.load::<Contract>("c").shards(Shards::All);
    let mut loaded = load.loader(rules).await.unwrap();
    assert_eq!(*loaded, contract());
    assert_eq!(policy.uses()[0].count(), 1);
    let used: Vec<_> = loaded
        .exceptions()
        .iter()
        .map(|used| (used.kind(), used.path().to_string()))
        .collect();
    assert_eq!(used, [(ExceptionKind::Unsealed, String::new())]);
    loaded.save().await.unwrap();
    assert!(
        setup
            .items()
            .await
            .iter()
            .all(|(_, item)| item.contains_key(SEAL))
    );
    let load = setup.store.load::<Contract>("c").shards(Shards::All);
    assert_eq!(*load.await.unwrap(), contract());
}

#[tokio::test]
async fn an_object_gets_its_seals_with_all_its_shards() {
    let setup = setup().await;
    before_seals(&setup).await;
    let rules = setup.keys.rules().with_read_policy(policy());
    let load = setup.store.load::<Contract>("c").loader(rules.clone());
    let mut loaded = load.await.unwrap();
    let error = loaded.save().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidValue);
    assert!(
        error.to_string().contains("`remark` was never loaded"),
        "{error}"
    );
    loaded.remark.get().await.unwrap();
    loaded.save().await.unwrap();
    let load = setup.store.load::<Contract>("c").shards(Shards::All);
    assert_eq!(*load.await.unwrap(), contract());

    before_seals_again(&setup).await;
    let write = setup.store.write_path("c", Contract::paths().title(), "x");
    write.loader(rules).await.unwrap();
    let load = setup.store.load::<Contract>("c").shards(Shards::All);
    assert_eq!(load.await.unwrap().title, "x");
}

async fn before_seals_again(setup: &Setup) {
    setup.store.delete::<Contract>("c").await.unwrap();
    before_seals(setup).await;
}

#[tokio::test]
async fn a_seal_that_is_wrong_is_refused_whatever_the_policy_says() {
    let setup = setup().await;
    setup.saved().await;
    let rules = setup.keys.rules().with_read_policy(policy());
    let root = setup.root().await;
    let buyer = setup.shard("Parties", "buyer").await;
    for (table, before, forged) in [
        ("Contracts", &root, with(root.clone(), "title", string("x"))),
        ("Contracts", &root, with(root.clone(), SEAL, string("x"))),
        ("Parties", &buyer, without(buyer.clone(), SEAL)),
    ] {
        setup.put(table, forged).await;
        let load = setup.store.load::<Contract>("c").loader(rules.clone());
        assert_eq!(load.await.unwrap_err().kind(), ErrorKind::SealBroken);
        setup.put(table, before.clone()).await;
    }
}

#[tokio::test]
async fn an_exception_that_ended_accepts_nothing() {
    let setup = setup().await;
    before_seals(&setup).await;
    let end = SystemTime::now() - Duration::from_secs(1);
    let ended = ReadPolicy::strict().allow_unsealed("sealed since November", end);
    let ended = ended.unwrap();
    let rules = setup.keys.rules().with_read_policy(ended.clone());
    let load = setup.store.load::<Contract>("c").loader(rules);
    assert_eq!(load.await.unwrap_err().kind(), ErrorKind::SealBroken);
    assert_eq!(ended.uses()[0].count(), 0);
}

#[tokio::test]
async fn a_type_without_seals_does_not_break_those_that_are_there() {
    let setup = setup().await;
    setup.saved().await;
    let before = setup.items().await;
    let store = &setup.store;
    let mut loaded = store.load::<Bare>("c").shards(Shards::All).await.unwrap();
    assert_eq!(*loaded, bare());
    loaded.save().await.unwrap();
    loaded.limit = 7;
    setup.recorder.take();
    let error = loaded.save().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SealBroken);
    assert!(error.to_string().contains("`#[dyno(seal)]`"), "{error}");
    assert!(setup.recorder.take().is_empty());
    let paths = Bare::paths();
    for kind in [
        store.save(bare()).key("c").await.unwrap_err().kind(),
        store
            .write_path("c", paths.title(), "x")
            .await
            .unwrap_err()
            .kind(),
        store
            .write_path("c", paths.buyer().name(), "x")
            .await
            .unwrap_err()
            .kind(),
        store
            .write_path("c", paths.lines().index(0).price(), 7_u64)
            .await
            .unwrap_err()
            .kind(),
    ] {
        assert_eq!(kind, ErrorKind::SealBroken);
    }
    assert_eq!(setup.items().await, before);
    assert_eq!(store.read_path("c", paths.title()).await.unwrap(), "lease");
    store.delete::<Bare>("c").await.unwrap();
    assert!(setup.items().await.is_empty());
}

#[tokio::test]
async fn seals_are_turned_off_under_the_same_exception() {
    let setup = setup().await;
    setup.saved().await;
    let policy = policy();
    let rules = setup.keys.without_seals().with_read_policy(policy.clone());
    let load = setup.store.load::<Bare>("c").loader(rules.clone());
    let mut loaded = load.await.unwrap();
    loaded.limit = 7;
    loaded.save().await.unwrap();
    assert_eq!(policy.uses()[0].count(), 1, "an object lost its seals");
    assert!(!setup.root().await.contains_key(SEAL));
    let plain = setup.keys.without_seals();
    let load = setup.store.load::<Bare>("c").loader(plain.clone());
    assert_eq!(load.await.unwrap().limit, 7);
    let write = setup
        .store
        .write_path("c", Bare::paths().buyer().name(), "x");
    write.loader(plain).await.unwrap();

    // And on again: shards that kept their seals get new ones.
    let rules = setup.keys.rules().with_read_policy(policy.clone());
    let load = setup.store.load::<Contract>("c").shards(Shards::All);
    let mut loaded = load.loader(rules).await.unwrap();
    loaded.save().await.unwrap();
    assert_eq!(policy.uses()[0].count(), 2);
    let load = setup.store.load::<Contract>("c").shards(Shards::All);
    let loaded = load.await.unwrap();
    assert_eq!((loaded.limit, loaded.buyer.name.as_str()), (7, "x"));
}

#[tokio::test]
async fn documents_read_sealed_objects_and_do_not_write_them() {
    let setup = setup().await;
    setup.saved().await;
    let before = setup.items().await;
    let shape = Shape::root("Contracts", "ID").context("contracts");
    let documents = setup.store.documents(shape);
    let read = documents.read("c").await.unwrap();
    assert_eq!(read.value()["buyer"]["name"], json!("Naomi"));
    for path in ["$.title", "$.buyer.name"] {
        let write = documents.write_path("c", path, json!("x"));
        let error = write.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::SealBroken, "{path} {error}");
        assert!(error.to_string().contains("a document cannot"), "{error}");
    }
    let mut loaded = read;
    loaded.set("$.limit", json!(7)).unwrap();
    let error = loaded.save().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SealBroken, "{error}");
    let party = || Shape::table("Parties", "IDX");
    let shape = Shape::root("Contracts", "ID")
        .context("contracts")
        .shard("$.buyer", party());
    let content = json!({"title": "x", "buyer": {"name": "y", "verified": false}});
    let write = setup.store.documents(shape).write(content).key("c");
    let error = write.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SealBroken, "{error}");
    assert_eq!(setup.items().await, before);
    let read = documents.read("c").await.unwrap();
    read.delete().await.unwrap();
    assert!(setup.items().await.is_empty());
}
