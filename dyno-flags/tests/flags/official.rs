//! The test cases of LaunchDarkly's persistent stores, by number, and those of the harness of its SDKs that need no SDK.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use dyno_core::{ErrorKind, Store};
use dyno_flags::{Descriptor, Error, FeatureStore, Kind};
use dyno_testbed::Service;
use dyno_testkit::{Fault, Gate};
use serde_json::json;

use crate::fixture::{
    Log, TABLE, faulty, flags, item, keys, large, on, put, row, rows, service, text,
};

#[tokio::test]
async fn cases_1_and_3_a_store_is_initialised_whoever_did_it() {
    let service = service().await;
    let (one, other) = (on(&service), on(&service));
    assert!(!one.initialized().await.unwrap());
    other.init([(Kind::Flag, "f", item("f", 1))]).await.unwrap();
    assert!(other.initialized().await.unwrap());
    assert!(one.initialized().await.unwrap());
}

#[tokio::test]
async fn case_2_a_second_init_replaces_both_kinds() {
    let flags = flags().await;
    let first = [
        (Kind::Flag, "a", item("a", 1)),
        (Kind::Flag, "b", item("b", 1)),
        (Kind::Segment, "s", item("s", 9)),
    ];
    flags.init(first).await.unwrap();
    let second = [
        (Kind::Flag, "a", item("a", 2)),
        // A version may go backwards.
        (Kind::Segment, "s", item("s", 2)),
    ];
    flags.init(second).await.unwrap();
    let all = flags.all(Kind::Flag).await.unwrap().into_map();
    assert_eq!(
        all.into_iter().collect::<Vec<_>>(),
        [("a".into(), item("a", 2))]
    );
    let all = flags.all(Kind::Segment).await.unwrap().into_map();
    assert_eq!(
        all.into_iter().collect::<Vec<_>>(),
        [("s".into(), item("s", 2))]
    );
}

#[tokio::test]
async fn cases_4_and_5_what_exists_is_found_and_nothing_else() {
    let flags = flags().await;
    flags.init([(Kind::Flag, "f", item("f", 1))]).await.unwrap();
    assert_eq!(
        flags.get(Kind::Flag, "f").await.unwrap(),
        Some(item("f", 1))
    );
    assert_eq!(flags.get(Kind::Flag, "g").await.unwrap(), None);
    assert_eq!(flags.get(Kind::Segment, "f").await.unwrap(), None);
}

#[tokio::test]
async fn case_6_all_are_of_one_kind() {
    let flags = flags().await;
    flags.init::<&str>([]).await.unwrap();
    assert!(flags.all(Kind::Flag).await.unwrap().is_empty());
    let all = [
        (Kind::Flag, "a", item("a", 1)),
        (Kind::Flag, "b", item("b", 1)),
        (Kind::Segment, "s", item("s", 1)),
    ];
    flags.init(all).await.unwrap();
    assert_eq!(keys(&flags.all(Kind::Flag).await.unwrap()), ["a", "b"]);
}

#[tokio::test]
async fn cases_7_to_9_only_a_higher_version_is_written() {
    let flags = flags().await;
    flags
        .init([(Kind::Flag, "f", item("f", 10))])
        .await
        .unwrap();
    for (version, written, expected) in [(11, true, 11), (10, false, 11), (11, false, 11)] {
        let other = item("other", version);
        assert_eq!(flags.upsert(Kind::Flag, "f", other).await.unwrap(), written);
        let found = flags.get(Kind::Flag, "f").await.unwrap().unwrap();
        assert_eq!(found, item("other", expected));
    }
}

#[tokio::test]
async fn cases_10_to_12_a_deletion_needs_a_higher_version() {
    for (version, deleted) in [(11, true), (9, false), (10, false)] {
        let flags = flags().await;
        flags
            .init([(Kind::Flag, "f", item("f", 10))])
            .await
            .unwrap();
        assert_eq!(
            flags.delete(Kind::Flag, "f", version).await.unwrap(),
            deleted
        );
        let found = flags.get(Kind::Flag, "f").await.unwrap().unwrap();
        assert_eq!(found.is_deleted(), deleted);
        assert_eq!(found.version(), if deleted { version } else { 10 });
        let json: serde_json::Value = serde_json::from_str(found.json()).unwrap();
        assert_eq!(json["version"], found.version());
        assert_eq!(json.get("deleted").is_some(), deleted);
    }
}

#[tokio::test]
async fn cases_13_and_14_the_tombstone_of_an_unknown_key_stays() {
    let flags = flags().await;
    flags.init::<&str>([]).await.unwrap();
    assert!(flags.delete(Kind::Flag, "f", 11).await.unwrap());
    assert!(!flags.upsert(Kind::Flag, "f", item("f", 10)).await.unwrap());
    let found = flags.get(Kind::Flag, "f").await.unwrap().unwrap();
    assert!(found.is_deleted());
    assert_eq!(found.version(), 11);
}

