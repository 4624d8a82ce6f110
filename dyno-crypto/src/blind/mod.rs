//! Blind indexes: equal values are found by a keyed hash that stands beside the sealed value.
//!
//! ```text
//! index   first bits of HMAC-SHA-256(derived key, canonical bytes of the normalized value)
//! ```
//!
//! The derived key depends on the index key, the context and the full name of the index, so that equal values of two
//! fields, two kinds of object or two keys have nothing in common.

mod error;
mod key;
mod keys;
mod normalizer;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, encoding};
use hmac::Mac;
use zeroize::Zeroizing;

pub use error::IndexError;
pub use key::IndexKey;
pub use keys::IndexKeys;
pub use normalizer::Normalizer;

use crate::Error;
use crate::binding::MAX_LABEL;
use crate::wipe::Wiped;

/// Bits of an index value if nothing else is said: enough that two values practically never share one.
const DEFAULT_BITS: u16 = 128;

/// Bits of the whole hash.
const MAX_BITS: u16 = 256;

/// How the values of one field are turned into index values, by which equal ones are found without opening any.
///
/// Whoever reads the storage sees which values of the index are equal, and how often each occurs; with the index key
/// also whether a guess is right. Fewer bits let different values share an index value: that hides some of it, and a
/// reader must compare what it found after opening it ([`same`](Self::same)), which it should do anyway.
///
/// The full name, as it was parsed, is part of what the key is derived from: `email` and `email:exact:v1` normalize
/// alike, but are two indexes.
///
/// # Examples
///
/// ```
/// use aws_sdk_dynamodb::types::AttributeValue;
/// use dyno_crypto::{BlindIndex, IndexKey};
///
/// let index = BlindIndex::parse("email:email:v1")?;
/// let key = IndexKey::generate("search-1")?;
/// let stored = AttributeValue::S("Naomi@Example.com".into());
/// let asked = AttributeValue::S(" naomi@example.com".into());
/// let value = index.compute(&key, "users", &stored)?;
/// assert_eq!(value.len(), 16);
/// assert_eq!(index.compute(&key, "users", &asked)?, value);
/// assert!(index.same(&stored, &asked));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlindIndex {
    name: String,
    normalizer: Normalizer,
    bits: u16,
    low_entropy: bool,
}

impl BlindIndex {
    /// An index by its full name: a name of its own (`email`), or one and a normalizer with its version
    /// (`email:lower:v1`).
    ///
    /// # Errors
    ///
    /// * [`IndexError::Name`]: the name is empty, or the full name longer than 255 bytes
    /// * [`IndexError::Normalizer`]: no normalizer is called like what follows the first colon
    pub fn parse(full_name: &str) -> Result<Self, IndexError> {
        let (name, normalizer) = match full_name.split_once(':') {
            Some((name, normalizer)) => (name, normalizer.parse()?),
            None => (full_name, Normalizer::Exact),
        };
        if name.is_empty() || full_name.len() > MAX_LABEL {
            return Err(IndexError::Name {
                bytes: full_name.len(),
            });
        }
        Ok(Self {
            name: full_name.to_owned(),
            normalizer,
            bits: DEFAULT_BITS,
            low_entropy: false,
        })
    }

    /// The same index with values of 1 to 256 bits; 128 if nothing is said.
    ///
    /// 128 bits hide the values only. To hide also how often each of `n` values occurs, choose bits so that 2^bits is
    /// between the square root of `n` and half of `n`. 256 bits suit an index that is a primary key.
    ///
    /// Another number of bits is another index: values stored before are not found any more.
    ///
    /// # Errors
    ///
    /// * [`IndexError::Bits`]: there are none, or more than 256
    pub fn with_bits(mut self, bits: u16) -> Result<Self, IndexError> {
        if !(1..=MAX_BITS).contains(&bits) {
            return Err(IndexError::Bits { bits });
        }
        self.bits = bits;
        Ok(self)
    }

