//! Answers that are lost, copies that come late, conflicts and throttling: nothing lost, nothing twice.

use std::sync::Mutex;

use dyno::{DyObject as _, ErrorKind, TransactionFailure};
use dyno_testkit::{Fault, Late};
use serde_json::json;

use crate::fixture::{Account, Note, Order, account, faulty, faulty_by, note, order, sent, stored};

fn once(fault: Fault) -> impl Fn(u64) -> Fault + Send + Sync + 'static {
    move |number| match number {
        0 => fault.clone(),
        _ => Fault::Pass,
    }
}

/// Faults that a transaction gets over, with or without having been applied the first time.
fn passing() -> Vec<Fault> {
    vec![
        Fault::NotDelivered,
        Fault::AnswerLost,
        Fault::ServerErrorBefore,
        Fault::ServerErrorAfter,
        Fault::AppliedTwice,
        Fault::Throttled,
        Fault::TransactionConflict,
        Fault::TransactionInProgress,
    ]
}

#[tokio::test(start_paused = true)]
async fn everything_is_written_once_whatever_is_lost() {
    for fault in passing() {
        let (store, sound, recorder) = faulty(once(fault.clone())).await;
        stored(&sound).await;
        let mut account = store.load::<Account>("a").await.unwrap();
        let mut order_a = store.load::<Order>("a").await.unwrap();
        recorder.take();
        account.balance += 1;
        order_a.total += 1;
        let update = Note::update("a").add(Note::fields().count(), 1);
        let transaction = store.transaction().save(&mut account).update(update);
        let transaction = transaction.save(&mut order_a).delete::<Order>("none");
        let (new,) = transaction
            .insert(order("new"))
            .await
            .unwrap_or_else(|error| panic!("{fault:?}: {error:?}"));
        assert!(sent(&recorder).len() <= 2, "{fault:?}");
        assert_eq!(sound.load::<Account>("a").await.unwrap().balance, 11);
        assert_eq!(sound.load::<Note>("a").await.unwrap().count, 1, "{fault:?}");
        assert_eq!(*sound.load::<Order>("new").await.unwrap(), *new);
        // All of them know their versions.
        account.balance += 1;
        order_a.total += 1;
        let transaction = store.transaction().save(&mut account);
        transaction.save(&mut order_a).await.unwrap();
        assert_eq!(sound.load::<Account>("a").await.unwrap().balance, 12);
    }
}

#[tokio::test(start_paused = true)]
async fn a_late_copy_changes_nothing() {
    for late in [Late::Past(1), Late::Past(2), Late::Anytime] {
        for fault in [Fault::Ghost(late.clone()), Fault::Repeated(late.clone())] {
            let (store, sound, _) = faulty(once(fault.clone())).await;
            stored(&sound).await;
            let mut account = store.load::<Account>("a").await.unwrap();
            account.balance = 20;
            let update = Note::update("a").add(Note::fields().count(), 1);
            let transaction = store.transaction().save(&mut account).update(update);
            let (inserted,) = transaction.insert(note("new")).await.unwrap();
            let mut theirs = store.load::<Account>("a").await.unwrap();
            theirs.balance = 30;
            theirs.save().await.unwrap();
            inserted.delete().await.unwrap();
            for _ in 0..5 {
                store.load::<Note>("a").await.unwrap();
                tokio::task::yield_now().await;
            }
            assert_eq!(sound.load::<Account>("a").await.unwrap().balance, 30);
            assert_eq!(sound.load::<Note>("a").await.unwrap().count, 1, "{fault:?}");
            assert!(
                sound
                    .load::<Note>("new")
                    .optional()
                    .await
                    .unwrap()
                    .is_none()
            );
        }
    }
}

/// The answer to a transaction that is refused for these reasons.
fn cancelled(reasons: &serde_json::Value) -> Fault {
    let body = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "message": "Transaction cancelled",
        "CancellationReasons": reasons,
    });
    Fault::Answered(400, body)
}

