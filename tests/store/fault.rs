//! Answers that are lost, requests that are applied twice, throttling and other clients' transactions.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dyno::{ErrorKind, Saved, Store};
use dyno_testbed::Service;
use dyno_testkit::{Fault, FaultClient, Gate, wrap};

use crate::fixture::{Note, Person, key, rules};

/// A store whose n-th request from now on meets a fault, and one on the same engine that meets none.
pub(crate) struct Faulty {
    pub(crate) sound: Store,
    pub(crate) hit: Store,
    sent: Arc<AtomicUsize>,
}

impl Faulty {
    /// Counts the requests from here: the next one is this number.
    pub(crate) fn skip(&self, number: usize) {
        self.sent.store(number, Ordering::Relaxed);
    }

    pub(crate) async fn new(fault: impl Fn(usize) -> Fault + Send + Sync + 'static) -> Self {
        let engine = Service::new().inline();
        let secret = key("k1");
        let sound = Store::new(engine.client()).with_loader(rules(&secret));
        sound.ensure_tables::<Person>().await.unwrap();
        sound.ensure_tables::<Note>().await.unwrap();
        let sent = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&sent);
        let client = wrap(&engine.client(), |http| {
            FaultClient::new(http, move |_| {
                fault(counted.fetch_add(1, Ordering::Relaxed))
            })
        });
        Self {
            sound,
            hit: Store::new(client).with_loader(rules(&secret)),
            sent,
        }
    }
}

/// Faults after which a request may have been applied.
pub(crate) fn lost() -> [Fault; 4] {
    [
        Fault::NotDelivered,
        Fault::AnswerLost,
        Fault::ServerErrorBefore,
        Fault::ServerErrorAfter,
    ]
}

pub(crate) fn once(fault: Fault) -> impl Fn(usize) -> Fault + Send + Sync + 'static {
    move |request| {
        if request == 0 {
            fault.clone()
        } else {
            Fault::Pass
        }
    }
}

fn passing_faults() -> Vec<Fault> {
    vec![
        Fault::NotDelivered,
        Fault::AnswerLost,
        Fault::ServerErrorBefore,
        Fault::ServerErrorAfter,
        Fault::Throttled,
    ]
}

