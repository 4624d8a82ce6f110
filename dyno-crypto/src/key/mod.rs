//! Keys: what is kept secret, and how it becomes what the cipher uses.

mod error;
mod id;
mod master;
mod weak;

use std::fmt;
use std::sync::Arc;

use aes::Aes256;
use sha2::Sha512;
use zeroize::Zeroizing;

pub use error::KeyError;
pub use id::KeyId;
pub use master::MasterKey;
pub(crate) use weak::WeakKey;

use crate::aead::CbcHmac;
use crate::aead::kdf::PseudorandomKey;
use crate::envelope::{SUITE, TAG};

/// The salt of every derivation; another version of the format would have another.
const SALT: &[u8] = b"dyno-crypto v1";

/// Bytes of each of the two keys of the cipher.
const HALF: usize = 32;

/// The cipher of suite 1: A256CBC-HS512 of RFC 7518, 5.2.5.
pub(crate) type Cipher = CbcHmac<Aes256, Sha512, TAG>;

/// A key to seal and open values with, under an id that sealed values carry.
///
/// Everything derived from the master key is computed once, here. A clone is another handle on the same key and costs
/// nothing; the secret is wiped from memory with the last one.
///
/// One id stands for one key for ever: to replace a key, give the new one a new id.
///
/// # Examples
///
/// ```
/// use dyno_crypto::{EncryptionKey, MasterKey};
///
/// let key = EncryptionKey::new("2026-11", MasterKey::from_bytes([7; 32]))?;
/// assert_eq!(key.id(), "2026-11");
/// assert_eq!(format!("{key:?}"), "EncryptionKey { id: 2026-11, check: 7f75158e0bdececd }");
/// # Ok::<(), dyno_crypto::KeyError>(())
/// ```
#[derive(Clone)]
pub struct EncryptionKey(Arc<Inner>);

struct Inner {
    id: KeyId,
    cipher: Cipher,
    check_value: [u8; 8],
}

impl EncryptionKey {
    /// A key with this id, derived from a master key.
    ///
    /// # Errors
    ///
    /// * [`KeyError::IdLength`]: the id is not 1 to 64 bytes long
    pub fn new(id: impl AsRef<[u8]>, master: MasterKey) -> Result<Self, KeyError> {
        let id = KeyId::new(id)?;
        let prk = PseudorandomKey::<Sha512>::extract(SALT, master.as_bytes());
        drop(master);

        let mut keys = Zeroizing::new([0; 2 * HALF]);
        let info: [&[u8]; 4] = [b"field\0", &[SUITE], &[id.length()], id.as_bytes()];
        prk.expand(&info, keys.as_mut_slice())
            .map_err(|_| KeyError::Derivation)?;
        let (mac_key, encryption_key) = keys.split_at(HALF);
        let cipher = Cipher::new(mac_key, encryption_key).ok_or(KeyError::Derivation)?;

        let mut check_value = [0; 8];
        prk.expand(&[b"check\0"], &mut check_value)
            .map_err(|_| KeyError::Derivation)?;
        Ok(Self(Arc::new(Inner {
            id,
            cipher,
            check_value,
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

    /// The id that sealed values carry.
    pub fn id(&self) -> &KeyId {
        &self.0.id
    }

    /// Eight bytes derived from the key, to compare keys without showing them.
    pub fn check_value(&self) -> [u8; 8] {
        self.0.check_value
    }

    pub(crate) fn cipher(&self) -> &Cipher {
        &self.0.cipher
    }
}

impl fmt::Debug for EncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let check = u64::from_be_bytes(self.0.check_value);
        f.debug_struct("EncryptionKey")
            .field("id", &self.0.id)
            .field("check", &format_args!("{check:016x}"))
            .finish()
    }
}

#[cfg(test)]
mod tests;
