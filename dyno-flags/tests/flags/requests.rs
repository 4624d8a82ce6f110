//! How many requests an operation sends.

use dyno_flags::Kind;

use crate::fixture::{item, large, on, recorded, service};

#[tokio::test]
async fn every_operation_is_one_request() {
    let service = service().await;
    let (flags, recorder) = recorded(&service);
    flags.upsert(Kind::Flag, "f", item("f", 1)).await.unwrap();
    flags.upsert(Kind::Flag, "f", item("f", 1)).await.unwrap();
    flags.delete(Kind::Flag, "f", 2).await.unwrap();
    flags.get(Kind::Flag, "f").await.unwrap();
    flags.get_live(Kind::Flag, "f").await.unwrap();
    flags.all(Kind::Flag).await.unwrap();
    flags.initialized().await.unwrap();
    let expected = [
        "PutItem", "PutItem", "PutItem", "GetItem", "GetItem", "Query", "GetItem",
    ];
    assert_eq!(recorder.operations(), expected);
    for request in recorder.requests() {
        if matches!(request.operation(), "GetItem" | "Query") {
            assert_eq!(request.body()["ConsistentRead"], true);
        }
    }
}

#[tokio::test]
async fn init_sends_batches_of_25_and_the_marker_last() {
    let service = service().await;
    let (flags, recorder) = recorded(&service);
    let keys: Vec<_> = (0..60).map(|number| format!("f{number}")).collect();
    let all = |keys: &[String]| {
        let keys = keys.iter();
        let all = keys.map(|key| (Kind::Flag, key.clone(), item(key, 1)));
        all.collect::<Vec<_>>()
    };
    flags.init(all(&keys)).await.unwrap();
    let expected = [
        "Query",
        "Query",
        "BatchWriteItem",
        "BatchWriteItem",
        "BatchWriteItem",
        "PutItem",
    ];
    assert_eq!(recorder.operations(), expected);
    let key_queries = recorder.take();
    assert!(key_queries[0].body()["ProjectionExpression"].is_string());

    flags.init(all(&keys[..57])).await.unwrap();
    assert_eq!(recorder.count("BatchWriteItem"), 3);
    assert_eq!(recorder.count("DeleteItem"), 3);
    assert_eq!(recorder.operations().last().unwrap(), "PutItem");
}

#[tokio::test]
async fn an_item_in_pieces_takes_one_request_more() {
    let service = service().await;
    let (flags, recorder) = recorded(&service);
    let flags = flags.large_items();
    flags
        .upsert(Kind::Flag, "f", large("f", 1, 'x'))
        .await
        .unwrap();
    flags.get(Kind::Flag, "f").await.unwrap();
    flags.all(Kind::Flag).await.unwrap();
    flags.upsert(Kind::Flag, "f", item("f", 2)).await.unwrap();
    let expected = [
        "BatchWriteItem",
        "PutItem", // upsert
        "GetItem",
        "BatchGetItem", // get
        "Query",
        "BatchGetItem", // all
        "PutItem",
        "BatchWriteItem", // the pieces go
    ];
    assert_eq!(recorder.operations(), expected);
}

#[tokio::test]
async fn a_set_of_its_own_takes_the_marker_along() {
    let service = service().await;
    on(&service)
        .atomic_init()
        .init([(Kind::Flag, "f", item("f", 1))])
        .await
        .unwrap();
    let (flags, recorder) = recorded(&service);
    let flags = flags.atomic_init();
    flags.get(Kind::Flag, "f").await.unwrap(); // learns which set is current
    assert_eq!(recorder.operations(), ["BatchGetItem", "BatchGetItem"]);
    recorder.take();
    flags.get(Kind::Flag, "f").await.unwrap();
    flags.get(Kind::Flag, "unknown").await.unwrap();
    flags.all(Kind::Flag).await.unwrap();
    flags.upsert(Kind::Flag, "f", item("f", 2)).await.unwrap();
    let expected = [
        "BatchGetItem", // get
        "BatchGetItem",
        "GetItem", // get of what is unknown
        "Query",
        "GetItem",            // all
        "TransactWriteItems", // upsert
    ];
    assert_eq!(recorder.operations(), expected);
    recorder.take();
    flags.init([(Kind::Flag, "g", item("g", 1))]).await.unwrap();
    let operations = recorder.operations();
    let expected = [
        "GetItem",
        "Query",
        "Query",
        "PutItem",
        "BatchWriteItem",
        "TransactWriteItems",
    ];
    assert_eq!(operations[..6], expected, "then the old set is removed");
}