/// The first transaction is applied and its answer lost. The second is refused for these of its actions, where there stands what the
/// first has put.
async fn without_token(refused: &'static [usize]) -> (dyno::Store, dyno::Store) {
    let first = Mutex::new(json!(null));
    let (store, sound, _) = faulty_by(move |number, request| match number {
        0 => {
            *first.lock().unwrap() = request.body()["TransactItems"].clone();
            Fault::AnswerLost
        }
        1 => {
            let actions = first.lock().unwrap();
            let actions = actions.as_array().unwrap().iter().enumerate();
            let reason = |(at, action): (usize, &serde_json::Value)| {
                let put = action.pointer("/Put/Item");
                if refused.contains(&at) {
                    json!({"Code": "ConditionalCheckFailed", "Item": put})
                } else {
                    json!({"Code": "None"})
                }
            };
            cancelled(&json!(actions.map(reason).collect::<Vec<_>>()))
        }
        _ => Fault::Pass,
    })
    .await;
    stored(&sound).await;
    (store, sound)
}

#[tokio::test(start_paused = true)]
async fn the_versions_of_the_roots_tell_when_the_token_is_forgotten() {
    let (store, sound) = without_token(&[0, 1, 2]).await;
    let mut account = store.load::<Account>("a").await.unwrap();
    account.balance = 20;
    let transaction = store.transaction().insert(note("new")).save(&mut account);
    let (mut new,) = transaction.check_missing::<Order>("b").await.unwrap();
    assert_eq!(sound.load::<Account>("a").await.unwrap().balance, 20);
    account.balance = 21;
    new.count = 1;
    let transaction = store.transaction().save(&mut account).save(&mut new);
    transaction.await.unwrap();

    // An item without a version tells nothing, nor does a check.
    let (store, sound) = without_token(&[0, 2]).await;
    let mut account = store.load::<Account>("a").await.unwrap();
    account.balance = 20;
    let transaction = store.transaction().insert(note("new")).save(&mut account);
    let error = transaction.check_missing::<Order>("b").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown, "{error:?}");
    assert_eq!(error.failures().len(), 2);
    assert_eq!(error.into_given(), (note("new"),));
    assert_eq!(sound.load::<Account>("a").await.unwrap().balance, 20);
}

