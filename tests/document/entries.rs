//! Lists and maps of shards.

use dyno::document::Shape;
use dyno::{ErrorKind, Store};
use serde_json::json;

fn shape() -> Shape {
    let line = Shape::table("Lines", "IDX").shard("$.article", Shape::table("Articles", "IDX"));
    Shape::root("Orders", "ID")
        .shard("$.lines[*]", line)
        .shard("$.scores.*", Shape::table("Scores", "IDX"))
}

#[tokio::test]
async fn they_are_declared_and_refused_for_now() {
    let orders = Store::embedded()
        .unwrap()
        .documents(shape().checked().unwrap());
    let refused = orders.read("k").await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidShape);
}

#[tokio::test]
#[ignore = "lists of shards"]
async fn a_document_with_lists_and_maps_of_shards() {
    let store = Store::embedded().unwrap();
    let orders = store.documents(shape());
    orders.ensure_tables().await.unwrap();
    let order = json!({
        "lines": [{"count": 1, "article": {"name": "tea"}}, {"count": 2}],
        "scores": {"a/b": {"points": 1}, "c": {"points": 2}},
    });
    orders.write(order.clone()).key("k").await.unwrap();
    let bare = store.documents(Shape::root("Orders", "ID"));
    for documents in [&orders, &bare] {
        let mut read = documents.read("k").await.unwrap();
        assert_eq!(read.value(), order);
        read.save().await.unwrap();
        read.set("$.lines[*].count", 3).unwrap();
        read.set("$.scores.c.points", 4).unwrap();
        read.save().await.unwrap();
        let read = documents.read_path("k", "$..count").await.unwrap();
        assert_eq!(read.len(), 2);
        documents.read("k").await.unwrap().delete().await.unwrap();
        orders.write(order.clone()).key("k").await.unwrap();
    }
    let refused = orders
        .write(json!({"lines": [1]}))
        .key("k")
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidValue);
    let refused = orders
        .write(json!({"lines": {}}))
        .key("k")
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidValue);
    orders.delete("k").await.unwrap();
}
