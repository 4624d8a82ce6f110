//! Seal and open one value.

use std::mem;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::Blob;
use dyno_value::{FieldPath, ValueError, encoding};
use zeroize::Zeroizing;

use crate::aead::BLOCK;
use crate::binding::write_path;
use crate::envelope::{self, Envelope, MAX_OVERHEAD};
use crate::random::{self, Iv};
use crate::{Binding, EncryptionKey, Error};

/// Bytes of the length that the padded form begins with, at most.
const MAX_LENGTH_PREFIX: usize = 4;

/// Encrypts a value of any type for one place of one object; the result is binary.
///
/// The result is 52 bytes, the key id, and the encoded value filled up to a multiple of 16 bytes. It hides the value
/// and its type, not its approximate length ([`EncryptionKey::pad_to`] does). Sealing the same value twice gives different bytes.
///
/// # Errors
///
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
    let mut place = Vec::new();
    write_path(path, &mut place)?;
    let mut iv = Iv::default();
    random::fill(&mut iv)?;
    seal_with(&iv, value, key, binding, &place, path)
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
    let mut place = Vec::new();
    write_path(path, &mut place)?;
    Envelope::parse(bytes)
        .ok()
        .and_then(|envelope| open_at(&envelope, key, binding, &place))
        .ok_or_else(|| Error::Open { path: path.clone() })
}

/// [`seal`] with the vector given, and the path in both forms.
pub(crate) fn seal_with(
    iv: &Iv,
    value: &AttributeValue,
    key: &EncryptionKey,
    binding: &Binding,
    place: &[u8],
    path: &FieldPath,
) -> Result<AttributeValue, Error> {
    let bound = encoding::size_bound(value);
    let sealed = match key.bucket() {
        None => seal_encoded(iv, key, binding, place, bound, |output| {
            encoding::encode_into(value, output)
        }),
        Some(bucket) => {
            let room = bound + MAX_LENGTH_PREFIX + bucket;
            seal_encoded(iv, key, binding, place, room, |output| {
                encoding::encode_padded_into(value, bucket, output)
            })
        }
    };
    sealed
        .map(|sealed| AttributeValue::B(Blob::new(sealed)))
        .map_err(|error| Error::of_value(error, path))
}

/// Seals what `encode` appends, which is at most `room` bytes, so that the buffer is allocated once and no plaintext
/// stays behind when it grows.
fn seal_encoded(
    iv: &Iv,
    key: &EncryptionKey,
    binding: &Binding,
    place: &[u8],
    room: usize,
    encode: impl FnOnce(&mut Vec<u8>) -> Result<(), ValueError>,
) -> Result<Vec<u8>, ValueError> {
    let (header, length) = envelope::header(key.id());
    let header = header.get(..length).unwrap_or_default();
    // Wiped when the encoding fails halfway; once sealed, it holds no plaintext any more.
    let mut output = Zeroizing::new(Vec::with_capacity(MAX_OVERHEAD + room));
    output.extend_from_slice(header);
    output.extend_from_slice(iv);
    encode(&mut output)?;
    let associated = [header, binding.as_bytes(), place];
    key.cipher()
        .seal(iv, &associated, &mut output, length + BLOCK);
    Ok(mem::take(&mut *output))
}

/// Opens an envelope, or says no more than that it does not open.
pub(crate) fn open_at(
    envelope: &Envelope<'_>,
    key: &EncryptionKey,
    binding: &Binding,
    place: &[u8],
) -> Option<AttributeValue> {
    if envelope.key_id() != key.id() {
        return None;
    }
    let associated = [envelope.header(), binding.as_bytes(), place];
    let encoded = key
        .cipher()
        .open(
            envelope.iv(),
            &associated,
            envelope.ciphertext(),
            envelope.tag(),
        )
        .ok()?;
    if encoding::is_padded(&encoded) {
        encoding::decode_padded(&encoded).ok()
    } else {
        encoding::decode(&encoded).ok()
    }
}

#[cfg(test)]
mod tests;
