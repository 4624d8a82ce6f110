//! The bytes of a sealed value.
//!
//! ```text
//! offset      length  field
//! 0           1       dc       magic
//! 1           1       01       version
//! 2           1       01       suite: HKDF-SHA-512, A256CBC-HS512
//! 3           1       n        length of the key id, 1 to 64
//! 4           n       key id
//! 4+n         16      initialization vector
//! 20+n        16k     ciphertext, k >= 1
//! 20+n+16k    32      tag
//! ```

use std::fmt;

use crate::KeyId;
use crate::aead::BLOCK;

pub(crate) const MAGIC: u8 = 0xdc;
pub(crate) const VERSION: u8 = 1;
pub(crate) const SUITE: u8 = 1;

/// Bytes of the tag.
pub(crate) const TAG: usize = 32;

/// Bytes before the key id.
pub(crate) const FIXED_HEADER: usize = 4;

/// Bytes before the initialization vector, at most.
pub(crate) const MAX_HEADER: usize = FIXED_HEADER + KeyId::MAX_LENGTH;

/// The parts of a sealed value. Nothing is decrypted, and nothing here is known to be genuine: that is known when the
/// value has been opened.
///
/// # Examples
///
/// ```
/// use aws_sdk_dynamodb::types::AttributeValue;
/// use dyno_crypto::{Binding, EncryptionKey, Envelope, FieldPath, seal};
///
/// let key = EncryptionKey::generate("k1")?;
/// let binding = Binding::new("users", &[("id", &AttributeValue::S("42".into()))])?;
/// let path: FieldPath = "name".parse()?;
/// let sealed = seal(&AttributeValue::S("Naomi".into()), &key, &binding, &path)?;
/// let AttributeValue::B(bytes) = &sealed else { panic!("a sealed value is binary") };
/// assert_eq!(Envelope::parse(bytes.as_ref())?.key_id(), "k1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Envelope<'a> {
    parts: Parts<'a>,
    key_id: KeyId,
}

impl<'a> Envelope<'a> {
    /// Takes bytes apart, if they have exactly the form of a sealed value.
    ///
    /// # Errors
    ///
    /// * [`EnvelopeError::NotAnEnvelope`]: the bytes do not begin like one
    /// * [`EnvelopeError::Unsupported`]: a newer version of this library wrote them, or nobody did
    /// * [`EnvelopeError::Malformed`]: the lengths do not add up
    pub fn parse(bytes: &'a [u8]) -> Result<Self, EnvelopeError> {
        let parts = Parts::parse(bytes)?;
        let key_id = KeyId::new(parts.key_id()).map_err(|_| EnvelopeError::Malformed)?;
        Ok(Self { parts, key_id })
    }

    /// The id of the key that the value is sealed with.
    pub fn key_id(&self) -> &KeyId {
        &self.key_id
    }
}

/// The parts of a sealed value as they stand in its bytes.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Parts<'a> {
    header: &'a [u8],
    iv: &'a [u8; BLOCK],
    ciphertext: &'a [u8],
    tag: &'a [u8],
}

impl<'a> Parts<'a> {
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, EnvelopeError> {
        expect_suite(bytes, SUITE)?;
        Self::split(bytes).ok_or(EnvelopeError::Malformed)
    }

    fn split(bytes: &'a [u8]) -> Option<Self> {
        let id_length = usize::from(*bytes.get(FIXED_HEADER - 1)?);
        let (header, rest) = bytes.split_at_checked(FIXED_HEADER + id_length)?;
        let (iv, rest) = rest.split_first_chunk()?;
        let (ciphertext, tag) = rest.split_at_checked(rest.len().checked_sub(TAG)?)?;
        let whole_blocks = !ciphertext.is_empty() && ciphertext.len().is_multiple_of(BLOCK);
        let is_id = (1..=KeyId::MAX_LENGTH).contains(&id_length);
        (whole_blocks && is_id).then_some(Self {
            header,
            iv,
            ciphertext,
            tag,
        })
    }

    pub(crate) fn key_id(&self) -> &'a [u8] {
        self.header.get(FIXED_HEADER..).unwrap_or_default()
    }

    pub(crate) fn header(&self) -> &'a [u8] {
        self.header
    }

    pub(crate) fn iv(&self) -> &'a [u8; BLOCK] {
        self.iv
    }

    pub(crate) fn ciphertext(&self) -> &'a [u8] {
        self.ciphertext
    }

    pub(crate) fn tag(&self) -> &'a [u8] {
        self.tag
    }
}

impl fmt::Debug for Envelope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Envelope")
            .field("key_id", &self.key_id)
            .field(
                "ciphertext",
                &format_args!("{} bytes", self.parts.ciphertext.len()),
            )
            .finish_non_exhaustive()
    }
}

/// Whether bytes have exactly the form of a sealed value, of the version that this library writes.
///
/// Random bytes have it once in 2^30.
pub fn is_envelope(bytes: &[u8]) -> bool {
    Parts::parse(bytes).is_ok()
}

/// That bytes begin like something of this suite, in the version that this library writes.
pub(crate) fn expect_suite(bytes: &[u8], expected: u8) -> Result<(), EnvelopeError> {
    match *bytes {
        [MAGIC, VERSION, suite, _, ..] if suite == expected => Ok(()),
        [MAGIC, version, suite, _, ..] => Err(EnvelopeError::Unsupported { version, suite }),
        _ => Err(EnvelopeError::NotAnEnvelope),
    }
}

/// The bytes before the initialization vector, which are authenticated too.
pub(crate) fn header(id: &KeyId) -> ([u8; MAX_HEADER], usize) {
    let mut header = [0; MAX_HEADER];
    let (fixed, rest) = header.split_at_mut(FIXED_HEADER);
    fixed.copy_from_slice(&[MAGIC, VERSION, SUITE, id.length()]);
    let id = id.as_bytes();
    // An id has at most as many bytes as the rest.
    if let Some(rest) = rest.get_mut(..id.len()) {
        rest.copy_from_slice(id);
    }
    (header, FIXED_HEADER + id.len())
}

/// Why bytes are not a sealed value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// The bytes begin like a sealed value, but their lengths do not add up.
    Malformed,
    /// The bytes do not begin like a sealed value.
    NotAnEnvelope,
    /// The version or the cipher suite is not one that this library knows.
    Unsupported {
        /// The version found.
        version: u8,
        /// The suite found.
        suite: u8,
    },
}

impl fmt::Display for EnvelopeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => f.write_str("the lengths inside a sealed value do not add up"),
            Self::NotAnEnvelope => f.write_str("the bytes do not begin like a sealed value"),
            Self::Unsupported { version, suite } => write!(
                f,
                "a sealed value has version {version} and suite {suite}, which this version of the library does not know"
            ),
        }
    }
}

impl std::error::Error for EnvelopeError {}
