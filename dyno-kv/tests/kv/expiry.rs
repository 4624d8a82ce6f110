//! Expired is what `expires` says, at the same second for reads and for conditions.

use std::time::{Duration, UNIX_EPOCH};

use dyno_core::AttributeValue;
use dyno_kv::Error;

use crate::fixture::{Bench, NOW, number, seconds, text};

#[tokio::test(start_paused = true)]
async fn a_record_is_there_until_its_second_comes() {
    let bench = Bench::new().await;
    let records = bench.partition();
    let record = records.put("k", "v").ttl(seconds(5)).await.unwrap();
    assert_eq!(record.expires(), Some(UNIX_EPOCH + seconds(NOW + 5)));
    bench.wait(4);
    assert!(records.exists("k").await.unwrap());
    records
        .compare_and_put(&record, "v")
        .ttl(seconds(1))
        .await
        .unwrap();
    bench.wait(1);
    assert!(!records.exists("k").await.unwrap());
    assert!(records.get("k").await.unwrap_err().is_not_found());
    assert!(records.list("").await.unwrap().is_empty());
    assert_eq!(records.list("").with_expired().await.unwrap().len(), 1);
    assert!(records.touch("k").await.unwrap_err().is_not_found());
    assert_eq!(bench.items().await.len(), 1, "nobody removed it");
}

#[tokio::test(start_paused = true)]
async fn a_part_of_a_second_counts_as_one() {
    let bench = Bench::new().await;
    let put = bench
        .partition()
        .put("k", "v")
        .ttl(Duration::from_millis(1));
    assert_eq!(
        put.await.unwrap().expires(),
        Some(UNIX_EPOCH + seconds(NOW + 1))
    );
}

#[tokio::test(start_paused = true)]
async fn put_on_an_expired_key_is_visible() {
    let bench = Bench::new().await;
    let records = bench.partition();
    for keep in [false, true] {
        records.put("k", "old").ttl(seconds(1)).await.unwrap();
        bench.wait(60);
        let put = records.put("k", "new");
        if keep { put.keep_expiry() } else { put }.await.unwrap();
        let record = records.get("k").await.unwrap();
        assert_eq!((record.text().unwrap(), record.expires()), ("new", None));
    }
    assert_eq!(records.get("k").await.unwrap().version(), 4);
}

#[tokio::test(start_paused = true)]
async fn no_expiry_removes_it_and_keep_expiry_keeps_it() {
    let bench = Bench::new().await;
    let records = bench.partition();
    let end = Some(UNIX_EPOCH + seconds(NOW + 9));
    let first = records.put("k", "1").ttl(seconds(9)).await.unwrap();
    assert_eq!(first.expires(), end);
    let kept = records.put("k", "2").keep_expiry().await.unwrap();
    assert_eq!(kept.expires(), end);
    let kept = records
        .compare_and_put(&kept, "3")
        .keep_expiry()
        .await
        .unwrap();
    assert_eq!(kept.expires(), end);
    assert_eq!(records.touch("k").await.unwrap().expires(), end);
    let removed = records.put("k", "4").no_expiry().await.unwrap();
    assert_eq!(removed.expires(), None);
    assert!(!bench.item("k").await.contains_key("expires"));

    records.touch("k").ttl(seconds(9)).await.unwrap();
    let touched = records.touch("k").no_expiry().await.unwrap();
    assert_eq!((touched.expires(), touched.text().unwrap()), (None, "4"));
    assert_eq!(
        records
            .put("new", "1")
            .keep_expiry()
            .await
            .unwrap()
            .expires(),
        None
    );
}

#[tokio::test(start_paused = true)]
async fn an_expired_record_is_created_anew_at_once() {
    let bench = Bench::new().await;
    let records = bench.partition();
    let old = records
        .create("k", "old")
        .ttl(seconds(1))
        .field("created", "1")
        .await
        .unwrap();
    assert_eq!(old.version(), 1);
    let early = records.create("k", "new").await.unwrap_err();
    assert!(matches!(early, Error::Exists { .. }));
    bench.wait(1);
    let new = records.create("k", "new").await.unwrap();
    assert_eq!(
        (new.version(), new.field("created"), new.expires()),
        (2, None, None)
    );
    assert_eq!(records.get("k").await.unwrap(), new);
    let stale = records.compare_and_put(&old, "third").await.unwrap_err();
    assert!(matches!(stale, Error::Modified { .. }), "{stale}");
}

#[tokio::test(start_paused = true)]
async fn an_expired_record_is_not_compared_with_but_is_deleted() {
    let bench = Bench::new().await;
    let records = bench.partition();
    let record = records.put("k", "old").ttl(seconds(1)).await.unwrap();
    bench.wait(1);
    let error = records.compare_and_put(&record, "new").await.unwrap_err();
    assert!(error.is_not_found());
    records.compare_and_delete(&record).await.unwrap();
    assert!(bench.items().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_item_that_is_no_record_is_said_by_its_place() {
    let bench = Bench::new().await;
    bench
        .put_item(
            [
                ("id".to_owned(), text("customers")),
                ("name".to_owned(), text("k")),
                ("version".to_owned(), text("first")),
            ]
            .into(),
        )
        .await;
    for error in [
        bench.partition().get("k").await.unwrap_err(),
        bench.partition().list("").await.unwrap_err(),
    ] {
        let said = "record `k` of partition `customers` of table `CRMTable`: is no record of a key-value store: \
                    `version` is a text, not a number";
        assert_eq!(error.to_string(), said);
    }
}

/// What other programs may have left there.
#[tokio::test(start_paused = true)]
async fn an_expiry_that_is_a_fraction_or_no_number_is_read_as_conditions_read_it() {
    let bench = Bench::new().await;
    let records = bench.partition();
    let expiries = [
        ("fraction", AttributeValue::N(format!("{NOW}.5"))),
        ("huge", AttributeValue::N("1".repeat(30))),
        ("text", text("soon")),
    ];
    for (key, expires) in expiries {
        let item = [
            ("id".to_owned(), text("customers")),
            ("name".to_owned(), text(key)),
            ("version".to_owned(), number(1)),
            ("expires".to_owned(), expires),
        ];
        bench.put_item(item.into()).await;
    }
    assert_eq!(records.list("").await.unwrap().len(), 3);
    for key in ["fraction", "huge", "text"] {
        records.get(key).await.unwrap();
        records.put(key, "new").keep_expiry().await.unwrap();
        records.touch(key).await.unwrap();
        let taken = records.create(key, "v").await;
        assert!(matches!(taken, Err(Error::Exists { .. })), "{key}");
    }
    bench.wait(1);
    assert_eq!(records.list("").await.unwrap().len(), 2);
    assert!(!records.exists("fraction").await.unwrap());
    records.create("fraction", "v").await.unwrap();
}
