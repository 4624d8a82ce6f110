use std::fmt;

use dyno_value::{FieldPath, ValueCause, ValueError};

use crate::{IndexError, KeyId};

/// Why values were not sealed or opened. It names the field and the key id, never a value or a key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// A value that is to be sealed is a sealed value already, or holds one: it was read without its key and is saved
    /// again.
    AlreadyEncrypted {
        /// Where the value that is to be sealed stands.
        path: FieldPath,
    },
    /// There is no index value of a value.
    Index(IndexError),
    /// The attributes of an item are not those that its seal was made over: one was changed, added, dropped or moved
    /// here from elsewhere, or the seal itself was. Which of these is not said.
    ItemSeal {
        /// Where the item stands in its object; the root's item has the empty path.
        path: FieldPath,
    },
    /// No key is given for a value that must not be stored in clear.
    KeyMissing {
        /// Where the value stands.
        path: FieldPath,
    },
    /// The key of a sealed value is retired.
    KeyRetired {
        /// The key that the value names.
        id: KeyId,
        /// Where the value stands.
        path: FieldPath,
    },
    /// The key of a sealed value is not at hand.
    KeyUnavailable {
        /// The key that the value names.
        id: KeyId,
        /// Where the value stands.
        path: FieldPath,
    },
    /// This value cannot be sealed at this place.
    NotAllowedHere {
        /// Where the value stands.
        path: FieldPath,
        /// What is against it.
        why: &'static str,
    },
    /// A value stands in clear where only a sealed one is accepted.
    NotEncrypted {
        /// Where the value stands.
        path: FieldPath,
    },
    /// A sealed value does not open: it was changed, moved here from another object or field, or sealed with another
    /// key of the same id. Which of these is not said, because an attacker could learn from the difference.
    Open {
        /// Where the value stands.
        path: FieldPath,
    },
    /// The random generator of the operating system failed.
    Rng,
    /// A sealed value has a version or a cipher suite that this library does not know.
    Unsupported {
        /// The version found.
        version: u8,
        /// The suite found.
        suite: u8,
        /// Where the value stands.
        path: FieldPath,
    },
    /// A value that is to be sealed is one that DynamoDB would refuse; it could not be written back after opening.
    Value(ValueError),
}

impl Error {
    /// The place of the value that the error is about.
    pub fn path(&self) -> Option<&FieldPath> {
        match self {
            Self::AlreadyEncrypted { path }
            | Self::ItemSeal { path }
            | Self::KeyMissing { path }
            | Self::KeyRetired { path, .. }
            | Self::KeyUnavailable { path, .. }
            | Self::NotAllowedHere { path, .. }
            | Self::NotEncrypted { path }
            | Self::Open { path }
            | Self::Unsupported { path, .. } => Some(path),
            Self::Value(error) => Some(error.path()),
            Self::Index(_) | Self::Rng => None,
        }
    }

    /// An encoding error of a value that is to be sealed as a whole, or hashed, at `path`. Neither the text of a number
    /// nor the names inside the value are said: nobody may read them in the storage.
    pub(crate) fn of_secret(error: ValueError, path: &FieldPath) -> Self {
        let (_, cause) = without_number(error).into_parts();
        Self::Value(ValueError::new(cause).under_path(path))
    }

    /// An encoding error of an item at `path` whose names can be read in the storage.
    pub(crate) fn of_item(error: ValueError, path: &FieldPath) -> Self {
        Self::Value(without_number(error).under_path(path))
    }
}

/// The same error without the text of a number, which is a part of what is to be kept secret.
fn without_number(error: ValueError) -> ValueError {
    match error.cause() {
        ValueCause::NotANumber { .. } | ValueCause::NumberOutOfRange { .. } => {
            let (inner, _) = error.into_parts();
            ValueError::custom("the text is not a number that DynamoDB accepts").under_path(&inner)
        }
        _ => error,
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AlreadyEncrypted { path } => write!(
                f,
                "field `{path}` is sealed already, or holds a sealed value; it was read without its key: read it with the \
                 key, or leave it as it is"
            ),
            Self::Index(error) => fmt::Display::fmt(error, f),
            Self::ItemSeal { path } if path.is_root() => f.write_str(
                "the seal of the root's item does not fit its attributes; somebody changed the item without the \
                 key: restore it, and check that its context, object key and seal key are those it was sealed with",
            ),
            Self::ItemSeal { path } => write!(
                f,
                "the seal of the item at `{path}` does not fit its attributes; somebody changed the item without the \
                 key: restore it, and check that its context, object key and seal key are those it was sealed with"
            ),
            Self::KeyMissing { path } => write!(
                f,
                "no key is given for field `{path}`, which must be encrypted; give one for this path"
            ),
            Self::KeyRetired { id, path } => write!(
                f,
                "field `{path}` is sealed with key `{id}`, which is retired; activate the key to read what it still seals"
            ),
            Self::KeyUnavailable { id, path } => write!(
                f,
                "field `{path}` is sealed with key `{id}`, which is not at hand; give the key with this id"
            ),
            Self::NotAllowedHere { path, why } => {
                write!(f, "field `{path}` cannot be encrypted: {why}")
            }
            Self::NotEncrypted { path } => write!(
                f,
                "field `{path}` must be encrypted, but is stored in clear; if it was written before encryption was \
                 turned on, save it again with a loader that accepts it"
            ),
            Self::Open { path } => write!(
                f,
                "the sealed value of field `{path}` does not open; check that its context, object key and encryption \
                 key are those it was sealed with"
            ),
            Self::Rng => f.write_str(
                "the random generator of the operating system failed; nothing was sealed",
            ),
            Self::Unsupported {
                version,
                suite,
                path,
            } => write!(
                f,
                "field `{path}` is sealed with format version {version} and suite {suite}, which this version of the \
                 library does not know; a newer one may"
            ),
            Self::Value(error) => fmt::Display::fmt(error, f),
        }
    }
}

impl std::error::Error for Error {}

impl From<IndexError> for Error {
    fn from(error: IndexError) -> Self {
        Self::Index(error)
    }
}
