use dyno::{ErrorKind, Lazy, Shards};

use super::fixture::{Album, line, note, setup};

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
