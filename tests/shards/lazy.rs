use dyno::{DyObject, ErrorKind, Lazy, Shards};

use super::fixture::{Album, Counter, Note, line, note, setup};

fn album() -> Album {
    Album {
        title: "Nara".into(),
        cover: Lazy::new(note("deer")),
        photos: Lazy::new(vec![line("a"), line("b")]),
    }
}

#[tokio::test]
async fn a_lazy_root_is_one_request_and_its_shards_one_each() {
    let setup = setup::<Album>().await;
    setup.saved(album()).await;
    let loaded = setup.store.load::<Album>("k").await.unwrap();
    assert_eq!(setup.sent(), ["GetItem"]);
    assert!(!loaded.cover.is_loaded());
    assert_eq!(loaded.cover.get().await.unwrap(), &note("deer"));
    assert_eq!(setup.sent(), ["GetItem"]);
    assert_eq!(loaded.cover.get().await.unwrap(), &note("deer"));
    assert!(setup.sent().is_empty());
    assert_eq!(loaded.photos.get().await.unwrap().len(), 2);
    assert_eq!(setup.sent(), ["BatchGetItem"]);
    let none = setup
        .store
        .load::<Album>("k")
        .shards(Shards::None)
        .await
        .unwrap();
    assert!(!none.photos.is_loaded());
    assert_eq!(setup.sent(), ["GetItem"]);
    let all = setup
        .store
        .load::<Album>("k")
        .shards(Shards::All)
        .await
        .unwrap();
    assert_eq!(*all, album());
}

#[tokio::test]
async fn what_was_not_loaded_is_neither_read_nor_written() {
    let setup = setup::<Album>().await;
    setup.saved(album()).await;
    let mut loaded = setup.store.load::<Album>("k").await.unwrap();
    loaded.title = "Kyoto".into();
    setup.recorder.take();
    loaded.save().await.unwrap();
    assert_eq!(setup.sent(), ["PutItem"]);
    loaded.cover.get_mut().await.unwrap().text = "temple".into();
    loaded.save().await.unwrap();
    assert_eq!(setup.sent(), ["GetItem", "TransactWriteItems"]);
    loaded.photos.get_mut().await.unwrap().remove(0);
    loaded.save().await.unwrap();
    assert_eq!(setup.sent(), ["BatchGetItem", "TransactWriteItems"]);
    loaded.save().await.unwrap();
    assert!(setup.sent().is_empty());
    let all = setup
        .store
        .load::<Album>("k")
        .shards(Shards::All)
        .await
        .unwrap();
    let expected = Album {
        title: "Kyoto".into(),
        cover: Lazy::new(note("temple")),
        photos: Lazy::new(vec![line("b")]),
    };
    assert_eq!(*all, expected);
    assert_eq!(setup.dump("Lines").await.len(), 1);
}

#[tokio::test]
async fn a_shard_that_was_read_and_not_changed_is_not_written() {
    let setup = setup::<Album>().await;
    setup.saved(album()).await;
    let mut loaded = setup.store.load::<Album>("k").await.unwrap();
    loaded.cover.get().await.unwrap();
    loaded.photos.get().await.unwrap();
    setup.recorder.take();
    loaded.save().await.unwrap();
    assert!(setup.sent().is_empty());
    loaded.title = "x".into();
    loaded.save().await.unwrap();
    assert_eq!(setup.sent(), ["PutItem"]);
}

#[tokio::test]
async fn a_shard_that_moved_is_told() {
    let setup = setup::<Album>().await;
    setup.saved(album()).await;
    let mut mine = setup.store.load::<Album>("k").await.unwrap();
    let mut theirs = setup
        .store
        .load::<Album>("k")
        .shards(Shards::All)
        .await
        .unwrap();
    theirs.cover.get_mut().await.unwrap().text = "theirs".into();
    theirs.photos.get_mut().await.unwrap().clear();
    theirs.save().await.unwrap();
    let error = mine.cover.get().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SnapshotMoved);
    let error = mine.photos.get().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SnapshotMoved);
    assert_eq!(mine.cover.get().latest().await.unwrap().text, "theirs");
    assert_eq!(mine.photos.get().latest().await.unwrap().len(), 0);
    mine.title = "mixed".into();
    assert_eq!(mine.save().await.unwrap_err().kind(), ErrorKind::Conflict);
}

