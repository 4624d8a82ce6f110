//! What can go wrong.

use dyno_core::ErrorKind;

use crate::kind::Kind;

/// The result of an operation on a [`FeatureStore`](crate::FeatureStore).
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a store did not do what was asked.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use dyno_flags::{Descriptor, Error, FeatureStore, Kind};
///
/// let flags = FeatureStore::new(&dyno_core::Store::embedded()?, "launchdarkly");
/// let error = flags.upsert(Kind::Flag, "f", Descriptor::new(2, r#"{"version":1}"#)).await.unwrap_err();
/// assert!(matches!(&error, Error::InvalidItem { key, .. } if key == "f"));
///
/// let error = flags.get(Kind::Flag, "f").await.unwrap_err(); // the table was not made
/// assert_eq!(error.store_kind(), Some(dyno_core::ErrorKind::TableMissing));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An `init` took so long that its set was taken for one that nobody finishes, and removed. Call it again.
    #[error(
        "init of table `{table}` took so long that its new set was removed as abandoned; call `init` again, and sweep with a greater age"
    )]
    Abandoned {
        /// The table.
        table: String,
    },
    /// Other programs kept replacing the set of flags while this one tried. Try again later.
    #[error(
        "{operation} in table `{table}`: the set of flags was replaced again and again meanwhile; try again later"
    )]
    Contended {
        /// What was tried: `get`, `init`, ..
        operation: &'static str,
        /// The table.
        table: String,
    },
    /// An `init` stopped before its end. Call it again with the same data: what it did is no obstacle.
    #[error("init of table `{table}` did not come to its end, {} items are left; call `init` again", left.len())]
    Incomplete {
        /// The table.
        table: String,
        /// The flags and segments that are not known to be written.
        left: Vec<(Kind, String)>,
        /// Why it stopped.
        source: dyno_core::Error,
    },
    /// A flag or segment cannot be stored as it was given. Nothing was sent.
    #[error("{kind} `{key}`: {why}; nothing was written")]
    InvalidItem {
        /// What it is.
        kind: Kind,
        /// Its key.
        key: String,
        /// What is wrong with it.
        why: String,
    },
    /// A setting of the store makes no sense. Nothing was sent.
    #[error("{0}")]
    InvalidSetting(String),
    /// The table could not be read or written.
    #[error("{operation} of {what} in table `{table}`")]
    Store {
        /// What was tried: `get`, `upsert`, ..
        operation: &'static str,
        /// Of what: a flag or segment with its key, or more.
        what: String,
        /// The table.
        table: String,
        /// What the core says.
        source: dyno_core::Error,
    },
    /// A stored item is no flag or segment that can be read.
    #[error("{kind} `{key}` in table `{table}` cannot be read: {why}")]
    Unreadable {
        /// What it is.
        kind: Kind,
        /// Its key.
        key: String,
        /// The table.
        table: String,
        /// What is wrong with it.
        why: String,
    },
}

impl Error {
    pub(crate) fn invalid(kind: Kind, key: &str, why: impl Into<String>) -> Self {
        Self::InvalidItem {
            kind,
            key: key.to_owned(),
            why: why.into(),
        }
    }

    /// What the core calls it, where it comes from there.
    pub fn store_kind(&self) -> Option<ErrorKind> {
        match self {
            Self::Incomplete { source, .. } | Self::Store { source, .. } => Some(source.kind()),
            Self::Abandoned { .. }
            | Self::Contended { .. }
            | Self::InvalidItem { .. }
            | Self::InvalidSetting(_)
            | Self::Unreadable { .. } => None,
        }
    }
}
