use std::fmt;

use crate::key::Key;
use crate::store::reseal::walked::{Walked, walked};

/// An object with a value that another one has, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duplicate {
    pub(super) key: Key,
    pub(super) field: &'static str,
    pub(super) holder: Key,
}

impl Duplicate {
    /// The key of the object whose value has no guard.
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// The field, by its stored name.
    pub fn field(&self) -> &str {
        self.field
    }

    /// The key of the object that has the guard of the same value.
    pub fn holder(&self) -> &Key {
        &self.holder
    }
}

impl fmt::Display for Duplicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, field, holder } = self;
        write!(f, "`{field}` of `{key}` has the value of `{holder}`")
    }
}

/// What a [`GuardValues`](crate::GuardValues) has done so far, or would do.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct GuardReport {
    pub(super) walked: Walked,
    pub(super) dry_run: bool,
    pub(super) guarded: u64,
    pub(super) freed: u64,
    pub(super) duplicated: u64,
    pub(super) duplicates: Vec<Duplicate>,
}

/// Duplicates that are kept; the others are counted.
const MOST_DUPLICATES: usize = 1000;

impl GuardReport {
    walked!();

    /// The values that have a guard now and had none, or one of an object without the value.
    pub fn guarded(&self) -> u64 {
        self.guarded
    }

    /// The guards that were removed, because their owners have not the value.
    pub fn freed(&self) -> u64 {
        self.freed
    }

    /// The values without a guard because another object has the same.
    pub fn duplicated(&self) -> u64 {
        self.duplicated
    }

    /// The first thousand of them.
    pub fn duplicates(&self) -> &[Duplicate] {
        &self.duplicates
    }

    /// Whether every value of every object has its guard, and every guard its value, as one walk from the beginning to the end
    /// found. So not after one that [went on](crate::GuardValues::from) from a cursor, nor after a
    /// [dry run](crate::GuardValues::dry_run) that found something to do.
    pub fn is_complete(&self) -> bool {
        let nothing_to_do = !self.dry_run || self.guarded + self.freed == 0;
        self.walked.is_whole() && self.duplicated == 0 && nothing_to_do
    }

    pub(super) fn note_duplicate(&mut self, duplicate: Duplicate) {
        self.duplicated += 1;
        if self.duplicates.len() < MOST_DUPLICATES {
            self.duplicates.push(duplicate);
        }
    }
}

/// One line, such as a program shows while it waits.
impl fmt::Display for GuardReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} objects, {} values guarded, {} freed, {} duplicates",
            self.walked.objects, self.guarded, self.freed, self.duplicated
        )?;
        if self.walked.failed > 0 {
            write!(f, ", {} failed", self.walked.failed)?;
        }
        Ok(())
    }
}
