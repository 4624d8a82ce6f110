//! Several keys, found by id, and the order in which they replace each other.

use std::collections::BTreeMap;
use std::fmt;

use dyno_value::FieldPath;

use crate::{EncryptionKey, Error, KeyId};

/// Keys by id: one that seals, others that still open what they sealed.
///
/// To replace a key, in this order, each step finished everywhere before the next: [`insert`](Self::insert) the new
/// one in every process; [`promote`](Self::promote) it; save or reseal what the old one sealed; [`retire`](Self::retire)
/// the old one. A retired key is known but refuses to open, so that what was overlooked is found as what it is.
///
/// # Examples
///
/// ```
/// use dyno_crypto::{EncryptionKey, KeyState, Keyring};
///
/// let mut keys = Keyring::new(EncryptionKey::generate("2026")?);
/// keys.insert(EncryptionKey::generate("2027")?)?;
/// keys.promote("2027")?;
/// keys.retire("2026")?;
/// assert_eq!(keys.primary().id(), "2027");
/// assert_eq!(keys.state("2026"), Some(KeyState::Retired));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Keyring {
    primary: EncryptionKey,
    /// All but the primary.
    others: BTreeMap<KeyId, Other>,
}

#[derive(Clone, Debug)]
struct Other {
    key: EncryptionKey,
    retired: bool,
}

impl Other {
    fn state(&self) -> KeyState {
        if self.retired {
            KeyState::Retired
        } else {
            KeyState::Active
        }
    }
}

/// What a key of a [`Keyring`] is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyState {
    /// It opens.
    Active,
    /// It seals and opens.
    Primary,
    /// It neither seals nor opens.
    Retired,
}

impl Keyring {
    /// A keyring with one key, which seals and opens.
    pub fn new(primary: EncryptionKey) -> Self {
        Self {
            primary,
            others: BTreeMap::new(),
        }
    }

    /// Adds a key that opens. A key that is there already stays as it is.
    ///
    /// # Errors
    ///
    /// * [`KeyringError::OtherKey`]: the id stands for another key; one id is one key for ever
    pub fn insert(&mut self, key: EncryptionKey) -> Result<(), KeyringError> {
        match self.find(key.id().as_bytes()) {
            Some(known) if known.check_value() == key.check_value() => Ok(()),
            Some(known) => Err(KeyringError::OtherKey {
                id: known.id().clone(),
            }),
            None => {
                let other = Other {
                    key,
                    retired: false,
                };
                self.others.insert(other.key.id().clone(), other);
                Ok(())
            }
        }
    }

    /// Makes a key the one that seals; the one before it goes on opening.
    ///
    /// # Errors
    ///
    /// * [`KeyringError::Unknown`]: no key has this id
    /// * [`KeyringError::Retired`]: the key is retired
    pub fn promote(&mut self, id: impl AsRef<[u8]>) -> Result<(), KeyringError> {
        let id = id.as_ref();
        if self.primary.id().as_bytes() == id {
            return Ok(());
        }
        let id = match self.entry(id) {
            Some((id, other)) if other.retired => {
                return Err(KeyringError::Retired { id: id.clone() });
            }
            Some((id, _)) => id.clone(),
            None => return Err(unknown(id)),
        };
        if let Some(promoted) = self.others.remove(&id) {
            let key = std::mem::replace(&mut self.primary, promoted.key);
            self.others.insert(
                key.id().clone(),
                Other {
                    key,
                    retired: false,
                },
            );
        }
        Ok(())
    }

    /// Makes a key refuse to open.
    ///
    /// # Errors
    ///
    /// * [`KeyringError::Unknown`]: no key has this id
    /// * [`KeyringError::Primary`]: the key is the one that seals
    pub fn retire(&mut self, id: impl AsRef<[u8]>) -> Result<(), KeyringError> {
        self.set_retired(id.as_ref(), true)
    }

    /// Makes a retired key open again.
    ///
    /// # Errors
    ///
    /// * [`KeyringError::Unknown`]: no key has this id
    pub fn activate(&mut self, id: impl AsRef<[u8]>) -> Result<(), KeyringError> {
        match self.set_retired(id.as_ref(), false) {
            Err(KeyringError::Primary { .. }) => Ok(()),
            other => other,
        }
    }

