//! One holder at a time, whoever dies, sleeps or has another clock. Time is tokio's, paused.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use dyno_kv::{Error, Kv, LockGuard, Partition};
use dyno_testkit::Fault;
use tokio::time::{Instant, sleep, timeout};

use crate::fixture::{Bench, number, seconds, text};

/// A holder whose requests stop to arrive when the switch is thrown.
fn mortal(bench: &Bench) -> (Partition, Arc<AtomicBool>) {
    let is_dead = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&is_dead);
    let kv = bench.scripted(move |_| {
        if seen.load(Ordering::Relaxed) {
            Fault::NotDelivered
        } else {
            Fault::Pass
        }
    });
    (kv.partition("customers"), is_dead)
}

async fn is_held(records: &Partition, key: &str) -> bool {
    let tried = records.lock(key, seconds(9)).try_now().await;
    match tried {
        Ok(guard) => {
            guard.release().await.unwrap();
            false
        }
        Err(Error::LockHeld { .. }) => true,
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test(start_paused = true)]
async fn tokens_only_grow() {
    let bench = Bench::new().await;
    let records = bench.partition();
    let mut last = 0;
    for way in 0..3 {
        let guard = records.lock("job", seconds(9)).await.unwrap();
        assert!(guard.token() > last && guard.is_held());
        last = guard.token();
        match way {
            0 => guard.release().await.unwrap(),
            1 => drop(guard),
            _ => {
                sleep(seconds(60)).await;
                assert!(guard.is_held(), "renewed for a minute");
                guard.release().await.unwrap();
                last += 10;
            }
        }
        tokio::task::yield_now().await;
    }
    let guard = records.lock("job", seconds(9)).await.unwrap();
    assert!(guard.token() > last);
}

#[tokio::test(start_paused = true)]
async fn a_lock_that_is_held_is_waited_for_and_given_on() {
    let bench = Bench::new().await;
    let guard = bench.partition().lock("job", seconds(30)).await.unwrap();
    let others = bench.others();
    let began = Instant::now();
    let at_most = others.lock("job", seconds(30)).wait_at_most(seconds(5));
    match at_most.await.unwrap_err() {
        Error::LockHeld { waited, .. } => assert!(waited >= seconds(5)),
        other => panic!("{other}"),
    }
    assert!(began.elapsed() < seconds(6));
    let (second, ()) = tokio::join!(
        async { others.lock("job", seconds(30)).await.unwrap() },
        async {
            sleep(seconds(100)).await;
            guard.release().await.unwrap();
        }
    );
    assert!(began.elapsed() < seconds(107), "{:?}", began.elapsed());
    assert!(second.is_held());
}

#[tokio::test(start_paused = true)]
async fn a_guard_that_is_dropped_gives_the_lock_back() {
    let bench = Bench::new().await;
    let guard = bench.partition().lock("job", seconds(30)).await.unwrap();
    assert!(is_held(&bench.others(), "job").await);
    let lost = guard.lost();
    drop(guard);
    lost.await;
    sleep(Duration::from_millis(1)).await;
    assert!(!is_held(&bench.others(), "job").await);
}

#[tokio::test(start_paused = true)]
async fn a_holder_that_dies_is_followed_after_its_lease() {
    let bench = Bench::new().await;
    let (holder, is_dead) = mortal(&bench);
    let guard = holder.lock("job", seconds(12)).await.unwrap();
    sleep(seconds(30)).await;
    is_dead.store(true, Ordering::Relaxed);
    let began = Instant::now();
    let second = bench.partition().lock("job", seconds(12)).await.unwrap();
    let waited = began.elapsed();
    assert!(waited >= seconds(12) && waited < seconds(13), "{waited:?}");
    assert!(second.token() > guard.token());
    assert!(!guard.is_held());
    timeout(seconds(1), guard.lost()).await.unwrap();
    assert!(second.is_held());
    assert!(matches!(
        guard.release().await,
        Err(Error::OutcomeUnknown { .. })
    ));
    assert!(is_held(&bench.others(), "job").await);
}

#[tokio::test(start_paused = true)]
async fn a_holder_that_wakes_late_knows_it_and_its_write_is_refused() {
    let bench = Bench::new().await;
    let (holder, is_asleep) = mortal(&bench);
    let guard = holder.lock("job", seconds(10)).await.unwrap();
    let early = holder.put("result", "early").fenced(&guard).await.unwrap();
    is_asleep.store(true, Ordering::Relaxed);
    let second = bench.partition().lock("job", seconds(10)).await.unwrap();
    let records = bench.partition();
    let theirs = records
        .compare_and_put(&early, "theirs")
        .fenced(&second)
        .await
        .unwrap();

    is_asleep.store(false, Ordering::Relaxed);
    assert!(!guard.is_held());
    let refused = holder.put("result", "late").fenced(&guard).await;
    assert!(
        matches!(refused, Err(Error::LockLost { .. })),
        "{refused:?}"
    );
    let refused = holder.put("result", "late").fence(guard.token()).await;
    match refused.unwrap_err() {
        Error::Fenced { token, present, .. } => {
            assert_eq!((token, present), (guard.token(), second.token()));
        }
        other => panic!("{other}"),
    }
    assert_eq!(records.get("result").await.unwrap(), theirs);
    assert!(matches!(guard.release().await, Err(Error::LockLost { .. })));
    assert!(second.is_held() && is_held(&bench.others(), "job").await);
}

/// A pause of the whole process: neither its heartbeat nor its own look at the clock happens in between.
#[tokio::test(start_paused = true)]
async fn a_process_that_stood_still_has_lost_its_lock_and_does_not_get_it_back() {
    let bench = Bench::new().await;
    let guard = bench.partition().lock("job", seconds(10)).await.unwrap();
    tokio::time::advance(seconds(11)).await;
    assert!(!guard.is_held());
    guard.lost().await;
    sleep(seconds(5)).await;
    assert!(!guard.is_held());
}

#[tokio::test(start_paused = true)]
async fn of_two_who_wait_one_wins_at_a_time() {
    let bench = Bench::new().await;
    let (holder, is_dead) = mortal(&bench);
    let first = holder.lock("job", seconds(5)).await.unwrap();
    is_dead.store(true, Ordering::Relaxed);
    let inside = Arc::new(AtomicBool::new(false));
    let run = |records: Partition, inside: Arc<AtomicBool>| async move {
        let mut tokens = Vec::new();
        for _ in 0..5 {
            let guard = records.lock("job", seconds(5)).await.unwrap();
            assert!(!inside.swap(true, Ordering::SeqCst), "two holders");
            sleep(Duration::from_millis(700)).await;
            inside.store(false, Ordering::SeqCst);
            tokens.push(guard.token());
            guard.release().await.unwrap();
        }
        tokens
    };
    let (one, other, third) = tokio::join!(
        run(bench.partition(), Arc::clone(&inside)),
        run(bench.others(), Arc::clone(&inside)),
        run(bench.others(), Arc::clone(&inside)),
    );
    let mut all = [one, other, third].concat();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 15, "each holder had a token of its own");
    assert!(all[0] > first.token());
}

