//! Every request of an operation, with everything that can happen to it, and every pair of them.

use std::sync::Arc;

use dyno::{ErrorKind, Saved, Shards, Store};

use crate::database::{Database, Items};
use crate::ledger::{Ledger, Tag};
use crate::mishap::{Mishap, When};
use crate::mutant::Mutant;
use crate::scenario::Scenario;
use crate::script::{Plan, Script};
use crate::subject::{Subject, rules};

/// What came of the runs of some scenarios.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) runs: usize,
    pub(crate) bad: Vec<String>,
}

/// How many mishaps one run has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mishaps {
    One,
    Two,
}

/// Pairs are tried on operations of at most so many requests.
const MOST_REQUESTS_FOR_PAIRS: usize = 4;

/// The tag of what the other client does.
const ANOTHER: u64 = 1000;

/// Runs all plans for all scenarios; those of a mutant until the first bad run.
pub(crate) async fn exhaust<T: Subject>(
    scenarios: impl Iterator<Item = Scenario<T>>,
    mishaps: Mishaps,
    mutant: Mutant,
) -> Report {
    let mut report = Report::default();
    for scenario in scenarios {
        let mut stage = Stage::build(scenario, mutant).await;
        stage.rehearse().await;
        stage.run_all(mishaps, &mut report).await;
        if mutant != Mutant::None && !report.bad.is_empty() {
            break;
        }
    }
    report
}

impl Report {
    pub(crate) fn add(&mut self, other: Self) {
        self.runs += other.runs;
        self.bad.extend(other.bad);
    }
}

/// A scenario with its database and its clients.
struct Stage<T> {
    scenario: Scenario<T>,
    ledger: Ledger,
    script: Script,
    tag: Tag,
    /// The client under test.
    hit: Store,
    /// Another client, which nothing happens to.
    sound: Store,
    prepared: Arc<Items>,
    /// The operations of the requests, when nothing happens.
    requests: Vec<String>,
    /// How often each step changes the items.
    changes: Vec<usize>,
}

impl<T: Subject> Stage<T> {
    async fn build(scenario: Scenario<T>, mutant: Mutant) -> Self {
        let ledger = Ledger::new(Database::new::<T>().await);
        let watched = ledger.watch(&ledger.database.client());
        let (script, tag, another) = (Script::default(), Tag::default(), Tag::default());
        another.set(ANOTHER);
        let rules = rules();
        let sound = Store::new(another.mark(&watched)).with_loader(rules.clone());
        let hit = tag.mark(&mutant.apply(&script.direct(&watched)));
        let hit = Store::new(hit).with_loader(rules);
        if let Some(before) = &scenario.before {
            sound.save(before.clone()).key(T::key()).await.unwrap();
        }
        let prepared = ledger.items();
        Self {
            scenario,
            ledger,
            script,
            tag,
            hit,
            sound,
            prepared,
            requests: Vec::new(),
            changes: Vec::new(),
        }
    }

    /// Learns the requests of the operation.
    async fn rehearse(&mut self) {
        self.script.play(Plan::default());
        for (tag, step) in (1..).zip(&self.scenario.steps) {
            self.tag.set(tag);
            let outcome = step.run(&self.hit).await;
            outcome.unwrap_or_else(|error| panic!("{}: {error:?}", self.scenario.name));
            self.changes.push(self.ledger.count(tag));
        }
        self.requests = self.script.sent();
    }

    async fn run_all(&self, mishaps: Mishaps, report: &mut Report) {
        let count = self.requests.len();
        if mishaps == Mishaps::One {
            for at in 0..count {
                self.run_both(vec![(at, Mishap::NONE)], report).await;
                for mishap in self.kinds(at, &self.requests) {
                    self.run_both(vec![(at, mishap)], report).await;
                }
            }
        } else if count <= MOST_REQUESTS_FOR_PAIRS && self.scenario.is_paired {
            for first in 0..count {
                for one in self.kinds_in_pairs(first, &self.requests) {
                    let sent = self.sent_after(first, &one).await;
                    for second in first + 1..sent.len() {
                        for two in self.kinds_in_pairs(second, &sent) {
                            let pair = vec![(first, one.clone()), (second, two)];
                            self.run_both(pair, report).await;
                        }
                    }
                }
            }
        }
    }

