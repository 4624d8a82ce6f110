use std::fmt;

use aes::Aes256;
use aes::cipher::KeyInit;
use sha2::{Digest, Sha256};
use zeroize::Zeroize;

/// The secret text that values of 0.6 are encrypted with, as the cipher uses it; wiped when dropped.
///
/// The caller's own copy of the text is the caller's to wipe.
pub struct LegacySecret(Aes256);

impl LegacySecret {
    /// The secret that a loader of 0.6 returned for a path.
    pub fn new(text: &str) -> Self {
        let mut digest = Sha256::digest(text.as_bytes());
        let cipher = Aes256::new(&digest);
        digest.as_mut_slice().zeroize();
        Self(cipher)
    }

    pub(crate) fn cipher(&self) -> &Aes256 {
        &self.0
    }
}

impl fmt::Debug for LegacySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LegacySecret(secret)")
    }
}

#[cfg(test)]
mod tests {
    use zeroize::ZeroizeOnDrop;

    use super::*;

    /// This compiles only while the cipher says that it wipes its key.
    #[test]
    fn a_secret_is_wiped_when_dropped_and_not_shown() {
        fn wiped<T: ZeroizeOnDrop>(_: &T) {}
        let secret = LegacySecret::new("hello");
        wiped(secret.cipher());
        assert_eq!(format!("{secret:?}"), "LegacySecret(secret)");
    }
}
