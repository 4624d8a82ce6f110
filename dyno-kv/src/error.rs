use std::time::Duration;

use dyno_core::ErrorKind;

use crate::place::Place;
use crate::record::Record;

/// The result of an operation on a key-value store.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An operation that did not do what was asked: where, why, and what to do next.
///
/// Each variant is a cause that a program can act on; its documentation says whether something was sent or written. What
/// the core reports is the [`source`](std::error::Error::source), and [`kind`](Self::kind) tells it. No text shows a payload.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use dyno_core::Store;
/// use dyno_kv::Kv;
///
/// let kv = Kv::new(&Store::embedded()?, "CRMTable");
/// kv.ensure_table().await?;
/// let error = kv.partition("customers").get("ada").await.unwrap_err();
/// assert!(error.is_not_found());
/// assert_eq!(error.place().key(), Some("ada"));
/// assert_eq!(
///     error.to_string(),
///     "record `ada` of partition `customers` of table `CRMTable`: not found"
/// );
/// # Ok(())
/// # }
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// `create` found a record that is not expired and not its own. Nothing was written, or somebody deleted it again.
    #[error(
        "{place}: stands already, as version {}; replace it with `put`, or change it with `compare_and_put`",
        present.version()
    )]
    Exists {
        /// The record.
        place: Place,
        /// What stands there.
        present: Box<Record>,
    },
    /// A later holder of the lock wrote here before. Nothing was written.
    #[error(
        "{place}: was written under token {present} of the lock, and this write has token {token}: the lock has a new holder; \
         nothing was written"
    )]
    Fenced {
        /// The record.
        place: Place,
        /// The token of this write.
        token: u64,
        /// The higher one that stands there.
        present: u64,
    },
    /// The index cannot answer this. Nothing was sent.
    #[error("{place}: {why}")]
    IndexNotSupported {
        /// The index.
        place: Place,
        /// What it cannot do.
        why: &'static str,
    },
    /// A partition, key, field or limit that no record or request can have. Nothing was sent.
    #[error("{place}: {why}")]
    InvalidInput {
        /// Where it was given.
        place: Place,
        /// What is wrong with it.
        why: String,
    },
    /// The record is a lock, which only [`Partition::lock`](crate::Partition::lock) and its guard write. Nothing was written. Write under
    /// another key.
    #[error(
        "{place}: is a lock, which other writes would take from its holder; nothing was written. Write under another key"
    )]
    IsLock {
        /// The lock.
        place: Place,
    },
    /// The text is no page token, or one of another list. Nothing was sent.
    #[error("{place}: {why}; begin again without a token")]
    InvalidToken {
        /// The list.
        place: Place,
        /// What is wrong with it.
        why: String,
    },
    /// The time to live, or the lease, is zero or ends after all time. Nothing was sent.
    #[error("{place}: {why}")]
    InvalidTtl {
        /// The record.
        place: Place,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The value has no form in DynamoDB. Nothing was sent.
    #[error("{place}: the value cannot be stored")]
    InvalidValue {
        /// The record.
        place: Place,
        /// What serde says.
        source: serde_dynamo::Error,
    },
    /// Another one holds the lock, or the service does not answer in time.
    #[error(
        "{place}: not acquired in {waited:?}: another one holds the lock, or the service does not answer; try again later, or wait longer"
    )]
    LockHeld {
        /// The lock.
        place: Place,
        /// How long it was waited for.
        waited: Duration,
    },
    /// The lock is held no more: it was not renewed in time. Under [`fenced`](crate::Put::fenced), nothing was sent.
    #[error(
        "{place}: the lock was lost: it was not renewed in time, and another one may hold it; acquire it again"
    )]
    LockLost {
        /// The lock.
        place: Place,
    },
    /// Somebody else wrote the record since `previous` was read. Nothing was written.
    #[error(
        "{place}: somebody else wrote version {}; nothing was written. Look at it, and try again with it",
        present.version()
    )]
    Modified {
        /// The record.
        place: Place,
        /// What stands there.
        present: Box<Record>,
    },
    /// The operating system gave no random bytes. Nothing was sent.
    #[error("{place}: the operating system gave no random bytes: {why}")]
    NoRandomness {
        /// The record.
        place: Place,
        /// What it said.
        why: String,
    },
    /// The record is there and is no counter.
    #[error("{place}: is no counter: {why}; count under another key")]
    NotACounter {
        /// The record.
        place: Place,
        /// What it is.
        why: String,
    },
    /// The record is there and is no lock. Nothing was written.
    #[error("{place}: is no lock: {why}; lock under another key")]
    NotALock {
        /// The record.
        place: Place,
        /// What it is.
        why: String,
    },
    /// There is no such record, or it has expired. Nothing was written.
    #[error("{place}: not found")]
    NotFound {
        /// The record.
        place: Place,
    },
    /// The answer to a write was lost, and whether it was applied could not be learned.
    #[error(
        "{place}: the answer to the write was lost, and {}; read the record and decide",
        left_behind(present.as_deref())
    )]
    OutcomeUnknown {
        /// The record.
        place: Place,
        /// What stood there afterwards, if it could be read and there was something.
        present: Option<Box<Record>>,
        /// Why the answer was lost.
        source: dyno_core::Error,
    },
    /// The sum is beyond `i64`. Nothing was written.
    #[error("{place}: {add} more than it stands at is beyond a 64-bit number; nothing was written")]
    Overflow {
        /// The counter.
        place: Place,
        /// Where it stands.
        present: i64,
        /// What was to be added.
        add: i64,
    },
    /// A field has the name of an attribute that the store writes itself. Nothing was sent.
    #[error(
        "{place}: field `{field}` has a reserved name: `id`, `name`, `version`, `expires`, `payload` and what begins with \
         `_dy_` are the store's own"
    )]
    ReservedField {
        /// The record.
        place: Place,
        /// The field.
        field: String,
    },
    /// The request failed; why is the source.
    #[error("{place}: the request failed")]
    Store {
        /// What was asked for.
        place: Place,
        /// The error of the core.
        source: dyno_core::Error,
    },
    /// The table does not exist.
    #[error(
        "{place}: the table does not exist; create it with `kv.ensure_table()`, or check region and credentials"
    )]
    TableMissing {
        /// What was asked for.
        place: Place,
        /// The error of the core.
        source: dyno_core::Error,
    },
    /// No index of this name was declared. Nothing was sent.
    #[error("{place}: no such index is declared; there {}", declared(known))]
    UnknownIndex {
        /// The index.
        place: Place,
        /// The names of those that are.
        known: Vec<String>,
    },
    /// The item is no record of such a store.
    #[error("{place}: is no record of a key-value store: {why}")]
    Unreadable {
        /// The item.
        place: Place,
        /// What is wrong with it.
        why: String,
    },
    /// The payload has another form than the one asked for.
    #[error("{place}: the payload is {found}, not {expected}")]
    WrongForm {
        /// The record.
        place: Place,
        /// What was asked for.
        expected: &'static str,
        /// What is there, without the value.
        found: String,
    },
}

