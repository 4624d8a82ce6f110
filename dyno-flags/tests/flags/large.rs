//! Flags and segments that are larger than an item.

use std::time::{Duration, UNIX_EPOCH};

use dyno_core::{AttributeValue, Store};
use dyno_flags::{Error, FeatureStore, Kind};
use dyno_testbed::Service;
use dyno_testkit::{Fault, Gate};

use crate::fixture::{
    TABLE, faulty, flags, item, keys, killed, large, on, places, put, rows, service, text,
};

fn later(service: &Service) -> FeatureStore {
    let store = Store::new(service.client());
    let now = store.now() + Duration::from_hours(2);
    FeatureStore::new(&store.with_clock(move || now), TABLE).large_items()
}

#[tokio::test]
async fn a_large_item_is_written_and_read_by_every_store() {
    let service = service().await;
    let flags = on(&service).large_items();
    for kind in [Kind::Flag, Kind::Segment] {
        assert!(
            flags
                .upsert(kind, "big", large("big", 2, 'é'))
                .await
                .unwrap()
        );
        let found = on(&service).get(kind, "big").await.unwrap();
        assert_eq!(found, Some(large("big", 2, 'é')));
        let all = on(&service).all(kind).await.unwrap();
        assert_eq!(all.get("big"), Some(&large("big", 2, 'é')));
        assert!(
            !flags
                .upsert(kind, "big", large("big", 2, 'y'))
                .await
                .unwrap()
        );
        assert!(
            flags
                .upsert(kind, "big", large("big", 3, 'y'))
                .await
                .unwrap()
        );
        assert_eq!(
            flags.get(kind, "big").await.unwrap(),
            Some(large("big", 3, 'y'))
        );
    }
    // Two rows, each with the three pieces of its present content.
    assert_eq!(places(&service).await.len(), 2 + 2 * 3);
}

#[tokio::test]
async fn others_find_a_tombstone_of_the_same_version() {
    let service = service().await;
    on(&service)
        .large_items()
        .upsert(Kind::Flag, "big", large("big", 2, 'x'))
        .await
        .unwrap();
    let rows = rows(&service).await;
    let row = rows.iter().find(|row| text(row, "key") == "big").unwrap();
    assert_eq!(row["version"].as_n().unwrap(), "2");
    let json: serde_json::Value = serde_json::from_str(text(row, "item")).unwrap();
    assert_eq!(
        (&json["deleted"], &json["version"]),
        (&true.into(), &2.into())
    );
    // Official stores compare versions, and replace the row.
    assert!(
        on(&service)
            .upsert(Kind::Flag, "big", item("big", 3))
            .await
            .unwrap()
    );
    assert_eq!(places(&service).await.len(), 1);
}

#[tokio::test]
async fn init_writes_large_items_and_removes_old_pieces() {
    let service = service().await;
    let flags = on(&service).large_items();
    let all = |version, filler| {
        [
            (Kind::Flag, "big", large("big", version, filler)),
            (Kind::Flag, "small", item("small", version)),
            (Kind::Segment, "big", large("big", version, filler)),
        ]
    };
    flags.init(all(1, 'x')).await.unwrap();
    assert_eq!(places(&service).await.len(), 3 + 6 + 1);
    flags.init(all(2, 'y')).await.unwrap();
    assert_eq!(places(&service).await.len(), 3 + 6 + 1);
    assert_eq!(
        flags.get(Kind::Segment, "big").await.unwrap(),
        Some(large("big", 2, 'y'))
    );
    flags
        .init([(Kind::Flag, "small", item("small", 1))])
        .await
        .unwrap();
    assert_eq!(places(&service).await.len(), 2);
}

