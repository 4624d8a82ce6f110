//! Writes objects with the same requests, whatever their types are: those that are one item without the mapper's attributes
//! together, every other by its own commit.

use std::collections::BTreeMap;

use futures_util::future::BoxFuture;
use futures_util::stream::{self, StreamExt as _};

use super::ending::Ending;
use super::error::{Refusal, refusals};
use super::send::{Write, send};
use super::task::{At, Change, Done, Task, Work, find_twins};
use crate::error::{Error, Result};
use crate::forecast::{Plan, PlannedRequest};
use crate::key::Key;
use crate::limits;
use crate::store::delete::plan_any;
use crate::store::operation::Operation;
use crate::store::tree::Baseline;

/// Objects of one type that are to be written.
pub(super) struct Lot {
    pub(super) operation: Result<Operation>,
    pub(super) changes: Vec<Result<Change>>,
    /// Whether plain objects are written together, without the condition that a save or deletion alone has.
    pub(super) unconditional: bool,
}

/// What came of a lot, in its order.
pub(super) enum Written {
    /// Nothing was sent.
    Refused(Refusal),
    /// Each change, as far as it could be made.
    Sent(Operation, Vec<Result<Done>>),
}

/// Of a part that changes nothing.
impl Default for Written {
    fn default() -> Self {
        Self::Refused(Refusal::default())
    }
}

/// Makes all changes, each once; none if one is refused.
pub(super) async fn write(lots: Vec<Lot>, at_once: usize) -> Vec<Written> {
    let split = |lot: Lot| (lot.operation, (lot.changes, lot.unconditional));
    let (operations, lots): (Vec<_>, Vec<_>) = lots.into_iter().map(split).unzip();
    let mut tasks = Vec::with_capacity(lots.len());
    for (operation, (changes, unconditional)) in operations.iter().zip(lots) {
        tasks.push(match operation {
            Ok(operation) => Task::all(operation, changes, unconditional).await,
            Err(error) => changes.iter().map(|_| Err(error.twin())).collect(),
        });
    }
    find_twins(&mut tasks);
    let all = tasks.iter().flatten();
    if operations.iter().any(Result::is_err) || all.into_iter().any(Result::is_err) {
        let explained = |task: Task<'_>, error| task.operation.explain(Some(&task.key))(error);
        let refused = |(tasks, operation): (_, &Result<Operation>)| {
            let of_all = operation.as_ref().err().map(Error::twin);
            Written::Refused(refusals(tasks, of_all, explained))
        };
        return tasks.into_iter().zip(&operations).map(refused).collect();
    }
    let written = send_all(tasks, at_once).await;
    let lots = operations.into_iter().zip(written);
    lots.map(|(operation, written)| match operation {
        Ok(operation) => Written::Sent(operation, written),
        Err(_) => Written::default(),
    })
    .collect()
}

/// What [`write`] sends for one lot, if nothing stands where objects are saved.
pub(super) fn plan(lot: Lot, at_once: usize) -> Result<Plan> {
    let operation = lot.operation?;
    let made = |change: Result<Change>| Task::of(&operation, change?, lot.unconditional);
    let mut tasks = vec![lot.changes.into_iter().map(made).collect()];
    find_twins(&mut tasks);
    let mut plans = Vec::new();
    let mut batched = Vec::new();
    for task in tasks.into_iter().flatten() {
        let task = task?;
        match task.work {
            Work::Alone(prepared) => plans.push(prepared.plan()?),
            Work::Batched(write, _) => batched.push(write),
            Work::Delete => plans.push(plan_any(task.operation, &task.key, None)?),
            Work::Twin(_) => {}
        }
    }
    for batch in batched.chunks(limits::BATCH_WRITES) {
        let writes = batch.iter();
        let writes = writes.map(|write| (&write.address, write.item.as_ref()));
        plans.push(Plan::default().then([PlannedRequest::batch_write(writes)]));
    }
    Ok(Plan::in_turns(plans, at_once))
}

/// What came of some changes.
type Results = Vec<(At, Result<Done>)>;

/// Changes that are made together: of one store and region.
type Pile<'a> = Vec<(At, &'a Operation, Key, Write, Box<Baseline>)>;

async fn send_all(tasks: Vec<Vec<Result<Task<'_>>>>, at_once: usize) -> Vec<Vec<Result<Done>>> {
    let mut written: Vec<Vec<Result<Done>>> = tasks.iter().map(|_| Vec::new()).collect();
    let ending = Ending::default();
    let ending = &ending;
    let mut twins = Vec::new();
    let mut piles: BTreeMap<_, Pile<'_>> = BTreeMap::new();
    let mut requests: Vec<BoxFuture<'_, Results>> = Vec::new();
    for (lot, tasks) in tasks.into_iter().enumerate() {
        for (at, task) in tasks.into_iter().flatten().enumerate() {
            let operation = task.operation;
            match task.work {
                Work::Batched(write, next) => {
                    let pile = (operation.store.identity(), task.address.region);
                    let pile = piles.entry(pile).or_default();
                    pile.push(((lot, at), operation, task.key, write, next));
                }
                Work::Twin(first) => twins.push(((lot, at), task.key, first)),
                Work::Alone(_) | Work::Delete => {
                    let alone = async move { vec![((lot, at), task.run(ending).await)] };
                    requests.push(Box::pin(alone));
                }
            }
        }
    }
    for pile in piles.into_values() {
        let mut pile = pile.into_iter().peekable();
        while pile.peek().is_some() {
            let some: Pile<'_> = pile.by_ref().take(limits::BATCH_WRITES).collect();
            requests.push(Box::pin(send_pile(some, ending)));
        }
    }
    let mut results: BTreeMap<At, Result<Done>> = stream::iter(requests)
        .buffer_unordered(at_once.max(1))
        .flat_map(stream::iter)
        .collect()
        .await;
    for (at, key, first) in twins {
        let done = match results.get(&first) {
            Some(Err(error)) => Err(error.twin().of_key(Some(&key))),
            _ => Ok((key, Box::default())),
        };
        results.insert(at, done);
    }
    for ((lot, _), result) in results {
        if let Some(written) = written.get_mut(lot) {
            written.push(result);
        }
    }
    written
}

/// Makes so many changes as fit one request.
async fn send_pile(pile: Pile<'_>, ending: &Ending) -> Results {
    let Some((_, operation, ..)) = pile.first() else {
        return Vec::new();
    };
    let store = operation.store.clone();
    let mut writes = Vec::with_capacity(pile.len());
    let mut results = Vec::with_capacity(pile.len());
    let mut changes = Vec::with_capacity(pile.len());
    for (at, operation, key, write, next) in pile {
        let destination = write.destination(&store);
        if let Some(error) = ending.of(&destination) {
            results.push((at, Err(operation.explain(Some(&key))(error))));
            continue;
        }
        writes.push(write);
        changes.push((at, operation, key, next, destination));
    }
    let left = send(&store, &writes).await;
    for ((at, operation, key, next, destination), left) in changes.into_iter().zip(left) {
        let done = match left {
            Some(error) => {
                ending.note(&destination, &error);
                Err(operation.explain(Some(&key))(error))
            }
            None => Ok((key, next)),
        };
        results.push((at, done));
    }
    results
}
