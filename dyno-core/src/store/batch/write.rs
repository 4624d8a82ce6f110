//! Writes objects with the same requests, whatever their types are: those that are one item without the mapper's attributes
//! together, every other by its own commit.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use dyno_value::Item;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, StreamExt as _};

use super::error::refusals;
use super::send::{Write, send};
use crate::error::{Error, ErrorKind, Result};
use crate::forecast::{Plan, PlannedRequest};
use crate::key::Key;
use crate::limits;
use crate::plan::Address;
use crate::store::delete::{delete_any, plan_any};
use crate::store::operation::Operation;
use crate::store::prepared::Prepared;
use crate::store::tree::{Baseline, Expecting};

/// Objects of one type that are to be written.
pub(super) struct Lot {
    pub(super) operation: Result<Operation>,
    pub(super) changes: Vec<Result<Change>>,
    /// Whether plain objects are written together, without the condition that a save or deletion alone has.
    pub(super) unconditional: bool,
}

/// What is to be done with one object.
#[derive(Clone)]
pub(super) enum Change {
    Delete(Key),
    Save {
        key: Key,
        tree: Item,
        expecting: Expecting,
    },
}

/// The key of an object that was changed, and what its next save compares with: nothing, of one that was deleted.
pub(super) type Done = (Key, Box<Baseline>);

/// What came of a lot, in its order.
pub(super) enum Written {
    /// Nothing was sent; why, for each object.
    Refused(Vec<Error>),
    /// Each change, as far as it could be made.
    Sent(Operation, Vec<Result<Done>>),
}

/// Of a part that changes nothing.
impl Default for Written {
    fn default() -> Self {
        Self::Refused(Vec::new())
    }
}

/// Makes all changes, each once; none if one is refused.
pub(super) async fn write(lots: Vec<Lot>, at_once: usize) -> Vec<Written> {
    let split = |lot: Lot| (lot.operation, (lot.changes, lot.unconditional));
    let (operations, lots): (Vec<_>, Vec<_>) = lots.into_iter().map(split).unzip();
    let mut tasks = Vec::with_capacity(lots.len());
    for (operation, (changes, unconditional)) in operations.iter().zip(lots) {
        let mut made = Vec::with_capacity(changes.len());
        for change in changes {
            made.push(match (operation, change) {
                (Ok(operation), Ok(change)) => {
                    Task::with_keys(operation, change, unconditional).await
                }
                (Err(error), _) => Err(error.twin()),
                (_, Err(error)) => Err(error),
            });
        }
        tasks.push(made);
    }
    find_twins(&mut tasks);
    let all = tasks.iter().flatten();
    if operations.iter().any(Result::is_err) || all.into_iter().any(Result::is_err) {
        let refused = |tasks| Written::Refused(refusals(tasks));
        return tasks.into_iter().map(refused).collect();
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
pub(super) fn plan(lot: Lot) -> Result<Plan> {
    let operation = lot.operation?;
    let made = |change: Result<Change>| Task::of(&operation, change?, lot.unconditional);
    let mut tasks = vec![lot.changes.into_iter().map(made).collect()];
    find_twins(&mut tasks);
    let mut plan = Plan::default();
    let mut batched = Vec::new();
    for task in tasks.into_iter().flatten() {
        let task = task?;
        match task.work {
            Work::Alone(prepared) => plan = plan.beside(prepared.plan()?),
            Work::Batched(write, _) => batched.push(write),
            Work::Delete => plan = plan.beside(plan_any(task.operation, &task.key, None)?),
            Work::Twin(_) => {}
        }
    }
    let batches = batched.chunks(limits::BATCH_WRITES).map(|batch| {
        let writes = batch.iter();
        PlannedRequest::batch_write(writes.map(|write| (&write.address, write.item.as_ref())))
    });
    Ok(plan.beside(Plan::default().then(batches)))
}

/// A change that is ready to be made.
struct Task<'a> {
    operation: &'a Operation,
    key: Key,
    address: Address,
    work: Work<'a>,
}

enum Work<'a> {
    /// A save by its own commit.
    Alone(Box<Prepared<'a>>),
    /// Together with others; with what the next save compares with.
    Batched(Write, Box<Baseline>),
    /// A deletion by its own commit.
    Delete,
    /// The same deletion as this one of the lot.
    Twin(usize),
}

impl<'a> Task<'a> {
    async fn with_keys(
        operation: &'a Operation,
        change: Change,
        unconditional: bool,
    ) -> Result<Self> {
        let made = |change| Self::of(operation, change, unconditional);
        operation.with_keys(change, made).await
    }

    /// Serialised, sealed, and not too large to be sent with others.
    fn of(operation: &'a Operation, change: Change, unconditional: bool) -> Result<Self> {
        let (Change::Delete(key) | Change::Save { key, .. }) = &change;
        let key = key.clone();
        let together = unconditional && !operation.topology.managed;
        let work = |address: &Address| -> Result<Work<'a>> {
            let write = |item| Write {
                address: address.clone(),
                item,
            };
            Ok(match change {
                Change::Delete(_) if together => Work::Batched(write(None), Box::default()),
                Change::Delete(_) => Work::Delete,
                Change::Save {
                    key,
                    tree,
                    expecting,
                } => match operation.prepare(tree, &key, expecting, None)? {
                    prepared if together => {
                        let (item, next) = prepared.into_item()?;
                        Work::Batched(write(Some(item)), Box::new(next))
                    }
                    prepared => {
                        prepared.check_plain()?;
                        Work::Alone(Box::new(prepared))
                    }
                },
            })
        };
        let address = operation.root(&key);
        let made = address.and_then(|address| Ok((work(&address)?, address)));
        let (work, address) = made.map_err(operation.explain(Some(&key)))?;
        Ok(Self {
            operation,
            key,
            address,
            work,
        })
    }

    fn deletes(&self) -> bool {
        match &self.work {
            Work::Alone(_) => false,
            Work::Batched(write, _) => write.item.is_none(),
            Work::Delete | Work::Twin(_) => true,
        }
    }

    /// Makes a change that is not made together with others.
    async fn run(self) -> Result<Done> {
        let Self {
            operation,
            key,
            address: _,
            work,
        } = self;
        let done = match work {
            Work::Alone(prepared) => prepared.run(&operation.store).await,
            Work::Delete => {
                let deleted = delete_any(operation, &key, None).await;
                deleted.map(|()| Baseline::default())
            }
            Work::Batched(_, next) => Ok(*next),
            Work::Twin(_) => Ok(Baseline::default()),
        };
        match done {
            Ok(next) => Ok((key, Box::new(next))),
            Err(error) => Err(operation.explain(Some(&key))(error)),
        }
    }
}

