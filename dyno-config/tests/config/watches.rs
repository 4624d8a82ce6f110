//! Snapshots that refresh themselves.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use dyno_config::{Changes, ConfigStore, Error};
use dyno_testkit::{Fault, Gate, Request};
use tokio::time::{advance, sleep};

use crate::bed::{Bed, Map, map};

/// Longer than it takes a task to come to its next wait.
const MOMENT: Duration = Duration::from_millis(1);

async fn set(config: &ConfigStore, option: &str, host: &str) {
    config.set(option, &map([("host", host)])).await.unwrap();
}

/// A switch that makes each `Query` fail while it is on.
fn switch() -> (
    Arc<AtomicBool>,
    impl Fn(&Request) -> Fault + Send + Sync + 'static,
) {
    let is_down = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&is_down);
    let script = move |request: &Request| match request.operation() {
        "Query" if seen.load(Ordering::SeqCst) => {
            let denied = serde_json::json!({ "__type": "AccessDeniedException", "message": "no" });
            Fault::Answered(400, denied)
        }
        _ => Fault::Pass,
    };
    (is_down, script)
}

fn tasks() -> usize {
    tokio::runtime::Handle::current()
        .metrics()
        .num_alive_tasks()
}

#[tokio::test(start_paused = true)]
async fn a_first_fetch_that_fails_is_an_error() {
    let bed = Bed::new();
    bed.config().await;
    let (is_down, script) = switch();
    let config = ConfigStore::open(&bed.faulty(script), "Config", "prod")
        .await
        .unwrap();
    is_down.store(true, Ordering::SeqCst);
    let before = tasks();
    let error = config.watch().await.unwrap_err();
    assert!(matches!(error, Error::Store { .. }), "{error:?}");
    assert_eq!(tasks(), before);
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_is_fetched_at_its_interval_and_does_not_change_in_the_hand() {
    let bed = Bed::new();
    let config = bed.config().await;
    set(&config, "db", "a").await;
    let watch = config.watch().await.unwrap();
    let held = watch.snapshot();
    bed.recorder.take();
    set(&config, "db", "b").await;
    sleep(Duration::from_secs(299)).await;
    assert_eq!(bed.sent(), ["PutItem"]);
    assert_eq!(watch.snapshot().number(), 0);
    sleep(Duration::from_secs(2)).await;
    assert_eq!(bed.sent(), ["Query"]);
    assert_eq!(watch.snapshot().number(), 1);
    assert_eq!(
        watch.snapshot().get::<Map>("db").unwrap(),
        map([("host", "b")])
    );
    assert_eq!(held.get::<Map>("db").unwrap(), map([("host", "a")]));
    sleep(Duration::from_mins(10)).await;
    assert_eq!(bed.sent(), ["Query", "Query"]);
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_knows_its_age_and_its_options() {
    let bed = Bed::new();
    let config = bed.config().await;
    set(&config, "db", "a").await;
    set(&config, "api", "b").await;
    let watch = config
        .watch()
        .interval(Duration::from_mins(1))
        .await
        .unwrap();
    advance(Duration::from_secs(10)).await;
    let snapshot = watch.snapshot();
    assert_eq!(snapshot.age(), Duration::from_secs(10));
    assert_eq!(watch.status().age(), Duration::from_secs(10));
    assert_eq!(watch.status().next_refresh(), Some(Duration::from_secs(50)));
    assert!(watch.status().is_running());
    assert_eq!(snapshot.options().collect::<Vec<_>>(), ["api", "db"]);
    let error = snapshot.get::<Map>("none").unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error:?}");
    let error = snapshot.get::<u8>("db").unwrap_err();
    assert!(matches!(error, Error::DoesNotFit { .. }), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn fetches_are_consistent_unless_asked_and_reloads_always() {
    let bed = Bed::new();
    let config = bed.config().await;
    let interval = Duration::from_secs(1);
    let strong = config.watch().interval(interval).await.unwrap();
    sleep(interval + MOMENT).await;
    drop(strong);
    let weak = config.watch().interval(interval).eventual().await.unwrap();
    sleep(interval + MOMENT).await;
    weak.reload().await.unwrap();
    let requests = bed.recorder.take();
    let consistent: Vec<_> = requests
        .iter()
        .map(|request| {
            request.body()["ConsistentRead"]
                .as_bool()
                .unwrap_or_default()
        })
        .collect();
    assert_eq!(consistent, [true, true, false, false, true]);
}

#[tokio::test(start_paused = true)]
async fn a_failed_refresh_keeps_the_snapshot_and_is_seen() {
    let bed = Bed::new();
    set(&bed.config().await, "db", "a").await;
    let (is_down, script) = switch();
    let config = ConfigStore::open(&bed.faulty(script), "Config", "prod")
        .await
        .unwrap();
    let watch = config
        .watch()
        .interval(Duration::from_secs(10))
        .await
        .unwrap();
    assert!(watch.status().error().is_none());

    is_down.store(true, Ordering::SeqCst);
    sleep(Duration::from_secs(10) + MOMENT).await;
    let status = watch.status();
    assert_eq!(status.failures(), 1);
    assert!(matches!(**status.error().unwrap(), Error::Store { .. }));
    assert_eq!(status.age(), Duration::from_secs(10) + MOMENT);
    assert_eq!(
        status.next_refresh(),
        Some(Duration::from_secs(1).saturating_sub(MOMENT)),
        "sooner"
    );
    assert_eq!(
        watch.snapshot().get::<Map>("db").unwrap(),
        map([("host", "a")])
    );

    let error = watch.reload().await.unwrap_err();
    let Error::Refresh { source } = error else {
        panic!("{error:?}")
    };
    assert!(matches!(*source, Error::Store { .. }));
    assert_eq!(watch.status().failures(), 2);
    assert_eq!(watch.status().next_refresh(), Some(Duration::from_secs(2)));
    sleep(Duration::from_mins(1)).await;
    assert!(watch.status().failures() >= 7, "the task goes on");
    assert!(watch.status().next_refresh().unwrap() <= Duration::from_secs(10));

    is_down.store(false, Ordering::SeqCst);
    sleep(Duration::from_secs(10) + MOMENT).await;
    assert!(watch.status().error().is_none());
    assert_eq!(watch.status().failures(), 0);
    assert!(watch.snapshot().age() <= Duration::from_secs(10) + MOMENT);
}

#[tokio::test(start_paused = true)]
async fn the_task_ends_with_the_last_handle() {
    let bed = Bed::new();
    let config = bed.config().await;
    let before = tasks();
    let watch = config
        .watch()
        .interval(Duration::from_secs(1))
        .await
        .unwrap();
    let other = watch.clone();
    let mut changes = watch.changes();
    assert_eq!(tasks(), before + 1);
    drop(watch);
    sleep(MOMENT).await;
    assert_eq!(tasks(), before + 1, "a clone is left");
    drop(other);
    sleep(MOMENT).await;
    assert_eq!(tasks(), before, "a stream does not keep it");
    assert!(changes.next().await.is_none());
    bed.recorder.take();
    sleep(Duration::from_hours(1)).await;
    assert!(bed.sent().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_task_ends_in_the_middle_of_a_fetch() {
    let bed = Bed::new();
    bed.config().await;
    let gate = Gate::new();
    let is_held = Arc::new(AtomicBool::new(false));
    let (seen, held) = (Arc::clone(&is_held), gate.clone());
    let store = bed.faulty(move |request| match request.operation() {
        "Query" if seen.load(Ordering::SeqCst) => Fault::Held(held.clone()),
        _ => Fault::Pass,
    });
    let config = ConfigStore::open(&store, "Config", "prod").await.unwrap();
    let before = tasks();
    let watch = config
        .watch()
        .interval(Duration::from_secs(1))
        .await
        .unwrap();
    is_held.store(true, Ordering::SeqCst);
    sleep(Duration::from_secs(1) + MOMENT).await;
    assert_eq!(
        watch.status().next_refresh(),
        Some(Duration::ZERO),
        "a fetch is under way"
    );
    drop(watch);
    sleep(MOMENT).await;
    assert_eq!(tasks(), before);
    assert!(!gate.is_open());
}

#[tokio::test(start_paused = true)]
async fn fetches_do_not_overlap_and_reloads_share_one() {
    let bed = Bed::new();
    bed.config().await;
    let gate = Gate::new();
    let is_held = Arc::new(AtomicBool::new(false));
    let (seen, held) = (Arc::clone(&is_held), gate.clone());
    let store = bed.faulty(move |request| match request.operation() {
        "Query" if seen.load(Ordering::SeqCst) => Fault::Held(held.clone()),
        _ => Fault::Pass,
    });
    let config = ConfigStore::open(&store, "Config", "prod").await.unwrap();
    let watch = config
        .watch()
        .interval(Duration::from_secs(1))
        .await
        .unwrap();
    bed.recorder.take();
    is_held.store(true, Ordering::SeqCst);
    sleep(Duration::from_secs(1) + MOMENT).await;
    let reloads: Vec<_> = (0..5)
        .map(|_| {
            let watch = watch.clone();
            tokio::spawn(async move { watch.reload().await.unwrap().number() })
        })
        .collect();
    sleep(Duration::from_secs(5)).await;
    assert_eq!(
        bed.sent(),
        ["Query"],
        "one is under way, and none beside it"
    );
    is_held.store(false, Ordering::SeqCst);
    gate.open();
    for reload in reloads {
        assert_eq!(
            reload.await.unwrap(),
            2,
            "not the fetch that had begun before"
        );
    }
    assert_eq!(bed.sent(), ["Query"]);
}

#[tokio::test(start_paused = true)]
async fn a_reload_that_is_given_up_harms_nobody() {
    let bed = Bed::new();
    let config = bed.config().await;
    let watch = config.watch().await.unwrap();
    for _ in 0..3 {
        let reload = Box::pin(watch.reload());
        assert!(futures_util::FutureExt::now_or_never(reload).is_none());
    }
    assert_eq!(watch.reload().await.unwrap().number(), 1);
}

fn said(changes: &Changes) -> String {
    format!(
        "+{:?} ~{:?} -{:?}",
        changes.added(),
        changes.changed(),
        changes.removed()
    )
}

#[tokio::test(start_paused = true)]
async fn changes_name_the_options() {
    let bed = Bed::new();
    let config = bed.config().await;
    set(&config, "kept", "a").await;
    set(&config, "changed", "a").await;
    set(&config, "removed", "a").await;
    let watch = config
        .watch()
        .interval(Duration::from_secs(1))
        .await
        .unwrap();
    let mut changes = watch.changes();
    set(&config, "changed", "b").await;
    set(&config, "added", "a").await;
    config.delete("removed").await.unwrap();
    let next = changes.next().await.unwrap();
    assert_eq!(said(&next), r#"+["added"] ~["changed"] -["removed"]"#);
    assert!(!next.is_empty());
    assert_eq!(next.snapshot().number(), 1);
    set(&config, "changed", "c").await;
    let next = changes.next().await.unwrap();
    assert_eq!(said(&next), r#"+[] ~["changed"] -[]"#);
}

#[tokio::test(start_paused = true)]
async fn nothing_new_is_no_change_and_a_slow_reader_sees_the_sum() {
    let bed = Bed::new();
    let config = bed.config().await;
    set(&config, "db", "a").await;
    let watch = config.watch().await.unwrap();
    let mut changes = watch.changes();
    watch.reload().await.unwrap();
    watch.reload().await.unwrap();
    set(&config, "first", "a").await;
    watch.reload().await.unwrap();
    set(&config, "second", "a").await;
    set(&config, "db", "b").await;
    watch.reload().await.unwrap();
    set(&config, "db", "a").await;
    let newest = watch.reload().await.unwrap();
    let next = changes.next().await.unwrap();
    assert_eq!(
        said(&next),
        r#"+["first", "second"] ~[] -[]"#,
        "`db` is as it was"
    );
    assert!(Arc::ptr_eq(next.snapshot(), &newest));
    drop(watch);
    assert!(changes.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn what_was_published_before_the_end_is_still_told() {
    let bed = Bed::new();
    let config = bed.config().await;
    let watch = config.watch().await.unwrap();
    let mut changes = watch.changes();
    set(&config, "db", "a").await;
    watch.reload().await.unwrap();
    drop(watch);
    sleep(MOMENT).await;
    assert_eq!(said(&changes.next().await.unwrap()), r#"+["db"] ~[] -[]"#);
    assert!(changes.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn intervals_may_be_long_and_not_zero() {
    let bed = Bed::new();
    let config = bed.config().await;
    let error = config.watch().interval(Duration::ZERO).await.unwrap_err();
    assert!(matches!(error, Error::InvalidSetting { .. }), "{error:?}");
    assert!(bed.sent().is_empty());
    let watch = config.watch().interval(Duration::MAX).await.unwrap();
    sleep(Duration::from_hours(24)).await;
    assert_eq!(watch.snapshot().number(), 0);
    assert_eq!(watch.reload().await.unwrap().number(), 1);
}

/// A snapshot of several pages: each option is whole, also if it is written between two pages.
#[tokio::test(start_paused = true)]
async fn options_of_several_pages_are_whole_and_perhaps_of_two_moments() {
    let bed = Bed::new();
    let config = bed.config().await;
    let (old, new) = ("x".repeat(300_000), "y".repeat(300_000));
    let both = |text: &str| map([("one", text), ("two", text.get(..10).unwrap())]);
    for option in ["a", "b", "c", "d", "e"] {
        config.set(option, &both(&old)).await.unwrap();
    }
    let gate = Gate::new();
    let held = gate.clone();
    let store = bed.faulty(move |request| {
        let is_second = request.body().get("ExclusiveStartKey").is_some();
        if is_second {
            Fault::Held(held.clone())
        } else {
            Fault::Pass
        }
    });
    let slow = ConfigStore::open(&store, "Config", "prod").await.unwrap();
    let watching = tokio::spawn(async move { slow.watch().await.unwrap().snapshot() });
    sleep(MOMENT).await;
    for option in ["a", "e"] {
        config.set(option, &both(&new)).await.unwrap();
    }
    gate.open();
    let snapshot = watching.await.unwrap();
    assert_eq!(
        snapshot.get::<Map>("a").unwrap(),
        both(&old),
        "of the first page"
    );
    assert_eq!(
        snapshot.get::<Map>("e").unwrap(),
        both(&new),
        "of the second"
    );
}

/// Readers on other threads, while a writer changes two keys at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_reader_sees_half_an_update() {
    let bed = Bed::new();
    let config = bed.config().await;
    config
        .set("pair", &map([("one", "0"), ("two", "0")]))
        .await
        .unwrap();
    let watch = config.watch().await.unwrap();
    let writing = Arc::new(());
    let is_writing = Arc::downgrade(&writing);
    let reader = {
        let watch = watch.clone();
        tokio::task::spawn_blocking(move || {
            let mut last = 0;
            while last < 50 && is_writing.strong_count() > 0 {
                let pair: Map = watch.snapshot().get("pair").unwrap();
                assert_eq!(pair["one"], pair["two"]);
                let next: u32 = pair["one"].parse().unwrap();
                assert!(next >= last, "it never goes back");
                last = next;
            }
        })
    };
    for number in 1..=50_u32 {
        let number = number.to_string();
        config
            .set("pair", &map([("one", &number), ("two", &number)]))
            .await
            .unwrap();
        watch.reload().await.unwrap();
    }
    reader.await.unwrap();
    drop(writing);
}

#[tokio::test(start_paused = true)]
async fn a_fetch_without_an_answer_fails_after_its_time() {
    let bed = Bed::new();
    bed.config().await;
    let is_silent = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&is_silent);
    let store = bed.faulty(move |request| match request.operation() {
        "Query" if seen.load(Ordering::SeqCst) => Fault::Held(Gate::new()),
        _ => Fault::Pass,
    });
    let config = ConfigStore::open(&store, "Config", "prod").await.unwrap();
    let watch = config
        .watch()
        .interval(Duration::from_mins(1))
        .await
        .unwrap();
    is_silent.store(true, Ordering::SeqCst);
    sleep(Duration::from_secs(90) + MOMENT).await;
    let status = watch.status();
    assert_eq!(status.failures(), 1);
    let error = status.error().unwrap();
    assert!(
        matches!(**error, Error::NoAnswer { limit, .. } if limit == Duration::from_secs(30)),
        "{error:?}"
    );
    let reload = tokio::time::timeout(Duration::from_mins(2), watch.reload());
    let error = reload.await.unwrap().unwrap_err();
    assert!(matches!(error, Error::Refresh { .. }), "{error:?}");

    let short = Duration::from_secs(2);
    let first = tokio::time::timeout(
        short + MOMENT,
        config.watch().time_limit(short).into_future(),
    );
    let error = first.await.unwrap().unwrap_err();
    assert!(matches!(error, Error::NoAnswer { .. }), "{error:?}");
    is_silent.store(false, Ordering::SeqCst);
    watch.reload().await.unwrap();
    assert!(watch.status().error().is_none());
}

#[tokio::test(start_paused = true)]
async fn times_that_make_no_sense_are_refused() {
    let bed = Bed::new();
    let config = bed.config().await;
    for watch in [
        config.watch().interval(Duration::from_nanos(1)),
        config.watch().interval(Duration::from_millis(999)),
        config.watch().time_limit(Duration::ZERO),
    ] {
        let error = watch.await.unwrap_err();
        assert!(matches!(error, Error::InvalidSetting { .. }), "{error:?}");
    }
    assert!(bed.sent().is_empty());
}
