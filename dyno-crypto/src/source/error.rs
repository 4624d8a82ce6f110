use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use crate::KeyId;

/// Why a key source gives no key. It names ids, never keys.
///
/// Cloning is cheap: everybody who waited for the same key gets the same error.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum KeySourceError {
    /// The source could not be asked, or could not answer.
    Failed {
        /// The key asked for.
        id: KeyId,
        /// What the source says.
        cause: Arc<dyn StdError + Send + Sync>,
    },
    /// The source gave a key with another id.
    OtherId {
        /// The key asked for.
        id: KeyId,
        /// The id of the one given.
        given: Box<KeyId>,
    },
    /// The source gave another key than before: one id is one key for ever.
    OtherKey {
        /// The id that both have.
        id: KeyId,
    },
    /// The key is retired: it neither seals nor opens.
    Retired {
        /// The key asked for.
        id: KeyId,
    },
    /// The source has no key with this id.
    Unknown {
        /// The key asked for.
        id: KeyId,
    },
}

impl KeySourceError {
    /// The source could not be asked, or could not answer.
    pub fn failed(id: &KeyId, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Failed {
            id: id.clone(),
            cause: Arc::from(cause.into()),
        }
    }

    /// The source has no key with this id.
    pub fn unknown(id: &KeyId) -> Self {
        Self::Unknown { id: id.clone() }
    }

    /// The key is retired.
    pub fn retired(id: &KeyId) -> Self {
        Self::Retired { id: id.clone() }
    }

    /// The key that was asked for.
    pub fn id(&self) -> &KeyId {
        match self {
            Self::Failed { id, .. }
            | Self::OtherId { id, .. }
            | Self::OtherKey { id }
            | Self::Retired { id }
            | Self::Unknown { id } => id,
        }
    }
}

impl fmt::Display for KeySourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed { id, .. } => {
                write!(f, "the key source failed to give key `{id}`")
            }
            Self::OtherId { id, given } => write!(
                f,
                "the key source was asked for key `{id}` and gave key `{given}`"
            ),
            Self::OtherKey { id } => write!(
                f,
                "the key source gave another key with the id `{id}` than before; an id is one key for ever, so give \
                 the new key a new id"
            ),
            Self::Retired { id } => write!(f, "key `{id}` is retired"),
            Self::Unknown { id } => write!(f, "the key source has no key `{id}`"),
        }
    }
}

impl StdError for KeySourceError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Failed { cause, .. } => Some(cause.as_ref()),
            _ => None,
        }
    }
}
