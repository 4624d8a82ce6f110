//! Item seals: a tag over all attributes of one item, sealed or clear.
//!
//! ```text
//! offset  length  field
//! 0       1       dc       magic
//! 1       1       01       version
//! 2       1       41       suite: item seal with HKDF-SHA-512 and HMAC-SHA-512
//! 3       1       n        length of the key id, 1 to 64
//! 4       n       key id
//! 4+n     8       sequence
//! 12+n    32      tag
//!
//! tag         first 32 bytes of HMAC( seal key, head | binding | path | count in four bytes | count * attribute )
//! head        the bytes before the tag
//! attribute   text(name) | length in four bytes | canonical bytes of the value; in the order of the names' bytes
//! ```
//!
//! A sealed value is covered as the binary value that it is stored as, so a seal is checked without the keys of fields.

mod parse;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::Blob;
use dyno_value::{FieldPath, Item, ValueCause, ValueError, encoding};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha512;
use zeroize::Zeroizing;

pub use parse::ItemSeal;

use crate::aead::kdf::PseudorandomKey;
use crate::binding::write_place;
use crate::envelope::{MAGIC, TAG, VERSION};
use crate::{Binding, EncryptionKey, Error, KeyError, KeyId};

/// The attribute that holds the seal of its item.
pub const SEAL_ATTRIBUTE: &str = "_dy_seal";

const SUITE: u8 = 0x41;

/// Bytes of the derived key.
const DERIVED: usize = 32;

/// The hash under a seal key, with the key taken in.
pub(crate) struct SealMac(Hmac<Sha512>);

impl SealMac {
    pub(crate) fn derive(prk: &PseudorandomKey<Sha512>, id: &KeyId) -> Result<Self, KeyError> {
        let mut key = Zeroizing::new([0; DERIVED]);
        let info: [&[u8]; 4] = [b"seal\0", &[SUITE], &[id.length()], id.as_bytes()];
        prk.expand(&info, key.as_mut_slice())
            .map_err(|_| KeyError::Derivation)?;
        <Hmac<Sha512> as KeyInit>::new_from_slice(key.as_slice())
            .map(Self)
            .map_err(|_| KeyError::Derivation)
    }

    /// Takes in all that a tag is over. `path` is in bytes.
    fn over(
        &self,
        head: &[u8],
        binding: &Binding,
        path: &[u8],
        item: &Item,
    ) -> Result<Hmac<Sha512>, ValueError> {
        let mut attributes: Vec<(&String, &AttributeValue)> = item
            .iter()
            .filter(|(name, _)| *name != SEAL_ATTRIBUTE)
            .collect();
        attributes.sort_unstable_by_key(|(name, _)| name.as_bytes());
        let longest = attributes
            .iter()
            .map(|(_, value)| encoding::size_bound(value));
        // Grown once, so that no copy of a clear value stays behind.
        let mut encoded = Zeroizing::new(Vec::with_capacity(longest.max().unwrap_or(0)));

        let mut mac = self.0.clone();
        mac.update(head);
        mac.update(binding.as_bytes());
        mac.update(path);
        mac.update(&four_bytes(attributes.len())?);
        for (name, value) in attributes {
            let under = |error: ValueError| error.under_key(name);
            encoded.clear();
            encoding::encode_into(value, &mut encoded).map_err(under)?;
            mac.update(&two_bytes(name.len()).map_err(under)?);
            mac.update(name.as_bytes());
            mac.update(&four_bytes(encoded.len()).map_err(under)?);
            mac.update(&encoded);
        }
        Ok(mac)
    }
}

