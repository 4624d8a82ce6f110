//! Answers that are lost, copies that come late, throttling: nothing is applied twice, nothing applied is called failed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dyno::{DyObject, ErrorKind, Store};
use dyno_embedded::Engine;
use dyno_testkit::{Fault, FaultClient, wrap};

use crate::fixture::{Account, Card, Counter, account, counter, make_tables, rules};

/// A store whose next request meets a fault, and one on the same engine that meets none.
struct Faulty {
    sound: Store,
    hit: Store,
    sent: Arc<AtomicUsize>,
}

impl Faulty {
    async fn new(fault: Fault) -> Self {
        let engine = Engine::in_memory().unwrap().inline();
        let rules = rules();
        let sound = Store::new(engine.client()).with_loader(rules.clone());
        make_tables(&sound).await;
        sound.save(counter()).await.unwrap();
        sound.save(account()).key("c").await.unwrap();
        let card = Card {
            number: "4111".into(),
            uses: 0,
        };
        sound.save(card).key("c").await.unwrap();
        let sent = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&sent);
        let client = wrap(&engine.client(), |http| {
            FaultClient::new(http, move |_| {
                match counted.fetch_add(1, Ordering::Relaxed) {
                    0 => fault.clone(),
                    _ => Fault::Pass,
                }
            })
        });
        Self {
            sound,
            hit: Store::new(client).with_loader(rules),
            sent,
        }
    }

    fn sent(&self) -> usize {
        self.sent.load(Ordering::Relaxed)
    }
}

/// Faults after which a request may have been applied, and whether it was.
fn lost() -> [(Fault, bool); 4] {
    [
        (Fault::NotDelivered, false),
        (Fault::AnswerLost, true),
        (Fault::ServerErrorBefore, false),
        (Fault::ServerErrorAfter, true),
    ]
}

#[tokio::test(start_paused = true)]
async fn a_managed_object_counts_once_whatever_is_lost() {
    let refused = [
        Fault::Throttled,
        Fault::TransactionConflict,
        Fault::AppliedTwice,
    ];
    let lost = lost().map(|(fault, _)| fault);
    for fault in lost.into_iter().chain(refused) {
        let store = Faulty::new(fault.clone()).await;
        let fields = Account::fields();
        let update = store.hit.update::<Account>("c").add(fields.visits(), 1);
        let update = update.append(fields.log(), ["a"]);
        let done = update.when(fields.visits().eq(0)).await;
        done.unwrap_or_else(|error| panic!("{fault:?}: {error:?}"));
        let now = store.sound.load::<Account>("c").await.unwrap();
        assert_eq!((now.visits, now.log.len()), (1, 1), "{fault:?}");

        let store = Faulty::new(fault.clone()).await;
        let update = store.hit.update::<Account>("c").set(fields.visits(), 1);
        let done = update.when(fields.visits().eq(0)).await;
        done.unwrap_or_else(|error| panic!("{fault:?}: {error:?}"));
        assert_eq!(store.sound.load::<Account>("c").await.unwrap().visits, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_plain_object_counts_once_and_says_what_it_does_not_know() {
    for (fault, applied) in lost() {
        let store = Faulty::new(fault.clone()).await;
        let fields = Counter::fields();
        let update = store.hit.update::<Counter>("c").add(fields.count(), 1);
        let error = update.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutcomeUnknown, "{fault:?}");
        assert_eq!(store.sent(), 1, "{fault:?}");
        let now = store.sound.load::<Counter>("c").await.unwrap();
        assert_eq!(now.count, 1 + u32::from(applied), "{fault:?}");

        let store = Faulty::new(fault.clone()).await;
        let update = store.hit.update::<Counter>("c").add(fields.count(), 1);
        let done = update.exactly_once().await;
        done.unwrap_or_else(|error| panic!("{fault:?}: {error:?}"));
        let now = store.sound.load::<Counter>("c").await.unwrap();
        assert_eq!(now.count, 2, "{fault:?}");

        // What is the same twice is sent again.
        let store = Faulty::new(fault.clone()).await;
        let update = store.hit.update::<Counter>("c").set(fields.count(), 5);
        update.add(fields.tags(), ["a"]).await.unwrap();
        assert_eq!(store.sent(), 2, "{fault:?}");
        let now = store.sound.load::<Counter>("c").await.unwrap();
        assert_eq!(now.count, 5, "{fault:?}");
    }
    let store = Faulty::new(Fault::Throttled).await;
    let update = store.hit.update::<Counter>("c");
    update.add(Counter::fields().count(), 1).await.unwrap();
    let now = store.sound.load::<Counter>("c").await.unwrap();
    assert_eq!(now.count, 2, "what was throttled was not applied");
}

#[tokio::test(start_paused = true)]
async fn an_object_that_was_lost_with_the_answer_is_not_made_up() {
    for (fault, applied) in lost() {
        let store = Faulty::new(fault.clone()).await;
        let fields = Card::fields();
        let update = store.hit.update::<Card>("c").add(fields.uses(), 1);
        let error = update.returning_new().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutcomeUnknown, "{fault:?}");
        let now = store.sound.load::<Card>("c").await.unwrap();
        assert_eq!(now.uses, u64::from(applied), "{fault:?}");

        // The version tells that what stands there is what the first copy left.
        let store = Faulty::new(fault.clone()).await;
        let update = store.hit.update::<Card>("c").set(fields.uses(), 7);
        let new = update.returning_new().await;
        assert_eq!(new.unwrap().uses, 7, "{fault:?}");

        let store = Faulty::new(fault.clone()).await;
        let update = store.hit.update::<Card>("c").set(fields.uses(), 7);
        let error = update.returning_old().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutcomeUnknown, "{fault:?}");
        assert_eq!(store.sent(), 1, "{fault:?}");
    }
    let store = Faulty::new(Fault::AppliedTwice).await;
    let fields = Card::fields();
    let update = store.hit.update::<Card>("c").add(fields.uses(), 1);
    assert_eq!(update.returning_new().await.unwrap().uses, 1);
    assert_eq!(store.sound.load::<Card>("c").await.unwrap().uses, 1);
}

#[tokio::test]
async fn an_update_whose_object_cannot_be_read_says_that_it_was_made() {
    let store = Faulty::new(Fault::Pass).await;
    let blind = store.sound.clone().with_loader(dyno::Rules::new());
    let update = blind.update::<Card>("c").set(Card::fields().uses(), 3);
    let error = update.returning_new().await.unwrap_err();
    assert!(
        error.to_string().contains("the update was applied"),
        "{error}"
    );
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    assert_eq!(store.sound.load::<Card>("c").await.unwrap().uses, 3);
}

#[tokio::test]
async fn a_compare_and_set_of_a_plain_object_is_sent_once() {
    for (fault, applied) in lost() {
        let faulty = Faulty::new(fault.clone()).await;
        let count = Counter::fields().count();
        let before = faulty.sound.load::<Counter>("c").await.unwrap().count;
        let update = faulty
            .hit
            .update::<Counter>("c")
            .set(count.clone(), before + 1);
        let error = update.when(count.eq(before)).await.unwrap_err();
        assert_eq!(
            error.kind(),
            ErrorKind::OutcomeUnknown,
            "{fault:?}: {error}"
        );
        assert_eq!(faulty.sent(), 1, "{fault:?}");
        let after = faulty.sound.load::<Counter>("c").await.unwrap().count;
        assert_eq!(after, before + u32::from(applied), "{fault:?}");
    }
}
