//! Items read by key, of a partition, of an index, or all.

use dyno::ErrorKind;
use dyno::items::attr;
use futures_util::TryStreamExt as _;

use crate::fixture::{item, pages, store, visits};

/// Ten pages of two sites.
async fn filled() -> (dyno::Store, dyno_testkit::Recorder) {
    let (store, recorder) = store().await;
    for site in ["a", "b"] {
        for (number, page) in ('0'..='9').enumerate() {
            let item = item(site, &format!("/{page}"), number as u64);
            visits(&store).put(item).await.unwrap();
        }
    }
    recorder.take();
    (store, recorder)
}

#[tokio::test]
async fn only_what_is_named_is_read() {
    let (store, recorder) = filled().await;
    let read = visits(&store)
        .get(("a", "/1"))
        .consistent()
        .only(["count", "size"]);
    let read = read.await.unwrap().unwrap();
    assert_eq!(read.keys().collect::<Vec<_>>(), ["count"]);
    let body = recorder.take()[0].body().to_string();
    assert!(body.contains("ProjectionExpression"), "{body}");
    assert!(body.contains("\"ConsistentRead\":true"), "{body}");
}

#[tokio::test]
async fn a_partition_is_read_in_order_and_by_range() {
    let (store, recorder) = filled().await;
    let query = || visits(&store).query("a");
    assert_eq!(query().await.unwrap().len(), 10);
    assert_eq!(recorder.operations(), ["Query"]);
    let cases = [
        (query().between("/3", "/5"), vec!["/3", "/4", "/5"]),
        (query().at_least("/8"), vec!["/8", "/9"]),
        (query().at_most("/1").descending(), vec!["/1", "/0"]),
        (query().begins_with("/7"), vec!["/7"]),
        (query().begins_with("x"), vec![]),
        (query().filter(attr("count").gt(8)), vec!["/9"]),
    ];
    for (select, expected) in cases {
        let shown = format!("{select:?}");
        assert_eq!(pages(&select.await.unwrap()), expected, "{shown}");
    }
    assert_eq!(query().begins_with("").await.unwrap().len(), 10);
}

#[tokio::test]
async fn a_page_is_one_request_and_says_where_the_next_begins() {
    let (store, recorder) = filled().await;
    let query = || visits(&store).query("a").limit(4);
    let first = query().page().await.unwrap();
    let second = query()
        .start_after(first.last_key.unwrap())
        .page()
        .await
        .unwrap();
    assert_eq!(pages(&second.items), ["/4", "/5", "/6", "/7"]);
    let third = query()
        .start_after(second.last_key.unwrap())
        .page()
        .await
        .unwrap();
    assert_eq!((third.items.len(), third.last_key), (2, None));
    assert_eq!(recorder.take().len(), 3);
    let all: Vec<_> = query().stream().try_collect().await.unwrap();
    assert_eq!((all.len(), recorder.take().len()), (10, 3));
}

#[tokio::test]
async fn a_filter_may_leave_a_page_empty_though_more_follows() {
    let (store, _) = filled().await;
    let select = visits(&store)
        .query("a")
        .limit(4)
        .filter(attr("count").eq(9));
    let page = select.clone().page().await.unwrap();
    assert!(page.items.is_empty() && page.last_key.is_some());
    assert_eq!(pages(&select.await.unwrap()), ["/9"]);
}

#[tokio::test]
async fn indexes_are_read_by_their_own_keys() {
    let (store, _) = filled().await;
    let visits = visits(&store);
    for page in ["/2", "/1"] {
        visits
            .update(("b", page))
            .set("day", "monday")
            .await
            .unwrap();
    }
    let by_day = visits.index("by_day", "day").sort("page");
    assert_eq!(pages(&by_day.query("monday").await.unwrap()), ["/1", "/2"]);
    let page = by_day.query("monday").limit(1).page().await.unwrap();
    let rest = by_day.query("monday").start_after(page.last_key.unwrap());
    assert_eq!(pages(&rest.await.unwrap()), ["/2"]);
    assert_eq!(by_day.scan().await.unwrap().len(), 2);

    let by_count = visits.index("by_count", "site").sort("count");
    let most = by_count.query("a").at_least(8).descending().consistent();
    assert_eq!(pages(&most.await.unwrap()), ["/9", "/8"]);
}

#[tokio::test]
async fn an_index_that_is_not_there_is_named() {
    let (store, _) = filled().await;
    let visits = visits(&store);
    let error = visits
        .index("by_hour", "hour")
        .query("1")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TableMismatch, "{error}");
    assert!(error.to_string().contains("`by_hour`"), "{error}");
    assert!(!error.to_string().contains("is taken to be"), "{error}");
}

#[tokio::test]
async fn a_scan_reads_everything() {
    let (store, recorder) = filled().await;
    let all = visits(&store)
        .scan()
        .filter(attr("count").lt(2))
        .await
        .unwrap();
    assert_eq!(all.len(), 4);
    assert_eq!(recorder.operations(), ["Scan"]);
}

#[tokio::test]
async fn pages_follow_each_other_though_a_sort_key_is_not_named() {
    let (store, _) = filled().await;
    let visits = visits(&store);
    let by_count = visits.index("by_count", "site");
    assert_eq!(by_count.query("a").limit(4).await.unwrap().len(), 10);
    assert_eq!(by_count.scan().limit(4).await.unwrap().len(), 20);
    let unsorted = store.items("Visits", "site");
    assert_eq!(unsorted.query("a").limit(4).await.unwrap().len(), 10);
}

#[tokio::test]
async fn two_ends_make_one_range() {
    let (store, _) = filled().await;
    let query = || visits(&store).query("a");
    for range in [
        query().at_least("/2").at_most("/4"),
        query().at_most("/4").at_least("/2"),
    ] {
        assert_eq!(pages(&range.await.unwrap()), ["/2", "/3", "/4"]);
    }
}

#[tokio::test]
async fn an_item_without_what_is_asked_for_is_there_and_empty() {
    let (store, _) = filled().await;
    let found = visits(&store)
        .get(("a", "/1"))
        .only(["size"])
        .await
        .unwrap();
    assert_eq!(found.map(|item| item.len()), Some(0));
}
