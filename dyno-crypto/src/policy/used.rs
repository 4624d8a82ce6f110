use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::SystemTime;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::FieldPath;

use super::exception::Exception;

/// Which kind of value an exception accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExceptionKind {
    /// A value that an older library sealed.
    Legacy,
    /// A value in clear.
    Plaintext,
    /// An object without an item seal.
    Unsealed,
}

/// A value that is not sealed, and is accepted all the same.
pub struct Accepted {
    pub(super) used: UsedException,
    pub(super) opened: Option<AttributeValue>,
}

impl fmt::Debug for Accepted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accepted")
            .field("used", &self.used)
            .finish_non_exhaustive()
    }
}

impl Accepted {
    /// The exception, and the value in clear if it is not the one that is stored.
    pub fn into_parts(self) -> (UsedException, Option<AttributeValue>) {
        (self.used, self.opened)
    }
}

/// That an exception was used, and where.
#[derive(Clone)]
pub struct UsedException {
    path: FieldPath,
    exception: Arc<Exception>,
}

impl UsedException {
    pub(super) fn new(path: FieldPath, exception: Arc<Exception>) -> Self {
        Self { path, exception }
    }

    /// Where the value stands.
    pub fn path(&self) -> &FieldPath {
        &self.path
    }

    /// Which kind of value was accepted.
    pub fn kind(&self) -> ExceptionKind {
        self.exception.kind()
    }

    /// The reason given with the exception.
    pub fn reason(&self) -> &str {
        &self.exception.reason
    }

    /// Counts it among the [uses](crate::ReadPolicy::uses) of the exception, once the value is really taken.
    pub fn count(&self) {
        self.exception.uses.fetch_add(1, Ordering::Relaxed);
    }
}

impl PartialEq for UsedException {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path && Arc::ptr_eq(&self.exception, &other.exception)
    }
}

impl Eq for UsedException {}

impl fmt::Debug for UsedException {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UsedException")
            .field("path", &self.path)
            .field("kind", &self.kind())
            .field("reason", &self.reason())
            .finish_non_exhaustive()
    }
}

/// An exception, and how often it was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExceptionUses {
    pub(super) kind: ExceptionKind,
    pub(super) reason: Arc<str>,
    pub(super) until: Option<SystemTime>,
    pub(super) count: u64,
}

impl ExceptionUses {
    /// Which kind of value is accepted.
    pub fn kind(&self) -> ExceptionKind {
        self.kind
    }

    /// The reason given with the exception.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// When it ends, if it does.
    pub fn until(&self) -> Option<SystemTime> {
        self.until
    }

    /// How many values were accepted.
    pub fn count(&self) -> u64 {
        self.count
    }
}