#[tokio::test(start_paused = true)]
async fn clocks_that_are_hours_apart_do_not_matter() {
    let bench = Bench::new().await;
    let at = |hours: u64| -> Kv {
        let clock = move || UNIX_EPOCH + seconds(hours * 3600);
        let store = bench.store().with_clock(clock);
        Kv::new(&store, crate::fixture::TABLE)
    };
    let (early, late) = (
        at(100).partition("customers"),
        at(900).partition("customers"),
    );
    let guard = early.lock("job", seconds(10)).await.unwrap();
    let began = Instant::now();
    let tried = late
        .lock("job", seconds(10))
        .wait_at_most(seconds(60))
        .await;
    assert!(
        matches!(tried, Err(Error::LockHeld { .. })),
        "it is renewed"
    );
    assert!(guard.is_held() && began.elapsed() >= seconds(60));
    guard.release().await.unwrap();
    let guard = late.lock("job", seconds(10)).await.unwrap();
    let tried = early.lock("job", seconds(10)).try_now().await;
    assert!(matches!(tried, Err(Error::LockHeld { .. })));
    assert!(guard.is_held());
}

#[tokio::test(start_paused = true)]
async fn an_acquisition_whose_answer_was_lost_is_found_again() {
    for (is_new, faults) in [
        (true, vec![Fault::Pass, Fault::AnswerLost]),
        (true, vec![Fault::Pass, Fault::NotDelivered]),
        (false, vec![Fault::NotDelivered]),
        (false, vec![Fault::AnswerLost]),
        (false, vec![Fault::AnswerLost, Fault::AnswerLost]),
        (
            false,
            vec![Fault::AnswerLost, Fault::Pass, Fault::AnswerLost],
        ),
        (false, vec![Fault::AppliedTwice]),
    ] {
        let bench = Bench::new().await;
        if !is_new {
            let made = bench.others().lock("job", seconds(10)).await.unwrap();
            made.release().await.unwrap();
        }
        bench.next(faults);
        let guard = bench
            .partition()
            .lock("job", seconds(10))
            .try_now()
            .await
            .unwrap();
        assert!(guard.is_held());
        assert_eq!(bench.item("job").await["version"], number(guard.token()));
        assert!(is_held(&bench.others(), "job").await);
        sleep(seconds(60)).await;
        assert!(guard.is_held());
        guard.release().await.unwrap();
        assert!(!is_held(&bench.others(), "job").await);
    }
}

