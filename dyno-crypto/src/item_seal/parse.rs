use std::fmt;

use super::SUITE;
use crate::KeyId;
use crate::envelope::{EnvelopeError, FIXED_HEADER, TAG, expect_suite};

/// The parts of an item seal. Nothing here is known to be genuine before
/// [`verify_attributes`](super::verify_attributes) accepts it; it tells which key to do that with.
#[derive(Clone, PartialEq, Eq)]
pub struct ItemSeal<'a> {
    head: &'a [u8],
    key_id: KeyId,
    sequence: u64,
    tag: &'a [u8; TAG],
}

impl<'a> ItemSeal<'a> {
    /// Takes bytes apart, if they have exactly the form of an item seal.
    ///
    /// # Errors
    ///
    /// * [`EnvelopeError::NotAnEnvelope`]: the bytes do not begin like one
    /// * [`EnvelopeError::Unsupported`]: they are a sealed value, or of a version that this library does not know
    /// * [`EnvelopeError::Malformed`]: the lengths do not add up
    pub fn parse(bytes: &'a [u8]) -> Result<Self, EnvelopeError> {
        expect_suite(bytes, SUITE)?;
        Self::split(bytes).ok_or(EnvelopeError::Malformed)
    }

    fn split(bytes: &'a [u8]) -> Option<Self> {
        let (head, tag) = bytes.split_last_chunk::<TAG>()?;
        let (header, sequence) = head.split_last_chunk()?;
        let (fixed, id) = header.split_at_checked(FIXED_HEADER)?;
        if usize::from(*fixed.last()?) != id.len() {
            return None;
        }
        Some(Self {
            head,
            key_id: KeyId::new(id).ok()?,
            sequence: u64::from_be_bytes(*sequence),
            tag,
        })
    }

    /// The id of the key that the item is sealed with.
    pub fn key_id(&self) -> &KeyId {
        &self.key_id
    }

    /// The number that the item was sealed with.
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    pub(super) fn head(&self) -> &'a [u8] {
        self.head
    }

    pub(super) fn tag(&self) -> &'a [u8; TAG] {
        self.tag
    }
}

impl fmt::Debug for ItemSeal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ItemSeal")
            .field("key_id", &self.key_id)
            .field("sequence", &self.sequence)
            .finish_non_exhaustive()
    }
}
