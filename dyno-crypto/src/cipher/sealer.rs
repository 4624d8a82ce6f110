use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::FieldPath;

use super::Prepared;
use crate::binding::Place;
use crate::random::IvPool;
use crate::{Binding, EncryptionKey, Error};

/// Seals values one after another, for a program that seals many at once.
///
/// The random bytes for 32 values come from one call to the operating system, where [`seal`](crate::seal) makes one
/// for each value. They are not shared with anything else; only a process that forks must not keep a sealer, as both
/// processes would use what it still holds.
///
/// # Examples
///
/// ```
/// use aws_sdk_dynamodb::types::AttributeValue;
/// use dyno_crypto::{Binding, EncryptionKey, FieldPath, Sealer, open};
///
/// let key = EncryptionKey::generate("k1")?;
/// let binding = Binding::new("users", &[("id", &AttributeValue::S("42".into()))])?;
/// let mut sealer = Sealer::new();
/// for name in ["firstname", "lastname"] {
///     let path = FieldPath::root().key(name);
///     let value = AttributeValue::S("Ida".into());
///     let sealed = sealer.seal(&value, &key, &binding, &path)?;
///     assert_eq!(open(sealed.as_b().unwrap().as_ref(), &key, &binding, &path)?, value);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Sealer(IvPool);

impl Sealer {
    /// A sealer that has drawn nothing yet.
    pub fn new() -> Self {
        Self(IvPool::new())
    }

    /// Seals a value as [`seal`](crate::seal) does.
    ///
    /// # Errors
    ///
    /// Those of [`seal`](crate::seal).
    pub fn seal(
        &mut self,
        value: &AttributeValue,
        key: &EncryptionKey,
        binding: &Binding,
        path: &FieldPath,
    ) -> Result<AttributeValue, Error> {
        let place = Place::of(path)?;
        let prepared = Prepared::new(value, key, path)?;
        let iv = self.0.next(usize::MAX)?;
        Ok(prepared.seal(&iv, binding, place.as_bytes()))
    }
}

impl Default for Sealer {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealer").finish_non_exhaustive()
    }
}
