use dyno_core::Item;
use dyno_kv::Error;
use dyno_testkit::Fault;
use futures_util::{StreamExt as _, TryStreamExt as _};

use crate::fixture::{Bench, number, seconds, text};

fn keys(records: &[dyno_kv::Record]) -> Vec<&str> {
    records.iter().map(dyno_kv::Record::key).collect()
}

#[tokio::test(start_paused = true)]
async fn a_list_is_in_the_order_of_its_keys() {
    let bench = Bench::new().await;
    let records = bench.partition();
    for key in ["b/2", "a/1", "b/1", "ä", "a"] {
        records.put(key, "v").await.unwrap();
    }
    bench
        .kv()
        .partition("others")
        .put("b/3", "v")
        .await
        .unwrap();
    assert_eq!(
        keys(&records.list("").await.unwrap()),
        ["a", "a/1", "b/1", "b/2", "ä"]
    );
    assert_eq!(
        keys(&records.list("b/").descending().await.unwrap()),
        ["b/2", "b/1"]
    );
    assert!(records.list("c").await.unwrap().is_empty());
    assert!(records.list_page("c").await.unwrap().records().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_list_goes_on_over_many_pages_one_request_each() {
    let bench = Bench::new().await;
    let records = bench.partition();
    let large = "x".repeat(300_000);
    for number in 0..10 {
        records.put(format!("k{number}"), &large).await.unwrap();
    }
    bench.recorder.take();
    let mut stream = records.list("k").into_stream();
    assert_eq!(stream.next().await.unwrap().unwrap().key(), "k0");
    assert_eq!(bench.sent(), "Query");
    let rest: Vec<_> = stream.try_collect().await.unwrap();
    assert_eq!(rest.len(), 9);
    assert!(bench.recorder.count("Query") > 1);
}

#[tokio::test(start_paused = true)]
async fn expired_records_are_hidden_and_pages_go_on() {
    let bench = Bench::new().await;
    let records = bench.partition();
    for key in ["a", "b", "c", "d", "e"] {
        let put = records.put(key, "v");
        if key < "d" { put.ttl(seconds(1)) } else { put }
            .await
            .unwrap();
    }
    bench.wait(1);
    let page = records.list_page("").limit(2).await.unwrap();
    assert!(page.records().is_empty());
    let next = records
        .list_page("")
        .limit(2)
        .start(page.token().unwrap())
        .await
        .unwrap();
    assert_eq!(keys(next.records()), ["d"]);
    assert_eq!(keys(&records.list("").await.unwrap()), ["d", "e"]);
    let all = records.list_page("").with_expired().await.unwrap();
    assert_eq!(all.into_records().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_stream_ends_after_its_first_error() {
    let bench = Bench::new().await;
    let records = bench.partition();
    records.put("a", "v").await.unwrap();
    bench
        .put_item(Item::from([
            ("id".to_owned(), text("customers")),
            ("name".to_owned(), text("b")),
            ("version".to_owned(), text("one")),
        ]))
        .await;
    records.put("c", "v").await.unwrap();
    let mut stream = records.list("").into_stream();
    assert_eq!(stream.next().await.unwrap().unwrap().key(), "a");
    let error = stream.next().await.unwrap().unwrap_err();
    assert!(matches!(error, Error::Unreadable { .. }));
    assert_eq!(error.place().key(), Some("b"));
    assert!(stream.next().await.is_none());

    let broken = bench.scripted(|_| Fault::NotDelivered);
    let outcomes: Vec<_> = broken
        .partition("customers")
        .list("")
        .into_stream()
        .collect()
        .await;
    assert!(matches!(&outcomes[..], [Err(Error::Store { .. })]));
}

#[tokio::test(start_paused = true)]
async fn tokens_go_on_in_indexes_too() {
    let bench = Bench::new().await;
    let records = bench.partition();
    for number in 0..5 {
        let put = records.put(format!("k{number}"), "v");
        let put = put.field("created", format!("2026-{}", 9 - number));
        put.field("pk1", "user")
            .field("sk1", format!("t{number}"))
            .await
            .unwrap();
    }
    let local = records.index("idx_created");
    let global = bench.kv().global("idx_global_1", "user");
    for (source, prefix, expected) in [
        (&local, "2026-", ["k4", "k3", "k2", "k1", "k0"]),
        (&global, "t", ["k0", "k1", "k2", "k3", "k4"]),
    ] {
        let (mut found, mut token) = (Vec::new(), String::new());
        loop {
            let page = source
                .list_page(prefix)
                .limit(2)
                .start(&token)
                .await
                .unwrap();
            found.extend(page.records().iter().map(|record| record.key().to_owned()));
            match page.token() {
                Some(next) => next.clone_into(&mut token),
                None => break,
            }
        }
        assert_eq!(found, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_record_without_a_version_is_version_0() {
    let bench = Bench::new().await;
    bench
        .put_item(Item::from([
            ("id".to_owned(), text("customers")),
            ("name".to_owned(), text("k")),
            ("payload".to_owned(), number(1)),
        ]))
        .await;
    let records = bench.partition();
    let record = records.get("k").await.unwrap();
    assert_eq!(record.version(), 0);
    let next = records.compare_and_put(&record, "v").await.unwrap();
    assert_eq!(next.version(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_stream_hides_what_has_expired_by_the_time_of_each_page() {
    let bench = Bench::new().await;
    let records = bench.partition();
    let put = records.put("a", "1").ttl(seconds(5));
    put.await.unwrap();
    let mut stream = records.list("").into_stream();
    bench.wait(10);
    assert!(stream.next().await.is_none());
}
