//! Sets that replace each other as a whole.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use dyno_core::Store;
use dyno_flags::{Descriptor, FeatureSet, FeatureStore, Kind};
use dyno_testbed::Service;
use dyno_testkit::{Fault, FaultClient, Gate, wrap};

use crate::fixture::{TABLE, faulty, item, keys, killed, large, on, places, put, row, service};

pub(crate) fn atomic(service: &Service) -> FeatureStore {
    on(service).atomic_init()
}

/// So much later that nothing is young.
pub(crate) fn much_later(service: &Service) -> FeatureStore {
    let store = Store::new(service.client());
    let now = store.now() + Duration::from_hours(2);
    FeatureStore::new(&store.with_clock(move || now), TABLE).atomic_init()
}

/// A set whose members all say which one it is.
pub(crate) fn numbered(number: u64, size: u64) -> Vec<(Kind, String, Descriptor)> {
    (0..size)
        .map(|index| {
            let json = format!(r#"{{"version":1,"set":{number}}}"#);
            (Kind::Flag, format!("f{index}"), Descriptor::new(1, json))
        })
        .collect()
}

pub(crate) fn numbers(set: &FeatureSet) -> BTreeSet<u64> {
    set.iter()
        .map(|(_, flag)| {
            let json: serde_json::Value = serde_json::from_str(flag.json()).unwrap();
            json["set"].as_u64().unwrap()
        })
        .collect()
}

#[tokio::test]
async fn a_set_replaces_another_and_all_operations_follow() {
    let service = service().await;
    let (one, other) = (atomic(&service), atomic(&service));
    assert!(!one.initialized().await.unwrap());
    assert!(one.all(Kind::Flag).await.unwrap().is_empty());
    one.init([
        (Kind::Flag, "a", item("a", 5)),
        (Kind::Segment, "s", item("s", 1)),
    ])
    .await
    .unwrap();
    assert!(other.initialized().await.unwrap());
    assert_eq!(
        other.get(Kind::Flag, "a").await.unwrap(),
        Some(item("a", 5))
    );
    other
        .init([
            (Kind::Flag, "b", item("b", 1)),
            (Kind::Flag, "a", item("a", 2)),
        ])
        .await
        .unwrap();
    assert_eq!(one.get(Kind::Flag, "a").await.unwrap(), Some(item("a", 2)));
    assert_eq!(one.get(Kind::Segment, "s").await.unwrap(), None);
    assert!(one.upsert(Kind::Flag, "b", item("b", 2)).await.unwrap());
    assert!(!one.upsert(Kind::Flag, "b", item("b", 2)).await.unwrap());
    assert!(one.delete(Kind::Flag, "a", 3).await.unwrap());
    let all = other.all(Kind::Flag).await.unwrap();
    assert_eq!(keys(&all), ["a", "b"]);
    assert_eq!(keys(&all.live()), ["b"]);
    // The marker, the list of sets with one entry, two flags.
    assert_eq!(places(&service).await.len(), 4);
}

#[tokio::test]
async fn an_upsert_of_a_store_that_knows_an_old_set_goes_to_the_new_one() {
    let service = service().await;
    let stale = atomic(&service);
    stale.init([(Kind::Flag, "a", item("a", 1))]).await.unwrap();
    atomic(&service)
        .init([(Kind::Flag, "a", item("a", 1))])
        .await
        .unwrap();
    assert!(stale.upsert(Kind::Flag, "a", item("a", 2)).await.unwrap());
    let found = atomic(&service).get(Kind::Flag, "a").await.unwrap();
    assert_eq!(found, Some(item("a", 2)));
}

#[tokio::test]
async fn before_the_first_init_upserts_and_reads_are_of_the_official_set() {
    let service = service().await;
    let flags = atomic(&service);
    assert!(flags.upsert(Kind::Flag, "a", item("a", 1)).await.unwrap());
    assert!(!flags.initialized().await.unwrap());
    assert_eq!(
        on(&service).get(Kind::Flag, "a").await.unwrap(),
        Some(item("a", 1))
    );
    flags.init([(Kind::Flag, "b", item("b", 1))]).await.unwrap();
    assert_eq!(keys(&flags.all(Kind::Flag).await.unwrap()), ["b"]);
}

#[tokio::test]
async fn the_official_set_stays_until_a_sweep_long_after() {
    let service = service().await;
    let official = on(&service).large_items();
    let set = [
        (Kind::Flag, "a", item("a", 1)),
        (Kind::Segment, "big", large("big", 1, 'x')),
    ];
    official.init(set).await.unwrap();
    let flags = atomic(&service);
    flags.init([(Kind::Flag, "b", item("b", 1))]).await.unwrap();
    flags.init([(Kind::Flag, "b", item("b", 2))]).await.unwrap();
    // Programs that do not know sets of their own go on with what they had.
    assert_eq!(keys(&official.all(Kind::Flag).await.unwrap()), ["a"]);
    assert_eq!(flags.sweep(Duration::from_hours(1)).await.unwrap(), 0);
    assert_eq!(keys(&official.all(Kind::Segment).await.unwrap()), ["big"]);

    let swept = much_later(&service).sweep(Duration::from_hours(1)).await;
    assert!(swept.unwrap() >= 2 + 3);
    assert_eq!(keys(&flags.all(Kind::Flag).await.unwrap()), ["b"]);
    assert!(official.all(Kind::Flag).await.unwrap().is_empty());
    let left = places(&service).await;
    assert!(
        left.iter()
            .all(|(namespace, _)| !namespace.contains("chunks")),
        "{left:?}"
    );
}

#[tokio::test]
async fn an_official_init_loses_nothing_to_the_clean_up_of_another_set() {
    let service = service().await;
    let set = || {
        [
            (Kind::Flag, "a", item("a", 1)),
            (Kind::Segment, "s", item("s", 1)),
        ]
    };
    on(&service).init(set()).await.unwrap();
    let gate = Gate::new();
    let held = gate.clone();
    let slow = faulty(&service, move |request| {
        let body = request.body().to_string();
        let cleans = request.operation() == "BatchWriteItem" && body.contains("DeleteRequest");
        let lists = request.operation() == "Query" && body.contains("$generations");
        if cleans || lists {
            Fault::Held(held.clone())
        } else {
            Fault::Pass
        }
    });
    let init = tokio::spawn(async move { slow.atomic_init().init(set()).await });
    gate.reached().await;
    on(&service).init(set()).await.unwrap();
    gate.open();
    init.await.unwrap().unwrap();
    for flags in [on(&service), atomic(&service)] {
        assert_eq!(
            flags.get(Kind::Flag, "a").await.unwrap(),
            Some(item("a", 1))
        );
        assert_eq!(keys(&flags.all(Kind::Segment).await.unwrap()), ["s"]);
    }
}

#[tokio::test]
async fn a_sweep_stops_when_an_official_init_takes_the_table_back() {
    let service = service().await;
    let set = || [(Kind::Flag, "a", item("a", 1))];
    on(&service).init(set()).await.unwrap();
    atomic(&service).init(set()).await.unwrap();
    let gate = Gate::new();
    let held = gate.clone();
    let client = wrap(&service.client(), |http| {
        FaultClient::new(http, move |request| match request.operation() {
            "TransactWriteItems" => Fault::Held(held.clone()),
            _ => Fault::Pass,
        })
    });
    let store = Store::new(client);
    let now = store.now() + Duration::from_hours(2);
    let sweeper = FeatureStore::new(&store.with_clock(move || now), TABLE).atomic_init();
    let sweep = tokio::spawn(async move { sweeper.sweep(Duration::from_hours(1)).await });
    gate.reached().await;
    on(&service).init(set()).await.unwrap();
    gate.open();
    assert_eq!(sweep.await.unwrap().unwrap(), 0);
    let found = atomic(&service).get(Kind::Flag, "a").await.unwrap();
    assert_eq!(found, Some(item("a", 1)));
}

#[tokio::test]
async fn an_official_init_takes_the_table_back() {
    let service = service().await;
    let flags = atomic(&service);
    flags.init([(Kind::Flag, "a", item("a", 1))]).await.unwrap();
    on(&service)
        .init([(Kind::Flag, "b", item("b", 1))])
        .await
        .unwrap();
    assert_eq!(keys(&flags.all(Kind::Flag).await.unwrap()), ["b"]);
    assert!(flags.upsert(Kind::Flag, "b", item("b", 2)).await.unwrap());
    assert_eq!(
        on(&service).get(Kind::Flag, "b").await.unwrap(),
        Some(item("b", 2))
    );
    assert!(
        much_later(&service)
            .sweep(Duration::from_mins(1))
            .await
            .unwrap()
            > 0
    );
    assert_eq!(places(&service).await.len(), 2, "the marker and a flag");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_see_one_set_whole() {
    let service = service().await;
    atomic(&service).init(numbered(0, 40)).await.unwrap();
    let done = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..2)
        .map(|_| {
            let (flags, done) = (atomic(&service), Arc::clone(&done));
            tokio::spawn(async move {
                let mut seen = BTreeSet::new();
                while !done.load(Ordering::Relaxed) {
                    let all = flags.all(Kind::Flag).await.unwrap();
                    assert_eq!(all.len(), 40);
                    let numbers = numbers(&all);
                    assert_eq!(numbers.len(), 1, "{numbers:?}");
                    seen.extend(numbers);
                    assert!(flags.get(Kind::Flag, "f39").await.unwrap().is_some());
                }
                seen
            })
        })
        .collect();
    for number in 1..12 {
        atomic(&service).init(numbered(number, 40)).await.unwrap();
    }
    done.store(true, Ordering::Relaxed);
    for reader in readers {
        assert!(!reader.await.unwrap().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn an_init_that_is_killed_anywhere_leaves_one_set_whole() {
    let (mut old, mut new) = (false, false);
    for at in 0..30 {
        let service = service().await;
        let flags = atomic(&service).large_items();
        flags.init(numbered(1, 30)).await.unwrap();
        flags
            .upsert(Kind::Segment, "big", large("big", 1, 'x'))
            .await
            .unwrap();
        let killed = killed(&service, at).atomic_init();
        let ended = killed.init(numbered(2, 30)).await;
        let all = atomic(&service).all(Kind::Flag).await.unwrap();
        assert_eq!(all.len(), 30, "killed at {at}");
        let number = numbers(&all);
        assert_eq!(
            number,
            BTreeSet::from([if ended.is_ok() { 2 } else { 1 }]),
            "killed at {at}"
        );
        old |= ended.is_err();
        new |= ended.is_ok();
        let pieces = if ended.is_ok() { 0 } else { 4 };
        much_later(&service)
            .sweep(Duration::from_hours(1))
            .await
            .unwrap();
        let left = places(&service).await;
        assert_eq!(left.len(), 2 + 30 + pieces, "killed at {at}: {left:?}");
        atomic(&service).init(numbered(3, 30)).await.unwrap();
        assert_eq!(
            numbers(&flags.all(Kind::Flag).await.unwrap()),
            BTreeSet::from([3])
        );
    }
    assert!(old && new);
}

#[tokio::test(start_paused = true)]
async fn lost_answers_to_writes_do_not_matter() {
    for at in 0..12 {
        let service = service().await;
        atomic(&service)
            .init([(Kind::Flag, "a", item("a", 1))])
            .await
            .unwrap();
        let flags = faulty(&service, move |request| {
            let writes = request.operation().contains("Write") || request.operation() == "PutItem";
            if writes && request.number() == at {
                Fault::AnswerLost
            } else {
                Fault::Pass
            }
        });
        let flags = flags.atomic_init();
        assert!(flags.upsert(Kind::Flag, "a", item("a", 5)).await.unwrap());
        flags.init([(Kind::Flag, "a", item("a", 2))]).await.unwrap();
        assert!(
            flags.upsert(Kind::Flag, "a", item("a", 3)).await.unwrap(),
            "at {at}"
        );
        assert_eq!(
            flags.get(Kind::Flag, "a").await.unwrap(),
            Some(item("a", 3))
        );
    }
}

#[tokio::test]
async fn a_marker_of_the_harness_names_the_official_set() {
    let service = service().await;
    put(
        &service,
        row(r#"{"namespace":{"S":"$inited"},"key":{"S":"$inited"}}"#),
    )
    .await;
    let flags = atomic(&service);
    assert!(flags.upsert(Kind::Flag, "a", item("a", 1)).await.unwrap());
    flags.init([(Kind::Flag, "b", item("b", 1))]).await.unwrap();
    assert_eq!(keys(&flags.all(Kind::Flag).await.unwrap()), ["b"]);
}

#[tokio::test]
async fn pieces_that_an_upsert_replaced_go() {
    let service = service().await;
    let flags = atomic(&service).large_items();
    let set = [(Kind::Flag, "a", large("a", 1, 'x'))];
    flags.init(set).await.unwrap();
    let pieces = async || {
        let places = places(&service).await.into_iter();
        places.filter(|(at, _)| at.contains("$chunks")).count()
    };
    for version in 2..4 {
        let next = large("a", version, 'y');
        assert!(flags.upsert(Kind::Flag, "a", next).await.unwrap());
        assert_eq!(pieces().await, 3, "version {version}");
    }
    assert!(flags.delete(Kind::Flag, "a", 9).await.unwrap());
    assert_eq!(pieces().await, 0);
}
