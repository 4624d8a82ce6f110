//! Keys: what is kept secret, and how it becomes what the cipher uses.

mod error;
mod id;
mod master;
mod weak;

use std::fmt;
use std::sync::Arc;

use aes::Aes256;
use dyno_value::MAX_ITEM_SIZE;
use sha2::Sha512;
use zeroize::Zeroizing;

pub use error::KeyError;
pub use id::KeyId;
pub use master::MasterKey;
pub(crate) use weak::WeakKey;

use crate::aead::CbcHmac;
use crate::aead::kdf::PseudorandomKey;
use crate::envelope::{SUITE, TAG};
use crate::item_seal::SealMac;

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
pub struct EncryptionKey {
    inner: Arc<Inner>,
    /// What the length of an encoded value is filled up to a multiple of, more than 1.
    bucket: Option<usize>,
}

struct Inner {
    id: KeyId,
    cipher: Cipher,
    seal_mac: SealMac,
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
        let prk = extract(master);

        let mut keys = Zeroizing::new([0; 2 * HALF]);
        let info: [&[u8]; 4] = [b"field\0", &[SUITE], &[id.length()], id.as_bytes()];
        prk.expand(&info, keys.as_mut_slice())
            .map_err(|_| KeyError::Derivation)?;
        let (mac_key, encryption_key) = keys.split_at(HALF);
        let cipher = Cipher::new(mac_key, encryption_key).ok_or(KeyError::Derivation)?;

        let inner = Inner {
            seal_mac: SealMac::derive(&prk, &id)?,
            check_value: check_value(&prk)?,
            id,
            cipher,
        };
        Ok(Self {
            inner: Arc::new(inner),
            bucket: None,
        })
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
        &self.inner.id
    }

    /// Eight bytes derived from the key, to compare keys without showing them.
    pub fn check_value(&self) -> [u8; 8] {
        self.inner.check_value
    }

    /// Another handle on the same key, which hides the length of what is sealed through it: the encoded value is
    /// filled up with zeros to a multiple of `bucket` bytes.
    ///
    /// All values whose encoding fits into one bucket (a text of up to `bucket` less 5 bytes does) are sealed into
    /// the same number of bytes, and so on for two buckets and more. What it seals opens through every handle, and
    /// values sealed before stay as they are.
    ///
    /// A bucket of 0 or 1 fills nothing up, and one of more than 400 KiB counts as 400 KiB, into which no item fits.
    ///
    /// # Examples
    ///
    /// ```
    /// use aws_sdk_dynamodb::types::AttributeValue;
    /// use dyno_crypto::{Binding, EncryptionKey, seal};
    ///
    /// let key = EncryptionKey::generate("k1")?.pad_to(64);
    /// let binding = Binding::new("users", &[("id", &AttributeValue::S("42".into()))])?;
    /// let length = |text: &str| {
    ///     let value = AttributeValue::S(text.to_owned());
    ///     let sealed = seal(&value, &key, &binding, &"diagnosis".parse().unwrap()).unwrap();
    ///     sealed.as_b().unwrap().as_ref().len()
    /// };
    /// assert_eq!(length("flu"), length("a disease that has a much longer name"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn pad_to(&self, bucket: usize) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            bucket: (bucket > 1).then_some(bucket.min(MAX_ITEM_SIZE)),
        }
    }

    pub(crate) fn bucket(&self) -> Option<usize> {
        self.bucket
    }

    pub(crate) fn cipher(&self) -> &Cipher {
        &self.inner.cipher
    }

    pub(crate) fn seal_mac(&self) -> &SealMac {
        &self.inner.seal_mac
    }
}

/// What all keys of a master key are derived from. The master key is wiped.
pub(crate) fn extract(master: MasterKey) -> PseudorandomKey<Sha512> {
    let prk = PseudorandomKey::extract(SALT, master.as_bytes());
    drop(master);
    prk
}

pub(crate) fn check_value(prk: &PseudorandomKey<Sha512>) -> Result<[u8; 8], KeyError> {
    let mut value = [0; 8];
    prk.expand(&[b"check\0"], &mut value)
        .map_err(|_| KeyError::Derivation)?;
    Ok(value)
}

/// Shows of a key what is no secret.
pub(crate) fn show<'a, 'b>(
    f: &'a mut fmt::Formatter<'b>,
    name: &str,
    id: &KeyId,
    check_value: [u8; 8],
) -> fmt::DebugStruct<'a, 'b> {
    let check = u64::from_be_bytes(check_value);
    let mut shown = f.debug_struct(name);
    shown
        .field("id", id)
        .field("check", &format_args!("{check:016x}"));
    shown
}

impl fmt::Debug for EncryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = show(f, "EncryptionKey", &self.inner.id, self.inner.check_value);
        if let Some(bucket) = self.bucket {
            shown.field("pad_to", &bucket);
        }
        shown.finish()
    }
}

#[cfg(test)]
mod tests;
