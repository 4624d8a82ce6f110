//! Sets that are replaced while others read and write.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use dyno_core::Store;
use dyno_flags::{FeatureStore, Kind};
use dyno_testbed::Service;
use dyno_testkit::{Fault, FaultClient, Gate, Request, SplitBatches, SplitPages, wrap};

use crate::fixture::{TABLE, faulty, item, keys, places, service};
use crate::generations::{atomic, much_later, numbered, numbers};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_upsert_is_lost_while_a_set_is_replaced() {
    let service = service().await;
    for round in 1..8 {
        atomic(&service).init(numbered(0, 3)).await.unwrap();
        let gate = Gate::new();
        let held = gate.clone();
        // It has read what stands there, and goes on while others write.
        let init = faulty(&service, move |request| match request.operation() {
            "PutItem" => Fault::Held(held.clone()),
            _ => Fault::Pass,
        });
        let init = init.atomic_init();
        let init = tokio::spawn(async move { init.init(numbered(round, 3)).await });
        gate.reached().await;
        let writers: Vec<_> = (0..3)
            .map(|index| {
                let flags = atomic(&service);
                tokio::spawn(async move {
                    let key = format!("f{index}");
                    for version in 2..20 {
                        let flag = item(&key, version);
                        assert!(flags.upsert(Kind::Flag, &key, flag.clone()).await.unwrap());
                        let found = flags.get(Kind::Flag, &key).await.unwrap();
                        assert_eq!(found, Some(flag));
                    }
                })
            })
            .collect();
        gate.open();
        init.await.unwrap().unwrap();
        for writer in writers {
            writer.await.unwrap();
        }
        let flags = atomic(&service).all(Kind::Flag).await.unwrap().into_map();
        assert!(flags.values().all(|flag| flag.version() == 19), "{flags:?}");
    }
}

/// A reader whose parts of batches and pages stop at a gate, where they match.
fn torn(
    service: &Service,
    seed: u64,
    gate: &Gate,
    stops: impl Fn(&Request) -> bool + Send + Sync + 'static,
) -> FeatureStore {
    let held = gate.clone();
    let client = wrap(&service.client(), |http| {
        FaultClient::new(http, move |request| {
            if stops(request) {
                Fault::Held(held.clone())
            } else {
                Fault::Pass
            }
        })
    });
    let client = wrap(&client, |http| SplitPages::new(http, seed));
    let client = wrap(&client, |http| SplitBatches::new(http, seed));
    FeatureStore::new(&Store::new(client), TABLE).atomic_init()
}

