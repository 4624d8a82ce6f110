use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use hmac::{Hmac, KeyInit};
use sha2::{Sha256, Sha512};
use zeroize::Zeroizing;

use super::IndexError;
use crate::aead::kdf::PseudorandomKey;
use crate::binding::MAX_LABEL;
use crate::key::{check_value, extract, show};
use crate::{KeyError, KeyId, MasterKey};

/// Bytes of the derived key of one index.
const DERIVED: usize = 32;

/// How many derived keys are kept. Programs have a few; one that makes them up from data derives each time.
const KEPT: usize = 256;

/// A key to compute index values with. It seals nothing: a key that seals is an [`EncryptionKey`](crate::EncryptionKey).
///
/// Give it a master key and an id of its own, because it is replaced at its own time: replacing it means to compute a
/// column anew ([`IndexKeys`](super::IndexKeys)). A clone is another handle on the same key and costs nothing; the
/// secret is wiped from memory with the last one.
///
/// # Examples
///
/// ```
/// use dyno_crypto::{IndexKey, MasterKey};
///
/// let key = IndexKey::new("search-1", MasterKey::from_bytes([7; 32]))?;
/// assert_eq!(key.id(), "search-1");
/// assert_eq!(format!("{key:?}"), "IndexKey { id: search-1, check: 7f75158e0bdececd }");
/// # Ok::<(), dyno_crypto::KeyError>(())
/// ```
#[derive(Clone)]
pub struct IndexKey(Arc<Inner>);

struct Inner {
    id: KeyId,
    prk: PseudorandomKey<Sha512>,
    check_value: [u8; 8],
    derived: RwLock<Vec<Derived>>,
}

/// The hash of one index with its key taken in.
struct Derived {
    context: String,
    name: String,
    hasher: Hmac<Sha256>,
}

impl IndexKey {
    /// A key with this id, derived from a master key.
    ///
    /// # Errors
    ///
    /// * [`KeyError::IdLength`]: the id is not 1 to 64 bytes long
    pub fn new(id: impl AsRef<[u8]>, master: MasterKey) -> Result<Self, KeyError> {
        let id = KeyId::new(id)?;
        let prk = extract(master);
        let check_value = check_value(&prk)?;
        Ok(Self(Arc::new(Inner {
            id,
            prk,
            check_value,
            derived: RwLock::default(),
        })))
    }

    /// A new key from the generator of the operating system.
    ///
    /// It lives in this process only; to keep it, make a [`MasterKey`] from bytes that are stored safely.
    ///
    /// # Errors
    ///
    /// * [`KeyError::IdLength`]: the id is not 1 to 64 bytes long
    /// * [`KeyError::Rng`]: the generator failed
    pub fn generate(id: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        Self::new(id, MasterKey::generate()?)
    }

    /// The id. It is not stored with index values.
    pub fn id(&self) -> &KeyId {
        &self.0.id
    }

    /// Eight bytes derived from the key, to compare keys without showing them.
    pub fn check_value(&self) -> [u8; 8] {
        self.0.check_value
    }

    /// The hash of an index, ready for a value. The key is derived once for each context and name.
    pub(super) fn hasher(&self, context: &str, name: &str) -> Result<Hmac<Sha256>, IndexError> {
        let of = |derived: &&Derived| derived.context == context && derived.name == name;
        let known = self
            .0
            .derived
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .find(of)
            .map(|derived| derived.hasher.clone());
        if let Some(hasher) = known {
            return Ok(hasher);
        }
        let hasher = self.derive(context, name)?;
        let mut all = self
            .0
            .derived
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if all.len() < KEPT && !all.iter().any(|derived| of(&derived)) {
            all.push(Derived {
                context: context.to_owned(),
                name: name.to_owned(),
                hasher: hasher.clone(),
            });
        }
        Ok(hasher)
    }

    fn derive(&self, context: &str, name: &str) -> Result<Hmac<Sha256>, IndexError> {
        let context_length = length(context).ok_or(IndexError::Context {
            bytes: context.len(),
        })?;
        let name_length = length(name).ok_or(IndexError::Name { bytes: name.len() })?;
        let info: [&[u8]; 5] = [
            b"index\0",
            &context_length,
            context.as_bytes(),
            &name_length,
            name.as_bytes(),
        ];
        let mut key = Zeroizing::new([0; DERIVED]);
        self.0
            .prk
            .expand(&info, key.as_mut_slice())
            .map_err(|_| IndexError::Derivation)?;
        <Hmac<Sha256> as KeyInit>::new_from_slice(key.as_slice())
            .map_err(|_| IndexError::Derivation)
    }

    #[cfg(test)]
    pub(super) fn derived(&self) -> usize {
        self.0.derived.read().unwrap().len()
    }
}

/// The length of a text of 1 to 255 bytes in two bytes.
fn length(text: &str) -> Option<[u8; 2]> {
    if !(1..=MAX_LABEL).contains(&text.len()) {
        return None;
    }
    u16::try_from(text.len()).ok().map(u16::to_be_bytes)
}

impl fmt::Debug for IndexKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(f, "IndexKey", &self.0.id, self.0.check_value).finish()
    }
}
