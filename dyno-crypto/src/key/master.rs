use std::fmt;

use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::KeyError;
use crate::random;

/// The secret that an [`EncryptionKey`](crate::EncryptionKey) is derived from: 32 random bytes, wiped when dropped.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct MasterKey([u8; 32]);

impl MasterKey {
    /// A master key from bytes that a random generator made, for example those of a key management service.
    ///
    /// The caller's own copy of the bytes is the caller's to wipe.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A master key from bytes whose number is known only when the program runs, for example those of a file.
    ///
    /// # Errors
    ///
    /// * [`KeyError::MasterLength`]: they are not 32
    ///
    /// # Examples
    ///
    /// ```
    /// use dyno_crypto::MasterKey;
    ///
    /// let error = MasterKey::from_slice(b"too short").unwrap_err();
    /// assert_eq!(error.to_string(), "a master key has 32 bytes, this one has 9");
    /// ```
    pub fn from_slice(bytes: &[u8]) -> Result<Self, KeyError> {
        let bytes = bytes
            .try_into()
            .map_err(|_| KeyError::MasterLength { bytes: bytes.len() })?;
        Ok(Self(bytes))
    }

    /// A new master key from the generator of the operating system.
    ///
    /// # Errors
    ///
    /// * [`KeyError::Rng`]: the generator failed
    pub fn generate() -> Result<Self, KeyError> {
        let mut key = Self([0; 32]);
        random::fill(&mut key.0).map_err(|_| KeyError::Rng)?;
        Ok(key)
    }

    /// The SHA-256 of a secret text, for programs that so far had only such a text.
    ///
    /// It is no stronger than the text: whoever can guess the text has the key.
    pub fn from_legacy_secret(secret: &str) -> Self {
        let mut digest = Sha256::digest(secret.as_bytes());
        let mut key = Self([0; 32]);
        for (byte, from) in key.0.iter_mut().zip(&digest) {
            *byte = *from;
        }
        digest.as_mut_slice().zeroize();
        key
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(secret)")
    }
}
