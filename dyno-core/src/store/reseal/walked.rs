//! What a walk has seen so far, whatever it does with it.

use crate::error::Error;
use crate::key::Key;
use crate::store::cursor::Cursor;
use crate::store::meter::Units;
use crate::store::operation::Operation;

/// An object that could not be read or written, and why.
#[derive(Debug)]
pub struct Failure {
    key: Key,
    error: Error,
}

impl Failure {
    pub(in crate::store) fn new(key: Key, error: Error) -> Self {
        Self { key, error }
    }

    /// With the operation, object and key in the error.
    pub(in crate::store) fn explained(self, operation: &Operation) -> Self {
        let error = operation.explain(Some(&self.key))(self.error);
        Self { error, ..self }
    }

    /// The error alone.
    pub fn into_error(self) -> Error {
        self.error
    }

    /// The object's key.
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// Why.
    pub fn error(&self) -> &Error {
        &self.error
    }
}

/// The part of a report that every walk has.
#[derive(Debug, Default)]
pub(in crate::store) struct Walked {
    pub(in crate::store) objects: u64,
    pub(in crate::store) items_scanned: u64,
    pub(in crate::store) passed_over: u64,
    pub(in crate::store) failed: u64,
    pub(in crate::store) failures: Vec<Failure>,
    pub(in crate::store) table_items: Option<u64>,
    pub(in crate::store) consumed: Units,
    pub(in crate::store) cursor: Option<Cursor>,
    pub(in crate::store) ended: bool,
    /// Whether it began where another walk got to.
    pub(in crate::store) continued: bool,
}

/// Failures that are kept with their key and error; the others are counted.
const MOST_FAILURES: usize = 100;

impl Walked {
    /// Whether every object was looked at, and none failed.
    pub(in crate::store) fn is_whole(&self) -> bool {
        self.ended && !self.continued && self.failed == 0
    }

    pub(in crate::store) fn fail(&mut self, key: Key, error: Error) {
        self.failed += 1;
        if self.failures.len() < MOST_FAILURES {
            self.failures.push(Failure { key, error });
        }
    }
}

/// What the reports of all walks can say.
macro_rules! walked {
    () => {
        /// The objects that were looked at.
        pub fn objects(&self) -> u64 {
            self.walked.objects
        }

        /// The items that were read: objects, and what stands between them; also in tables of guards, where these are gone over.
        pub fn items_scanned(&self) -> u64 {
            self.walked.items_scanned
        }

        /// The items that belong to objects of other types.
        pub fn passed_over(&self) -> u64 {
            self.walked.passed_over
        }

        /// The items of the root's table as DynamoDB counted them in the last six hours or so, if
        /// `.estimate_size()` asked for it: what [`items_scanned`](Self::items_scanned) ends near, if no table of guards is gone
        /// over, too.
        pub fn table_items(&self) -> Option<u64> {
            self.walked.table_items
        }

        /// The objects that could not be read or written.
        pub fn failed(&self) -> u64 {
            self.walked.failed
        }

        /// The first hundred of them.
        pub fn failures(&self) -> &[crate::store::reseal::Failure] {
            &self.walked.failures
        }

        /// Read units consumed, as the service said; of a transaction that was cancelled, which it says nothing of, two for
        /// each item.
        pub fn read_units(&self) -> f64 {
            self.walked.consumed.reads
        }

        /// Write units consumed, as the service said. Of a write that was refused because somebody came first it says
        /// nothing, and what the write would have consumed is counted, by the items that are known: at least that much.
        pub fn write_units(&self) -> f64 {
            self.walked.consumed.writes
        }

        /// Where to go on, if the walk has not reached the end of its last table: everything before it is done.
        pub fn cursor(&self) -> Option<&crate::store::Cursor> {
            self.walked.cursor.as_ref()
        }

        /// Whether the walk reached the end of its last table.
        pub fn has_ended(&self) -> bool {
            self.walked.ended
        }
    };
}

pub(in crate::store) use walked;
