//! Sends all parts of a transaction in one request.

use std::collections::BTreeMap;

use dyno_value::Item;

use super::part::{Change, Part};
use crate::commit::together::{Ended, Refusal, Together};
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
pub(super) struct Refused {
    /// Of the whole, if no part is to blame.
    pub(super) error: Option<Error>,
    pub(super) failures: Vec<Failed>,
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
            failures: Vec::new(),
        }
    }
}

/// Writes all, or nothing.
pub(super) async fn send(store: &Store, parts: Vec<Part<'_>>) -> Result<AllLeft, Refused> {
    let (changes, then): (Vec<_>, Vec<_>) = parts
        .into_iter()
        .map(|part| (part.change, part.then))
        .unzip();
    let changes = all_right(store, changes)?;
    let mut made = Vec::with_capacity(changes.len());
    let mut failures = Vec::new();
    for (part, change) in changes.iter().enumerate() {
        match change.made().await {
            Ok(of_part) => made.push(of_part),
            Err(error) => failures.push(failed(part, change, error, None)),
        }
    }
    if !failures.is_empty() {
        return Err(Refused {
            error: None,
            failures,
        });
    }
    let mut members = Vec::new();
    let mut parts = Vec::new();
    let mut after = Vec::with_capacity(changes.len());
    for (part, (change, (commits, follows))) in changes.iter().zip(made).enumerate() {
        for member in commits {
            members.push((change.name(), member));
            parts.push(part);
        }
        after.push(follows);
    }
    let ended = drive::run(store, Together::new(members)).await;
    match ended.map_err(|error| error.during("transaction"))? {
        Ended::Applied(done) => {
            for (part, done) in parts.into_iter().zip(done) {
                if let Some(Some(after)) = after.get_mut(part) {
                    after.note(done);
                }
            }
            Ok(finish(&changes, after, then))
        }
        Ended::Refused(refusals) => {
            let failed = |refusal: Refusal| {
                let part = parts.get(refusal.member).copied()?;
                let change = changes.get(part)?;
                Some(failed(part, change, refusal.error, refusal.standing))
            };
            Err(Refused {
                error: None,
                failures: refusals.into_iter().filter_map(failed).collect(),
            })
        }
    }
}

/// The changes, if none is wrong in itself, or of another store.
fn all_right(store: &Store, changes: Vec<Result<Change>>) -> Result<Vec<Change>, Refused> {
    let mut right = Vec::with_capacity(changes.len());
    let mut failures = Vec::new();
    for (part, change) in changes.into_iter().enumerate() {
        match change {
            Ok(change) if change.operation.store.identity() != store.identity() => {
                let why = "the object is of another store than the transaction; nothing was sent. Load it from the store of the \
                           transaction, or begin the transaction with its store";
                let error = Error::new(ErrorKind::InvalidSetting, why);
                failures.push(failed(part, &change, error, None));
            }
            Ok(change) => match change.operation.root(&change.key) {
                Ok(_) => right.push(change),
                Err(error) => failures.push(failed(part, &change, error, None)),
            },
            Err(error) => failures.push(Failed {
                part,
                error,
                operation: None,
                standing: None,
            }),
        }
    }
    if failures.is_empty() {
        Ok(right)
    } else {
        Err(Refused {
            error: None,
            failures,
        })
    }
}

fn failed(part: usize, change: &Change, error: Error, standing: Option<Item>) -> Failed {
    Failed {
        part,
        error: change.explained(error),
        operation: Some(change.operation.clone()),
        standing,
    }
}

/// Hands each version to whom it belongs.
fn finish(changes: &[Change], after: Vec<Option<After>>, then: Vec<Option<Then<'_>>>) -> AllLeft {
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
