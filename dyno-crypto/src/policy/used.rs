use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::FieldPath;

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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedException {
    pub(super) path: FieldPath,
    pub(super) kind: ExceptionKind,
    pub(super) reason: Arc<str>,
}

impl UsedException {
    /// Where the value stands.
    pub fn path(&self) -> &FieldPath {
        &self.path
    }

    /// Which kind of value was accepted.
    pub fn kind(&self) -> ExceptionKind {
        self.kind
    }

    /// The reason given with the exception.
    pub fn reason(&self) -> &str {
        &self.reason
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
