//! Seal and open one value.

mod sealer;

use std::borrow::Borrow;
use std::mem;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::Blob;
use dyno_value::{FieldPath, ValueError, encoding};
use zeroize::Zeroizing;

use crate::aead::BLOCK;
use crate::binding::Place;
use crate::envelope::{self, Parts, TAG, is_envelope};
use crate::random::{self, Iv};
use crate::{Binding, EncryptionKey, Error};

pub use sealer::Sealer;

/// Bytes of the length that the padded form begins with, at most.
const MAX_LENGTH_PREFIX: usize = 4;

/// Encrypts a value of any type for one place of one object; the result is binary.
///
/// The result is 52 bytes, the key id, and the encoded value filled up to a multiple of 16 bytes. It hides the value
/// and its type, not its approximate length ([`EncryptionKey::pad_to`] does). Sealing the same value twice gives
/// different bytes.
///
/// # Errors
///
/// * [`Error::AlreadyEncrypted`]: the value is a sealed value, or one is inside it
/// * [`Error::Value`]: DynamoDB would refuse the value
/// * [`Error::NotAllowedHere`]: the path is that of the object itself, or longer than can be bound
/// * [`Error::Rng`]: the random generator of the operating system failed
///
/// # Examples
///
/// ```
/// use aws_sdk_dynamodb::types::AttributeValue;
/// use dyno_crypto::{Binding, EncryptionKey, FieldPath, open, seal};
///
/// let key = EncryptionKey::generate("k1")?;
/// let binding = Binding::new("users", &[("id", &AttributeValue::S("42".into()))])?;
/// let path: FieldPath = "birth.day".parse()?;
///
/// let day = AttributeValue::S("1995-02-12".into());
/// let AttributeValue::B(sealed) = seal(&day, &key, &binding, &path)? else { unreachable!() };
/// assert_eq!(open(sealed.as_ref(), &key, &binding, &path)?, day);
///
/// let elsewhere: FieldPath = "birth.place".parse()?;
/// assert!(open(sealed.as_ref(), &key, &binding, &elsewhere).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn seal(
    value: &AttributeValue,
    key: &EncryptionKey,
    binding: &Binding,
    path: &FieldPath,
) -> Result<AttributeValue, Error> {
    let place = Place::of(path)?;
    let prepared = Prepared::new(value, key, path)?;
    let mut iv = Iv::default();
    random::fill(&mut iv)?;
    Ok(prepared.seal(&iv, binding, place.as_bytes()))
}

/// Decrypts what [`seal`] gave for the same key, object and place. Numbers come back in normal form and sets in the
/// order of their bytes.
///
/// # Errors
///
/// * [`Error::Open`]: anything else; the error is the same whatever is wrong with the bytes
/// * [`Error::NotAllowedHere`]: nothing can have been sealed at such a path
pub fn open(
    bytes: &[u8],
    key: &EncryptionKey,
    binding: &Binding,
    path: &FieldPath,
) -> Result<AttributeValue, Error> {
    let place = Place::of(path)?;
    Parts::parse(bytes)
        .ok()
        .and_then(|envelope| open_at(&envelope, key, binding, place.as_bytes()))
        .ok_or_else(|| Error::Open { path: path.clone() })
}

/// An encoded value with room around it, to be encrypted where it is, and the key for that. It is wiped when it is
/// dropped before that.
pub(crate) struct Prepared<K> {
    key: K,
    output: Zeroizing<Vec<u8>>,
    /// Where the encoded value begins.
    start: usize,
}

impl<K: Borrow<EncryptionKey>> Prepared<K> {
    /// # Errors
    ///
    /// * [`Error::AlreadyEncrypted`]: the value, which stands at `path`, is a sealed value, or one is inside it
    /// * [`Error::Value`]: DynamoDB would refuse the value
    pub(crate) fn new(value: &AttributeValue, key: K, path: &FieldPath) -> Result<Self, Error> {
        let bound = encoding::size_bound(value);
        let prepared = match key.borrow().bucket() {
            None => Self::encoded(key, bound, |output| encoding::encode_into(value, output)),
            Some(bucket) => {
                let room = (bound + MAX_LENGTH_PREFIX).next_multiple_of(bucket);
                Self::encoded(key, room, |output| {
                    encoding::encode_padded_into(value, bucket, output)
                })
            }
        };
        let prepared = prepared.map_err(|error| Error::of_secret(error, path))?;
        // What can be encoded does not nest too deep to be looked through.
        if holds_envelope(value) {
            return Err(Error::AlreadyEncrypted { path: path.clone() });
        }
        Ok(prepared)
    }

    /// Takes what `encode` appends, which is at most `room` bytes, so that the buffer is allocated once and no
    /// plaintext stays behind when it grows. When it is exactly as much, the buffer becomes the sealed value as it is;
    /// otherwise the type of a binary value needs a small allocation to remember its room.
    fn encoded(
        key: K,
        room: usize,
        encode: impl FnOnce(&mut Vec<u8>) -> Result<(), ValueError>,
    ) -> Result<Self, ValueError> {
        let (header, length) = envelope::header(key.borrow().id());
        let start = length + BLOCK;
        let padded = (room / BLOCK + 1) * BLOCK;
        let mut output = Zeroizing::new(Vec::with_capacity(start + padded + TAG));
        output.extend_from_slice(header.get(..length).unwrap_or_default());
        output.extend_from_slice(&Iv::default());
        encode(&mut output)?;
        Ok(Self { key, output, start })
    }

    /// Encrypts the value.
    pub(crate) fn seal(mut self, iv: &Iv, binding: &Binding, place: &[u8]) -> AttributeValue {
        let key = self.key.borrow();
        let mut output = mem::take(&mut *self.output);
        let (header, length) = envelope::header(key.id());
        // The room that was left for it, after the header of the same key.
        if let Some(room) = output.get_mut(length..self.start) {
            room.copy_from_slice(iv);
        }
        let header = header.get(..length).unwrap_or_default();
        let associated = [header, binding.as_bytes(), place];
        key.cipher().seal(iv, &associated, &mut output, self.start);
        AttributeValue::B(Blob::new(output))
    }
}

/// Whether the value is a sealed value, or one is inside it.
pub fn holds_envelope(value: &AttributeValue) -> bool {
    match value {
        AttributeValue::B(bytes) => is_envelope(bytes.as_ref()),
        AttributeValue::Bs(elements) => elements.iter().any(|bytes| is_envelope(bytes.as_ref())),
        AttributeValue::L(elements) => elements.iter().any(holds_envelope),
        AttributeValue::M(entries) => entries.values().any(holds_envelope),
        _ => false,
    }
}

/// Opens an envelope, or says no more than that it does not open.
pub(crate) fn open_at(
    envelope: &Parts<'_>,
    key: &EncryptionKey,
    binding: &Binding,
    place: &[u8],
) -> Option<AttributeValue> {
    if envelope.key_id() != key.id().as_bytes() {
        return None;
    }
    let associated = [envelope.header(), binding.as_bytes(), place];
    let mut encoded = key
        .cipher()
        .open(
            envelope.iv(),
            &associated,
            envelope.ciphertext(),
            envelope.tag(),
        )
        .ok()?;
    encoding::decode_taking(&mut encoded).ok()
}

#[cfg(test)]
mod tests;