    /// What can happen to one of these requests.
    fn kinds(&self, at: usize, requests: &[String]) -> Vec<Mishap> {
        let mut all = Mishap::all(&requests[at]);
        all.retain(|mishap| !(self.scenario.spared)(mishap));
        if self.scenario.is_large {
            all.retain(Mishap::is_telling);
        }
        all
    }

    /// What can happen to one of these requests besides something that happens to another.
    fn kinds_in_pairs(&self, at: usize, requests: &[String]) -> Vec<Mishap> {
        let mut all = self.kinds(at, requests);
        all.retain(Mishap::is_paired);
        all
    }

    /// The requests that one mishap leads to: it most often makes one more.
    async fn sent_after(&self, at: usize, mishap: &Mishap) -> Vec<String> {
        self.ledger.reset(&self.prepared);
        let plan = Plan {
            mishaps: vec![(at, mishap.clone())],
            dies_after: None,
        };
        self.script.play(plan.clone());
        // What this run breaks, the runs of one mishap say.
        drop(self.operate(&plan).await);
        self.script.sent()
    }

    /// Runs the client to its end, and dead after the last of the requests that something happens to.
    async fn run_both(&self, mishaps: Vec<(usize, Mishap)>, report: &mut Report) {
        let last = mishaps.last().map(|(at, _)| *at);
        for dies_after in [None, last] {
            let plan = Plan {
                mishaps: mishaps.clone(),
                dies_after,
            };
            report.runs += 1;
            if let Err(wrong) = self.run(&plan).await {
                let commits = self.ledger.commits();
                let commits: Vec<_> = commits.iter().map(|commit| commit.tag).collect();
                report.bad.push(format!(
                    "{}; {plan}: {wrong}\n    sent: {:?}\n    applied for: {commits:?}",
                    self.scenario.name,
                    self.script.sent(),
                ));
            }
        }
    }

    /// Runs one plan on the prepared items, and checks everything that must hold then.
    async fn run(&self, plan: &Plan) -> Result<(), String> {
        self.ledger.reset(&self.prepared);
        self.script.play(plan.clone());
        let claims = self.operate(plan).await?;

        self.script.arrive(When::TheNext).await;
        self.script.arrive(When::TheOperation).await;
        self.check(&claims)?;
        let stored = self.stored(&claims);
        let loaded = self.load(stored.as_ref(), "after the operation").await?;

        let mut saved = if let Some(mut saved) = loaded {
            self.save(&mut saved).await?;
            saved
        } else {
            let put = self.sound.save(T::sample()).key(T::key()).if_absent().await;
            put.map_err(|error| format!("another client cannot create: {error:?}"))?
        };
        let before = self.total(&claims);
        self.script.arrive(When::AnotherSave).await;
        self.check(&claims)?;
        if self.total(&claims) == before {
            self.load(Some(&*saved), "after another client's save")
                .await?;
            if plan.has_late(When::AnotherSave) {
                self.save(&mut saved).await?;
            }
        }

        self.delete().await?;
        if plan.has_late(When::TheDelete) {
            self.script.arrive(When::TheDelete).await;
            self.check(&claims)?;
            self.delete().await?;
        }
        Ok(())
    }

