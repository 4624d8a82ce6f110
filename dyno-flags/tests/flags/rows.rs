//! Rows as they are stored, by this store and by others.

use std::fs;

use dyno_core::Item;
use dyno_flags::{Descriptor, Error, Kind};
use serde_json::{Value, json};

use crate::fixture::{item, keys, on, put, row, rows, service, text};

fn golden() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/flags-v1.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn golden_row(name: &str) -> Item {
    row(&golden()[name].to_string())
}

#[tokio::test]
async fn rows_are_those_of_the_golden_file() {
    let service = service().await;
    let flags = on(&service).prefix("p");
    let all = [
        (
            Kind::Flag,
            "flag1",
            Descriptor::new(1, r#"{"key": "flag1", "version": 1}"#),
        ),
        (Kind::Segment, "segment1", item("segment1", u64::MAX)),
    ];
    flags.init(all).await.unwrap();
    flags.delete(Kind::Flag, "gone", 7).await.unwrap();
    flags.delete(Kind::Segment, "gone", 8).await.unwrap();
    let mut stored = rows(&service).await;
    let names = [
        "flag",
        "segment",
        "flag tombstone",
        "segment tombstone",
        "marker",
    ];
    for name in names {
        let expected = golden_row(name);
        assert!(stored.contains(&expected), "{name}: {stored:#?}");
        stored.retain(|row| *row != expected);
    }
    assert!(stored.is_empty(), "{stored:#?}");
}

#[tokio::test]
async fn an_official_row_is_read() {
    let service = service().await;
    put(&service, golden_row("official flag")).await;
    put(&service, golden_row("official marker")).await;
    let flags = on(&service);
    assert!(flags.initialized().await.unwrap());
    let found = flags.get(Kind::Flag, "flag1").await.unwrap();
    let expected = Descriptor::new(1, r#"{"key": "flag1", "version": 1}"#);
    assert_eq!(found, Some(expected));
}

#[tokio::test]
async fn tombstones_of_other_sdks_are_tombstones() {
    let service = service().await;
    for (key, json) in [
        (
            "go",
            r#"{"key":"$deleted","on":false,"variations":[],"version":5,"deleted":true}"#,
        ),
        ("rust", r#"{"version":5,"key":"$deleted","deleted":true}"#),
        ("harness", r#"{"version":5,"key":"harness","deleted":true}"#),
    ] {
        let mut stored = golden_row("official flag");
        stored.extend(row(
            &json!({"key": {"S": key}, "version": {"N": "5"}, "item": {"S": json}}).to_string(),
        ));
        put(&service, stored).await;
        let found = on(&service).get(Kind::Flag, key).await.unwrap().unwrap();
        assert_eq!(found, Descriptor::new(5, json).deleted(true));
        assert_eq!(on(&service).get_live(Kind::Flag, key).await.unwrap(), None);
    }
}

#[tokio::test]
async fn rows_of_the_predecessor_are_read() {
    let service = service().await;
    put(&service, golden_row("predecessor tombstone")).await;
    put(&service, golden_row("predecessor flag")).await;
    put(&service, golden_row("predecessor segment")).await;
    let flags = on(&service);

    let tombstone = flags.get(Kind::Flag, "e").await.unwrap().unwrap();
    assert!(tombstone.is_deleted());
    assert_eq!(tombstone.version(), 5);

    let flag = flags.get(Kind::Flag, "old").await.unwrap().unwrap();
    assert!(!flag.is_deleted());
    let flag: Value = serde_json::from_str(flag.json()).unwrap();
    assert_eq!(
        flag["variations"],
        json!([true, "s", 1.25, {"a": [1, null, null]}, null, null, null])
    );
    assert_eq!(flag["rules"][0]["clauses"][0]["values"], json!(["a@b.c"]));
    assert_eq!(flag["rules"][0]["trackEvents"], json!(false));
    assert_eq!(flag["salt"], json!(""));
    assert_eq!(flag["targets"], json!([]));
    assert!(flag.get("namespace").is_none());

    let segment = flags.get(Kind::Segment, "beta").await.unwrap().unwrap();
    let segment: Value = serde_json::from_str(segment.json()).unwrap();
    assert_eq!(
        (&segment["included"], &segment["excluded"]),
        (&json!(["ada"]), &json!([]))
    );

    assert_eq!(keys(&flags.all_live(Kind::Flag).await.unwrap()), ["old"]);
}

#[tokio::test]
async fn rows_of_the_predecessor_have_versions_and_are_replaced() {
    let service = service().await;
    put(&service, golden_row("predecessor tombstone")).await;
    let flags = on(&service);
    assert!(!flags.upsert(Kind::Flag, "e", item("e", 5)).await.unwrap());
    assert!(flags.upsert(Kind::Flag, "e", item("e", 6)).await.unwrap());
    assert_eq!(
        flags.get(Kind::Flag, "e").await.unwrap(),
        Some(item("e", 6))
    );
    assert_eq!(rows(&service).await[0].len(), 4);
}

#[tokio::test]
async fn an_item_that_cannot_be_read_does_not_lose_the_others() {
    let service = service().await;
    let flags = on(&service);
    flags
        .upsert(Kind::Flag, "good", item("good", 1))
        .await
        .unwrap();
    for (key, broken) in [
        ("a", r#"{"item":{"S":"[]"}}"#),
        ("b", r#"{"item":{"S":"{"}}"#),
        ("c", r#"{"version":{"S":"1"}}"#),
        ("d", r#"{"chunks":{"S":"1"}}"#),
    ] {
        let mut stored = golden_row("official flag");
        stored.extend(row(&json!({"key": {"S": key}}).to_string()));
        stored.extend(row(broken));
        put(&service, stored).await;
        let error = flags.get(Kind::Flag, key).await.unwrap_err();
        assert!(
            matches!(&error, Error::Unreadable { key: of, .. } if of == key),
            "{error:?}"
        );
    }
    let all = flags.all(Kind::Flag).await.unwrap();
    assert_eq!(keys(&all), ["good"]);
    assert_eq!(all.unreadable().len(), 4);
    assert!(
        all.unreadable()[0]
            .to_string()
            .starts_with("flag `a` in table")
    );
}

#[tokio::test]
async fn init_removes_rows_of_its_prefix_only() {
    let service = service().await;
    put(&service, golden_row("predecessor flag")).await;
    put(
        &service,
        row(r#"{"namespace":{"S":"big_segments_user"},"key":{"S":"u"}}"#),
    )
    .await;
    put(
        &service,
        row(r#"{"namespace":{"S":"p:features"},"key":{"S":"u"},"version":{"N":"1"}}"#),
    )
    .await;
    on(&service)
        .init([(Kind::Flag, "f", item("f", 1))])
        .await
        .unwrap();
    let rows = rows(&service).await;
    let mut namespaces: Vec<_> = rows.iter().map(|row| text(row, "namespace")).collect();
    namespaces.sort_unstable();
    assert_eq!(
        namespaces,
        ["$inited", "big_segments_user", "features", "p:features"]
    );
}
