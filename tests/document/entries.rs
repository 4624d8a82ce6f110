//! Lists and maps of shards.

use dyno::document::Shape;
use std::collections::BTreeMap;

use dyno::{AttributeValue, DyObject, EncryptionKey, ErrorKind, Rules};
use serde_json::json;

fn shape() -> Shape {
    let line = Shape::table("Lines", "IDX").shard("$.article", Shape::table("Articles", "IDX"));
    Shape::root("Orders", "ID")
        .shard("$.lines[*]", line)
        .shard("$.scores.*", Shape::table("Scores", "IDX"))
}

#[tokio::test]
async fn a_document_with_lists_and_maps_of_shards() {
    let store = dyno_testbed::store();
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

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Articles", key = "IDX")]
struct Article {
    name: String,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Lines", key = "IDX")]
struct Line {
    count: u32,
    #[dyno(encrypt)]
    note: String,
    #[dyno(shard)]
    article: Option<Article>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Orders", key = "ID")]
struct Order {
    #[dyno(shard)]
    lines: Vec<Line>,
    #[dyno(shard)]
    scores: BTreeMap<String, Article>,
}

#[tokio::test]
async fn a_type_and_a_document_share_them() {
    let key = EncryptionKey::generate("k1").unwrap();
    let rules = Rules::new()
        .encrypt(["lines[*].note"], key.clone())
        .unwrap();
    let store = dyno_testbed::store().with_loader(rules.clone());
    store.ensure_tables::<Order>().await.unwrap();
    let line = |count: u32, note: &str| Line {
        count,
        note: note.into(),
        article: Some(Article { name: "tea".into() }),
    };
    let order = Order {
        lines: vec![line(1, "a"), line(2, "b")],
        scores: BTreeMap::from([("x~/".to_owned(), Article { name: "y".into() })]),
    };
    store.save(order.clone()).key("k").await.unwrap();
    let articles = || Shape::table("Articles", "IDX");
    let line_shape = Shape::table("Lines", "IDX").shard("$.article", articles());
    let declared = Shape::root("Orders", "ID")
        .shard("$.lines[*]", line_shape)
        .shard("$.scores.*", articles());
    for shape in [declared, Shape::root("Orders", "ID")] {
        let orders = store.documents(shape);
        let mut read = orders.read("k").await.unwrap();
        assert_eq!(read.value()["lines"][1]["note"], "b");
        assert_eq!(read.value()["scores"]["x~/"]["name"], "y");
        let AttributeValue::L(lines) = read.item_mut().get_mut("lines").unwrap() else {
            panic!()
        };
        lines.swap(0, 1);
        read.set("$.lines[0].count", 7).unwrap();
        read.save().await.unwrap();
        let loaded = store.load::<Order>("k").await.unwrap();
        assert_eq!(loaded.lines, [line(7, "b"), line(1, "a")]);
        let found = orders
            .read_path("k", "$.lines[1].article.name")
            .await
            .unwrap();
        assert_eq!(found[0].value(), "tea");
        let written = orders.write_path("k", "$.lines[1].count", 9).await.unwrap();
        assert_eq!(written.len(), 1);
        orders
            .write_path("k", "$.scores['x~/'].name", "z")
            .await
            .unwrap();
        let loaded = store.load::<Order>("k").await.unwrap();
        assert_eq!(
            (loaded.lines[1].count, loaded.scores["x~/"].name.as_str()),
            (9, "z")
        );
        let error = orders.read_path("k", "$.lines[9].count").await;
        assert!(error.is_ok_and(|found| found.is_empty()));
        let part = orders.read("k").resolve_shards(false).await.unwrap();
        assert_eq!(part.value(), json!({}));
        store.save(order.clone()).key("k").await.unwrap();
    }
}

/// Opens, and never says what to encrypt.
struct OpensOnly(EncryptionKey);

impl dyno::ConfigLoader for OpensOnly {
    fn decryption_key(
        &self,
        id: &dyno::KeyId,
        _: &dyno::FieldPath,
        _: &dyno::Item,
    ) -> Option<EncryptionKey> {
        (self.0.id() == id).then(|| self.0.clone())
    }
}

#[tokio::test]
async fn encrypted_values_in_entries_stay_encrypted_without_rules() {
    let key = EncryptionKey::generate("k1").unwrap();
    let rules = Rules::new()
        .encrypt(["lines[*].note"], key.clone())
        .unwrap();
    let store = dyno_testbed::store();
    store.ensure_tables::<Order>().await.unwrap();
    let line = Line {
        count: 1,
        note: "a".into(),
        article: None,
    };
    let order = Order {
        lines: vec![line.clone(), line],
        scores: BTreeMap::new(),
    };
    store
        .save(order)
        .key("k")
        .loader(rules.clone())
        .await
        .unwrap();
    let orders = store
        .documents(Shape::root("Orders", "ID"))
        .with_loader(OpensOnly(key));
    let mut read = orders.read("k").await.unwrap();
    read.set("$.lines[*].count", 5).unwrap();
    read.set("$.lines[1].note", "b").unwrap();
    read.save().await.unwrap();
    let loaded = store.load::<Order>("k").loader(rules).await.unwrap();
    assert_eq!(loaded.lines[1].note, "b");
    assert_eq!(loaded.lines[0].count, 5);
}

#[tokio::test]
async fn shards_beside_the_root_and_with_a_version_of_their_own() {
    let store = dyno_testbed::store();
    let beside = Shape::table("Threads", "BOARD").sort("ID").beside_root();
    let counter = Shape::table("Counters", "IDX").independent();
    let declared = Shape::root("Threads", "BOARD")
        .sort("ID")
        .shard("$.posts[*]", beside)
        .shard("$.counter", counter);
    let threads = store.documents(declared);
    threads.ensure_tables().await.unwrap();
    let thread = json!({"posts": [{"text": "a"}, {"text": "b"}], "counter": {"views": 1}});
    threads.write(thread.clone()).key(("b", "t")).await.unwrap();
    let bare = store.documents(Shape::root("Threads", "BOARD").sort("ID"));
    for documents in [&threads, &bare] {
        let mut read = documents.read(("b", "t")).await.unwrap();
        assert_eq!(read.value(), thread);
        assert!(read.differences().is_empty());
        read.set("$.posts[1].text", "c").unwrap();
        read.set("$.counter.views", 2).unwrap();
        read.save().await.unwrap();
        read.reload().await.unwrap();
        assert_eq!(read.value()["posts"][1]["text"], "c");
        assert_eq!(read.value()["counter"]["views"], 2);
        threads.write(thread.clone()).key(("b", "t")).await.unwrap();
    }
}
