//! Conditions, and what is learned after a lost answer.

use std::time::UNIX_EPOCH;

use dyno_core::ErrorKind;
use dyno_kv::{Error, Kv, Record};
use dyno_testkit::{Fault, Gate, Late};
use tokio::time::sleep;

use crate::fixture::{Bench, NOW, TABLE, seconds};

/// After a lost answer, and before the request is sent again.
const IN_BETWEEN: std::time::Duration = std::time::Duration::from_millis(30);

fn lost() -> [Fault; 2] {
    [Fault::NotDelivered, Fault::AnswerLost]
}

#[tokio::test(start_paused = true)]
async fn a_write_whose_answer_was_lost_is_applied_once_and_known() {
    for fault in lost() {
        let bench = Bench::new().await;
        let records = bench.partition();
        bench.next([fault.clone()]);
        let created = records
            .create("k", "1")
            .field("created", "now")
            .await
            .unwrap();
        assert_eq!(bench.sent(), "PutItem PutItem");
        assert_eq!(records.get("k").await.unwrap(), created);

        bench.next([fault.clone()]);
        let next = records
            .compare_and_put(&created, "2")
            .ttl(seconds(9))
            .await
            .unwrap();
        assert_eq!(next.version(), 2);
        assert_eq!(
            records.get("k").await.unwrap(),
            next,
            "also what it did not bring"
        );

        bench.next([fault.clone()]);
        let third = records.put("k", "3").await.unwrap();
        assert_eq!(records.get("k").await.unwrap(), third);
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_that_the_network_doubles_is_applied_once() {
    let bench = Bench::new().await;
    let records = bench.partition();
    bench.next([Fault::AppliedTwice]);
    let created = records.create("k", "1").await.unwrap();
    assert_eq!(records.get("k").await.unwrap(), created);
    bench.next([Fault::AppliedTwice]);
    let next = records.compare_and_put(&created, "2").await.unwrap();
    assert_eq!(records.get("k").await.unwrap(), next);
    assert_eq!(next.version(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_write_that_arrives_late_does_no_harm() {
    let bench = Bench::new().await;
    let records = bench.partition();
    let first = records.create("k", "1").await.unwrap();
    bench.next([Fault::Ghost(Late::Past(2))]);
    let second = records.compare_and_put(&first, "2").await.unwrap();
    bench.others().compare_and_put(&second, "3").await.unwrap();
    records.get("k").await.unwrap();
    let record = records.get("k").await.unwrap();
    assert_eq!((record.text().unwrap(), record.version()), ("3", 3));
}

#[tokio::test(start_paused = true)]
async fn a_creation_that_arrives_late_does_not_turn_the_version_back() {
    let bench = Bench::new().await;
    let records = bench.partition();
    records.put("k", "1").ttl(seconds(1)).await.unwrap();
    bench.wait(1);
    bench.next([Fault::Pass, Fault::Ghost(Late::Past(3))]);
    records.create("k", "2").ttl(seconds(1)).await.unwrap();
    bench.wait(1);
    for _ in 0..4 {
        records.get("k").optional().await.unwrap();
    }
    let new = records.create("k", "3").await.unwrap();
    assert_eq!(new.version(), 3);
}

#[tokio::test(start_paused = true)]
async fn of_two_who_replace_an_expired_record_by_other_clocks_each_counts_on() {
    let bench = Bench::new().await;
    let records = bench.partition();
    records.put("k", "1").ttl(seconds(1)).await.unwrap();
    bench.wait(60);
    let gate = Gate::new();
    bench.next([Fault::Pass, Fault::Held(gate.clone())]);
    let (ours, ()) = tokio::join!(async { records.create("k", "ours").await }, async {
        sleep(IN_BETWEEN).await;
        let slow = bench.store().with_clock(|| UNIX_EPOCH + seconds(NOW + 2));
        let slow = Kv::new(&slow, TABLE).partition("customers");
        let theirs = slow.create("k", "theirs").ttl(seconds(1)).await.unwrap();
        assert_eq!(theirs.version(), 2);
        gate.open();
    });
    assert_eq!(ours.unwrap().version(), 3);
}

/// What comes of a compare-and-put whose answer is lost, while somebody else does this.
async fn with_another<F: Future<Output = ()>>(
    fault: Fault,
    other: impl FnOnce(dyno_kv::Partition, Record) -> F,
) -> Result<Record, Error> {
    let bench = Bench::new().await;
    let first = bench.partition().create("k", "1").await.unwrap();
    bench.next([fault]);
    let records = bench.partition();
    let (outcome, ()) = tokio::join!(
        async { records.compare_and_put(&first, "2").await },
        async {
            sleep(IN_BETWEEN).await;
            other(bench.others(), first.clone()).await;
        }
    );
    outcome
}

#[tokio::test(start_paused = true)]
async fn somebody_who_wrote_in_between_does_not_hide_what_happened() {
    // Each of them after ours was applied, or instead of it.
    let put = |records: dyno_kv::Partition, _: Record| async move {
        records.put("k", "theirs").await.unwrap();
    };
    let applied = with_another(Fault::AnswerLost, put).await.unwrap();
    assert_eq!((applied.version(), applied.text().unwrap()), (2, "2"));
    match with_another(Fault::NotDelivered, put).await.unwrap_err() {
        Error::Modified { present, .. } => assert_eq!(present.text().unwrap(), "theirs"),
        other => panic!("{other}"),
    }

    let compare = |records: dyno_kv::Partition, _: Record| async move {
        let present = records.get("k").await.unwrap();
        records.compare_and_put(&present, "theirs").await.unwrap();
    };
    let applied = with_another(Fault::AnswerLost, compare).await.unwrap();
    assert_eq!((applied.version(), applied.text().unwrap()), (2, "2"));
    match with_another(Fault::NotDelivered, compare)
        .await
        .unwrap_err()
    {
        Error::Modified { present, .. } => assert_eq!(present.text().unwrap(), "theirs"),
        other => panic!("{other}"),
    }
}

#[tokio::test(start_paused = true)]
async fn what_nobody_can_tell_is_said_so() {
    let twice = |records: dyno_kv::Partition, _: Record| async move {
        for text in ["theirs", "theirs again"] {
            let present = records.get("k").await.unwrap();
            records.compare_and_put(&present, text).await.unwrap();
        }
    };
    for fault in lost() {
        match with_another(fault, twice).await.unwrap_err() {
            Error::OutcomeUnknown {
                present, source, ..
            } => {
                assert_eq!(present.unwrap().text().unwrap(), "theirs again");
                assert_eq!(source.kind(), ErrorKind::OutcomeUnknown);
            }
            other => panic!("{other}"),
        }
    }
    let delete = |records: dyno_kv::Partition, _: Record| async move {
        records.delete("k").await.unwrap();
    };
    for fault in lost() {
        match with_another(fault, delete).await.unwrap_err() {
            Error::OutcomeUnknown { present: None, .. } => {}
            other => panic!("{other}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_creation_is_known_whatever_others_wrote_since() {
    for (fault, is_ours) in [(Fault::AnswerLost, true), (Fault::NotDelivered, false)] {
        let bench = Bench::new().await;
        bench.next([fault]);
        let records = bench.partition();
        let (outcome, ()) = tokio::join!(async { records.create("k", "ours").await }, async {
            sleep(IN_BETWEEN).await;
            let others = bench.others();
            let mut present = match others.get("k").optional().await.unwrap() {
                Some(ours) => ours,
                None => others.create("k", "theirs").await.unwrap(),
            };
            for text in ["a", "b", "c"] {
                present = others.compare_and_put(&present, text).await.unwrap();
            }
        });
        match outcome {
            Ok(record) => assert!(is_ours && record.version() == 1),
            Err(Error::Exists { present, .. }) => {
                assert!(!is_ours && present.text().unwrap() == "c");
            }
            Err(other) => panic!("{other}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_record_that_was_deleted_and_made_anew_is_another_one() {
    let bench = Bench::new().await;
    let records = bench.partition();
    let old = records.create("k", "old").await.unwrap();
    records.delete("k").await.unwrap();
    let new = records.create("k", "new").await.unwrap();
    assert_eq!(old.version(), new.version());
    let error = records.compare_and_put(&old, "x").await.unwrap_err();
    assert!(matches!(error, Error::Modified { .. }));
    let error = records.compare_and_delete(&old).await.unwrap_err();
    assert!(matches!(error, Error::Modified { .. }));
    records.compare_and_put(&new, "x").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_deletion_whose_answer_was_lost_is_applied_or_unknown() {
    for fault in lost() {
        let bench = Bench::new().await;
        let records = bench.partition();
        let record = records.create("k", "1").await.unwrap();
        bench.next([fault.clone()]);
        let outcome = records.compare_and_delete(&record).await;
        assert!(bench.items().await.is_empty());
        match (fault, outcome) {
            (Fault::NotDelivered, Ok(())) => {}
            (Fault::AnswerLost, Err(error @ Error::OutcomeUnknown { present: None, .. })) => {
                assert!(
                    error
                        .to_string()
                        .contains("nothing was found there afterwards")
                );
            }
            (_, outcome) => panic!("{outcome:?}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_deletion_that_was_lost_and_refused_is_told_from_one_that_was_not() {
    for blind in [true, false] {
        let bench = Bench::new().await;
        let record = bench.partition().create("k", "1").await.unwrap();
        bench.next([Fault::NotDelivered]);
        let records = bench.partition();
        let (outcome, ()) =
            tokio::join!(async { records.compare_and_delete(&record).await }, async {
                sleep(IN_BETWEEN).await;
                let others = bench.others();
                if blind {
                    others.put("k", "theirs").await.unwrap();
                } else {
                    others.compare_and_put(&record, "theirs").await.unwrap();
                }
            });
        assert!(
            matches!(outcome, Err(Error::Modified { .. })),
            "{outcome:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_that_never_answers_leaves_the_outcome_unknown() {
    let bench = Bench::new().await;
    let record = bench.partition().put("k", "1").await.unwrap();
    let never = bench
        .scripted(|_| Fault::NotDelivered)
        .partition("customers");
    let errors = [
        never.create("new", "1").await.unwrap_err(),
        never.compare_and_put(&record, "1").await.unwrap_err(),
        never.compare_and_delete(&record).await.unwrap_err(),
        never.put("k", "1").await.unwrap_err(),
        never.touch("k").await.unwrap_err(),
        never.counter("visits").add(1).await.unwrap_err(),
        never.lock("job", seconds(9)).try_now().await.unwrap_err(),
    ];
    for error in errors {
        assert!(matches!(error, Error::OutcomeUnknown { .. }), "{error}");
        assert_eq!(error.kind(), Some(ErrorKind::OutcomeUnknown));
    }
    let error = never.get("k").await.unwrap_err();
    assert_eq!(error.kind(), Some(ErrorKind::Unreachable));
}

#[tokio::test(start_paused = true)]
async fn what_is_throttled_is_sent_again() {
    let bench = Bench::new().await;
    bench.next([Fault::Throttled, Fault::Throttled]);
    bench.partition().create("k", "1").await.unwrap();
    assert_eq!(bench.sent(), "PutItem PutItem PutItem");
    let throttled = bench.scripted(|_| Fault::Throttled).partition("customers");
    let error = throttled.create("new", "1").await.unwrap_err();
    assert_eq!(error.kind(), Some(ErrorKind::Throttled));
}
