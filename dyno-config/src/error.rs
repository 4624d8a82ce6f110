//! What can go wrong, one variant for each cause that a caller acts on.

use std::sync::Arc;
use std::time::Duration;

use dyno_core::table::Difference;
use dyno_core::{ErrorKind, Item};

use crate::config::Config;
use crate::place::Place;

/// The result of an operation on a configuration store.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An operation that did not do what was asked: where, why, and what to do next. Values of options are not shown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A write with `.if_unchanged(..)` found the option changed or gone. Nothing was written.
    #[error(
        "{place}: it is not as it was read, and nothing was written; go on from what stands there, or read it again"
    )]
    Changed {
        /// The option.
        place: Place,
        /// What stands there, if anything does.
        standing: Option<Box<Config<Item>>>,
    },
    /// Other programs kept changing the option. Nothing was written.
    #[error("{place}: other programs kept changing it, and nothing was written; try again later")]
    Contended {
        /// The option.
        place: Place,
    },
    /// What is stored does not fit the type.
    #[error("{place}: {}{why}", key_text(.key.as_deref()))]
    DoesNotFit {
        /// The option.
        place: Place,
        /// The key, and the place in it, if it is not the whole option.
        key: Option<String>,
        /// Why.
        why: String,
    },
    /// A write with `.if_absent()` found the option. Nothing was written.
    #[error("{place}: it exists, and nothing was written; go on from what stands there")]
    Exists {
        /// The option.
        place: Place,
        /// What stands there.
        standing: Box<Config<Item>>,
    },
    /// The option that holds rules of encryption makes no sense. The rules before it go on.
    #[error("{place}: {why}; the rules before it go on")]
    InvalidRules {
        /// The option.
        place: Place,
        /// Why.
        why: String,
    },
    /// A name is refused. Nothing was sent.
    #[error("{what} `{name}` is refused: {why}")]
    InvalidName {
        /// What it names.
        what: &'static str,
        /// The name.
        name: String,
        /// Why.
        why: String,
    },
    /// A setting makes no sense. Nothing was sent.
    #[error("{why}")]
    InvalidSetting {
        /// Why, and what to do.
        why: String,
    },
    /// A value is no option, or has a key that is refused. Nothing was sent.
    #[error("{place}: {}{why}", key_text(.key.as_deref()))]
    InvalidValue {
        /// The option.
        place: Place,
        /// The key, if it is one.
        key: Option<String>,
        /// Why.
        why: String,
    },
    /// A table has other keys than a configuration store.
    #[error(
        "table `{table}` is misconfigured: it {}; name its keys with `.store_key(..)` and `.option_key(..)`, or use another table",
        listed(.differences)
    )]
    MisconfiguredSchema {
        /// The table.
        table: String,
        /// What differs, and what was expected.
        differences: Vec<Difference>,
    },
    /// The options were not fetched within the time limit of a watch.
    #[error(
        "the options of store `{store}` in table `{table}` were not fetched within {limit:?}; see whether the service can be reached, or give a longer `.time_limit(..)`"
    )]
    NoAnswer {
        /// The table.
        table: String,
        /// The store.
        store: String,
        /// The time limit.
        limit: Duration,
    },
    /// There is no such option.
    #[error("{place}: there is none")]
    NotFound {
        /// The option.
        place: Place,
    },
    /// The answer to a write was lost, and whether it was applied cannot be told.
    #[error(
        "{place}: the answer was lost, and whether this write was applied cannot be told; read the option, and decide"
    )]
    OutcomeUnknown {
        /// The option.
        place: Place,
        /// What stood there afterwards, if that is known and anything did.
        standing: Option<Box<Config<Item>>>,
        /// The error of the request.
        source: dyno_core::Error,
    },
    /// The options could not be fetched. The snapshot before goes on.
    #[error("the options could not be fetched, and the snapshot before goes on")]
    Refresh {
        /// Why.
        source: Arc<Self>,
    },
    /// The task that refreshes a snapshot has ended, because its runtime has.
    #[error(
        "the task that refreshes the snapshot has ended with its runtime; watch the store again"
    )]
    Stopped,
    /// A request failed, or was refused before it was sent.
    #[error("{what} failed")]
    Store {
        /// What it was sent for.
        what: String,
        /// Why.
        source: dyno_core::Error,
    },
    /// The table does not exist.
    #[error(
        "table `{table}` does not exist; make it, or open the store with `.create_if_missing()`"
    )]
    TableMissing {
        /// The table.
        table: String,
    },
    /// The table is being made or deleted.
    #[error("table `{table}` cannot be used yet: it {status}; try again in a while")]
    TableNotReady {
        /// The table.
        table: String,
        /// What the service says of it.
        status: String,
    },
    /// An option has more keys than one request compares or changes one by one: some hundreds. Nothing was sent.
    #[error(
        "{place}: {keys} keys are too many to be compared or changed one by one, and nothing was written; keep those that belong together in maps: write the option so once, whole, without a demand and without a history"
    )]
    TooManyKeys {
        /// The option.
        place: Place,
        /// How many keys it has, or would have.
        keys: usize,
        /// What was refused.
        source: dyno_core::Error,
    },
    /// There is no such version of the option, or it says that the option was deleted.
    #[error("{place}: there is no version {version} to read; `history` lists those that are kept")]
    VersionNotFound {
        /// The option.
        place: Place,
        /// The version.
        version: u64,
    },
}

impl Error {
    /// The kind of the error of the core below it, if there is one.
    pub fn kind(&self) -> Option<ErrorKind> {
        match self {
            Self::OutcomeUnknown { source, .. }
            | Self::Store { source, .. }
            | Self::TooManyKeys { source, .. } => Some(source.kind()),
            Self::Refresh { source } => source.kind(),
            _ => None,
        }
    }
}

fn key_text(key: Option<&str>) -> String {
    key.map(|key| format!("key `{key}`: ")).unwrap_or_default()
}

fn listed(differences: &[Difference]) -> String {
    let texts: Vec<_> = differences.iter().map(without_table).collect();
    texts.join("; ")
}

/// What is said of a table, without its name.
pub(crate) fn without_table(difference: &Difference) -> String {
    let text = difference.to_string();
    let named = format!("table `{}` ", difference.table());
    text.strip_prefix(&named).unwrap_or(&text).to_owned()
}
