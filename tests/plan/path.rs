//! Paths are read and written by the key alone: requests are known, units are lower bounds.

use dyno::DyObject as _;

use super::fixture::Expected::AtLeast;
use super::fixture::{
    Book, Counter, File, Note, Order, Page, SortedOrder, line, note, setup, sorted, text,
};

/// Reads a path and writes it, and counts the round trips that the plans show.
macro_rules! assert_paths {
    ($setup:expr, $path:expr, $value:expr, $type:ty, $reads:expr, $writes:expr) => {{
        let (setup, path) = (&$setup, $path);
        let what = stringify!($path);
        let read = setup.store.read_path("k", &path);
        let plan = read.plan().unwrap();
        assert_eq!(operations(&plan), $reads, "{what}");
        let _value: $type = setup
            .assert_plan_is_kept(what, AtLeast, Ok(plan), read)
            .await;
        let read = setup.store.read_path("k", &path).eventual();
        let _value: $type = setup
            .assert_plan_is_kept(what, AtLeast, read.plan(), read)
            .await;
        let write = setup.store.write_path("k", &path, $value);
        let plan = write.plan().unwrap();
        assert_eq!(operations(&plan), $writes, "{what}");
        setup
            .assert_plan_is_kept(what, AtLeast, Ok(plan), write)
            .await;
    }};
}

fn operations(plan: &dyno::Plan) -> Vec<&str> {
    let requests = plan.requests().iter();
    requests.map(dyno::PlannedRequest::operation).collect()
}

#[tokio::test]
async fn of_a_plain_object() {
    let setup = setup::<Note>().await;
    setup.saved(note(5000)).await;
    let path = Note::paths().text();
    assert_paths!(setup, path, text(10), String, ["GetItem"], ["UpdateItem"]);
}

#[tokio::test]
async fn of_shards() {
    let setup = setup::<File>().await;
    let file = File {
        name: text(2000),
        content: Some(note(3000)),
        summary: note(10),
    };
    setup.saved(file).await;
    let root = File::paths().name();
    assert_paths!(setup, root, text(3000), String, ["GetItem"], ["UpdateItem"]);
    let shard = File::paths().summary().text();
    assert_paths!(
        setup,
        shard,
        text(3000),
        String,
        ["BatchGetItem"],
        ["TransactWriteItems"]
    );
    // A value with shards is written by a load and a save.
    let whole = File::paths().content();
    assert_paths!(
        setup,
        whole,
        Some(note(10)),
        Option<Note>,
        ["BatchGetItem"],
        ["BatchGetItem"]
    );
}

#[tokio::test]
async fn of_entries() {
    let setup_list = setup::<Order>().await;
    let order = Order {
        customer: "Ada".into(),
        lines: vec![line(10), line(3000)],
    };
    setup_list.saved(order).await;
    let entry = Order::paths().lines().index(1).product();
    assert_paths!(
        setup_list,
        entry,
        text(10),
        String,
        ["GetItem", "BatchGetItem"],
        ["GetItem", "TransactWriteItems"]
    );

    let setup_map = setup::<Book>().await;
    let book = Book {
        notes: [("a".to_owned(), note(3000))].into(),
    };
    setup_map.saved(book).await;
    let entry = Book::paths().notes().key("a").text();
    assert_paths!(
        setup_map,
        entry,
        text(10),
        String,
        ["BatchGetItem"],
        ["TransactWriteItems"]
    );

    let setup_sorted = setup::<SortedOrder>().await;
    let order = SortedOrder {
        customer: "Ada".into(),
        lines: vec![sorted(10), sorted(3000)],
    };
    setup_sorted.saved(order).await;
    let all = SortedOrder::paths().lines();
    assert_paths!(
        setup_sorted,
        all,
        vec![sorted(10)],
        Vec<super::fixture::SortedLine>,
        ["GetItem", "Query"],
        ["GetItem", "Query"]
    );
}

#[tokio::test]
async fn of_independent_shards() {
    let setup = setup::<Page>().await;
    let counter = || Counter {
        visits: 0,
        last: None,
    };
    setup
        .saved(Page {
            title: "t".into(),
            body: note(10),
            counter: counter(),
            likes: counter(),
        })
        .await;
    let visits = Page::paths().counter().visits();
    assert_paths!(setup, visits, 7_u64, u64, ["BatchGetItem"], ["UpdateItem"]);
}
