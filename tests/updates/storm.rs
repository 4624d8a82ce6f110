//! Many writers count while requests are lost, delayed, refused and delivered late: what is counted is what was acknowledged, and
//! no more than what is not known.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dyno::{DyObject, ErrorKind, Store};
use dyno_embedded::Engine;
use dyno_testkit::{Fault, FaultClient, Late, wrap};
use proptest::prelude::*;
use tokio::task::JoinSet;

use crate::fixture::{Account, Card, Counter, account, counter, make_tables, rules};

/// What happens to the requests, one after the other; nothing to those beyond.
fn faults() -> impl Strategy<Value = Vec<Fault>> {
    let late = || (0_u64..12).prop_map(Late::Past);
    let fault = prop_oneof![
        4 => Just(Fault::Pass),
        1 => Just(Fault::NotDelivered),
        2 => Just(Fault::AnswerLost),
        1 => Just(Fault::ServerErrorAfter),
        1 => Just(Fault::ServerErrorBefore),
        1 => Just(Fault::Throttled),
        1 => Just(Fault::TransactionConflict),
        2 => late().prop_map(Fault::Ghost),
    ];
    proptest::collection::vec(fault, 0..40)
}

/// How many updates were acknowledged, and of how many nothing is known.
#[derive(Default)]
struct Tally {
    done: AtomicU64,
    unknown: AtomicU64,
}

impl Tally {
    fn add(&self, done: Result<(), dyno::Error>) {
        match done.map_err(|error| error.kind()) {
            Ok(()) => drop(self.done.fetch_add(1, Ordering::Relaxed)),
            Err(ErrorKind::OutcomeUnknown) => {
                self.unknown.fetch_add(1, Ordering::Relaxed);
            }
            Err(kind) => {
                let not_applied = [ErrorKind::Contended, ErrorKind::Throttled];
                assert!(not_applied.contains(&kind), "{kind:?}");
            }
        }
    }

    fn check(&self, counted: u64, what: &str) -> Result<(), TestCaseError> {
        let done = self.done.load(Ordering::Relaxed);
        let unknown = self.unknown.load(Ordering::Relaxed);
        let possible = done..=done + unknown;
        prop_assert!(
            possible.contains(&counted),
            "{}: {} of {:?}",
            what,
            counted,
            possible
        );
        Ok(())
    }
}

const WRITERS: usize = 4;
const UPDATES: usize = 4;

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 100, ..ProptestConfig::default() })]

    #[test]
    fn what_is_counted_is_what_was_acknowledged(faults in faults()) {
        let test = async {
            let engine = Engine::in_memory().unwrap().inline();
            let rules = rules();
            let sound = Store::new(engine.client()).with_loader(rules.clone());
            make_tables(&sound).await;
            sound.save(counter()).await.unwrap();
            sound.save(account()).key("c").await.unwrap();
            sound.save(Card { number: "4111".into(), uses: 0 }).key("c").await.unwrap();
            let sent = AtomicU64::new(0);
            let client = wrap(&engine.client(), |http| {
                FaultClient::new(http, move |_| {
                    let number = usize::try_from(sent.fetch_add(1, Ordering::Relaxed));
                    let fault = number.ok().and_then(|number| faults.get(number));
                    fault.cloned().unwrap_or(Fault::Pass)
                })
            });
            let hit = Store::new(client).with_loader(rules);
            let tallies = Arc::new([(); 4].map(|()| Tally::default()));
            let mut writers = JoinSet::new();
            for _ in 0..WRITERS {
                let (hit, tallies) = (hit.clone(), Arc::clone(&tallies));
                writers.spawn(async move {
                    let [managed, returned, once, plain] = &*tallies;
                    for _ in 0..UPDATES {
                        let update = hit.update::<Account>("c");
                        managed.add(update.add(Account::fields().visits(), 1).await);
                        let update = hit.update::<Card>("c").add(Card::fields().uses(), 1);
                        returned.add(update.returning_new().await.map(drop));
                        let update = hit.update::<Counter>("c");
                        let update = update.add(Counter::fields().count(), 1);
                        once.add(update.exactly_once().await);
                        let update = hit.update::<Counter>("c");
                        plain.add(update.append(Counter::fields().log(), ["a"]).await);
                    }
                });
            }
            writers.join_all().await;
            let [managed, returned, once, plain] = &*tallies;
            managed.check(sound.load::<Account>("c").await.unwrap().visits, "managed")?;
            returned.check(sound.load::<Card>("c").await.unwrap().uses, "returned")?;
            let counter = sound.load::<Counter>("c").await.unwrap();
            once.check(u64::from(counter.count) - 1, "once")?;
            plain.check(counter.log.len() as u64 - 1, "plain")
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build();
        runtime.unwrap().block_on(test)?;
    }
}
