use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::FieldPath;

use crate::{EncryptionKey, Error, KeyId};

/// Decides which values of an item are sealed.
pub trait SealPolicy {
    /// What to do with the value at `path`. Asked for every attribute, and for every value inside one that is to be
    /// inspected, each before the values inside it.
    ///
    /// # Errors
    ///
    /// Whatever makes saving wrong: [`Error::KeyMissing`], [`Error::NotAllowedHere`].
    fn decide(&self, path: &FieldPath, value: &AttributeValue) -> Result<Decision, Error>;
}

/// What is done with a value on the way to storage.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Decision {
    /// Leave it in clear and decide for each value inside it.
    Inspect,
    /// Leave it in clear with all that is inside it.
    Leave,
    /// Seal it as a whole.
    Seal(EncryptionKey),
}

/// Finds keys for sealed values, and decides which values must be sealed.
pub trait OpenPolicy {
    /// The key to open the sealed value at `path` with; None leaves it sealed.
    ///
    /// # Errors
    ///
    /// Whatever makes loading wrong: [`Error::KeyUnavailable`], [`Error::KeyRetired`].
    fn key(&self, id: &KeyId, path: &FieldPath) -> Result<Option<EncryptionKey>, Error>;

    /// What is demanded of a value at `path` that is not sealed. Asked as in [`SealPolicy::decide`].
    ///
    /// # Errors
    ///
    /// Whatever makes loading wrong.
    fn demand(&self, path: &FieldPath, value: &AttributeValue) -> Result<Demand, Error> {
        let _ = (path, value);
        Ok(Demand::Inspect)
    }
}

/// What is demanded of a value that is not sealed, on the way from storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Demand {
    /// Nothing of itself; look at each value inside it.
    Inspect,
    /// It must have been sealed: [`Error::NotEncrypted`].
    Sealed,
    /// Nothing of itself, nor of what is inside it.
    Skip,
}
