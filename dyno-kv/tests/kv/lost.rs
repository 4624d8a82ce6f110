//! Lost answers: nothing of others is destroyed by a second try, and nothing is called not written that may have been.

use std::time::Duration;

use dyno_core::{AttributeValue, ErrorKind};
use dyno_kv::{Error, Serde};
use dyno_testkit::Fault;
use tokio::time::sleep;

use crate::fixture::{Bench, number, seconds, text};

/// After a lost answer, and before the next request.
const IN_BETWEEN: Duration = Duration::from_millis(30);

/// An answer is lost, and then the service has no room for what is sent again.
fn lost_then_throttled() -> Vec<Fault> {
    let throttled = (0..40).map(|_| Fault::Throttled);
    [Fault::AnswerLost].into_iter().chain(throttled).collect()
}

#[tokio::test(start_paused = true)]
async fn a_second_try_does_not_delete_what_somebody_else_made_anew() {
    let bench = Bench::new().await;
    let records = bench.partition();
    let first = records.put("k", "1").await.unwrap();
    bench.next([Fault::AnswerLost]);
    let (outcome, ()) = tokio::join!(async { records.compare_and_delete(&first).await }, async {
        sleep(IN_BETWEEN).await;
        let new = bench.others().put("k", "precious").await.unwrap();
        assert_eq!(new.version(), first.version());
    });
    match outcome {
        Err(Error::OutcomeUnknown { present, .. }) => {
            assert_eq!(present.unwrap().text().unwrap(), "precious");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(bench.item("k").await["payload"], text("precious"));
}

#[tokio::test(start_paused = true)]
async fn a_second_try_does_not_replace_what_somebody_else_made_anew() {
    let bench = Bench::new().await;
    let records = bench.partition();
    let first = records.put("k", "1").await.unwrap();
    bench.next([Fault::AnswerLost]);
    let (outcome, ()) = tokio::join!(
        async { records.compare_and_put(&first, "ours").await },
        async {
            sleep(IN_BETWEEN).await;
            bench.others().delete("k").await.unwrap();
            bench.others().put("k", "precious").await.unwrap();
        }
    );
    assert!(
        matches!(
            outcome,
            Err(Error::OutcomeUnknown {
                present: Some(_),
                ..
            })
        ),
        "{outcome:?}"
    );
    assert_eq!(bench.item("k").await["payload"], text("precious"));
}

#[tokio::test(start_paused = true)]
async fn of_a_record_without_a_mark_one_read_says_whether_ours_stands() {
    for fault in [Fault::AnswerLost, Fault::NotDelivered] {
        let bench = Bench::new().await;
        let records = bench.partition();
        let first = records.put("k", "1").await.unwrap();
        bench.recorder.take();
        bench.next([fault.clone()]);
        let outcome = records.compare_and_put(&first, "ours").await;
        assert_eq!(bench.sent(), "UpdateItem GetItem");
        match (fault, outcome) {
            (Fault::AnswerLost, Ok(record)) => {
                assert_eq!(records.get("k").await.unwrap(), record);
            }
            (Fault::NotDelivered, Err(Error::OutcomeUnknown { present, .. })) => {
                assert_eq!(present.unwrap().as_ref(), &first, "a late copy may come");
            }
            (_, outcome) => panic!("{outcome:?}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_deletion_of_a_record_without_a_mark_is_sent_once() {
    for fault in [Fault::AnswerLost, Fault::NotDelivered] {
        let bench = Bench::new().await;
        let records = bench.partition();
        let first = records.put("k", "1").await.unwrap();
        bench.recorder.take();
        bench.next([fault.clone()]);
        let outcome = records.compare_and_delete(&first).await;
        assert_eq!(bench.sent(), "DeleteItem GetItem");
        match outcome {
            Err(Error::OutcomeUnknown { present, .. }) => {
                assert_eq!(present.is_some(), matches!(fault, Fault::NotDelivered));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn puts_since_then_do_not_prove_that_nothing_was_written() {
    let bench = Bench::new().await;
    let records = bench.partition();
    let first = records.put("k", "1").await.unwrap();
    bench.next([Fault::AnswerLost]);
    let (outcome, ()) = tokio::join!(
        async { records.compare_and_put(&first, "ours").await },
        async {
            sleep(IN_BETWEEN).await;
            let others = bench.others();
            others.delete("k").await.unwrap();
            others.put("k", "a").await.unwrap();
            others.put("k", "b").await.unwrap();
        }
    );
    assert!(
        matches!(outcome, Err(Error::OutcomeUnknown { .. })),
        "{outcome:?}"
    );
    let second = records.put("d", "1").await.unwrap();
    bench.next([Fault::AnswerLost]);
    let (outcome, ()) = tokio::join!(async { records.compare_and_delete(&second).await }, async {
        sleep(IN_BETWEEN).await;
        bench.others().put("d", "a").await.unwrap();
        bench.others().put("d", "b").await.unwrap();
    });
    assert!(
        matches!(outcome, Err(Error::OutcomeUnknown { .. })),
        "{outcome:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_error_after_a_lost_answer_does_not_say_that_nothing_was_written() {
    let bench = Bench::new().await;
    let records = bench.partition();
    let changed = records.create("changed", "1").await.unwrap();
    let deleted = records.create("deleted", "1").await.unwrap();
    records.create("touched", "1").await.unwrap();
    let busy = |faults: Vec<Fault>| {
        let left = std::sync::Mutex::new(faults.into_iter());
        let kv = bench.scripted(move |_| left.lock().unwrap().next().unwrap_or(Fault::Throttled));
        kv.partition("customers")
    };
    let records = || busy(lost_then_throttled());
    let errors = [
        records()
            .compare_and_put(&changed, "ours")
            .await
            .unwrap_err(),
        records().compare_and_delete(&deleted).await.unwrap_err(),
        records().touch("touched").await.unwrap_err(),
        records().create("created", "ours").await.unwrap_err(),
        records().put("put", "ours").await.unwrap_err(),
        records().counter("counted").add(1).await.unwrap_err(),
    ];
    for error in errors {
        assert!(matches!(error, Error::OutcomeUnknown { .. }), "{error}");
        assert_eq!(error.kind(), Some(ErrorKind::OutcomeUnknown));
    }
    for key in ["changed", "created", "put"] {
        assert_eq!(bench.item(key).await["payload"], text("ours"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_lock_that_is_lost_after_a_lost_answer_does_not_say_that_nothing_was_sent() {
    let bench = Bench::new().await;
    let guard = bench.others().lock("job", seconds(10)).await.unwrap();
    let records = bench.partition();
    let first = records.create("k", "1").await.unwrap();
    bench.next([Fault::AnswerLost]);
    let write = records.compare_and_put(&first, "ours").fenced(&guard);
    let (outcome, ()) = tokio::join!(async { write.await }, async {
        sleep(IN_BETWEEN).await;
        drop(guard);
    });
    assert!(
        matches!(outcome, Err(Error::OutcomeUnknown { .. })),
        "{outcome:?}"
    );
    assert_eq!(bench.item("k").await["payload"], text("ours"));
}

#[tokio::test(start_paused = true)]
async fn a_higher_fence_after_a_lost_answer_does_not_say_that_nothing_was_written() {
    let bench = Bench::new().await;
    let records = bench.partition();
    bench.next([Fault::AnswerLost]);
    let (outcome, ()) = tokio::join!(async { records.put("k", "ours").fence(4).await }, async {
        sleep(IN_BETWEEN).await;
        assert_eq!(bench.item("k").await["payload"], text("ours"));
        let theirs = bench.others().put("k", "theirs").fence(5);
        theirs.await.unwrap();
    });
    match outcome {
        Err(Error::OutcomeUnknown { present, .. }) => assert_eq!(present.unwrap().fence(), Some(5)),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_touch_whose_answer_was_lost_and_whose_record_is_gone_is_unknown() {
    let bench = Bench::new().await;
    let records = bench.partition();
    records.put("k", "1").await.unwrap();
    bench.next([Fault::AnswerLost]);
    let (outcome, ()) = tokio::join!(async { records.touch("k").field("f", "x").await }, async {
        sleep(IN_BETWEEN).await;
        bench.others().delete("k").await.unwrap();
    });
    assert!(
        matches!(outcome, Err(Error::OutcomeUnknown { present: None, .. })),
        "{outcome:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_lock_that_failed_after_a_lost_answer_is_given_back() {
    let bench = Bench::new().await;
    // The first request sees that there is none; the second one makes it.
    let faults = lost_then_throttled().into_iter().take(12);
    bench.next([Fault::Pass].into_iter().chain(faults));
    let lock = bench.partition().lock("job", seconds(600)).try_now();
    let error = lock.await.unwrap_err();
    assert!(matches!(error, Error::OutcomeUnknown { .. }), "{error}");
    assert!(bench.item("job").await.contains_key("_dy_holder"));
    let others = bench.others().lock("job", seconds(600));
    let _guard = others.wait_at_most(seconds(60)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_creation_that_somebody_counted_in_is_unknown() {
    let bench = Bench::new().await;
    let records = bench.partition();
    bench.next([Fault::AnswerLost]);
    let (outcome, ()) = tokio::join!(async { records.create("n", Serde(&0)).await }, async {
        sleep(IN_BETWEEN).await;
        assert_eq!(bench.others().counter("n").add(1).await.unwrap(), 1);
    });
    match outcome {
        Err(Error::OutcomeUnknown { present, .. }) => {
            assert_eq!(present.unwrap().text().unwrap(), "1");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_record_of_version_zero_that_is_gone_is_not_found() {
    let bench = Bench::new().await;
    let item: [(String, AttributeValue); 3] = [
        ("id".to_owned(), text("customers")),
        ("name".to_owned(), text("k")),
        ("payload".to_owned(), number(1)),
    ];
    bench.put_item(item.into()).await;
    let records = bench.partition();
    let record = records.get("k").await.unwrap();
    records.delete("k").await.unwrap();
    let deleted = records.compare_and_delete(&record).await;
    assert!(deleted.unwrap_err().is_not_found());
    let put = records.compare_and_put(&record, "v").await;
    assert!(put.unwrap_err().is_not_found());
    assert!(bench.items().await.is_empty());
}