#[tokio::test(start_paused = true)]
async fn a_renewal_whose_answer_was_lost_does_not_lose_the_lock() {
    for fault in [
        Fault::AnswerLost,
        Fault::NotDelivered,
        Fault::AppliedTwice,
        Fault::Throttled,
    ] {
        let bench = Bench::new().await;
        let guard = bench.partition().lock("job", seconds(12)).await.unwrap();
        bench.next([fault.clone(), fault.clone()]);
        sleep(seconds(60)).await;
        assert!(guard.is_held(), "{fault:?}");
        let token = guard.token();
        bench.next([fault.clone()]);
        guard.release().await.unwrap();
        assert!(
            bench
                .partition()
                .lock("job", seconds(12))
                .try_now()
                .await
                .unwrap()
                .token()
                > token
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_holder_that_cannot_renew_learns_it_before_the_lease_is_over() {
    let bench = Bench::new().await;
    let (holder, is_dead) = mortal(&bench);
    let began = Instant::now();
    let guard = holder.lock("job", seconds(16)).await.unwrap();
    is_dead.store(true, Ordering::Relaxed);
    guard.lost().await;
    assert!(began.elapsed() <= seconds(15), "{:?}", began.elapsed());
    assert!(!guard.is_held());
}

#[tokio::test(start_paused = true)]
async fn a_record_that_is_no_lock_is_left_alone() {
    let bench = Bench::new().await;
    let records = bench.partition();
    let record = records.put("k", "v").await.unwrap();
    let error = records.lock("k", seconds(9)).await.unwrap_err();
    assert!(matches!(error, Error::NotALock { .. }), "{error}");
    assert_eq!(records.get("k").await.unwrap(), record);

    let guard = records.lock("job", seconds(9)).await.unwrap();
    let lock = records.get("job").await.unwrap();
    assert!(lock.is_lock() && lock.text().is_err() && lock.fields().next().is_none());
    assert!(matches!(
        records.create("job", "v").await,
        Err(Error::IsLock { .. })
    ));
    drop::<LockGuard>(guard);
    bench
        .put_item(
            [
                ("id".to_owned(), text("customers")),
                ("name".to_owned(), text("odd")),
                ("version".to_owned(), number(1)),
                ("_dy_lease".to_owned(), text("long")),
                ("_dy_holder".to_owned(), text("me")),
            ]
            .into(),
        )
        .await;
    let error = records.lock("odd", seconds(9)).await.unwrap_err();
    assert!(matches!(error, Error::NotALock { .. }), "{error}");
}
