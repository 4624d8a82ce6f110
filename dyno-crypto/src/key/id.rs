use std::fmt;
use std::sync::Arc;

use super::KeyError;

/// The name of a key, 1 to 64 bytes, stored in clear beside every value sealed with it.
///
/// A short printable label serves best: `k1`, `2026-11`, `acme/3`.
///
/// # Examples
///
/// ```
/// use dyno_crypto::KeyId;
///
/// assert_eq!(KeyId::new("2026-11")?.to_string(), "2026-11");
/// assert_eq!(KeyId::new([0, 255])?.to_string(), "0x00ff");
/// assert!(KeyId::new("").is_err());
/// # Ok::<(), dyno_crypto::KeyError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(Arc<[u8]>);

impl KeyId {
    /// The most bytes an id has.
    pub const MAX_LENGTH: usize = 64;

    /// An id with these bytes.
    ///
    /// # Errors
    ///
    /// * [`KeyError::IdLength`]: there are none, or more than 64
    pub fn new(bytes: impl AsRef<[u8]>) -> Result<Self, KeyError> {
        let bytes = bytes.as_ref();
        if (1..=Self::MAX_LENGTH).contains(&bytes.len()) {
            Ok(Self(bytes.into()))
        } else {
            Err(KeyError::IdLength { bytes: bytes.len() })
        }
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// How many bytes; at most 64, so a byte holds it.
    pub(crate) fn length(&self) -> u8 {
        u8::try_from(self.0.len()).unwrap_or_default()
    }
}

impl AsRef<[u8]> for KeyId {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl PartialEq<str> for KeyId {
    fn eq(&self, other: &str) -> bool {
        *self.0 == *other.as_bytes()
    }
}

impl PartialEq<&str> for KeyId {
    fn eq(&self, other: &&str) -> bool {
        self == *other
    }
}

impl TryFrom<&str> for KeyId {
    type Error = KeyError;

    fn try_from(text: &str) -> Result<Self, KeyError> {
        Self::new(text)
    }
}

impl fmt::Display for KeyId {
    /// The text, if all of it can be seen, otherwise hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let can_be_seen = |letter: char| letter.is_alphanumeric() || letter.is_ascii_graphic();
        match std::str::from_utf8(&self.0) {
            Ok(text) if text.chars().all(can_be_seen) => f.write_str(text),
            _ => {
                f.write_str("0x")?;
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
