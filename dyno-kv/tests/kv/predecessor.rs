//! The cases of dynastore's own suite, numbered as there.

use dyno_kv::Error;
use serde::Deserialize;

use crate::fixture::{Bench, seconds};

#[tokio::test(start_paused = true)]
async fn case_03_a_missing_key_is_not_found() {
    let bench = Bench::new().await;
    let error = bench.partition().get("missing").await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }));
}

#[tokio::test(start_paused = true)]
async fn case_04_put_get_exists_delete_of_keys_like_paths() {
    let bench = Bench::new().await;
    let records = bench.partition();
    for key in ["k", "k/", "k/testbar/", "k/testbar/testfoobar"] {
        records.put(key, "value").ttl(seconds(2)).await.unwrap();
        let record = records.get(key).await.unwrap();
        assert_eq!(record.text().unwrap(), "value");
        assert!(record.expires().is_some() && record.version() > 0);
        assert!(records.exists(key).await.unwrap());
        records.delete(key).await.unwrap();
        assert!(records.get(key).await.unwrap_err().is_not_found());
        assert!(!records.exists(key).await.unwrap());
    }
}

#[tokio::test(start_paused = true)]
async fn case_05_put_without_an_expiry_twice() {
    let bench = Bench::new().await;
    let records = bench.partition();
    for version in 1..=2 {
        let put = records.put("k", "value").no_expiry();
        assert_eq!(put.await.unwrap().version(), version);
        let record = records.get("k").await.unwrap();
        assert_eq!(record.text().unwrap(), "value");
        assert_eq!(record.expires(), None);
    }
}

#[tokio::test(start_paused = true)]
async fn case_06_create_over_an_existing_key_is_refused() {
    let bench = Bench::new().await;
    let records = bench.partition();
    records.put("k", "value").await.unwrap();
    let error = records.create("k", "other").await.unwrap_err();
    assert!(matches!(error, Error::Exists { .. }));
}

#[tokio::test(start_paused = true)]
async fn case_07_compare_and_put_with_the_previous_record() {
    let bench = Bench::new().await;
    let records = bench.partition();
    let previous = records.put("k", "value").await.unwrap();
    let next = records.compare_and_put(&previous, "other").await.unwrap();
    assert_eq!((next.version(), next.text().unwrap()), (2, "other"));
}

#[tokio::test(start_paused = true)]
async fn case_08_compare_and_put_with_another_version_is_refused() {
    let bench = Bench::new().await;
    let records = bench.partition();
    let previous = records.put("k", "value").await.unwrap();
    records.put("k", "other").await.unwrap();
    let refused = records.compare_and_put(&previous, "third").await;
    match refused.unwrap_err() {
        Error::Modified { present, .. } => {
            assert_eq!((present.version(), present.text().unwrap()), (2, "other"));
        }
        other => panic!("{other}"),
    }
}

#[tokio::test(start_paused = true)]
async fn case_09_a_local_index_by_a_field() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Fields {
        created: String,
    }
    let bench = Bench::new().await;
    let records = bench.partition();
    let created = "2026-11-20T06:25:00Z";
    records
        .put("k", "value")
        .field("created", created)
        .await
        .unwrap();
    records.put("other", "value").await.unwrap();
    let page = records.index("idx_created").list_page("2026-11-20");
    let page = page.await.unwrap();
    assert_eq!(page.records().len(), 1);
    let fields: Fields = page.records()[0].decode_fields().unwrap();
    assert_eq!(fields.created, created);
}

#[tokio::test(start_paused = true)]
async fn case_10_a_global_index_by_two_fields() {
    let bench = Bench::new().await;
    let records = bench.partition();
    let put = records.put("k", "value");
    put.fields([("pk1", "user"), ("sk1", "task/1")])
        .await
        .unwrap();
    let found = bench
        .kv()
        .global("idx_global_1", "user")
        .list_page("task/")
        .await
        .unwrap();
    assert_eq!(found.records().len(), 1);
    let record = &found.records()[0];
    assert_eq!(
        (record.field("pk1"), record.field("sk1")),
        (Some("user"), Some("task/1"))
    );
}

#[tokio::test(start_paused = true)]
async fn case_11_compare_and_delete() {
    let bench = Bench::new().await;
    let records = bench.partition();
    let first = records.put("k", "value").await.unwrap();
    let second = records.put("k", "value").await.unwrap();
    // There: not found. Here the caller learns that it stands.
    let error = records.compare_and_delete(&first).await.unwrap_err();
    assert!(matches!(error, Error::Modified { .. }));
    records.compare_and_delete(&second).await.unwrap();
    let error = records.compare_and_delete(&second).await.unwrap_err();
    assert!(error.is_not_found());
}

const CHILDREN: [&str; 6] = [
    "testList",
    "testList/child",
    "testList/subfolder",
    "testList/subfolder/key1",
    "testList/subfolder/key2",
    "testList/subfolder/key3",
];

#[tokio::test(start_paused = true)]
async fn case_12_a_list_of_all_records_with_a_prefix() {
    let bench = Bench::new().await;
    let records = bench.partition();
    for key in CHILDREN {
        records.put(key, "value").await.unwrap();
    }
    let found = records.list("testList/subfolder/key").await.unwrap();
    assert_eq!(found.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn case_13_pages_in_both_directions() {
    let bench = Bench::new().await;
    let records = bench.partition();
    for key in CHILDREN {
        records.put(key, "value").await.unwrap();
    }
    let page = records.list_page("testList/subfolder/key").await.unwrap();
    assert_eq!(page.records().len(), 3);
    assert_eq!(records.list_page("").await.unwrap().records().len(), 6);

    let page = records.list_page("").limit(5).descending().await.unwrap();
    assert_eq!(page.records().len(), 5);
    assert_eq!(page.records()[4].key(), "testList/child");
    let next = records.list_page("").limit(5).descending();
    let next = next.start(page.token().unwrap()).await.unwrap();
    assert_eq!(next.records().len(), 1);
    assert_eq!(next.records()[0].key(), "testList");
}
