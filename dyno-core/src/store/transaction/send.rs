//! Sends all parts of a transaction in one request.

use std::collections::BTreeMap;

use dyno_value::Item;
use futures_util::future::join_all;

use super::part::{Change, Part};
use super::ready::Ready;
use crate::commit::together::{Ended, Refusal};
use crate::error::{Error, ErrorKind, Result};
use crate::key::Key;
use crate::store::operation::{Operation, Options};
use crate::store::prepared::{After, Then};
use crate::store::tree::Baseline;
use crate::store::{Store, drive};

/// What a part leaves of an object that was given: its key, and what its next save builds on.
pub(in crate::store) struct Left {
    pub(in crate::store) key: Key,
    pub(in crate::store) options: Options,
    pub(in crate::store) baseline: Baseline,
}

impl Left {
    /// Of a part that left nothing.
    pub(super) fn nothing() -> Self {
        Self {
            key: Key::from(""),
            options: Options::default(),
            baseline: Baseline::default(),
        }
    }
}

/// By part, those that leave something.
pub(super) type AllLeft = BTreeMap<usize, Left>;

/// Why nothing was written.
#[derive(Default)]
pub(super) struct Refused {
    /// Of the whole, if no part is to blame.
    pub(super) error: Option<Error>,
    pub(super) failures: Vec<Failed>,
    /// Under which key each part was to be written, as far as it has one.
    pub(super) keys: Vec<Option<Key>>,
}

/// What was wrong with a part.
pub(super) struct Failed {
    pub(super) part: usize,
    pub(super) error: Error,
    pub(super) operation: Option<Operation>,
    pub(super) standing: Option<Item>,
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self {
            error: Some(error),
            ..Self::default()
        }
    }
}

impl From<Vec<Failed>> for Refused {
    fn from(failures: Vec<Failed>) -> Self {
        Self {
            failures,
            ..Self::default()
        }
    }
}

/// Writes all, or nothing.
pub(super) async fn send(store: &Store, parts: Vec<Part<'_>>) -> Result<AllLeft, Refused> {
    let (changes, then): (Vec<_>, Vec<_>) = parts
        .into_iter()
        .map(|part| (part.change, part.then))
        .unzip();
    let keys = changes.iter().map(key_of).collect();
    match send_all(store, &changes, then).await {
        Ok(left) => Ok(left),
        Err(refused) => Err(Refused { keys, ..refused }),
    }
}

async fn send_all(
    store: &Store,
    changes: &[Result<Change>],
    then: Vec<Option<Then<'_>>>,
) -> Result<AllLeft, Refused> {
    let changes = all_right(store, changes.iter())?;
    let made = join_all(changes.iter().map(|change| change.made())).await;
    let mut ready = Ready::of(&changes, made)?;
    ready.read_roots(&changes).await?;
    let Ready {
        together,
        parts,
        mut after,
        ..
    } = ready;
    let ended = drive::run(store, together).await;
    match ended.map_err(during)? {
        Ended::Applied(done) => {
            for (part, done) in parts.into_iter().zip(done) {
                if let Some(Some(after)) = after.get_mut(part) {
                    after.note(done).map_err(during)?;
                }
            }
            Ok(finish(&changes, after, then))
        }
        Ended::Refused(refusals) => Err(blamed(&changes, &parts, refusals).into()),
    }
}

/// An error of the whole.
pub(super) fn during(error: Error) -> Error {
    error.during("transaction")
}

/// Whom refusals concern.
pub(super) fn blamed(changes: &[&Change], parts: &[usize], refusals: Vec<Refusal>) -> Vec<Failed> {
    let failed = |refusal: Refusal| {
        let part = parts.get(refusal.member).copied()?;
        let change = changes.get(part)?;
        Some(Failed {
            standing: refusal.standing,
            ..failed(part, change, refusal.error)
        })
    };
    refusals.into_iter().filter_map(failed).collect()
}

/// The changes, if none is wrong in itself, or of another store.
pub(super) fn all_right<'c>(
    store: &Store,
    changes: impl Iterator<Item = &'c Result<Change>>,
) -> Result<Vec<&'c Change>, Refused> {
    let (mut right, mut failures) = (Vec::new(), Vec::new());
    for (part, change) in changes.enumerate() {
        match change {
            Ok(change) if change.operation.store.identity() != store.identity() => {
                let why = "the object is of another store than the transaction; nothing was sent. Load it from the store of the \
                           transaction, or begin the transaction with its store";
                let error = Error::new(ErrorKind::InvalidSetting, why);
                failures.push(failed(part, change, error));
            }
            Ok(change) => match change.operation.root(&change.key) {
                Ok(_) => right.push(change),
                Err(error) => failures.push(failed(part, change, error)),
            },
            Err(error) => failures.push(Failed {
                part,
                error: error.twin().of_key(error.key()),
                operation: None,
                standing: None,
            }),
        }
    }
    if failures.is_empty() {
        Ok(right)
    } else {
        Err(failures.into())
    }
}

pub(super) fn failed(part: usize, change: &Change, error: Error) -> Failed {
    Failed {
        part,
        error: change.explained(error),
        operation: Some(change.operation.clone()),
        standing: None,
    }
}

fn key_of(change: &Result<Change>) -> Option<Key> {
    match change {
        Ok(change) => Some(change.key.clone()),
        Err(error) => error.key().cloned(),
    }
}

/// Hands each version to whom it belongs.
fn finish(changes: &[&Change], after: Vec<Option<After>>, then: Vec<Option<Then<'_>>>) -> AllLeft {
    let mut left = AllLeft::new();
    let parts = changes.iter().zip(after).zip(then).enumerate();
    for (part, ((change, after), then)) in parts {
        let Some(after) = after else { continue };
        let baseline = after.into_baseline();
        match then {
            Some(then) => then(baseline),
            None => {
                left.insert(
                    part,
                    Left {
                        key: change.key.clone(),
                        options: change.operation.options(),
                        baseline,
                    },
                );
            }
        }
    }
    left
}
