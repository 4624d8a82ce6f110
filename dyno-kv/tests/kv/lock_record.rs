//! The record of a lock: no other write changes it, and it does not expire.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dyno_kv::{Error, Partition};
use dyno_testkit::{Fault, Gate};
use tokio::time::{Instant, sleep};

use crate::fixture::{Bench, number, seconds};

async fn refusals(records: &Partition) -> Vec<Error> {
    let lock = records.get("job").await.unwrap();
    vec![
        records.put("job", "v").ttl(seconds(1)).await.unwrap_err(),
        records.put("job", "v").keep_expiry().await.unwrap_err(),
        records.touch("job").ttl(seconds(1)).await.unwrap_err(),
        records.create("job", "v").await.unwrap_err(),
        records
            .compare_and_put(&lock, "v")
            .ttl(seconds(1))
            .await
            .unwrap_err(),
    ]
}

#[tokio::test(start_paused = true)]
async fn no_other_write_changes_a_lock() {
    let bench = Bench::new().await;
    let records = bench.partition();
    let guard = bench.others().lock("job", seconds(60)).await.unwrap();
    let before = bench.item("job").await;
    for error in refusals(&records).await {
        let said = error.to_string();
        assert!(
            said.contains("`job`") && said.contains("is a lock"),
            "{said}"
        );
    }
    let counted = records.counter("job").add(1).await;
    assert!(matches!(counted, Err(Error::NotACounter { .. })));
    assert_eq!(bench.item("job").await, before);
    guard.release().await.unwrap();
    for error in refusals(&records).await {
        assert!(error.to_string().contains("is a lock"), "{error}");
    }
}

/// Old programs know nothing of locks.
#[tokio::test(start_paused = true)]
async fn an_expiry_that_an_old_program_gave_a_lock_is_not_heeded_and_goes_away() {
    let bench = Bench::new().await;
    let records = bench.partition();
    let guard = bench.others().lock("job", seconds(9)).await.unwrap();
    let mut item = bench.item("job").await;
    item.insert("expires".to_owned(), number(1));
    item.insert("payload".to_owned(), number(1));
    bench.put_item(item.clone()).await;
    let error = records.create("job", "v").await.unwrap_err();
    assert!(error.to_string().contains("is a lock"), "{error}");
    let counted = records.counter("job").add(1).await;
    assert!(matches!(counted, Err(Error::NotACounter { .. })));
    let second = records.lock("job", seconds(9)).try_now().await;
    assert!(matches!(second, Err(Error::LockHeld { .. })));
    sleep(seconds(8)).await;
    assert!(guard.is_held() && !bench.item("job").await.contains_key("expires"));

    let mut item = bench.item("job").await;
    item.insert("expires".to_owned(), number(1));
    bench.put_item(item).await;
    guard.release().await.unwrap();
    assert!(!bench.item("job").await.contains_key("expires"));
}

#[tokio::test(start_paused = true)]
async fn an_acquisition_removes_an_expiry() {
    let bench = Bench::new().await;
    let records = bench.partition();
    let guard = records.lock("job", seconds(9)).await.unwrap();
    guard.release().await.unwrap();
    let mut item = bench.item("job").await;
    item.insert("expires".to_owned(), number(1));
    bench.put_item(item).await;
    let _guard = records.lock("job", seconds(9)).await.unwrap();
    assert!(!bench.item("job").await.contains_key("expires"));
}

#[tokio::test(start_paused = true)]
async fn tokens_grow_on_after_a_lock_was_deleted() {
    let bench = Bench::new().await;
    let records = bench.partition();
    let first = bench.others().lock("job", seconds(60)).await.unwrap();
    sleep(seconds(45)).await;
    bench.wait(45);
    let version = records.get("job").await.unwrap().version();
    assert!(version > first.token());
    records.delete("job").await.unwrap();
    let second = records.lock("job", seconds(60)).try_now().await.unwrap();
    assert!(second.token() > version);
    drop(first);
}

