//! AES-CBC with HMAC, composed as in RFC 7518, 5.2 (`AEAD_AES_CBC_HMAC_SHA2` of draft-mcgrew).
//!
//! Generic over key size, hash and tag length, so that the published vectors of three sizes all test the code that
//! the one size in use runs.

pub(crate) mod kdf;

mod cbc;
mod mac;
#[cfg(test)]
mod tests;

use hmac::{EagerHash, Hmac, KeyInit, Mac};
use zeroize::Zeroizing;

use self::cbc::BlockCipher;
use self::mac::Authenticator;

/// Bytes of a block of AES, and of an initialization vector.
pub(crate) const BLOCK: usize = 16;

/// A ciphertext that was not made with this key for this associated data.
///
/// It says nothing else on purpose: which check failed is what an attacker would like to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rejected;

/// Seals and opens bytes under one pair of keys, with the key schedules at hand.
pub(crate) struct CbcHmac<C, H: EagerHash, const TAG: usize> {
    cipher: C,
    authenticator: Authenticator<H, TAG>,
}

impl<C: BlockCipher, H: EagerHash, const TAG: usize> CbcHmac<C, H, TAG>
where
    Hmac<H>: Mac + KeyInit + Clone,
{
    /// Takes the two keys in the order in which RFC 7518 splits its own: authentication first.
    ///
    /// None when a key has the wrong length.
    pub(crate) fn new(mac_key: &[u8], encryption_key: &[u8]) -> Option<Self> {
        Some(Self {
            cipher: C::new_from_slice(encryption_key).ok()?,
            authenticator: Authenticator::new(mac_key)?,
        })
    }

    /// Encrypts the message from `start` on in place, and appends the tag.
    pub(crate) fn seal(
        &self,
        iv: &[u8; BLOCK],
        associated: &[&[u8]],
        message: &mut Vec<u8>,
        start: usize,
    ) {
        cbc::encrypt(&self.cipher, iv, message, start);
        let ciphertext = message.get(start..).unwrap_or_default();
        let tag = self.authenticator.tag(associated, iv, ciphertext);
        message.extend_from_slice(&tag);
    }

    /// Gives back the message, if the tag is that of the other parts. Nothing is decrypted before that is known.
    pub(crate) fn open(
        &self,
        iv: &[u8; BLOCK],
        associated: &[&[u8]],
        ciphertext: &[u8],
        tag: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Rejected> {
        self.authenticator.verify(associated, iv, ciphertext, tag)?;
        cbc::decrypt(&self.cipher, iv, ciphertext)
    }
}
