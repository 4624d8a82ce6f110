//! What is refused before anything is sent.

use dyno::items::{Change, Items, attr};
use dyno::{AttributeValue, Error, ErrorKind, Item};

use crate::fixture::{item, store, visits};

#[tokio::test]
async fn keys() {
    let (store, recorder) = store().await;
    let visits = visits(&store);
    let no_sort: Item = [("site".to_owned(), AttributeValue::S("a".into()))].into();
    let mut odd = item("a", "/", 1);
    odd.insert("page".into(), AttributeValue::Bool(true));
    let errors: Vec<(Error, &str)> = vec![
        (visits.get("a").await.unwrap_err(), "sort key `page`"),
        (visits.get(("", "/")).await.unwrap_err(), "`site` is empty"),
        (
            visits.update(("a", "")).set("x", 1).await.unwrap_err(),
            "`page` is empty",
        ),
        (
            visits.delete(("a", "p".repeat(1025))).await.unwrap_err(),
            "1025 bytes",
        ),
        (
            visits.put(no_sort).await.unwrap_err(),
            "`page`, which is missing",
        ),
        (
            visits.put(odd).await.unwrap_err(),
            "which is no string, number or binary",
        ),
        (visits.query("").await.unwrap_err(), "`site` is empty"),
        (visits.get_many(["a"]).await.unwrap_err(), "sort key `page`"),
        (
            visits
                .write_many([Change::Delete("a".into())])
                .await
                .unwrap_err()
                .into_parts()
                .0,
            "sort key `page`",
        ),
    ];
    for (error, why) in errors {
        assert_eq!(error.kind(), ErrorKind::InvalidKey, "{error}");
        assert!(error.to_string().contains(why), "{error}");
        assert!(error.to_string().contains("`Visits`"), "{error}");
        assert_eq!(error.table(), Some("Visits"));
    }
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn expressions() {
    let (store, recorder) = store().await;
    let visits = visits(&store);
    let key = ("a", "/");
    let update = || visits.update(key);
    let query = || visits.query("a");
    let errors = [
        (
            update().add("n", "text").await.unwrap_err(),
            "what is no number",
        ),
        (
            query().between("/4", "/2").await.unwrap_err(),
            "wrong way round",
        ),
        (
            query().begins_with("/").at_least("/2").await.unwrap_err(),
            "give one, or both ends",
        ),
        (
            query().filter(attr("").exists()).await.unwrap_err(),
            "has a name",
        ),
        (
            query().filter(attr("x").lt(true)).await.unwrap_err(),
            "have an order",
        ),
        (
            query().filter(attr("x").between(3, 1)).await.unwrap_err(),
            "wrong way round",
        ),
        (
            visits.index("", "day").query("x").await.unwrap_err(),
            "one of them is empty",
        ),
        (
            visits.index("by_day", "").query("x").await.unwrap_err(),
            "one of them is empty",
        ),
        (
            visits.get_many([key]).only([""; 0]).await.unwrap_err(),
            "one at least",
        ),
        (update().await.unwrap_err(), "changes nothing"),
        (
            update().set("page", "x").await.unwrap_err(),
            "part of the key",
        ),
        (
            update().set("x", 1).remove("x").await.unwrap_err(),
            "`x` twice",
        ),
        (update().set("", 1).await.unwrap_err(), "without a name"),
        (
            visits.get(key).only([""; 0]).await.unwrap_err(),
            "one at least",
        ),
        (query().limit(0).await.unwrap_err(), "room for one item"),
        (
            query().filter(attr("page").exists()).await.unwrap_err(),
            "range of sort keys",
        ),
        (
            visits.scan().begins_with("x").await.unwrap_err(),
            "query a partition",
        ),
        (
            visits.scan().descending().await.unwrap_err(),
            "query a partition",
        ),
        (
            visits
                .index("by_day", "day")
                .query("x")
                .at_most("y")
                .await
                .unwrap_err(),
            "there is no sort key",
        ),
        (
            update()
                .set("x", 1)
                .when(attr("y").eq(AttributeValue::N("one".into())))
                .await
                .unwrap_err(),
            "`y`",
        ),
    ];
    for (error, why) in errors {
        assert_eq!(error.kind(), ErrorKind::InvalidExpression, "{error}");
        assert!(error.to_string().contains(why), "{error}");
    }
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn cursors() {
    let (store, recorder) = store().await;
    let visits = visits(&store);
    let whole = item("a", "/", 1);
    let error = visits
        .query("a")
        .start_after(whole)
        .page()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidCursor, "{error}");
    let by_count = visits.index("by_count", "site").sort("count");
    let whole = item("a", "/", 1);
    assert!(
        by_count
            .query("a")
            .start_after(whole.clone())
            .page()
            .await
            .is_ok()
    );
    recorder.take();
    let mut cut = whole;
    cut.remove("page");
    let error = by_count.query("a").start_after(cut).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidCursor, "{error}");
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn sizes() {
    let (store, recorder) = store().await;
    let visits = visits(&store);
    let text = "x".repeat(400 * 1024 + 1);
    let mut large = item("a", "/", 1);
    large.insert("text".into(), AttributeValue::S(text.clone()));
    let put = visits.put(large.clone()).await.unwrap_err();
    let update = visits.update(("a", "/")).set("text", &text).set("more", 1);
    let update = update.await.unwrap_err();
    let many = visits.write_many([Change::Put(item("a", "/2", 1)), Change::Put(large)]);
    let many = many.await.unwrap_err();
    assert_eq!(many.left().len(), 2);
    for error in [&put, &update, many.error()] {
        assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
        assert!(
            error.to_string().contains("store less, or part of it"),
            "{error}"
        );
    }
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn tables() {
    let (store, _) = store().await;
    let error = store.items("Hits", "site").get("a").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TableMissing, "{error}");
    let bad: [Items; 3] = [
        store.items("", "site"),
        store.items("Visits", ""),
        store.items("Visits", "site").sort("site"),
    ];
    for items in bad {
        let error = items.get("a").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidShape, "{error}");
    }
}

#[tokio::test]
async fn keys_that_the_table_does_not_have() {
    let (store, _) = store().await;
    for handle in [
        store.items("Visits", "site"),
        store.items("Visits", "place").sort("page"),
    ] {
        let shown = format!("{handle:?}");
        let key = || {
            if shown.contains("page") {
                dyno::Key::from(("a", "/"))
            } else {
                "a".into()
            }
        };
        let error = handle.get(key()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TableMismatch, "{error}");
        assert!(error.to_string().contains("is taken to be `"), "{error}");
    }
    let of_a_number = store.items("Visits", "site").sort("page").query(5);
    let error = of_a_number.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TableMismatch, "{error}");
    assert!(error.to_string().contains("`site` and `page`"), "{error}");
}
