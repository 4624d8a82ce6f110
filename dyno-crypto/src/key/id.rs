use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

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
#[derive(Clone)]
pub struct KeyId {
    /// Held in place, because every sealed value that is read has one.
    bytes: [u8; Self::MAX_LENGTH],
    /// How many of the bytes are meant.
    length: u8,
}

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
        let refused = KeyError::IdLength { bytes: bytes.len() };
        let mut held = [0; Self::MAX_LENGTH];
        match (held.get_mut(..bytes.len()), u8::try_from(bytes.len())) {
            (Some(place), Ok(length @ 1..)) => {
                place.copy_from_slice(bytes);
                Ok(Self {
                    bytes: held,
                    length,
                })
            }
            _ => Err(refused),
        }
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes
            .get(..usize::from(self.length))
            .unwrap_or_default()
    }

    /// How many bytes; at most 64, so a byte holds it.
    pub(crate) fn length(&self) -> u8 {
        self.length
    }
}

impl AsRef<[u8]> for KeyId {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl PartialEq for KeyId {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for KeyId {}

impl Ord for KeyId {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl PartialOrd for KeyId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for KeyId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

impl PartialEq<str> for KeyId {
    fn eq(&self, other: &str) -> bool {
        self.as_bytes() == other.as_bytes()
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
        match std::str::from_utf8(self.as_bytes()) {
            Ok(text) if text.chars().all(can_be_seen) => f.write_str(text),
            _ => {
                f.write_str("0x")?;
                self.as_bytes()
                    .iter()
                    .try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
