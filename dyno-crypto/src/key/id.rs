use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
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
#[derive(Clone)]
pub struct KeyId(Held);

/// The text of a UUID is held in place; longer ids are rare.
const USUAL: usize = 38;

/// The bytes of an id, in place if they are few: every sealed value that is read has one.
#[derive(Clone)]
enum Held {
    Few {
        bytes: [u8; USUAL],
        /// How many of the bytes are meant.
        length: u8,
    },
    Many(Arc<[u8]>),
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
        let length = match u8::try_from(bytes.len()) {
            Ok(length) if (1..=Self::MAX_LENGTH).contains(&bytes.len()) => length,
            _ => return Err(KeyError::IdLength { bytes: bytes.len() }),
        };
        let mut few = [0; USUAL];
        Ok(Self(match few.get_mut(..bytes.len()) {
            Some(place) => {
                place.copy_from_slice(bytes);
                Held::Few { bytes: few, length }
            }
            None => Held::Many(bytes.into()),
        }))
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Held::Few { bytes, length } => bytes.get(..usize::from(*length)).unwrap_or_default(),
            Held::Many(bytes) => bytes,
        }
    }

    /// How many bytes; at most 64, so a byte holds it.
    pub(crate) fn length(&self) -> u8 {
        u8::try_from(self.as_bytes().len()).unwrap_or_default()
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