#[tokio::test(start_paused = true)]
async fn one_fault_at_any_write_is_resolved() {
    // A plain item has no etag to know an earlier copy of a request by, so only objects with one stand this.
    for fault in passing_faults().into_iter().chain([Fault::AppliedTwice]) {
        let store = Faulty::new(once(fault.clone())).await;
        let saved = store.hit.save(Person::john()).key("p").await;
        let mut saved = saved.unwrap_or_else(|error| panic!("{fault:?}: {error:?}"));
        assert_eq!(
            *store.sound.load::<Person>("p").await.unwrap(),
            Person::john(),
            "{fault:?}"
        );

        store.sent.store(0, Ordering::Relaxed);
        saved.location.visits += 1;
        saved
            .save()
            .await
            .unwrap_or_else(|error| panic!("{fault:?}: {error:?}"));
        store.sent.store(0, Ordering::Relaxed);
        saved.tags.push("c".into());
        saved
            .save()
            .await
            .unwrap_or_else(|error| panic!("{fault:?}: {error:?}"));
        assert_eq!(
            *store.sound.load::<Person>("p").await.unwrap(),
            *saved,
            "{fault:?}"
        );

        store.sent.store(0, Ordering::Relaxed);
        store
            .hit
            .write_path::<Person, u64>("p", "location.visits", 9u64)
            .await
            .unwrap();
        store.sent.store(0, Ordering::Relaxed);
        store
            .hit
            .write_path::<Person, String>("p", "name", "Jack")
            .await
            .unwrap();
        let now = store.sound.load::<Person>("p").await.unwrap();
        assert_eq!(
            (now.location.visits, now.name.as_str()),
            (9, "Jack"),
            "{fault:?}"
        );
        assert_eq!(
            saved.save().await.ok(),
            Some(()),
            "nothing changed, nothing is sent"
        );

        store.sent.store(0, Ordering::Relaxed);
        store
            .hit
            .delete::<Person>("p")
            .await
            .unwrap_or_else(|error| panic!("{fault:?}: {error:?}"));
        assert_eq!(
            store.sound.load::<Person>("p").await.unwrap_err().kind(),
            ErrorKind::NotFound,
            "{fault:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn one_fault_at_any_write_of_a_plain_object_is_resolved() {
    for fault in passing_faults() {
        let store = Faulty::new(once(fault.clone())).await;
        let mut note = store
            .hit
            .save(Note::new("n", "a"))
            .if_absent()
            .await
            .unwrap_or_else(|error| panic!("{fault:?}: {error:?}"));
        store.sent.store(0, Ordering::Relaxed);
        note.text = "b".into();
        note.stars = Some(1);
        note.save()
            .await
            .unwrap_or_else(|error| panic!("{fault:?}: {error:?}"));
        store.sent.store(0, Ordering::Relaxed);
        store
            .hit
            .write_path::<Note, String>("n", "text", "c")
            .await
            .unwrap();
        assert_eq!(
            store.sound.load::<Note>("n").await.unwrap().text,
            "c",
            "{fault:?}"
        );
        store.sent.store(0, Ordering::Relaxed);
        store.hit.delete::<Note>("n").await.unwrap();
        assert_eq!(
            store.sound.load::<Note>("n").await.unwrap_err().kind(),
            ErrorKind::NotFound,
            "{fault:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn another_clients_transaction_is_waited_for() {
    let store = Faulty::new(|request| {
        if request < 3 {
            Fault::TransactionConflict
        } else {
            Fault::Pass
        }
    })
    .await;
    store.hit.save(Person::john()).key("p").await.unwrap();
    assert_eq!(store.sent.load(Ordering::Relaxed), 4);
}

#[tokio::test(start_paused = true)]
async fn what_never_gets_through_says_that_nothing_was_written() {
    let store = Faulty::new(|_| Fault::TransactionConflict).await;
    let error = store.hit.save(Person::john()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Contended);
    let store = Faulty::new(|_| Fault::Throttled).await;
    let error = store.hit.save(Person::john()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Throttled);
}

#[tokio::test(start_paused = true)]
async fn what_is_never_answered_is_unknown_and_not_a_guess() {
    for fault in [
        Fault::AnswerLost,
        Fault::NotDelivered,
        Fault::ServerErrorAfter,
    ] {
        let store = Faulty::new(move |_| fault.clone()).await;
        let error = store.hit.save(Person::john()).key("p").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
        assert!(error.to_string().contains("load what is stored"), "{error}");
    }
}

/// Saves through a lost answer, while somebody else saves `times` before the request is sent again.
async fn overtaken(times: u64, change: impl FnOnce(&mut Person)) -> dyno::Result<()> {
    let gate = Gate::new();
    let held = gate.clone();
    let store = Faulty::new(move |request| match request {
        1 => Fault::AnswerLost,
        2 => Fault::Held(held.clone()),
        _ => Fault::Pass,
    })
    .await;
    let mut other = store.sound.save(Person::john()).key("p").await.unwrap();
    let mut mine: Saved<Person> = store.hit.load("p").await.unwrap();
    change(&mut mine);
    let wanted = mine.clone().into_object();
    let writing = tokio::spawn(async move { mine.save().await });
    gate.reached().await;
    other.reload().await.unwrap();
    assert_eq!(
        *other, wanted,
        "the write was applied before its answer was lost"
    );
    for time in 1..=times {
        other.location.visits = 100 + time;
        other.save().await.unwrap();
    }
    gate.open();
    let outcome = writing.await.unwrap();
    let stored = store.sound.load::<Person>("p").await.unwrap();
    assert_eq!(*stored, *other, "what others saved since stays");
    outcome
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_known_while_the_root_remembers_the_commit() {
    for times in 0..=4 {
        overtaken(times, |person| person.tags.clear())
            .await
            .unwrap();
    }
    let error = overtaken(5, |person| person.tags.clear())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_to_a_transaction_is_known_by_its_token() {
    for times in 0..=5 {
        overtaken(times, |person| person.location.visits = 1)
            .await
            .unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn unprocessed_keys_are_asked_for_again_and_never_dropped() {
    let store = Faulty::new(|request| {
        if request < 3 {
            Fault::UnprocessedKeys(3 - request)
        } else {
            Fault::Pass
        }
    })
    .await;
    store.sound.save(Person::john()).key("p").await.unwrap();
    assert_eq!(
        *store.hit.load::<Person>("p").await.unwrap(),
        Person::john()
    );
    let store = Faulty::new(|_| Fault::UnprocessedKeys(4)).await;
    store.sound.save(Person::john()).key("p").await.unwrap();
    assert_eq!(
        store.hit.load::<Person>("p").await.unwrap_err().kind(),
        ErrorKind::Throttled
    );
}

#[tokio::test(start_paused = true)]
async fn a_refusal_after_a_lost_answer_does_not_say_that_nothing_was_written() {
    let gate = Gate::new();
    let held = gate.clone();
    let store = Faulty::new(move |request| match request {
        0 => Fault::AnswerLost,
        1 => Fault::Held(held.clone()),
        _ => Fault::Pass,
    })
    .await;
    let hit = store.hit.clone();
    let writing = tokio::spawn(async move { hit.save(Note::new("n", "x")).await });
    gate.reached().await;
    let client = store.sound.client::<Note>().unwrap();
    client
        .delete_table()
        .table_name("Note")
        .send()
        .await
        .unwrap();
    gate.open();
    let error = writing.await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    assert_eq!(error.into_object(), Note::new("n", "x"));
}