/// Seals an item: computes what its attribute [`SEAL_ATTRIBUTE`] is to hold.
///
/// The seal covers every other attribute of the item, name and value, as it will be stored: values that are to be
/// sealed are sealed before. `binding` and `base` say where the item belongs, as for [`seal_item`](crate::seal_item),
/// and may be [the root](FieldPath::root). `sequence` is stored in clear in the seal and covered by it; a program that
/// remembers the last one notices when an older state of the whole item was put back.
///
/// Sealing the same item twice gives the same bytes.
///
/// # Errors
///
/// * [`Error::Value`]: DynamoDB would refuse an attribute
/// * [`Error::NotAllowedHere`]: the path is longer than can be bound
///
/// # Examples
///
/// ```
/// use aws_sdk_dynamodb::types::AttributeValue;
/// use dyno_crypto::{
///     Binding, EncryptionKey, FieldPath, Item, SEAL_ATTRIBUTE, seal_attributes, verify_attributes,
/// };
///
/// let key = EncryptionKey::generate("k1")?;
/// let id = AttributeValue::S("42".into());
/// let binding = Binding::new("accounts", &[("id", &id)])?;
/// let root = FieldPath::root();
/// let mut item = Item::from([
///     ("id".to_owned(), id),
///     ("limit".to_owned(), AttributeValue::N("100".into())),
/// ]);
/// let seal = seal_attributes(&item, &key, &binding, &root, 7)?;
/// item.insert(SEAL_ATTRIBUTE.to_owned(), seal.clone());
///
/// let seal = seal.as_b().expect("a seal is binary").as_ref();
/// assert_eq!(verify_attributes(&item, seal, &key, &binding, &root)?, 7);
/// item.insert("limit".to_owned(), AttributeValue::N("100000".into()));
/// assert!(verify_attributes(&item, seal, &key, &binding, &root).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn seal_attributes(
    item: &Item,
    key: &EncryptionKey,
    binding: &Binding,
    base: &FieldPath,
    sequence: u64,
) -> Result<AttributeValue, Error> {
    let mut path = Vec::new();
    write_place(base, &mut path)?;
    let seal = seal_with(item, key, binding, &path, sequence)
        .map_err(|error| Error::of_item(error, base))?;
    Ok(AttributeValue::B(Blob::new(seal)))
}

fn seal_with(
    item: &Item,
    key: &EncryptionKey,
    binding: &Binding,
    path: &[u8],
    sequence: u64,
) -> Result<Vec<u8>, ValueError> {
    let id = key.id();
    let mut seal = vec![MAGIC, VERSION, SUITE, id.length()];
    seal.extend_from_slice(id.as_bytes());
    seal.extend_from_slice(&sequence.to_be_bytes());
    let tag = key.seal_mac().over(&seal, binding, path, item)?.finalize();
    seal.extend(tag.as_bytes().iter().take(TAG));
    Ok(seal)
}

/// Checks that an item is as it was sealed, with this key and at this place, and gives the sequence of the seal.
///
/// A [`SEAL_ATTRIBUTE`] in the item itself is passed over. The tags are compared in constant time.
///
/// # Errors
///
/// * [`Error::ItemSeal`]: anything else; the error is the same whatever is wrong
/// * [`Error::NotAllowedHere`]: nothing can have been sealed at such a path
pub fn verify_attributes(
    item: &Item,
    seal: &[u8],
    key: &EncryptionKey,
    binding: &Binding,
    base: &FieldPath,
) -> Result<u64, Error> {
    let mut path = Vec::new();
    write_place(base, &mut path)?;
    verify_with(item, seal, key, binding, &path)
        .ok_or_else(|| Error::ItemSeal { path: base.clone() })
}

fn verify_with(
    item: &Item,
    seal: &[u8],
    key: &EncryptionKey,
    binding: &Binding,
    path: &[u8],
) -> Option<u64> {
    let seal = ItemSeal::parse(seal).ok()?;
    if seal.key_id() != key.id() {
        return None;
    }
    let mac = key.seal_mac().over(seal.head(), binding, path, item).ok()?;
    mac.verify_truncated_left(seal.tag()).ok()?;
    Some(seal.sequence())
}

fn two_bytes(length: usize) -> Result<[u8; 2], ValueError> {
    let bytes = u16::try_from(length).map(u16::to_be_bytes);
    bytes.map_err(|_| too_large(length, usize::from(u16::MAX)))
}

fn four_bytes(length: usize) -> Result<[u8; 4], ValueError> {
    let bytes = u32::try_from(length).map(u32::to_be_bytes);
    bytes.map_err(|_| too_large(length, usize::MAX))
}

fn too_large(length: usize, limit: usize) -> ValueError {
    ValueError::new(ValueCause::TooLarge { length, limit })
}

#[cfg(test)]
mod tests;