#[tokio::test(start_paused = true)]
async fn what_was_lost_and_then_overtaken_is_refused() {
    for fault in [Fault::NotDelivered, Fault::ServerErrorBefore] {
        let (store, sound, _) = faulty(once(fault.clone())).await;
        stored(&sound).await;
        let mut account_a = store.load::<Account>("a").await.unwrap();
        let mut theirs = sound.load::<Account>("a").await.unwrap();
        theirs.balance = 30;
        theirs.save().await.unwrap();
        account_a.balance = 20;
        let transaction = store.transaction().save(&mut account_a);
        let error = transaction.insert(note("new")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict, "{fault:?}");
        assert!(
            sound
                .load::<Note>("new")
                .optional()
                .await
                .unwrap()
                .is_none()
        );
    }
    // Only an item without a version could tell.
    let (store, sound, _) = faulty(once(Fault::NotDelivered)).await;
    sound.save(note("new")).await.unwrap();
    let transaction = store.transaction().insert(note("new"));
    let error = transaction.insert(account("b")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    assert!(
        sound
            .load::<Account>("b")
            .optional()
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test(start_paused = true)]
async fn it_gives_up_in_the_right_words() {
    for (fault, kind) in [
        (Fault::Throttled, ErrorKind::Throttled),
        (Fault::TransactionConflict, ErrorKind::Contended),
        (Fault::NotDelivered, ErrorKind::OutcomeUnknown),
        (Fault::AnswerLost, ErrorKind::OutcomeUnknown),
        (Fault::TransactionInProgress, ErrorKind::OutcomeUnknown),
    ] {
        let (store, sound, recorder) = faulty(move |_| fault.clone()).await;
        stored(&sound).await;
        let mut account = store.load::<Account>("a").await.unwrap();
        account.balance = 20;
        recorder.take();
        let transaction = store.transaction().insert(note("new"));
        let error = transaction.save(&mut account).await.unwrap_err();
        assert_eq!(error.kind(), kind);
        assert_eq!(recorder.take().len(), 10);
        assert_eq!(error.into_given(), (note("new"),));
        assert_eq!(account.balance, 20);
    }
}

#[tokio::test(start_paused = true)]
async fn a_reason_of_the_service_is_told_of_its_part() {
    for (code, message, kind) in [
        ("TransactionConflict", "conflict", ErrorKind::Contended),
        ("ThrottlingError", "slow", ErrorKind::Throttled),
        (
            "ProvisionedThroughputExceeded",
            "slow",
            ErrorKind::Throttled,
        ),
        ("ValidationError", "no", ErrorKind::Service),
        (
            "ValidationError",
            "Item size to update has exceeded the maximum allowed size",
            ErrorKind::TooLarge,
        ),
    ] {
        for place in 0..3 {
            let mut reasons = vec![json!({"Code": "None"}); 3];
            reasons[place] = json!({"Code": code, "Message": message});
            let answer = cancelled(&json!(reasons));
            let (store, _, _) = faulty(move |_| answer.clone()).await;
            let transaction = store.transaction().insert(note("a"));
            let transaction = transaction.insert(account("b")).insert(note("c"));
            let error = transaction.await.unwrap_err();
            assert_eq!(error.kind(), kind, "{code}");
            assert_eq!(error.failures().len(), 1);
            assert_eq!(error.failures()[0].part(), place, "{code}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn each_part_has_the_reason_of_its_own() {
    let path = "The document path provided in the update expression is invalid for update";
    let operand = "An operand in the update expression has an incorrect data type";
    let answer = cancelled(&json!([
        {"Code": "ValidationError", "Message": path},
        {"Code": "None"},
        {"Code": "ValidationError", "Message": operand},
        {"Code": "ConditionalCheckFailed"},
        {"Code": "ValidationError", "Message": "no"},
    ]));
    let (store, _, recorder) = faulty(move |_| answer.clone()).await;
    let update = |id: &str| Note::update(id).add(Note::fields().count(), 1);
    let transaction = store.transaction().update(update("a")).update(update("b"));
    let transaction = transaction.update(update("c")).check_exists::<Note>("d");
    let error = transaction.insert(note("e")).await.unwrap_err();
    let failures = error.failures().iter();
    let failures: Vec<_> = failures
        .map(|failure| (failure.part(), failure.kind()))
        .collect();
    assert_eq!(
        failures,
        [
            (0, ErrorKind::PathNotFound),
            (2, ErrorKind::TypeMismatch),
            (3, ErrorKind::NotFound),
            (4, ErrorKind::Service)
        ]
    );
    assert!(error.to_string().contains("3 other parts of"), "{error}");
    assert_eq!(recorder.take().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_known_not_to_be_written_is_told_of_all() {
    let (store, sound, _) = faulty(once(Fault::NotDelivered)).await;
    stored(&sound).await;
    let mut account = store.load::<Account>("a").await.unwrap();
    let mut theirs = sound.load::<Account>("a").await.unwrap();
    theirs.balance = 30;
    theirs.save().await.unwrap();
    account.balance = 20;
    let transaction = store.transaction().insert(note("a")).save(&mut account);
    let transaction = transaction.check_missing::<Order>("a");
    let error = transaction.await.unwrap_err();
    let kinds = error.failures().iter().map(TransactionFailure::kind);
    let kinds: Vec<_> = kinds.collect();
    assert_eq!(
        kinds,
        [
            ErrorKind::AlreadyExists,
            ErrorKind::Conflict,
            ErrorKind::AlreadyExists
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn the_second_request_is_made_once_whatever_is_lost() {
    for fault in passing() {
        let script = fault.clone();
        let (store, sound, recorder) = faulty(move |number| match number {
            1 => script.clone(),
            _ => Fault::Pass,
        })
        .await;
        stored(&sound).await;
        let mut changed = order("a");
        changed.address.city = "Uji".into();
        recorder.take();
        let update = Note::update("a").add(Note::fields().count(), 1);
        let transaction = store.transaction().put(changed).update(update);
        let (mut order, mut account) = transaction.put(account("a")).await.unwrap();
        assert!(sent(&recorder).len() <= 3, "{fault:?}");
        assert_eq!(sound.load::<Note>("a").await.unwrap().count, 1, "{fault:?}");
        assert_eq!(sound.load::<Order>("a").await.unwrap().address.city, "Uji");
        order.total = 1;
        account.balance = 1;
        let transaction = store.transaction().save(&mut order);
        transaction.save(&mut account).await.unwrap();
        let parts = dyno_testkit::dump(&sound.client::<Order>().unwrap(), "Parts").await;
        assert_eq!(parts.unwrap().len(), 2, "{fault:?}");
    }
}
