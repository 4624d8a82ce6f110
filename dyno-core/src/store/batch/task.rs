//! Changes that are ready to be made: by requests of their own, or together.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use dyno_value::Item;

use super::ending::{Destination, Ending};
use super::send::Write;
use crate::error::{Error, ErrorKind, Result};
use crate::key::Key;
use crate::plan::{self, Address, Kept};
use crate::shape::Identity;
use crate::store::delete::delete_any;
use crate::store::operation::Operation;
use crate::store::prepared::Prepared;
use crate::store::tree::{Baseline, Expecting};

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

/// The place of a change in its batch: its lot, and which of it.
pub(super) type At = (usize, usize);

/// A change that is ready to be made.
pub(super) struct Task<'a> {
    pub(super) operation: &'a Operation,
    pub(super) key: Key,
    pub(super) address: Address,
    pub(super) work: Work<'a>,
}

pub(super) enum Work<'a> {
    /// A save by its own commit.
    Alone(Box<Prepared<'a>>),
    /// Together with others; with what the next save compares with.
    Batched(Write, Box<Baseline>),
    /// A deletion by its own commit.
    Delete,
    /// The same deletion as this one.
    Twin(At),
}

impl<'a> Task<'a> {
    /// All changes of a lot; keys that they lack are asked for together.
    pub(super) async fn all(
        operation: &'a Operation,
        changes: Vec<Result<Change>>,
        unconditional: bool,
    ) -> Vec<Result<Self>> {
        let (changes, refused): (Vec<Option<Change>>, Vec<Option<Error>>) = changes
            .into_iter()
            .map(|change| match change {
                Ok(change) => (Some(change), None),
                Err(error) => (None, Some(error)),
            })
            .unzip();
        let made = operation.with_keys(changes, |changes| {
            let of = |change: Change| Self::of(operation, change, unconditional);
            Ok(changes.into_iter().map(|change| change.map(of)).collect())
        });
        let made: Result<Vec<Option<Result<Self>>>> = made.await;
        let made = made.unwrap_or_else(|error| vec![Some(Err(error))]);
        let tasks = made.into_iter().zip(refused);
        let task = |(made, refused): (Option<_>, Option<Error>)| made.or_else(|| refused.map(Err));
        tasks.filter_map(task).collect()
    }

    /// Serialised, sealed, and not too large to be sent with others.
    pub(super) fn of(
        operation: &'a Operation,
        change: Change,
        unconditional: bool,
    ) -> Result<Self> {
        let (Change::Delete(key) | Change::Save { key, .. }) = &change;
        let key = key.clone();
        let together = unconditional && !operation.topology.managed;
        let guards = || {
            plan::unique_fields(operation.topology.root)
                .next()
                .is_some()
        };
        let work = |address: &Address| -> Result<Work<'a>> {
            let write = |item| Write {
                address: address.clone(),
                item,
            };
            Ok(match change {
                Change::Delete(_) | Change::Save { .. } if together && guards() => {
                    return Err(guarded());
                }
                Change::Delete(_) if together => Work::Batched(write(None), Box::default()),
                Change::Delete(_) => Work::Delete,
                Change::Save { .. } if together && Kept::counts(operation.topology.root) => {
                    return Err(counted());
                }
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

    /// Which item of which store it changes. A region that is named and one that is the client's are the same.
    fn place(&self) -> (usize, Address) {
        let store = &self.operation.store;
        let mut address = self.address.clone();
        address.region = address
            .region
            .filter(|region| !store.clients().is_own(region));
        (store.identity(), address)
    }

    /// The type that it writes, and whether without a condition.
    fn way(&self) -> (Identity, bool) {
        let unconditional = matches!(self.work, Work::Batched(..));
        (self.operation.topology.root.identity(), unconditional)
    }

    fn deletes(&self) -> bool {
        match &self.work {
            Work::Alone(_) => false,
            Work::Batched(write, _) => write.item.is_none(),
            Work::Delete | Work::Twin(_) => true,
        }
    }

    /// Makes a change that is not made together with others, unless one before met an error that it would meet.
    pub(super) async fn run(self, ending: &Ending) -> Result<Done> {
        let Self {
            operation,
            key,
            address: _,
            work,
        } = self;
        let destination = Destination::of(operation);
        if let Some(error) = ending.of(&destination) {
            return Err(operation.explain(Some(&key))(error));
        }
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
            Err(error) => {
                ending.note(&destination, &error);
                Err(operation.explain(Some(&key))(error))
            }
        }
    }
}

fn guarded() -> Error {
    let why = "the type has a unique field, and a batch without conditions cannot ask who has a value; leave `.unconditional()` out";
    Error::new(ErrorKind::InvalidShape, why)
}

fn counted() -> Error {
    let why = "the type has a version, and a batch without conditions would write over any; leave `.unconditional()` out";
    Error::new(ErrorKind::InvalidShape, why)
}

/// Refuses to write an object twice; a deletion that is asked for twice is made once.
pub(super) fn find_twins(tasks: &mut [Vec<Result<Task<'_>>>]) {
    let mut seen = BTreeMap::new();
    for (lot, tasks) in tasks.iter_mut().enumerate() {
        for (at, made) in tasks.iter_mut().enumerate() {
            let Ok(task) = made else { continue };
            let way = task.way();
            match seen.entry(task.place()) {
                Entry::Vacant(free) => {
                    free.insert(((lot, at), way, task.deletes()));
                }
                Entry::Occupied(taken) => match *taken.get() {
                    (first, other, true) if other == way && task.deletes() => {
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