    /// The key that seals.
    pub fn primary(&self) -> &EncryptionKey {
        &self.primary
    }

    /// What the key with this id is used for.
    pub fn state(&self, id: impl AsRef<[u8]>) -> Option<KeyState> {
        let id = id.as_ref();
        if self.primary.id().as_bytes() == id {
            return Some(KeyState::Primary);
        }
        self.entry(id).map(|(_, other)| other.state())
    }

    /// The key to open a sealed value at `path` with, if there is one with this id.
    ///
    /// # Errors
    ///
    /// * [`Error::KeyRetired`]: the key is retired
    pub fn decryption_key(
        &self,
        id: &KeyId,
        path: &FieldPath,
    ) -> Result<Option<&EncryptionKey>, Error> {
        if self.primary.id() == id {
            return Ok(Some(&self.primary));
        }
        match self.others.get(id) {
            Some(other) if other.retired => Err(Error::KeyRetired {
                id: id.clone(),
                path: path.clone(),
            }),
            other => Ok(other.map(|other| &other.key)),
        }
    }

    /// The ids of all keys with their states, in the order of their bytes.
    pub fn states(&self) -> BTreeMap<KeyId, KeyState> {
        let mut states: BTreeMap<KeyId, KeyState> = self
            .others
            .values()
            .map(|other| (other.key.id().clone(), other.state()))
            .collect();
        states.insert(self.primary.id().clone(), KeyState::Primary);
        states
    }

    /// The keys, in whatever state.
    pub(crate) fn all(&self) -> impl Iterator<Item = &EncryptionKey> {
        let others = self.others.values().map(|other| &other.key);
        std::iter::once(&self.primary).chain(others)
    }

    /// The key with this id, in whatever state.
    pub(crate) fn find(&self, id: &[u8]) -> Option<&EncryptionKey> {
        if self.primary.id().as_bytes() == id {
            return Some(&self.primary);
        }
        self.entry(id).map(|(_, other)| &other.key)
    }

    fn entry(&self, id: &[u8]) -> Option<(&KeyId, &Other)> {
        let id = KeyId::new(id).ok()?;
        self.others.get_key_value(&id)
    }

    fn set_retired(&mut self, id: &[u8], retired: bool) -> Result<(), KeyringError> {
        if self.primary.id().as_bytes() == id {
            return Err(KeyringError::Primary {
                id: self.primary.id().clone(),
            });
        }
        let entry = KeyId::new(id).ok().and_then(|id| self.others.get_mut(&id));
        let other = entry.ok_or_else(|| unknown(id))?;
        other.retired = retired;
        Ok(())
    }
}

impl From<EncryptionKey> for Keyring {
    fn from(primary: EncryptionKey) -> Self {
        Self::new(primary)
    }
}

fn unknown(id: &[u8]) -> KeyringError {
    KeyringError::Unknown {
        id: String::from_utf8_lossy(id).into_owned(),
    }
}

/// Why a [`Keyring`], or a pair of [`IndexKeys`](crate::IndexKeys), stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyringError {
    /// The id of a new key already stands for another one.
    OtherKey {
        /// The id.
        id: KeyId,
    },
    /// The key is the one that seals.
    Primary {
        /// Its id.
        id: KeyId,
    },
    /// The key is retired.
    Retired {
        /// Its id.
        id: KeyId,
    },
    /// No key has this id.
    Unknown {
        /// The id.
        id: String,
    },
}

impl fmt::Display for KeyringError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherKey { id } => write!(
                f,
                "key id `{id}` already stands for another key; give the new key a new id"
            ),
            Self::Primary { id } => {
                write!(f, "key `{id}` seals new values; promote another key first")
            }
            Self::Retired { id } => write!(f, "key `{id}` is retired; activate it first"),
            Self::Unknown { id } => write!(f, "no key has the id `{id}`; insert it first"),
        }
    }
}

impl std::error::Error for KeyringError {}
