//! How many requests each operation sends, and which.

use dyno::DyObject;

use crate::fixture::{Note, Person, store};

macro_rules! assert_sent {
    ($recorder:expr, $($operation:literal),*) => {{
        let sent: Vec<String> = $recorder.take().iter().map(|request| request.operation().to_owned()).collect();
        let expected: Vec<&str> = vec![$($operation),*];
        assert_eq!(sent, expected);
    }};
}

#[tokio::test]
async fn an_object_with_three_shards() {
    let (store, recorder) = store().await;
    let mut saved = store.save(Person::john()).await.unwrap();
    assert_sent!(recorder, "TransactWriteItems");

    let loaded = store.load::<Person>(saved.key()).await.unwrap();
    assert_eq!(*loaded, *saved);
    let requests = recorder.take();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].operation(), "BatchGetItem");
    assert_eq!(requests[0].tables().len(), 4);

    saved.location.visits += 1;
    saved.save().await.unwrap();
    let requests = recorder.take();
    assert_eq!(requests.len(), 1);
    assert_eq!(
        requests[0].tables().keys().collect::<Vec<_>>(),
        ["Location", "Person"]
    );

    saved.save().await.unwrap();
    assert_sent!(recorder,);

    saved.tags.push("c".into());
    saved.save().await.unwrap();
    assert_sent!(recorder, "PutItem");

    let visits: u64 = store
        .read_path(saved.key(), Person::paths().location().visits())
        .await
        .unwrap();
    assert_eq!(visits, 1);
    assert_sent!(recorder, "BatchGetItem");
    let tags: Vec<String> = store
        .read_path(saved.key(), Person::paths().tags())
        .await
        .unwrap();
    assert_eq!(tags, ["a", "b", "c"]);
    assert_sent!(recorder, "GetItem");

    store
        .write_path(saved.key(), Person::paths().location().visits(), 5u64)
        .await
        .unwrap();
    assert_sent!(recorder, "TransactWriteItems");
    store
        .write_path(saved.key(), Person::paths().name(), "Jack")
        .await
        .unwrap();
    assert_sent!(recorder, "UpdateItem");

    store.delete::<Person>(saved.key()).await.unwrap();
    assert_sent!(recorder, "TransactWriteItems");
}

#[tokio::test]
async fn a_replaced_object_costs_one_request_more() {
    let (store, recorder) = store().await;
    store.save(Person::john()).key("p1").await.unwrap();
    assert_sent!(recorder, "TransactWriteItems");
    let mut other = Person::john();
    other.details = None;
    store.save(other.clone()).key("p1").await.unwrap();
    assert_sent!(recorder, "TransactWriteItems", "TransactWriteItems");
    assert_eq!(*store.load::<Person>("p1").await.unwrap(), other);
}

#[tokio::test]
async fn a_plain_object() {
    let (store, recorder) = store().await;
    let mut note = store.save(Note::new("n1", "hello")).await.unwrap();
    assert_sent!(recorder, "PutItem");
    assert_eq!(*store.load::<Note>("n1").await.unwrap(), *note);
    assert_sent!(recorder, "GetItem");
    note.text = "bye".into();
    note.save().await.unwrap();
    assert_sent!(recorder, "UpdateItem");
    note.save().await.unwrap();
    assert_sent!(recorder,);
    store
        .write_path("n1", Note::paths().text(), "again")
        .await
        .unwrap();
    assert_sent!(recorder, "UpdateItem");
    let text: String = store.read_path("n1", Note::paths().text()).await.unwrap();
    assert_eq!(text, "again");
    assert_sent!(recorder, "GetItem");
    store.delete::<Note>("n1").await.unwrap();
    assert_sent!(recorder, "DeleteItem");
}

#[tokio::test]
async fn nothing_is_sent_at_start_up() {
    let recorder = dyno_testkit::Recorder::new();
    let store = dyno_testbed::store().with_interceptor(recorder.clone());
    let _client = store.client::<Person>().unwrap();
    drop(store.load::<Person>("never awaited"));
    assert_sent!(recorder,);
}