/// Refuses to write an object twice; a deletion that is asked for twice is made once.
fn find_twins(tasks: &mut [Vec<Result<Task<'_>>>]) {
    let mut seen = BTreeMap::new();
    for (lot, tasks) in tasks.iter_mut().enumerate() {
        for (at, made) in tasks.iter_mut().enumerate() {
            let Ok(task) = made else { continue };
            let place = (task.operation.store.identity(), task.address.clone());
            match seen.entry(place) {
                Entry::Vacant(free) => drop(free.insert((lot, at, task.deletes()))),
                Entry::Occupied(taken) => match *taken.get() {
                    (of, first, true) if of == lot && task.deletes() => {
                        task.work = Work::Twin(first);
                    }
                    _ => {
                        let why = "another part of the batch writes or deletes the object with this key, and a batch has no \
                                   order; nothing was sent. Do one after the other";
                        let error = Error::new(ErrorKind::InvalidKey, why);
                        *made = Err(task.operation.explain(Some(&task.key))(error));
                    }
                },
            }
        }
    }
}

/// The place of a change in its batch: its lot, and which of it.
type At = (usize, usize);

/// What came of some changes.
type Results = Vec<(At, Result<Done>)>;

/// Changes that are made together: of one store and region.
type Pile<'a> = Vec<(At, &'a Operation, Key, Write, Box<Baseline>)>;

async fn send_all(tasks: Vec<Vec<Result<Task<'_>>>>, at_once: usize) -> Vec<Vec<Result<Done>>> {
    let mut written: Vec<Vec<Result<Done>>> = tasks.iter().map(|_| Vec::new()).collect();
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
                    let alone = async move { vec![((lot, at), task.run().await)] };
                    requests.push(Box::pin(alone));
                }
            }
        }
    }
    for pile in piles.into_values() {
        let mut pile = pile.into_iter().peekable();
        while pile.peek().is_some() {
            let some: Pile<'_> = pile.by_ref().take(limits::BATCH_WRITES).collect();
            requests.push(Box::pin(send_pile(some)));
        }
    }
    let mut results: BTreeMap<At, Result<Done>> = stream::iter(requests)
        .buffer_unordered(at_once.max(1))
        .flat_map(stream::iter)
        .collect()
        .await;
    for (at, key, first) in twins {
        let done = match results.get(&(at.0, first)) {
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
async fn send_pile(pile: Pile<'_>) -> Results {
    let Some(store) = pile
        .first()
        .map(|(_, operation, ..)| operation.store.clone())
    else {
        return Vec::new();
    };
    let mut writes = Vec::with_capacity(pile.len());
    let mut changes = Vec::with_capacity(pile.len());
    for (at, operation, key, write, next) in pile {
        writes.push(write);
        changes.push((at, operation, key, next));
    }
    let left = send(&store, &writes).await;
    let results = changes.into_iter().zip(left);
    let result = |((at, operation, key, next), left): ((At, &Operation, Key, _), Option<Error>)| {
        let done = match left {
            Some(error) => Err(operation.explain(Some(&key))(error)),
            None => Ok((key, next)),
        };
        (at, done)
    };
    results.map(result).collect()
}