    /// Runs the steps, and says of each what its caller knows of it.
    async fn operate(&self, plan: &Plan) -> Result<Vec<Claim>, String> {
        let mut claims = Vec::new();
        for (tag, (step, changes)) in (1..).zip(self.scenario.steps.iter().zip(&self.changes)) {
            self.tag.set(tag);
            let outcome = self.script.live(step.run(&self.hit)).await;
            let claim = match &outcome {
                Some(Ok(())) => Claim::Exactly(*changes),
                Some(Err(error)) => match error.kind() {
                    ErrorKind::OutcomeUnknown => Claim::AtMostOnce,
                    ErrorKind::Contended | ErrorKind::Throttled | ErrorKind::Unreachable => {
                        Claim::Exactly(0)
                    }
                    _ => return Err(format!("step {tag} failed for no reason: {error:?}")),
                },
                None => Claim::AtMostOnce,
            };
            claims.push(claim);
            match outcome {
                Some(Ok(())) => {}
                Some(Err(error)) if plan.mishaps.len() < 2 && !self.may_say(error.kind()) => {
                    return Err(format!("step {tag} does not stand one mishap: {error:?}"));
                }
                _ => break,
            }
        }
        Ok(claims)
    }

    /// Whether a step may end so after one mishap.
    fn may_say(&self, kind: ErrorKind) -> bool {
        self.scenario.may_be_unknown && kind == ErrorKind::OutcomeUnknown
    }

    /// Whether each step changed the items as often as it claims, and the items are sound.
    fn check(&self, claims: &[Claim]) -> Result<(), String> {
        for (tag, claim) in (1..).zip(claims) {
            let count = self.ledger.count(tag);
            if !claim.allows(count) {
                return Err(format!(
                    "step {tag} was applied {count} times and claims {claim:?}"
                ));
            }
        }
        let commits = self.ledger.commits();
        let wrong = commits.iter().find_map(|commit| {
            let wrong = commit.wrong.join("; ");
            (!wrong.is_empty()).then(|| format!("operation {} left that {wrong}", commit.tag))
        });
        wrong.map_or(Ok(()), Err)
    }

    fn total(&self, claims: &[Claim]) -> usize {
        (1..)
            .zip(claims)
            .map(|(tag, _)| self.ledger.count(tag))
            .sum()
    }

    /// The object that must be there after the steps that were applied.
    fn stored(&self, claims: &[Claim]) -> Option<T> {
        let steps = (1..).zip(claims).zip(&self.scenario.steps);
        let applied = steps.filter(|((tag, _), _)| self.ledger.count(*tag) > 0);
        let last = applied.last();
        match last {
            Some((_, step)) => step.after.clone(),
            None => self.scenario.before.clone(),
        }
    }

    async fn load(&self, expected: Option<&T>, when: &str) -> Result<Option<Saved<T>>, String> {
        let found = self
            .sound
            .load::<T>(T::key())
            .shards(Shards::All)
            .optional()
            .await;
        let found = found.map_err(|error| format!("cannot load {when}: {error:?}"))?;
        if found.as_deref() == expected {
            Ok(found)
        } else {
            Err(format!("{when} there is {found:?} and not {expected:?}"))
        }
    }

    async fn save(&self, saved: &mut Saved<T>) -> Result<(), String> {
        saved.touch();
        let done = saved.save().await;
        done.map_err(|error| format!("another client cannot save: {error:?}"))
    }

    async fn delete(&self) -> Result<(), String> {
        let deleted = self.sound.delete::<T>(T::key()).await;
        deleted.map_err(|error| format!("another client cannot delete: {error:?}"))?;
        let left = self.ledger.database.items();
        let left: Vec<_> = left.keys().map(ToString::to_string).collect();
        if left.is_empty() {
            Ok(())
        } else {
            Err(format!("a delete leaves {}", left.join(", ")))
        }
    }
}

/// How often a step changed the items, as far as its caller knows.
#[derive(Clone, Copy, Debug)]
enum Claim {
    AtMostOnce,
    Exactly(usize),
}

impl Claim {
    fn allows(self, count: usize) -> bool {
        match self {
            Self::AtMostOnce => count <= 1,
            Self::Exactly(exactly) => count == exactly,
        }
    }
}