#[tokio::test]
async fn a_get_whose_set_is_removed_after_it_read_the_marker_finds_the_next_one() {
    // In some of these orders the marker is read before the item.
    for seed in 0..8 {
        let service = service().await;
        atomic(&service).init(numbered(1, 3)).await.unwrap();
        let gate = Gate::new();
        let stops = |request: &Request| {
            let body = request.body().to_string();
            request.operation() == "BatchGetItem" && body.contains("\"f1\"") && body.contains('@')
        };
        let reader = torn(&service, seed, &gate, stops);
        let read = tokio::spawn(async move { reader.get(Kind::Flag, "f1").await });
        gate.reached().await;
        atomic(&service).init(numbered(2, 3)).await.unwrap();
        gate.open();
        let found = read.await.unwrap().unwrap().unwrap();
        assert!(
            found.json().contains(r#""set":2"#),
            "seed {seed}: {found:?}"
        );
    }
}

#[tokio::test]
async fn an_all_whose_set_is_removed_between_two_pages_is_of_the_next_one() {
    for seed in 0..4 {
        let service = service().await;
        atomic(&service).init(numbered(1, 20)).await.unwrap();
        let gate = Gate::new();
        let stops = |request: &Request| {
            request.operation() == "Query" && request.body().get("ExclusiveStartKey").is_some()
        };
        let reader = torn(&service, seed, &gate, stops);
        let read = tokio::spawn(async move { reader.all(Kind::Flag).await });
        gate.reached().await;
        atomic(&service).init(numbered(2, 20)).await.unwrap();
        gate.open();
        let all = read.await.unwrap().unwrap();
        assert_eq!((all.len(), numbers(&all)), (20, BTreeSet::from([2])));
    }
}

#[tokio::test]
async fn a_sweep_does_not_remove_a_set_that_becomes_current_meanwhile() {
    let service = service().await;
    let flags = atomic(&service);
    flags.init(numbered(1, 3)).await.unwrap();
    let gates = [Gate::new(), Gate::new()];
    let at_transactions = |gate: &Gate| {
        let held = gate.clone();
        move |request: &Request| match request.operation() {
            "TransactWriteItems" => Fault::Held(held.clone()),
            _ => Fault::Pass,
        }
    };
    let slow = faulty(&service, at_transactions(&gates[0])).atomic_init();
    let init = tokio::spawn(async move { slow.init(numbered(2, 3)).await });
    gates[0].reached().await;

    let client = wrap(&service.client(), |http| {
        FaultClient::new(http, at_transactions(&gates[1]))
    });
    let store = Store::new(client);
    let now = store.now() + Duration::from_hours(2);
    let sweeper = FeatureStore::new(&store.with_clock(move || now), TABLE).atomic_init();
    let sweep = tokio::spawn(async move { sweeper.sweep(Duration::from_hours(1)).await });
    gates[1].reached().await;

    gates[0].open();
    init.await.unwrap().unwrap();
    gates[1].open();
    assert_eq!(sweep.await.unwrap().unwrap(), 0);
    let all = flags.all(Kind::Flag).await.unwrap();
    assert_eq!((all.len(), numbers(&all)), (3, BTreeSet::from([2])));
}

/// Stops an `init` right before it switches, does something else, and lets it go on.
async fn at_the_switch<F: Future<Output = ()>>(service: &Service, between: F) {
    let gate = Gate::new();
    let held = gate.clone();
    let slow = faulty(service, move |request| match request.operation() {
        "TransactWriteItems" => Fault::Held(held.clone()),
        _ => Fault::Pass,
    });
    let init = tokio::spawn(async move {
        let set = [
            (Kind::Flag, "a", item("a", 10)),
            (Kind::Flag, "b", item("b", 10)),
        ];
        slow.atomic_init().init(set).await
    });
    gate.reached().await;
    between.await;
    gate.open();
    init.await.unwrap().unwrap();
}

#[tokio::test]
async fn what_is_newer_than_the_new_set_is_taken_over_with_its_pieces() {
    let service = service().await;
    let flags = atomic(&service).large_items();
    let before = [
        (Kind::Flag, "a", item("a", 1)),
        (Kind::Flag, "b", item("b", 1)),
        // Is in the old set only, and nobody writes it.
        (Kind::Flag, "dropped", item("dropped", 99)),
    ];
    flags.init(before).await.unwrap();
    let old = flags.clone();
    at_the_switch(&service, async move {
        assert!(old.upsert(Kind::Flag, "b", item("b", 11)).await.unwrap());
        assert!(old.upsert(Kind::Flag, "c", item("c", 1)).await.unwrap());
        assert!(old.delete(Kind::Segment, "s", 1).await.unwrap());
    })
    .await;
    assert_eq!(
        flags.get(Kind::Flag, "a").await.unwrap(),
        Some(item("a", 10))
    );
    assert_eq!(
        flags.get(Kind::Flag, "b").await.unwrap(),
        Some(item("b", 11))
    );
    assert_eq!(
        flags.get(Kind::Flag, "c").await.unwrap(),
        Some(item("c", 1))
    );
    assert_eq!(flags.get(Kind::Flag, "dropped").await.unwrap(), None);
    assert!(
        flags
            .get(Kind::Segment, "s")
            .await
            .unwrap()
            .unwrap()
            .is_deleted()
    );
}

#[tokio::test]
async fn an_upsert_right_after_an_init_began_is_taken_over() {
    let service = service().await;
    let flags = atomic(&service);
    flags.init([(Kind::Flag, "b", item("b", 1))]).await.unwrap();
    let gate = Gate::new();
    let held = gate.clone();
    let slow = faulty(&service, move |request| match request.operation() {
        "Query" => Fault::Held(held.clone()),
        _ => Fault::Pass,
    });
    let set = [(Kind::Flag, "b", item("b", 10))];
    let init = tokio::spawn(async move { slow.atomic_init().init(set).await });
    // It has read the marker, and not yet what stands there.
    gate.reached().await;
    assert!(flags.upsert(Kind::Flag, "b", item("b", 11)).await.unwrap());
    gate.open();
    init.await.unwrap().unwrap();
    let found = flags.get(Kind::Flag, "b").await.unwrap();
    assert_eq!(found, Some(item("b", 11)));
}

#[tokio::test]
async fn an_upsert_into_the_set_of_a_faster_init_is_taken_over() {
    let service = service().await;
    let flags = atomic(&service);
    flags.init([(Kind::Flag, "b", item("b", 1))]).await.unwrap();
    let faster = flags.clone();
    at_the_switch(&service, async move {
        let set = [(Kind::Flag, "b", item("b", 10))];
        faster.init(set).await.unwrap();
        assert!(faster.upsert(Kind::Flag, "b", item("b", 11)).await.unwrap());
    })
    .await;
    let found = flags.get(Kind::Flag, "b").await.unwrap();
    assert_eq!(found, Some(item("b", 11)));
}

#[tokio::test(start_paused = true)]
async fn an_upsert_that_was_taken_over_before_its_answer_came_is_true() {
    let service = service().await;
    let flags = atomic(&service).large_items();
    flags.init([(Kind::Flag, "b", item("b", 1))]).await.unwrap();
    let lost = Arc::new(AtomicBool::new(true));
    let losing = Arc::clone(&lost);
    let tokens = Arc::new(Mutex::new(BTreeSet::new()));
    let sent = Arc::clone(&tokens);
    let unlucky = faulty(&service, move |request| {
        let token = request.body()["ClientRequestToken"].as_str();
        sent.lock().unwrap().extend(token.map(str::to_owned));
        if losing.load(Ordering::Relaxed) {
            Fault::AnswerLost
        } else {
            Fault::Pass
        }
    });
    let unlucky = unlucky.atomic_init();
    // It knows which set is current.
    lost.store(false, Ordering::Relaxed);
    assert!(unlucky.get(Kind::Flag, "b").await.unwrap().is_some());
    lost.store(true, Ordering::Relaxed);

    let (began, write) = tokio::sync::oneshot::channel();
    at_the_switch(&service, async move {
        let write =
            tokio::spawn(async move { unlucky.upsert(Kind::Flag, "b", item("b", 11)).await });
        // The core gave up on the first transaction, which was applied, and a second one is under way.
        while tokens.lock().unwrap().len() < 2 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        began.send(write).unwrap();
    })
    .await;
    lost.store(false, Ordering::Relaxed);
    assert!(write.await.unwrap().await.unwrap().unwrap());
    assert_eq!(
        flags.get(Kind::Flag, "b").await.unwrap(),
        Some(item("b", 11))
    );
}

#[tokio::test]
async fn what_is_older_than_the_new_set_is_not_taken_over() {
    let service = service().await;
    let flags = atomic(&service);
    flags.init([(Kind::Flag, "b", item("b", 1))]).await.unwrap();
    let old = flags.clone();
    at_the_switch(&service, async move {
        assert!(old.upsert(Kind::Flag, "b", item("b", 9)).await.unwrap());
    })
    .await;
    assert_eq!(
        flags.get(Kind::Flag, "b").await.unwrap(),
        Some(item("b", 10))
    );
}

#[tokio::test]
async fn of_two_inits_the_last_one_wins_whole() {
    let service = service().await;
    let flags = atomic(&service);
    flags.init([(Kind::Flag, "x", item("x", 1))]).await.unwrap();
    let faster = flags.clone();
    at_the_switch(&service, async move {
        faster
            .init([(Kind::Flag, "y", item("y", 1))])
            .await
            .unwrap();
    })
    .await;
    assert_eq!(keys(&flags.all(Kind::Flag).await.unwrap()), ["a", "b"]);
    assert_eq!(
        places(&service).await.len(),
        4,
        "the marker, one entry, two flags"
    );
}

#[tokio::test]
async fn a_set_that_was_swept_away_does_not_become_current() {
    let service = service().await;
    let flags = atomic(&service);
    flags.init([(Kind::Flag, "x", item("x", 1))]).await.unwrap();
    let gate = Gate::new();
    let held = gate.clone();
    let slow = faulty(&service, move |request| match request.operation() {
        "TransactWriteItems" => Fault::Held(held.clone()),
        _ => Fault::Pass,
    });
    let init = tokio::spawn(async move {
        let set = [(Kind::Flag, "a", item("a", 10))];
        slow.atomic_init().init(set).await
    });
    gate.reached().await;
    much_later(&service)
        .sweep(Duration::from_hours(1))
        .await
        .unwrap();
    gate.open();
    let error = init.await.unwrap().unwrap_err();
    assert!(
        matches!(error, dyno_flags::Error::Abandoned { .. }),
        "{error:?}"
    );
    assert!(error.to_string().contains("call `init` again"), "{error}");
    assert_eq!(keys(&flags.all(Kind::Flag).await.unwrap()), ["x"]);
}

#[tokio::test(start_paused = true)]
async fn a_hold_by_a_clock_that_runs_ahead_is_not_believed() {
    let service = service().await;
    let flags = atomic(&service);
    flags.init([(Kind::Flag, "a", item("a", 1))]).await.unwrap();
    let store = Store::new(service.client());
    let items = store.items(TABLE, "namespace").sort("key");
    let now = store.now().duration_since(UNIX_EPOCH).unwrap();
    for (ahead, waits) in [(3_600_000, false), (1_000, true)] {
        let until = u64::try_from(now.as_millis()).unwrap() + ahead;
        let marker = items.update(("$inited", "$inited"));
        marker.set("held", until).await.unwrap();
        let clock = Store::new(service.client()).with_clock(move || UNIX_EPOCH + now);
        let began = tokio::time::Instant::now();
        let flags = FeatureStore::new(&clock, TABLE).atomic_init();
        let written = flags.upsert(Kind::Flag, "a", item("a", 2 + ahead)).await;
        assert_eq!(written.is_err(), waits, "{ahead}: {written:?}");
        assert_eq!(began.elapsed() > Duration::from_secs(1), waits, "{ahead}");
    }
}
