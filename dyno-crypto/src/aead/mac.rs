//! The tag over associated data, initialization vector and ciphertext.

use hmac::digest::OutputSizeUser;
use hmac::digest::typenum::Unsigned;
use hmac::{EagerHash, Hmac, KeyInit, Mac};

use super::Rejected;

/// HMAC with its key taken in, and tags cut to `TAG` bytes.
pub(super) struct Authenticator<H: EagerHash, const TAG: usize>(Hmac<H>);

impl<H: EagerHash, const TAG: usize> Authenticator<H, TAG>
where
    Hmac<H>: Mac + KeyInit + Clone,
{
    pub(super) fn new(key: &[u8]) -> Option<Self> {
        <Hmac<H> as KeyInit>::new_from_slice(key).ok().map(Self)
    }

    pub(super) fn tag(&self, associated: &[&[u8]], iv: &[u8], ciphertext: &[u8]) -> [u8; TAG] {
        Self::cut(self.over(associated, iv, ciphertext))
    }

    /// Compares in constant time. A tag of another length is refused.
    pub(super) fn verify(
        &self,
        associated: &[&[u8]],
        iv: &[u8],
        ciphertext: &[u8],
        tag: &[u8],
    ) -> Result<(), Rejected> {
        Self::check(self.over(associated, iv, ciphertext), tag)
    }

    fn over(&self, associated: &[&[u8]], iv: &[u8], ciphertext: &[u8]) -> Hmac<H> {
        let mut mac = self.0.clone();
        let mut bits = 0_u64;
        for part in associated {
            mac.update(part);
            // Lengths of slices in memory, so this cannot overflow.
            bits = bits.wrapping_add(8 * part.len() as u64);
        }
        mac.update(iv);
        mac.update(ciphertext);
        mac.update(&bits.to_be_bytes());
        mac
    }

    fn cut(mac: Hmac<H>) -> [u8; TAG] {
        const { assert!(TAG <= <<Hmac<H> as OutputSizeUser>::OutputSize as Unsigned>::USIZE) };
        let full = mac.finalize();
        let mut tag = [0; TAG];
        for (byte, of_full) in tag.iter_mut().zip(full.as_bytes()) {
            *byte = *of_full;
        }
        tag
    }

    fn check(mac: Hmac<H>, tag: &[u8]) -> Result<(), Rejected> {
        if tag.len() != TAG {
            return Err(Rejected);
        }
        mac.verify_truncated_left(tag).map_err(|_| Rejected)
    }
}

/// The bare function, for vectors that know nothing of associated data.
#[cfg(test)]
impl<H: EagerHash, const TAG: usize> Authenticator<H, TAG>
where
    Hmac<H>: Mac + KeyInit + Clone,
{
    pub(super) fn bare_tag(&self, message: &[u8]) -> [u8; TAG] {
        Self::cut(self.0.clone().chain_update(message))
    }

    pub(super) fn verify_bare(&self, message: &[u8], tag: &[u8]) -> Result<(), Rejected> {
        Self::check(self.0.clone().chain_update(message), tag)
    }
}
