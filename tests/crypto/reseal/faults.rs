//! A reseal whose requests go wrong, or that must not send too many.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use dyno::{Cursor, ErrorKind, Keyring, Store};
use dyno_embedded::Engine;
use dyno_testkit::{Fault, FaultClient, RandomFaults, Recorder, TestClock, wrap};
use tokio::time::Instant;

use crate::file::{File, SECRETS, file, keys, load_file, promoted, retired, rules};

const OBJECTS: [&str; 3] = ["a", "b", "c"];

async fn engine_with_files(keys: &Keyring) -> (Engine, Store) {
    let engine = Engine::in_memory().unwrap().inline();
    let store = Store::new(engine.client());
    store.ensure_tables::<File>().await.unwrap();
    for key in OBJECTS {
        let save = store.save(file()).key(key).loader(rules(keys));
        save.await.unwrap();
    }
    (engine, store)
}

/// Every object is readable by whoever has both keys, and a second walk finishes what was left.
async fn check_and_finish(store: &Store, keys: &Keyring, cursor: Option<Cursor>, run: &str) {
    for key in OBJECTS {
        let loaded = load_file(store, key, &promoted(keys)).await;
        assert_eq!(loaded.unwrap(), file(), "{run}");
    }
    let mut rest = store.reseal::<File>().loader(rules(&promoted(keys)));
    if let Some(cursor) = cursor {
        rest = rest.from(cursor);
    }
    let rest = rest.await.unwrap();
    assert!(rest.has_ended() && rest.failed() == 0, "{run}: {rest:?}");
    let audit = store.audit::<File>().await.unwrap();
    assert_eq!(audit.count("2026"), 0, "{run}");
    assert_eq!(audit.count("2027"), 3 * SECRETS, "{run}");
    for key in OBJECTS {
        let loaded = load_file(store, key, &retired(keys)).await;
        assert_eq!(loaded.unwrap(), file(), "{run}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_crash_at_any_request_leaves_readable_objects_and_the_cursor_goes_on() {
    let keys = keys();
    let mut resumed = 0;
    for applied in [false, true] {
        let mut fatal = 0;
        loop {
            let (engine, store) = engine_with_files(&keys).await;
            let client = wrap(&engine.client(), |http| {
                FaultClient::new(http, move |request| match request.number() {
                    number if number < fatal => Fault::Pass,
                    number if number == fatal && applied => Fault::AnswerLost,
                    _ => Fault::NotDelivered,
                })
            });
            let cursor: Arc<Mutex<Option<Cursor>>> = Arc::default();
            let noted = Arc::clone(&cursor);
            let reseal = Store::new(client)
                .reseal::<File>()
                .loader(rules(&promoted(&keys)))
                .progress(move |report| *noted.lock().unwrap() = report.cursor().cloned());
            let result = reseal.await;
            let cursor = cursor.lock().unwrap().take();
            resumed += u32::from(cursor.is_some());
            let run = format!("request {fatal}, applied: {applied}");
            if result.is_ok() {
                break;
            }
            check_and_finish(&store, &keys, cursor, &run).await;
            fatal += 1;
        }
        assert!(fatal > 15, "{fatal}");
    }
    assert!(resumed > 10, "{resumed}");
}

#[tokio::test(start_paused = true)]
async fn values_whose_answers_were_lost_are_counted_once() {
    for lost in 0..30 {
        let keys = keys();
        let (engine, store) = engine_with_files(&keys).await;
        let client = wrap(&engine.client(), |http| {
            FaultClient::new(http, move |request| {
                let writes = ["UpdateItem", "TransactWriteItems"];
                if request.number() == lost && writes.contains(&request.operation()) {
                    Fault::AnswerLost
                } else {
                    Fault::Pass
                }
            })
        });
        let reseal = Store::new(client).reseal::<File>();
        let report = reseal.loader(rules(&promoted(&keys))).await.unwrap();
        assert_eq!(report.values(), 3 * SECRETS, "request {lost}");
        check_and_finish(&store, &keys, None, &lost.to_string()).await;
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_goes_wrong_no_object_is_harmed() {
    let (mut finished, mut failed) = (0, 0);
    for seed in 0..25 {
        let keys = keys();
        let (engine, store) = engine_with_files(&keys).await;
        let faults = RandomFaults::seeded(seed).one_in(4);
        let client = wrap(&engine.client(), |http| {
            FaultClient::new(http, move |request| faults.pick(request))
        });
        let reseal = Store::new(client).reseal::<File>();
        match reseal.loader(rules(&promoted(&keys))).await {
            Ok(_) => finished += 1,
            Err(error) => {
                failed += 1;
                let kinds = [
                    ErrorKind::OutcomeUnknown,
                    ErrorKind::Service,
                    ErrorKind::Throttled,
                    ErrorKind::Unreachable,
                ];
                assert!(kinds.contains(&error.kind()), "seed {seed}: {error:?}");
            }
        }
        check_and_finish(&store, &keys, None, &format!("seed {seed}")).await;
    }
    assert!(failed > 2, "{finished} finished, {failed} failed");
}

#[tokio::test(start_paused = true)]
async fn a_rate_bounds_the_units_of_a_second() {
    let keys = keys();
    for clock in [true, false] {
        let (engine, _) = engine_with_files(&keys).await;
        let config = engine.config_builder();
        let config = if clock {
            config.time_source(TestClock::new())
        } else {
            config
        };
        let store = Store::new(aws_sdk_dynamodb::Client::from_conf(config.build()));
        let began = Instant::now();
        let report = store
            .reseal::<File>()
            .loader(rules(&promoted(&keys)))
            .rate(2)
            .await
            .unwrap();
        let consumed = report.read_units() + report.write_units();
        let seconds = began.elapsed().as_secs_f64();
        assert!(consumed > 40.0, "{consumed}");
        // The units of one second may be taken at once; those of the last object are not waited for.
        let least = (consumed - 2.0) / 2.0 - 20.0;
        let most = consumed / 2.0 + 1.0;
        assert!(
            (least..most).contains(&seconds),
            "{consumed} units in {seconds} s"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_rate_nothing_waits() {
    let keys = keys();
    let (_, store) = engine_with_files(&keys).await;
    let recorder = Recorder::new();
    let store = store.with_interceptor(recorder.clone());
    let began = Instant::now();
    let audit = store.audit::<File>().await.unwrap();
    assert_eq!(began.elapsed(), Duration::ZERO);
    let consumed: f64 = recorder
        .requests()
        .iter()
        .filter_map(|request| request.answer()?.consumed_capacity())
        .sum();
    assert!((audit.read_units() - consumed).abs() < 0.01, "{consumed}");
    assert!(audit.read_units() > 10.0);
}