#[tokio::test]
async fn a_write_that_is_killed_leaves_the_old_or_the_new_value() {
    let (mut old, mut new) = (false, false);
    for at in 0..5 {
        let service = service().await;
        let flags = on(&service).large_items();
        flags
            .upsert(Kind::Flag, "big", large("big", 1, 'x'))
            .await
            .unwrap();
        let written = killed(&service, at).large_items();
        let written = written
            .upsert(Kind::Flag, "big", large("big", 2, 'y'))
            .await;
        let found = flags.get(Kind::Flag, "big").await.unwrap().unwrap();
        if found == large("big", 2, 'y') {
            new = true;
            assert!(written.is_ok());
        } else {
            old = true;
            assert_eq!(found, large("big", 1, 'x'));
        }
        // What is young may be somebody's work.
        assert_eq!(flags.sweep(Duration::from_hours(1)).await.unwrap(), 0);
        later(&service)
            .sweep(Duration::from_hours(1))
            .await
            .unwrap();
        assert_eq!(places(&service).await.len(), 4, "killed at {at}");
        assert_eq!(flags.get(Kind::Flag, "big").await.unwrap(), Some(found));
    }
    assert!(old && new);
}

#[tokio::test]
async fn a_reader_between_row_and_pieces_finds_the_next_value() {
    let service = service().await;
    let flags = on(&service).large_items();
    flags
        .upsert(Kind::Flag, "big", large("big", 1, 'x'))
        .await
        .unwrap();
    let gate = Gate::new();
    let held = gate.clone();
    let slow = faulty(&service, move |request| match request.operation() {
        "BatchGetItem" => Fault::Held(held.clone()),
        _ => Fault::Pass,
    });
    let read = tokio::spawn(async move { slow.get(Kind::Flag, "big").await });
    gate.reached().await;
    flags
        .upsert(Kind::Flag, "big", large("big", 2, 'y'))
        .await
        .unwrap();
    gate.open();
    let found = read.await.unwrap().unwrap();
    assert_eq!(found, Some(large("big", 2, 'y')));
}

