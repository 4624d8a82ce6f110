//! Requests that go wrong.

use std::sync::atomic::{AtomicU64, Ordering};

use dyno_core::ErrorKind;
use dyno_flags::{Error, Kind};
use dyno_testkit::{Fault, Gate};

use crate::fixture::{faulty, item, keys, killed, on, rows, service};

fn once(operation: &'static str, fault: Fault) -> impl Fn(&dyno_testkit::Request) -> Fault {
    let seen = AtomicU64::new(0);
    move |request| {
        if request.operation() == operation && seen.fetch_add(1, Ordering::Relaxed) == 0 {
            fault.clone()
        } else {
            Fault::Pass
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_upsert_whose_answer_is_lost_tells_the_truth() {
    for fault in [
        Fault::AnswerLost,
        Fault::NotDelivered,
        Fault::ServerErrorAfter,
        Fault::ServerErrorBefore,
        Fault::Throttled,
        Fault::AppliedTwice,
    ] {
        let service = service().await;
        on(&service)
            .upsert(Kind::Flag, "f", item("f", 1))
            .await
            .unwrap();
        let flags = faulty(&service, once("PutItem", fault.clone()));
        let written = flags.upsert(Kind::Flag, "f", item("f", 2)).await.unwrap();
        // The copy that was refused had an answer, so that this one is not known to be ours.
        let expected = !matches!(fault, Fault::AppliedTwice);
        assert_eq!(written, expected, "{fault:?}");
        assert_eq!(
            on(&service).get(Kind::Flag, "f").await.unwrap(),
            Some(item("f", 2))
        );

        let flags = faulty(&service, once("PutItem", fault.clone()));
        assert!(
            !flags.upsert(Kind::Flag, "f", item("f", 1)).await.unwrap(),
            "{fault:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_upsert_that_was_lost_and_overtaken_is_false() {
    let service = service().await;
    let gate = Gate::new();
    let held = gate.clone();
    let seen = AtomicU64::new(0);
    let slow = faulty(&service, move |_| {
        match seen.fetch_add(1, Ordering::Relaxed) {
            0 => Fault::NotDelivered,
            _ => Fault::Held(held.clone()),
        }
    });
    let write = tokio::spawn(async move { slow.upsert(Kind::Flag, "f", item("f", 2)).await });
    gate.reached().await;
    on(&service)
        .upsert(Kind::Flag, "f", item("f", 3))
        .await
        .unwrap();
    gate.open();
    assert!(!write.await.unwrap().unwrap());
}

#[tokio::test(start_paused = true)]
async fn an_upsert_of_which_no_answer_ever_comes_is_unknown() {
    let service = service().await;
    let flags = faulty(&service, |_| Fault::AnswerLost);
    let error = flags
        .upsert(Kind::Flag, "f", item("f", 2))
        .await
        .unwrap_err();
    assert_eq!(
        error.store_kind(),
        Some(ErrorKind::OutcomeUnknown),
        "{error:?}"
    );
    assert!(error.to_string().contains("flag `f`"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn what_a_batch_leaves_undone_is_sent_again() {
    let service = service().await;
    for fault in [
        Fault::UnprocessedKeys(7),
        Fault::Throttled,
        Fault::AnswerLost,
        Fault::NotDelivered,
    ] {
        let flags = faulty(&service, once("BatchWriteItem", fault.clone()));
        let all = (0..30).map(|number| format!("f{number}"));
        let all: Vec<_> = all
            .map(|key| (Kind::Flag, key.clone(), item(&key, 1)))
            .collect();
        flags.init(all).await.unwrap();
        assert_eq!(
            on(&service).all(Kind::Flag).await.unwrap().len(),
            30,
            "{fault:?}"
        );
        on(&service).init::<&str>([]).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn an_init_that_is_throttled_for_ever_says_what_is_left() {
    let service = service().await;
    let flags = faulty(&service, |request| {
        if request.operation() == "BatchWriteItem" && request.body().to_string().contains("\"b\"") {
            Fault::Throttled
        } else {
            Fault::Pass
        }
    });
    let all = [
        (Kind::Flag, "b", item("b", 1)),
        (Kind::Segment, "s", item("s", 1)),
    ];
    let error = flags.init(all).await.unwrap_err();
    let Error::Incomplete { left, source, .. } = &error else {
        panic!("{error:?}");
    };
    assert_eq!(source.kind(), ErrorKind::Throttled);
    assert!(left.contains(&(Kind::Flag, "b".to_owned())), "{left:?}");
    assert!(!on(&service).initialized().await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn an_init_that_is_killed_anywhere_is_mended_by_the_next() {
    let mut survived = false;
    for at in 0..20 {
        let service = service().await;
        let old = ["a", "b", "c"].map(|key| (Kind::Flag, key, item(key, 5)));
        // Without a marker: whether the second `init` ends is seen by it.
        for (kind, key, item) in old {
            on(&service).upsert(kind, key, item).await.unwrap();
        }
        let new = || {
            [
                (Kind::Flag, "b", item("b", 3)),
                (Kind::Flag, "d", item("d", 1)),
                (Kind::Segment, "s", item("s", 1)),
            ]
        };
        let killed = killed(&service, at).init(new()).await;
        assert_eq!(
            on(&service).initialized().await.unwrap(),
            killed.is_ok(),
            "at {at}"
        );
        let between = on(&service).all(Kind::Flag).await.unwrap();
        assert!(
            between.get("b").is_some(),
            "what both sets have is always there"
        );
        on(&service).init(new()).await.unwrap();
        assert_eq!(
            keys(&on(&service).all(Kind::Flag).await.unwrap()),
            ["b", "d"]
        );
        survived |= killed.is_ok();
    }
    assert!(survived);
}

#[tokio::test]
async fn a_leftover_that_somebody_wrote_meanwhile_stays() {
    let service = service().await;
    for key in ["a", "b"] {
        on(&service)
            .upsert(Kind::Flag, key, item(key, 1))
            .await
            .unwrap();
    }
    let gate = Gate::new();
    let held = gate.clone();
    let slow = faulty(&service, move |request| match request.operation() {
        "DeleteItem" => Fault::Held(held.clone()),
        _ => Fault::Pass,
    });
    let init = tokio::spawn(async move { slow.init([(Kind::Flag, "c", item("c", 1))]).await });
    gate.reached().await;
    on(&service)
        .upsert(Kind::Flag, "b", item("b", 2))
        .await
        .unwrap();
    gate.open();
    init.await.unwrap().unwrap();
    assert_eq!(
        keys(&on(&service).all(Kind::Flag).await.unwrap()),
        ["b", "c"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_deletion_of_a_leftover_survives_a_lost_answer() {
    for fault in [Fault::AnswerLost, Fault::NotDelivered] {
        let service = service().await;
        on(&service)
            .upsert(Kind::Flag, "a", item("a", 1))
            .await
            .unwrap();
        let flags = faulty(&service, once("DeleteItem", fault));
        flags.init::<&str>([]).await.unwrap();
        assert_eq!(rows(&service).await.len(), 1, "only the marker is left");
    }
}
