//! How many requests each operation sends, and which.

use serde_json::json;

use crate::fixture::{Person, assert_sent, john, people};

#[tokio::test]
async fn of_a_shape_that_declares_shards() {
    let (_, people, _, recorder) = people().await;
    let mut document = people.write(john()).key("k").await.unwrap();
    assert_sent(&recorder, &["TransactWriteItems"]);
    document.save().await.unwrap();
    assert_sent(&recorder, &[]);
    document.set("$.name", "Jane").unwrap();
    document.save().await.unwrap();
    assert_sent(&recorder, &["PutItem"]);
    document.set("$.home.location.city", "Nara").unwrap();
    document.save().await.unwrap();
    let sent = recorder.take();
    assert_eq!(sent.len(), 1);
    assert_eq!(
        sent[0].tables().keys().collect::<Vec<_>>(),
        ["Location", "Person"]
    );

    let mut read = people.read("k").await.unwrap();
    assert_sent(&recorder, &["BatchGetItem"]);
    read.save().await.unwrap();
    assert_sent(&recorder, &[]);
    people.read("k").resolve_shards(false).await.unwrap();
    assert_sent(&recorder, &["GetItem"]);
    people.read_path("k", "$.name").await.unwrap();
    assert_sent(&recorder, &["GetItem"]);
    people.read_path("k", "$.home.location.city").await.unwrap();
    let sent = recorder.take();
    assert_eq!(sent.len(), 1);
    assert_eq!(
        sent[0].tables().keys().collect::<Vec<_>>(),
        ["Location", "Person"]
    );
    people.read_path("k", "$..city").await.unwrap();
    assert_sent(&recorder, &["BatchGetItem"]);

    people.write_path("k", "$.name", "Jo").await.unwrap();
    assert_sent(&recorder, &["UpdateItem"]);
    people.write_path("k", "$.tags[0]", "x").await.unwrap();
    assert_sent(&recorder, &["UpdateItem"]);
    people
        .write_path("k", "$.home.location.city", "Uji")
        .await
        .unwrap();
    let sent = recorder.take();
    assert_eq!(sent.len(), 1);
    assert_eq!(
        sent[0].tables().keys().collect::<Vec<_>>(),
        ["Location", "Person"]
    );
    people.write_path("k", "$..city", "Kobe").await.unwrap();
    assert_sent(&recorder, &["BatchGetItem", "TransactWriteItems"]);
    people.write_path("k", "$..city", "Kobe").await.unwrap();
    assert_sent(&recorder, &["BatchGetItem"]);
    people.write_path("k", "$..nothing", "Kobe").await.unwrap();
    assert_sent(&recorder, &["BatchGetItem"]);
    people.delete("k").await.unwrap();
    assert_sent(&recorder, &["TransactWriteItems"]);
}

#[tokio::test]
async fn of_a_shape_without_shards() {
    let (_, people, bare, recorder) = people().await;
    let mut plain = bare.write(json!({"a": 1})).key("plain").await.unwrap();
    assert_sent(&recorder, &["PutItem"]);
    plain.set("$.a", 2).unwrap();
    plain.save().await.unwrap();
    assert_sent(&recorder, &["UpdateItem"]);
    bare.read("plain").await.unwrap();
    assert_sent(&recorder, &["GetItem"]);
    bare.write_path("plain", "$.a", 3).await.unwrap();
    assert_sent(&recorder, &["GetItem", "UpdateItem"]);
    bare.delete("plain").await.unwrap();
    assert_sent(&recorder, &["DeleteItem"]);

    people.write(john()).key("k").await.unwrap();
    recorder.take();
    let read = bare.read("k").await.unwrap();
    assert_sent(&recorder, &["GetItem", "BatchGetItem"]);
    bare.read_path("k", "$.home.location.city").await.unwrap();
    assert_sent(&recorder, &["GetItem", "BatchGetItem"]);
    bare.read("k").resolve_shards(false).await.unwrap();
    assert_sent(&recorder, &["GetItem"]);
    read.delete().await.unwrap();
    assert_sent(&recorder, &["TransactWriteItems"]);
}

#[tokio::test]
async fn a_typed_delete_needs_no_read_after_a_documents_save() {
    let (store, people, bare, recorder) = people().await;
    people.write(john()).key("k").await.unwrap();
    let mut read = bare.read("k").await.unwrap();
    read.set("$..city", "Nara").unwrap();
    read.save().await.unwrap();
    recorder.take();
    // The layout that the document wrote is the one that the type writes.
    store.delete::<Person>("k").await.unwrap();
    assert_sent(&recorder, &["TransactWriteItems"]);
}

#[tokio::test]
async fn nothing_is_sent_for_what_is_refused() {
    let (_, people, _, recorder) = people().await;
    assert!(people.write(json!([])).key("k").await.is_err());
    assert!(people.write(json!({"work": 1})).key("k").await.is_err());
    assert!(people.write_path("k", "$.work", 1).await.is_err());
    assert!(people.write_path("k", "$.a[", 1).await.is_err());
    assert!(people.read_path("k", "$.a[").await.is_err());
    assert!(people.read("").await.is_err());
    assert_sent(&recorder, &[]);
}