#[tokio::test]
async fn cases_15_to_20_a_client_that_is_broken_says_so() {
    let service = service().await;
    assert!(on(&service).initialized().await.is_ok());
    let broken = faulty(&service, |_| {
        Fault::Answered(
            400,
            json!({"__type": "x#AccessDeniedException", "message": "sorry"}),
        )
    });
    let errors = [
        broken
            .init([(Kind::Flag, "f", item("f", 1))])
            .await
            .unwrap_err(),
        broken.get(Kind::Flag, "f").await.unwrap_err(),
        broken.all(Kind::Flag).await.unwrap_err(),
        broken
            .upsert(Kind::Flag, "f", item("f", 1))
            .await
            .unwrap_err(),
        broken.initialized().await.unwrap_err(),
    ];
    for error in errors {
        let Error::Store { source, table, .. } = &error else {
            panic!("{error:?}");
        };
        assert_eq!(table, TABLE);
        assert_eq!(source.kind(), ErrorKind::Service, "{source:?}");
        assert!(format!("{source:?}").contains("sorry"), "{source:?}");
    }
}

#[tokio::test]
async fn case_21_prefixes_have_markers_and_data_of_their_own() {
    let service = service().await;
    let (one, two) = (on(&service).prefix("one"), on(&service).prefix("two"));
    one.init([(Kind::Flag, "f", item("f", 1))]).await.unwrap();
    assert!(one.initialized().await.unwrap());
    assert!(!two.initialized().await.unwrap());
    assert!(!on(&service).initialized().await.unwrap());
    two.init([(Kind::Flag, "g", item("g", 1))]).await.unwrap();
    assert_eq!(keys(&one.all(Kind::Flag).await.unwrap()), ["f"]);
    assert_eq!(keys(&two.all(Kind::Flag).await.unwrap()), ["g"]);
    one.init::<&str>([]).await.unwrap();
    assert_eq!(keys(&two.all(Kind::Flag).await.unwrap()), ["g"]);
}

#[tokio::test]
async fn case_22_prefixes_have_versions_of_their_own() {
    let service = service().await;
    let (one, two) = (on(&service).prefix("one"), on(&service).prefix("two"));
    assert!(one.upsert(Kind::Flag, "f", item("f", 9)).await.unwrap());
    assert!(two.upsert(Kind::Flag, "f", item("f", 3)).await.unwrap());
    assert!(one.delete(Kind::Flag, "f", 10).await.unwrap());
    assert_eq!(two.get(Kind::Flag, "f").await.unwrap(), Some(item("f", 3)));
}

/// Others write while an upsert is on its way.
async fn overtaken(own: u64, others: &[u64]) -> (bool, u64) {
    let service = service().await;
    on(&service)
        .init([(Kind::Flag, "f", item("f", 1))])
        .await
        .unwrap();
    let gate = Gate::new();
    let held = gate.clone();
    let slow = faulty(&service, move |_| Fault::Held(held.clone()));
    let write =
        tokio::spawn(async move { slow.upsert(Kind::Flag, "f", item("f", own)).await.unwrap() });
    gate.reached().await;
    for other in others {
        on(&service)
            .upsert(Kind::Flag, "f", item("f", *other))
            .await
            .unwrap();
    }
    gate.open();
    let written = write.await.unwrap();
    let found = on(&service).get(Kind::Flag, "f").await.unwrap().unwrap();
    (written, found.version())
}

#[tokio::test]
async fn cases_23_and_24_the_highest_version_wins_a_race() {
    assert_eq!(overtaken(10, &[2, 3, 4]).await, (true, 10));
    assert_eq!(overtaken(2, &[3]).await, (false, 3));
}

#[tokio::test]
async fn cases_32_and_33_init_leaves_out_what_is_too_large() {
    for kind in [Kind::Flag, Kind::Segment] {
        let (log, _guard) = Log::start();
        let flags = flags().await;
        flags.init([(kind, "a", item("a", 1))]).await.unwrap();
        let all = [
            (kind, "a", large("a", 2, 'x')),
            (Kind::Flag, "f", item("f", 1)),
            (Kind::Segment, "s", item("s", 1)),
        ];
        flags.init(all).await.unwrap();
        assert_eq!(keys(&flags.all(Kind::Flag).await.unwrap()), ["f"]);
        assert_eq!(keys(&flags.all(Kind::Segment).await.unwrap()), ["s"]);
        let expected = format!(
            "The item \"a\" in \"{}\" was too large to store in DynamoDB and was dropped",
            kind.namespace()
        );
        assert!(log.text().contains(&expected), "{}", log.text());
        assert_eq!(log.errors(), 1);
    }
}

