//! Laws that hold whatever requests and answers are lost, doubled, refused or late, by seeds.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dyno_kv::{Error, Partition, Record};
use dyno_testkit::{Fault, FaultClient, Late, RandomFaults};
use tokio::time::sleep;

use crate::fixture::{Bench, seconds};

const SEEDS: u64 = 40;

/// Three actors whose requests overtake each other, one in three of which goes wrong.
fn actors(bench: &Bench, seed: u64) -> Vec<Partition> {
    actors_with(bench, seed, |faults| faults)
}

fn actors_with(
    bench: &Bench,
    seed: u64,
    chosen: impl Fn(RandomFaults) -> RandomFaults,
) -> Vec<Partition> {
    let script = |actor: u64| {
        let faults = chosen(RandomFaults::seeded(seed * 10 + actor).one_in(3));
        move |request: &dyno_testkit::Request| faults.pick(request)
    };
    let first = FaultClient::new(bench.http(), script(0));
    let others: Vec<_> = (1..3).map(|actor| first.beside(script(actor))).collect();
    let on = |client| bench.on(client).partition("customers");
    [vec![first], others].concat().into_iter().map(on).collect()
}

async fn get(records: &Partition, key: &str) -> Record {
    loop {
        if let Ok(record) = records.get(key).consistent().await {
            return record;
        }
    }
}

/// What came of something that was tried.
#[derive(Debug, Default)]
struct Outcomes {
    applied: BTreeSet<String>,
    not_applied: BTreeSet<String>,
    unknown: BTreeSet<String>,
}

impl Outcomes {
    fn add(&mut self, id: String, outcome: &Result<Record, Error>) {
        let set = match outcome {
            Ok(_) => &mut self.applied,
            Err(Error::OutcomeUnknown { .. }) => &mut self.unknown,
            Err(_) => &mut self.not_applied,
        };
        set.insert(id);
    }
}

#[tokio::test(start_paused = true)]
async fn a_compare_and_put_says_the_truth_or_that_it_does_not_know_it() {
    let mut known = 0;
    for seed in 0..SEEDS {
        let bench = Bench::new().await;
        bench.others().create("log", "").await.unwrap();
        let outcomes = Mutex::new(Outcomes::default());
        let write = |actor: usize, records: Partition| {
            let outcomes = &outcomes;
            async move {
                for turn in 0..8 {
                    let previous = get(&records, "log").await;
                    let id = format!("{actor}.{turn};");
                    let text = format!("{}{id}", previous.text().unwrap());
                    let outcome = records.compare_and_put(&previous, text).await;
                    if let Ok(next) = &outcome {
                        assert_eq!(next.version(), previous.version() + 1);
                    }
                    outcomes.lock().unwrap().add(id, &outcome);
                    if actor == 0 && turn % 3 == 0 {
                        let _ = records.touch("log").await;
                    }
                }
            }
        };
        let all = actors(&bench, seed).into_iter().enumerate();
        futures_util::future::join_all(all.map(|(actor, records)| write(actor, records))).await;
        let log = get(&bench.others(), "log").await;
        let log: Vec<_> = log.text().unwrap().split_inclusive(';').collect();
        let unique: BTreeSet<_> = log.iter().map(|id| (*id).to_owned()).collect();
        assert_eq!(unique.len(), log.len(), "seed {seed}: applied twice");
        let outcomes = outcomes.into_inner().unwrap();
        assert!(
            outcomes.applied.is_subset(&unique),
            "seed {seed}: {log:?} {outcomes:?}"
        );
        assert!(
            outcomes.not_applied.is_disjoint(&unique),
            "seed {seed}: {log:?} {outcomes:?}"
        );
        known += outcomes.applied.len() + outcomes.not_applied.len();
    }
    assert!(known > 850, "of 960, {known}");
}