#[tokio::test(start_paused = true)]
async fn who_watched_a_lock_that_was_deleted_and_made_anew_does_not_take_over_the_new_one() {
    let bench = Bench::new().await;
    let count = AtomicUsize::new(0);
    let dying = bench.scripted(move |_| match count.fetch_add(1, Ordering::Relaxed) {
        0 | 1 => Fault::Pass,
        _ => Fault::NotDelivered,
    });
    let first = dying.partition("customers").lock("job", seconds(30));
    let first = first.await.unwrap();
    let others = bench.others();
    let waiter = tokio::spawn(async move { others.lock("job", seconds(30)).await });
    sleep(Duration::from_millis(22_500)).await;
    let version = bench.item("job").await["version"].clone();
    let records = bench.partition();
    records.delete("job").await.unwrap();
    let second = records.lock("job", seconds(30)).try_now().await.unwrap();
    let mut item = bench.item("job").await;
    item.insert("version".to_owned(), version);
    bench.put_item(item).await;
    sleep(seconds(9)).await;
    assert!(!waiter.is_finished() && second.is_held());
    waiter.abort();
    drop(first);
}

#[tokio::test(start_paused = true)]
async fn a_release_ends_the_hold_before_it_is_sent() {
    let bench = Bench::new().await;
    let records = bench.partition();
    let guard = records.lock("job", seconds(30)).await.unwrap();
    let late = bench.others().put("k", "late").fenced(&guard);
    bench.next([Fault::AnswerLost]);
    let (released, ()) = tokio::join!(guard.release(), async {
        sleep(Duration::from_millis(30)).await;
        assert!(matches!(late.await, Err(Error::LockLost { .. })));
        let second = bench.others().lock("job", seconds(30)).try_now().await;
        std::mem::forget(second.unwrap());
    });
    assert!(
        matches!(released, Err(Error::OutcomeUnknown { .. })),
        "{released:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_lock_that_was_lost_is_not_called_released() {
    let bench = Bench::new().await;
    let guard = bench.partition().lock("job", seconds(10)).await.unwrap();
    tokio::time::advance(seconds(11)).await;
    assert!(!guard.is_held());
    let released = guard.release().await;
    assert!(
        matches!(released, Err(Error::LockLost { .. })),
        "{released:?}"
    );
    let next = bench.others().lock("job", seconds(10)).try_now().await;
    assert!(next.is_ok(), "it was given back all the same");
}

#[tokio::test(start_paused = true)]
async fn a_slow_service_does_not_lose_a_short_lease() {
    let bench = Bench::new().await;
    let guard = bench.partition().lock("job", Duration::from_millis(300));
    let guard = guard.await.unwrap();
    let gates: Vec<_> = (0..6).map(|_| Gate::new()).collect();
    bench.next(gates.iter().map(|gate| Fault::Held(gate.clone())));
    // Each renewal is answered 120 ms after it was sent, and the next one is sent then.
    sleep(Duration::from_millis(100)).await;
    for gate in gates {
        sleep(Duration::from_millis(120)).await;
        gate.open();
        sleep(Duration::from_millis(1)).await;
        assert!(guard.is_held());
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_that_hangs_does_not_hold_up_who_waits_at_most_so_long() {
    let bench = Bench::new().await;
    let _guard = bench.others().lock("job", seconds(30)).await.unwrap();
    for faults in [
        vec![Fault::Held(Gate::new())],
        vec![Fault::Pass, Fault::Held(Gate::new())],
        vec![Fault::AnswerLost, Fault::Held(Gate::new())],
    ] {
        bench.next(faults);
        let began = Instant::now();
        let lock = bench.partition().lock("job", seconds(30));
        let error = lock.wait_at_most(seconds(5)).await.unwrap_err();
        assert!(
            matches!(error, Error::OutcomeUnknown { .. } | Error::LockHeld { .. }),
            "{error}"
        );
        assert!(began.elapsed() < seconds(8), "{:?}", began.elapsed());
    }
}