#[tokio::test]
async fn a_damaged_piece_is_told_and_does_not_lose_the_others() {
    let service = service().await;
    let flags = on(&service).large_items();
    flags
        .upsert(Kind::Flag, "big", large("big", 1, 'x'))
        .await
        .unwrap();
    flags
        .upsert(Kind::Flag, "good", item("good", 1))
        .await
        .unwrap();
    let mut piece = rows(&service).await;
    piece.retain(|row| text(row, "namespace") == "features$chunks");
    let mut piece = piece.remove(0);
    let mut bytes = piece["data"].as_b().unwrap().as_ref().to_vec();
    bytes[5] ^= 1;
    piece.insert(
        "data".into(),
        AttributeValue::B(dyno_core::Blob::new(bytes)),
    );
    put(&service, piece).await;
    let error = flags.get(Kind::Flag, "big").await.unwrap_err();
    assert!(matches!(error, Error::Unreadable { .. }), "{error:?}");
    let all = flags.all(Kind::Flag).await.unwrap();
    assert_eq!((keys(&all), all.unreadable().len()), (vec!["good"], 1));
    // The next version mends it.
    assert!(
        flags
            .upsert(Kind::Flag, "big", large("big", 2, 'x'))
            .await
            .unwrap()
    );
    assert!(flags.get(Kind::Flag, "big").await.unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_of_a_large_upsert_is_true() {
    let service = service().await;
    let lost = faulty(&service, |request| {
        match (request.operation(), request.number()) {
            ("PutItem", 1) => Fault::AnswerLost,
            _ => Fault::Pass,
        }
    });
    let written = lost
        .large_items()
        .upsert(Kind::Flag, "big", large("big", 1, 'x'))
        .await;
    assert!(written.unwrap());
    let found = on(&service).get(Kind::Flag, "big").await.unwrap();
    assert_eq!(found, Some(large("big", 1, 'x')));
}

#[tokio::test]
async fn a_large_item_can_be_deleted() {
    let flags = flags().await.large_items();
    flags
        .upsert(Kind::Flag, "big", large("big", 1, 'x'))
        .await
        .unwrap();
    assert!(flags.delete(Kind::Flag, "big", 2).await.unwrap());
    assert!(
        flags
            .get(Kind::Flag, "big")
            .await
            .unwrap()
            .unwrap()
            .is_deleted()
    );
}

#[tokio::test]
async fn a_clock_before_1970_does_no_harm() {
    let service = service().await;
    let store = Store::new(service.client());
    let store = store.with_clock(|| UNIX_EPOCH - Duration::from_secs(1));
    let flags = FeatureStore::new(&store, TABLE).large_items();
    assert!(
        flags
            .upsert(Kind::Flag, "big", large("big", 1, 'x'))
            .await
            .unwrap()
    );
    assert_eq!(flags.sweep(Duration::from_mins(1)).await.unwrap(), 0);
}

#[tokio::test]
async fn init_writes_pieces_before_the_rows_that_name_them() {
    let service = service().await;
    let mixed = faulty(&service, |request| {
        let body = request.body().to_string();
        assert!(
            !(body.contains("$chunks") && body.contains("\"item\"")),
            "a batch has no order"
        );
        Fault::Pass
    });
    let all = [
        (Kind::Flag, "big", large("big", 1, 'x')),
        (Kind::Flag, "small", item("small", 1)),
    ];
    mixed.large_items().init(all).await.unwrap();
    assert_eq!(places(&service).await.len(), 2 + 3 + 1);
}

#[tokio::test(start_paused = true)]
async fn an_init_whose_pieces_are_throttled_for_ever_leaves_every_row() {
    let service = service().await;
    let throttled = faulty(&service, |request| {
        if request.body().to_string().contains("$chunks") {
            Fault::Throttled
        } else {
            Fault::Pass
        }
    });
    let all = [
        (Kind::Flag, "big", large("big", 1, 'x')),
        (Kind::Flag, "small", item("small", 1)),
        (Kind::Segment, "s", item("s", 1)),
    ];
    let error = throttled.large_items().init(all).await.unwrap_err();
    let Error::Incomplete { left, .. } = error else {
        panic!("{error:?}");
    };
    let expected = [
        (Kind::Segment, "s".to_owned()),
        (Kind::Flag, "big".to_owned()),
        (Kind::Flag, "small".to_owned()),
    ];
    assert_eq!(left, expected);
    assert!(places(&service).await.is_empty());
}

#[tokio::test]
async fn a_sweep_of_no_age_leaves_what_is_being_written() {
    let service = service().await;
    let gate = Gate::new();
    let held = gate.clone();
    let slow = faulty(&service, move |request| match request.operation() {
        "PutItem" => Fault::Held(held.clone()),
        _ => Fault::Pass,
    });
    let write = tokio::spawn(async move {
        let big = large("big", 1, 'x');
        slow.large_items().upsert(Kind::Flag, "big", big).await
    });
    gate.reached().await;
    assert_eq!(on(&service).sweep(Duration::ZERO).await.unwrap(), 0);
    gate.open();
    assert!(write.await.unwrap().unwrap());
    let found = on(&service).get(Kind::Flag, "big").await.unwrap();
    assert_eq!(found, Some(large("big", 1, 'x')));
}

#[tokio::test]
async fn a_sweep_leaves_the_pieces_of_a_row_that_cannot_be_read() {
    let service = service().await;
    let flags = on(&service).large_items();
    flags
        .upsert(Kind::Flag, "big", large("big", 1, 'x'))
        .await
        .unwrap();
    let mut broken = rows(&service).await;
    broken.retain(|row| text(row, "namespace") == "features");
    let mut broken = broken.remove(0);
    broken.insert("version".into(), AttributeValue::S("1".into()));
    put(&service, broken).await;
    let swept = later(&service).sweep(Duration::from_hours(1)).await;
    assert_eq!(swept.unwrap(), 0);
    assert_eq!(places(&service).await.len(), 1 + 3);
}

#[tokio::test]
async fn a_sweep_reads_the_rows_of_each_kind_once() {
    let service = service().await;
    let flags = on(&service).large_items();
    for kind in [Kind::Flag, Kind::Segment] {
        let big = large("big", 1, 'x');
        flags.upsert(kind, "big", big).await.unwrap();
    }
    let recorder = dyno_testkit::Recorder::new();
    let store = Store::new(service.client()).with_interceptor(recorder.clone());
    let now = store.now() + Duration::from_hours(2);
    let flags = FeatureStore::new(&store.with_clock(move || now), TABLE);
    assert_eq!(flags.sweep(Duration::from_hours(1)).await.unwrap(), 0);
    // Of each kind the pieces, in a page for each 1 MB, and the rows.
    let rows = recorder.requests().into_iter();
    let rows = rows.filter(|request| !request.body().to_string().contains("$chunks"));
    assert_eq!(rows.count(), 2);
}