#[tokio::test]
async fn an_unloaded_shard_does_not_go_into_another_object() {
    let setup = setup::<Album>().await;
    setup.saved(album()).await;
    let loaded = setup.store.load::<Album>("k").await.unwrap();
    let copy = loaded.clone().into_object();
    setup.recorder.take();
    let error = setup.store.save(copy).key("other").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidValue);
    assert!(error.to_string().contains("get()"), "{error}");
    assert!(setup.sent().is_empty());
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Profiles", key = "ID")]
struct Profile {
    name: String,
    #[dyno(shard, independent)]
    counter: Lazy<Counter>,
    #[dyno(shard, encrypt)]
    secret: Lazy<Note>,
}

fn profile() -> Profile {
    Profile {
        name: "n".into(),
        counter: Lazy::new(Counter {
            visits: 0,
            last: None,
        }),
        secret: Lazy::new(note("secret")),
    }
}

#[tokio::test]
async fn a_lazy_independent_shard_is_read_and_written_alone() {
    let mut setup = setup::<Profile>().await;
    let key = dyno::EncryptionKey::generate("k1").unwrap();
    let rules = dyno::Rules::new().encrypt(["secret"], key).unwrap();
    setup.store = setup.store.with_loader(rules);
    setup.saved(profile()).await;
    let mut loaded = setup.store.load::<Profile>("k").await.unwrap();
    assert_eq!(setup.sent(), ["GetItem"]);
    loaded.counter.get_mut().await.unwrap().visits += 1;
    loaded.save().await.unwrap();
    assert_eq!(setup.sent(), ["GetItem", "UpdateItem"]);
    loaded.counter.get_mut().await.unwrap().visits += 1;
    loaded.save().await.unwrap();
    assert_eq!(setup.sent(), ["UpdateItem"]);
    let other = setup.store.load::<Profile>("k").await.unwrap();
    assert_eq!(other.counter.get().await.unwrap().visits, 2);
    assert_eq!(other.secret.get().await.unwrap(), &note("secret"));
    assert!(setup.dump("Notes").await[0]["text"].is_b());
}

#[tokio::test]
async fn attributes_that_the_type_does_not_know_stay_in_a_lazy_shard() {
    let setup = setup::<Album>().await;
    setup.saved(album()).await;
    let mut stored = setup.dump("Notes").await.remove(0);
    let later = aws_sdk_dynamodb::types::AttributeValue::Bool(true);
    stored.insert("later".to_owned(), later.clone());
    let put = setup.client.put_item().table_name("Notes");
    put.set_item(Some(stored)).send().await.unwrap();
    let mut loaded = setup.store.load::<Album>("k").await.unwrap();
    loaded.cover.get_mut().await.unwrap().text = "changed".into();
    loaded.save().await.unwrap();
    let stored = setup.dump("Notes").await.remove(0);
    assert_eq!(
        (stored.get("later"), stored["text"].as_s().unwrap().as_str()),
        (Some(&later), "changed")
    );
}

#[tokio::test]
async fn what_a_clone_has_loaded_does_not_change_a_save() {
    let setup = setup::<Album>().await;
    setup.saved(album()).await;
    let mut loaded = setup.store.load::<Album>("k").await.unwrap();
    let clone = loaded.clone();
    clone.cover.get().await.unwrap();
    clone.photos.get().await.unwrap();
    setup.recorder.take();
    loaded.save().await.unwrap();
    assert!(setup.sent().is_empty());
    loaded.title = "x".into();
    loaded.save().await.unwrap();
    assert_eq!(setup.sent(), ["PutItem"]);
    let all = setup
        .store
        .load::<Album>("k")
        .shards(Shards::All)
        .await
        .unwrap();
    assert_eq!(all.photos.loaded().unwrap().len(), 2);
}