impl Error {
    /// What the core calls it, if the error is one of the core's: `Throttled`, `TooLarge`, `Unreachable` and so on.
    pub fn kind(&self) -> Option<ErrorKind> {
        match self {
            Self::OutcomeUnknown { source, .. }
            | Self::Store { source, .. }
            | Self::TableMissing { source, .. } => Some(source.kind()),
            _ => None,
        }
    }

    /// Where it happened.
    pub fn place(&self) -> &Place {
        match self {
            Self::Exists { place, .. }
            | Self::Fenced { place, .. }
            | Self::IndexNotSupported { place, .. }
            | Self::InvalidInput { place, .. }
            | Self::InvalidToken { place, .. }
            | Self::InvalidTtl { place, .. }
            | Self::InvalidValue { place, .. }
            | Self::IsLock { place }
            | Self::LockHeld { place, .. }
            | Self::LockLost { place }
            | Self::Modified { place, .. }
            | Self::NoRandomness { place, .. }
            | Self::NotACounter { place, .. }
            | Self::NotALock { place, .. }
            | Self::NotFound { place }
            | Self::OutcomeUnknown { place, .. }
            | Self::Overflow { place, .. }
            | Self::ReservedField { place, .. }
            | Self::Store { place, .. }
            | Self::TableMissing { place, .. }
            | Self::UnknownIndex { place, .. }
            | Self::Unreadable { place, .. }
            | Self::WrongForm { place, .. } => place,
        }
    }

    /// Whether there is no such record.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::NotFound { .. })
    }

    pub(crate) fn of_core(place: Place, source: dyno_core::Error) -> Self {
        match source.kind() {
            ErrorKind::OutcomeUnknown => Self::OutcomeUnknown {
                place,
                present: None,
                source,
            },
            ErrorKind::TableMissing => Self::TableMissing { place, source },
            _ => Self::Store { place, source },
        }
    }
}

fn left_behind(present: Option<&Record>) -> String {
    match present {
        Some(present) => format!(
            "version {} stands there now, with nothing in it to tell whether this write came before",
            present.version()
        ),
        None => "nothing was found there afterwards, or it could not be read".to_owned(),
    }
}

fn declared(known: &[String]) -> String {
    if known.is_empty() {
        return "is none: declare it with `local_index` or `global_index`".to_owned();
    }
    let names: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
    format!("are {}", names.join(", "))
}
