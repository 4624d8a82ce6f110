use std::collections::BTreeMap;
use std::error::Error as StdError;

use dyno_crypto::KeyId;
use serde::{Deserialize, Serialize};

use crate::{KmsError, WrappedKey};

/// Where wrapped keys are kept: a file ([`WrappedKeys`]), a parameter, a table. One method, an `async fn`.
pub trait WrappedKeyStore: Send + Sync + 'static {
    /// The wrapped key with this id, retired ones included.
    ///
    /// # Errors
    ///
    /// Whether there is one could not be learned.
    fn find(
        &self,
        id: &KeyId,
    ) -> impl Future<Output = Result<Option<WrappedKey>, Box<dyn StdError + Send + Sync>>> + Send;
}

/// Wrapped keys in memory, read from and written to whatever serde can: a list, in the order of their ids.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<WrappedKey>", into = "Vec<WrappedKey>")]
pub struct WrappedKeys(BTreeMap<KeyId, WrappedKey>);

impl WrappedKeys {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a key. The same one may be given again, to retire it or to put it back into use.
    ///
    /// # Errors
    ///
    /// * [`KmsError::Known`]: the id stands for another key; one id is one key for ever. One that KMS wrapped anew is
    ///   for [`replace`](Self::replace)
    pub fn insert(&mut self, key: WrappedKey) -> Result<(), KmsError> {
        match self.0.get(key.id()) {
            Some(known) if known.blob() != key.blob() => Err(KmsError::Known {
                id: key.id().clone(),
            }),
            _ => {
                self.0.insert(key.id().clone(), key);
                Ok(())
            }
        }
    }

    /// Puts the same key in its place, as another KMS key wraps it ([`KmsKeys::rewrap`](crate::KmsKeys::rewrap)), and gives
    /// what was there. Keep that for as long as programs may have the old list.
    ///
    /// That both are the same master key cannot be seen here: with another one, what was sealed with the first does not
    /// open, though it is not lost while its wrapped key is kept.
    ///
    /// # Errors
    ///
    /// * [`KmsError::Unknown`]: there is no key with this id
    pub fn replace(&mut self, key: WrappedKey) -> Result<WrappedKey, KmsError> {
        match self.0.get_mut(key.id()) {
            Some(known) => Ok(std::mem::replace(known, key)),
            None => Err(KmsError::Unknown {
                id: key.id().clone(),
            }),
        }
    }

    /// The key with this id.
    pub fn get(&self, id: &KeyId) -> Option<&WrappedKey> {
        self.0.get(id)
    }

    /// All keys, in the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = &WrappedKey> {
        self.0.values()
    }
}

impl WrappedKeyStore for WrappedKeys {
    async fn find(
        &self,
        id: &KeyId,
    ) -> Result<Option<WrappedKey>, Box<dyn StdError + Send + Sync>> {
        Ok(self.get(id).cloned())
    }
}

impl From<WrappedKeys> for Vec<WrappedKey> {
    fn from(keys: WrappedKeys) -> Self {
        keys.0.into_values().collect()
    }
}

impl TryFrom<Vec<WrappedKey>> for WrappedKeys {
    type Error = String;

    fn try_from(list: Vec<WrappedKey>) -> Result<Self, String> {
        let mut keys = Self::new();
        for key in list {
            if keys.get(key.id()).is_some() {
                return Err(format!("the id `{}` is there twice", key.id()));
            }
            keys.0.insert(key.id().clone(), key);
        }
        Ok(keys)
    }
}