    /// The same index, also for values that are true, false or null.
    ///
    /// Such values are refused otherwise, because counting them is enough to tell them apart.
    #[must_use]
    pub fn allow_low_entropy(mut self) -> Self {
        self.low_entropy = true;
        self
    }

    /// The full name, as it was parsed.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is done to a value before it is hashed.
    pub fn normalizer(&self) -> Normalizer {
        self.normalizer
    }

    /// How many bits an index value has; those that are left over in its last byte are zero.
    pub fn bits(&self) -> u16 {
        self.bits
    }

    /// The index value of a value, for objects of a context.
    ///
    /// Lists and maps are indexed as a whole: an index over several fields is one over a map of them. No key is
    /// derived here but on the first call with this key, context and name.
    ///
    /// # Errors
    ///
    /// * [`Error::Index`] with [`IndexError::LowEntropy`]: the value is null, true or false, or a list or map of
    ///   nothing else
    /// * [`Error::Index`] with [`IndexError::NotText`]: the normalizer is for text, and the value is none
    /// * [`Error::Index`] with [`IndexError::Context`]: the context is not 1 to 255 bytes long
    /// * [`Error::Value`]: DynamoDB would refuse the value
    pub fn compute(
        &self,
        key: &IndexKey,
        context: &str,
        value: &AttributeValue,
    ) -> Result<Vec<u8>, Error> {
        let encoded = self.encode(value)?;
        let mut mac = key.hasher(context, &self.name)?;
        mac.update(&encoded);
        Ok(self.cut(&mac.finalize().into_bytes()))
    }

    /// Whether two values are equal for this index: after normalizing, whatever form numbers and sets have.
    ///
    /// Values that the index refuses are equal to none.
    pub fn same(&self, one: &AttributeValue, other: &AttributeValue) -> bool {
        match (self.encode(one), self.encode(other)) {
            (Ok(one), Ok(other)) => *one == *other,
            _ => false,
        }
    }

    /// What is hashed.
    fn encode(&self, value: &AttributeValue) -> Result<Zeroizing<Vec<u8>>, Error> {
        if !self.low_entropy && is_low_entropy(value) {
            return Err(IndexError::LowEntropy {
                index: self.name.clone(),
            }
            .into());
        }
        match (self.normalizer, value) {
            (Normalizer::Exact, _) => encoded(value),
            (normalizer, AttributeValue::S(text)) => {
                encoded(&Wiped(AttributeValue::S(normalizer.apply(text))).0)
            }
            (normalizer, other) => Err(Error::Index(IndexError::NotText {
                index: self.name.clone(),
                normalizer,
                found: dyno_value::type_name(other),
            })),
        }
    }

    /// The first bits of a hash, filled up with zeros to whole bytes.
    fn cut(&self, hash: &[u8]) -> Vec<u8> {
        let bytes = usize::from(self.bits.div_ceil(8));
        let mut value: Vec<u8> = hash.iter().copied().take(bytes).collect();
        let spare = (8 - self.bits % 8) % 8;
        if let Some(last) = value.last_mut() {
            *last &= 0xff << spare;
        }
        value
    }
}

fn encoded(value: &AttributeValue) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut output = Zeroizing::new(Vec::with_capacity(encoding::size_bound(value)));
    encoding::encode_into(value, &mut output)
        .map_err(|error| Error::of_secret(error, &FieldPath::root()))?;
    Ok(output)
}

/// Whether a value holds nothing but null, true and false.
fn is_low_entropy(value: &AttributeValue) -> bool {
    let mut pending = vec![value];
    while let Some(value) = pending.pop() {
        match value {
            AttributeValue::Bool(_) | AttributeValue::Null(_) => {}
            AttributeValue::L(elements) => pending.extend(elements),
            AttributeValue::M(entries) => pending.extend(entries.values()),
            _ => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests;
