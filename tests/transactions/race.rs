//! What somebody else does between the look at a root and the request.

use std::pin::pin;

use dyno::{DyObject as _, ErrorKind, Store};
use dyno_testkit::{Fault, Recorder, Request};

use crate::fixture::{Album, Note, Order, album, faulty, note, sent, store, stored};

/// How many songs are stored, whoever they belong to.
async fn songs(store: &Store) -> usize {
    let client = store.client::<Album>().unwrap();
    dyno_testkit::dump(&client, "Songs").await.unwrap().len()
}

/// Until the transaction is under way.
async fn under_way(recorder: &Recorder) {
    let is_write = |request: &Request| request.operation() == "TransactWriteItems";
    while !recorder.requests().iter().any(is_write) {
        tokio::task::yield_now().await;
    }
}

/// What a transaction ends with whose first request waits, or is lost, until the others are done.
async fn overtaken<T: IntoFuture>(
    transaction: T,
    recorder: &Recorder,
    others: impl Future<Output = ()>,
) -> T::Output {
    let mut transaction = pin!(transaction.into_future());
    let is_early = tokio::select! {
        biased;
        _ = &mut transaction => true,
        () = under_way(recorder) => false,
    };
    assert!(!is_early);
    others.await;
    transaction.await
}

/// The first transaction waits, so that others come between it and what was read before.
fn late(number: u64) -> Fault {
    match number {
        0 => Fault::Delayed(50),
        _ => Fault::Pass,
    }
}

#[tokio::test]
async fn an_object_that_appears_after_the_look_is_deleted_with_its_shards() {
    let (store, sound, recorder) = faulty(late).await;
    let deleted = store.transaction().delete::<Album>("a").insert(note("n"));
    let saved = async {
        sound.save(album("a", 3)).await.unwrap();
    };
    let deleted = overtaken(deleted, &recorder, saved).await;
    deleted.unwrap();
    assert_eq!(
        sent(&recorder),
        ["GetItem 1", "TransactWriteItems 2", "TransactWriteItems 5"]
    );
    assert!(sound.load::<Album>("a").optional().await.unwrap().is_none());
    assert_eq!(songs(&sound).await, 0);
    assert!(sound.load::<Note>("n").await.is_ok());
}

#[tokio::test]
async fn its_condition_is_asked_of_the_object_that_appears() {
    for (id, kind) in [("a", None), ("b", Some(ErrorKind::ConditionFailed))] {
        let (store, sound, recorder) = faulty(late).await;
        let when = Album::fields().id().eq("a");
        let deleted = store.transaction().delete_when(id, when).insert(note("n"));
        let saved = async {
            sound.save(album(id, 3)).await.unwrap();
        };
        let deleted = overtaken(deleted, &recorder, saved).await;
        assert_eq!(deleted.err().map(|error| error.kind()), kind);
        let left = if kind.is_some() { 3 } else { 0 };
        assert_eq!(songs(&sound).await, left);
        assert_eq!(sound.load::<Note>("n").await.is_ok(), kind.is_none());
    }
}

#[tokio::test]
async fn an_object_that_changes_after_the_look_is_deleted_as_it_is() {
    let (store, sound, recorder) = faulty(late).await;
    let mut theirs = sound.save(album("a", 2)).await.unwrap();
    let deleted = store.transaction().delete::<Album>("a").insert(note("n"));
    recorder.take();
    let saved = async {
        let song = theirs.songs[0].clone();
        theirs.songs.push(song);
        theirs.save().await.unwrap();
    };
    let deleted = overtaken(deleted, &recorder, saved).await;
    deleted.unwrap();
    assert_eq!(songs(&sound).await, 0);
}

#[tokio::test]
async fn an_item_of_something_else_that_appears_is_left_as_it_is() {
    let (store, sound, recorder) = faulty(late).await;
    let deleted = store.transaction().delete::<Album>("a").insert(note("n"));
    let client = sound.client::<Album>().unwrap();
    let item = sound.client::<Album>().unwrap().put_item();
    let item = item
        .table_name("Albums")
        .item("ID", aws_sdk_dynamodb::types::AttributeValue::S("a".into()));
    let saved = async {
        item.send().await.unwrap();
    };
    let deleted = overtaken(deleted, &recorder, saved).await;
    let error = deleted.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TypeMismatch, "{error:?}");
    assert_eq!(error.failures()[0].part(), 0);
    let albums = dyno_testkit::dump(&client, "Albums").await.unwrap();
    assert_eq!(albums.len(), 1);
    assert!(sound.load::<Note>("n").await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_lost_request_that_was_overtaken_is_known_not_to_be_written() {
    let (store, sound, recorder) = faulty(|number| match number {
        0 => Fault::NotDelivered,
        _ => Fault::Pass,
    })
    .await;
    let mut theirs = sound.save(album("a", 2)).await.unwrap();
    let deleted = store.transaction().delete::<Album>("a").insert(note("n"));
    let saved = async {
        theirs.songs.pop();
        theirs.save().await.unwrap();
        sound.save(note("n")).await.unwrap();
    };
    let deleted = overtaken(deleted, &recorder, saved).await;
    let error = deleted.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AlreadyExists, "{error:?}");
    assert_eq!(error.failures()[0].part(), 1);
    assert_eq!(songs(&sound).await, 1);
}

#[tokio::test]
async fn what_stood_there_is_the_root_and_never_a_shard() {
    let (store, _) = store().await;
    let mut old = stored(&store).await;
    let mut theirs = store.load::<Order>("a").await.unwrap();
    theirs.log.lines = 3;
    theirs.save().await.unwrap();
    old.order.log.lines = 7;
    let transaction = store.transaction().save(&mut old.order);
    let error = transaction.insert(note("n")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(error.failures()[0].standing_item().is_none());
    assert_eq!(old.order.log.lines, 7);
    // With the root, it is the shard's version all the same.
    old.order.total = 1;
    let transaction = store.transaction().save(&mut old.order);
    let error = transaction.insert(note("n")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(error.failures()[0].standing_item().is_none());
}
