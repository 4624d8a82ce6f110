//! Sealing and opening as was decided.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_crypto::{Binding, Decision, Demand, EncryptionKey, KeyId, OpenPolicy, SealPolicy};
use dyno_value::{FieldPath, Item};

use super::decisions::{Decisions, Sealing};
use crate::error::{Error, ErrorKind, Result};
use crate::plan::place::value_at_mut;

impl Decisions {
    /// Seals the values inside `item`, which stands at `base` of the object.
    ///
    /// # Errors
    ///
    /// A value is sealed already, or has no form in DynamoDB; or the generator of the system failed.
    pub(crate) fn seal(&self, mut item: Item, base: &FieldPath, binding: &Binding) -> Result<Item> {
        if !self.is_empty() {
            dyno_crypto::seal_item(&mut item, base, binding, self)
                .map_err(|error| crypto_error(&error))?;
        }
        Ok(item)
    }

    /// Seals one value, which stands at `path` of the object, or the values inside it.
    ///
    /// # Errors
    ///
    /// Those of [`seal`](Self::seal).
    pub(crate) fn seal_value(
        &self,
        value: AttributeValue,
        path: &FieldPath,
        binding: &Binding,
    ) -> Result<AttributeValue> {
        match (self.keys.get(path), value) {
            (Some(Sealing { key, .. }), value) => {
                dyno_crypto::seal(&value, key, binding, path).map_err(|error| crypto_error(&error))
            }
            (None, AttributeValue::M(inner)) => {
                self.seal(inner, path, binding).map(AttributeValue::M)
            }
            (None, other) => Ok(other),
        }
    }

    /// Opens the values inside `item`, which stands at `base` of the object.
    ///
    /// # Errors
    ///
    /// A value was damaged or moved, or sealed with another key of the same id.
    pub(crate) fn open(&self, mut item: Item, base: &FieldPath, binding: &Binding) -> Result<Item> {
        if !self.is_empty() {
            dyno_crypto::open_item(&mut item, base, binding, self)
                .map_err(|error| crypto_error(&error))?;
        }
        for (path, value) in &self.legacy {
            let place = path.strip_prefix(base);
            if let Some(stored) = place.and_then(|place| value_at_mut(&mut item, &place)) {
                stored.clone_from(value);
            }
        }
        Ok(item)
    }
}

impl SealPolicy for Decisions {
    fn decide(&self, path: &FieldPath, _: &AttributeValue) -> Result<Decision, dyno_crypto::Error> {
        Ok(self.keys.get(path).map_or(Decision::Inspect, |sealing| {
            Decision::Seal(sealing.key.clone())
        }))
    }
}

impl OpenPolicy for Decisions {
    fn key(
        &self,
        _: &KeyId,
        path: &FieldPath,
    ) -> Result<Option<EncryptionKey>, dyno_crypto::Error> {
        Ok(self.keys.get(path).map(|sealing| sealing.key.clone()))
    }

    fn demand(&self, _: &FieldPath, _: &AttributeValue) -> Result<Demand, dyno_crypto::Error> {
        Ok(Demand::Inspect)
    }
}

pub(super) fn crypto_error(error: &dyno_crypto::Error) -> Error {
    let kind = match error {
        dyno_crypto::Error::ItemSeal { .. } => ErrorKind::SealBroken,
        dyno_crypto::Error::NotEncrypted { .. } => ErrorKind::NotEncrypted,
        dyno_crypto::Error::KeyRetired { .. } => ErrorKind::KeyRetired,
        dyno_crypto::Error::Value(_) => ErrorKind::InvalidValue,
        dyno_crypto::Error::AlreadyEncrypted { .. } | dyno_crypto::Error::Rng => {
            ErrorKind::KeyRefused
        }
        _ => ErrorKind::NotDecrypted,
    };
    Error::new(kind, error.to_string())
}