#[tokio::test]
async fn cases_34_and_35_an_upsert_of_what_is_too_large_is_false() {
    for kind in [Kind::Flag, Kind::Segment] {
        let (log, _guard) = Log::start();
        let flags = flags().await;
        flags.init([(kind, "a", item("a", 1))]).await.unwrap();
        assert!(!flags.upsert(kind, "a", large("a", 2, 'x')).await.unwrap());
        assert_eq!(flags.get(kind, "a").await.unwrap(), Some(item("a", 1)));
        assert_eq!(log.errors(), 1);
    }
}

#[tokio::test]
async fn the_limit_is_that_of_all_sdks() {
    let flags = flags().await;
    // 100, the names, `features`, `f`, one digit, and the JSON without its filler.
    let rest = 100 + (9 + 8) + (3 + 1) + (7 + 1) + 4 + r#"{"version":1,"x":""}"#.len();
    for (size, stored) in [(400_001, false), (400_000, true)] {
        let filler = "x".repeat(size - rest);
        let flag = Descriptor::new(1, format!(r#"{{"version":1,"x":"{filler}"}}"#));
        assert_eq!(flags.upsert(Kind::Flag, "f", flag).await.unwrap(), stored);
    }
}

#[tokio::test]
async fn case_36_a_prefix_may_be_empty_and_is_by_default() {
    let service = service().await;
    on(&service)
        .upsert(Kind::Flag, "f", item("f", 1))
        .await
        .unwrap();
    let same = on(&service).prefix("");
    assert!(same.get(Kind::Flag, "f").await.unwrap().is_some());
    assert_eq!(text(&rows(&service).await[0], "namespace"), "features");
    assert_eq!(same.table(), TABLE);
}

#[tokio::test]
async fn case_37_an_empty_table_name_is_refused_before_anything_is_sent() {
    let sent = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&sent);
    let client = dyno_testkit::wrap(&Service::new().client(), |http| {
        dyno_testkit::FaultClient::new(http, move |_| {
            seen.store(true, Ordering::Relaxed);
            Fault::Pass
        })
    });
    let flags = FeatureStore::new(&Store::new(client), "");
    for error in [
        flags.ensure_table().await.unwrap_err(),
        flags
            .init([(Kind::Flag, "f", item("f", 1))])
            .await
            .unwrap_err(),
        flags.get(Kind::Flag, "f").await.unwrap_err(),
        flags.all(Kind::Flag).await.unwrap_err(),
        flags
            .upsert(Kind::Flag, "f", item("f", 1))
            .await
            .unwrap_err(),
        flags.initialized().await.unwrap_err(),
    ] {
        assert!(matches!(error, Error::InvalidSetting(_)), "{error:?}");
    }
    assert!(!sent.load(Ordering::Relaxed));
}

#[tokio::test]
async fn harness_3_flags_are_read_without_a_marker() {
    let service = service().await;
    let flag = r#"{"namespace":{"S":"p:features"},"key":{"S":"f"},"version":{"N":"1"},"item":{"S":"{\"key\":\"f\",\"version\":1}"}}"#;
    put(&service, row(flag)).await;
    let flags = on(&service).prefix("p");
    assert!(!flags.initialized().await.unwrap());
    assert_eq!(
        flags.get(Kind::Flag, "f").await.unwrap(),
        Some(item("f", 1))
    );
}

#[tokio::test]
async fn harness_8_to_11_what_is_in_the_table_is_what_the_harness_expects() {
    let service = service().await;
    let flags = on(&service);
    flags
        .init([(Kind::Flag, "f", item("f", 100))])
        .await
        .unwrap();
    let marker = rows(&service).await;
    assert!(marker.contains(&row(
        r#"{"namespace":{"S":"$inited"},"key":{"S":"$inited"}}"#
    )));
    for (version, expected) in [(99, 100), (100, 100), (101, 101)] {
        flags
            .upsert(Kind::Flag, "f", item("f", version))
            .await
            .unwrap();
        let rows = rows(&service).await;
        let flag = rows.iter().find(|row| text(row, "key") == "f").unwrap();
        assert_eq!(flag["version"].as_n().unwrap(), &expected.to_string());
    }
    flags.delete(Kind::Flag, "f", 101).await.unwrap();
    flags.delete(Kind::Flag, "f", 102).await.unwrap();
    let rows = rows(&service).await;
    let flag = rows.iter().find(|row| text(row, "key") == "f").unwrap();
    let json: serde_json::Value = serde_json::from_str(text(flag, "item")).unwrap();
    assert_eq!(
        (&json["deleted"], &json["version"]),
        (&json!(true), &json!(102))
    );
    assert_eq!(json["key"], "$deleted");
}
