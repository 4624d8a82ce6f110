//! Key derivation: HKDF of RFC 5869.

use hkdf::{Hkdf, HmacImpl};
use hmac::{EagerHash, Hmac};
use zeroize::Zeroize;

/// What extraction gives, ready to expand.
pub(crate) struct PseudorandomKey<H: EagerHash>(Hkdf<H>)
where
    Hmac<H>: HmacImpl;

/// More bytes were asked for than 255 times the length of the hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLong;

impl<H: EagerHash> PseudorandomKey<H>
where
    Hmac<H>: HmacImpl,
{
    pub(crate) fn extract(salt: &[u8], material: &[u8]) -> Self {
        let (mut bytes, key) = Hkdf::<H>::extract(Some(salt), material);
        bytes.as_mut_slice().zeroize();
        Self(key)
    }

    /// Fills the output; `info` is taken as one text.
    pub(crate) fn expand(&self, info: &[&[u8]], output: &mut [u8]) -> Result<(), TooLong> {
        self.0.expand_multi_info(info, output).map_err(|_| TooLong)
    }
}