#[tokio::test(start_paused = true)]
async fn of_many_creations_one_wins_each_time_that_the_record_has_expired() {
    for seed in 0..SEEDS {
        let bench = Bench::new().await;
        let actors = actors(&bench, seed);
        for round in 1..=5 {
            let create = |(actor, records): (usize, &Partition)| {
                let create = records
                    .create("leader", format!("{actor}"))
                    .ttl(seconds(10));
                async move { (actor, create.await) }
            };
            let all = actors.iter().enumerate().map(create);
            let all = futures_util::future::join_all(all).await;
            let standing = get(&bench.others(), "leader").await;
            assert_eq!(standing.version(), round, "seed {seed}");
            for (actor, outcome) in all {
                let is_leader = standing.text().unwrap() == actor.to_string();
                match outcome {
                    Ok(record) => assert!(is_leader && record == standing, "seed {seed}"),
                    Err(Error::OutcomeUnknown { .. }) => {}
                    Err(error) => assert!(!is_leader, "seed {seed}: {error}"),
                }
            }
            bench.wait(10);
        }
    }
}

/// Whatever is lost or late. What the network doubles is told only while nobody else counts in between: an addition is sent once.
#[tokio::test(start_paused = true)]
async fn nothing_is_counted_twice() {
    let faults = || {
        let ghosts = (1..8).map(|others| Fault::Ghost(Late::Past(others)));
        ghosts.chain([
            Fault::NotDelivered,
            Fault::AnswerLost,
            Fault::ServerErrorBefore,
            Fault::ServerErrorAfter,
            Fault::Throttled,
        ])
    };
    for seed in 0..SEEDS {
        let bench = Bench::new().await;
        let tally = Mutex::new((0, 0));
        let count = |records: Partition| {
            let tally = &tally;
            async move {
                for _ in 0..10 {
                    let outcome = records.counter("n").add(1).await;
                    let mut tally = tally.lock().unwrap();
                    match outcome {
                        Ok(_) => tally.0 += 1,
                        Err(Error::OutcomeUnknown { .. }) => tally.1 += 1,
                        Err(_) => {}
                    }
                }
            }
        };
        let all = actors_with(&bench, seed, |random| random.of(faults()));
        let all = all.into_iter().map(count);
        futures_util::future::join_all(all).await;
        let (applied, unknown) = tally.into_inner().unwrap();
        let found = bench.others().counter("n").get().await.unwrap();
        assert!(
            (applied..=applied + unknown).contains(&found),
            "seed {seed}: {found} of {applied} to {unknown} more"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_lock_has_one_holder_at_a_time_with_a_greater_token_each() {
    for seed in 0..SEEDS {
        let bench = Bench::new().await;
        let holders: Arc<Mutex<Vec<u64>>> = Arc::default();
        let held: Arc<Mutex<Vec<bool>>> = Arc::new(Mutex::new(vec![false; 3]));
        let run = |(actor, records): (usize, Partition)| {
            let (holders, held) = (Arc::clone(&holders), Arc::clone(&held));
            async move {
                for _ in 0..4 {
                    let Ok(guard) = records.lock("job", seconds(3)).await else {
                        continue;
                    };
                    holders.lock().unwrap().push(guard.token());
                    held.lock().unwrap()[actor] = true;
                    for _ in 0..100 {
                        sleep(Duration::from_millis(20)).await;
                        let mut held = held.lock().unwrap();
                        held[actor] = guard.is_held();
                        let count = held.iter().filter(|held| **held).count();
                        assert!(!held[actor] || count == 1, "seed {seed}: {held:?}");
                    }
                    held.lock().unwrap()[actor] = false;
                    if let Err(error) = guard.release().await {
                        drop(error);
                    }
                }
            }
        };
        let all = actors(&bench, seed).into_iter().enumerate().map(run);
        futures_util::future::join_all(all).await;
        let tokens = holders.lock().unwrap();
        assert!(tokens.len() > 6, "seed {seed}: {tokens:?}");
        assert!(
            tokens.is_sorted_by(|one, next| one < next),
            "seed {seed}: {tokens:?}"
        );
    }
}
