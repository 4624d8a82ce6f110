//! Which values of an object are encrypted, and with which keys. The only file that names `dyno_crypto`'s functions.
//!
//! Decisions are made first, on the whole object, because a loader may look at all of it; then values are sealed or
//! opened item by item. A path is decided once, so a loader that changes its mind between the two cannot matter.

mod walk;

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_crypto::{Binding, Decision, Demand, EncryptionKey, KeyId, OpenPolicy, SealPolicy};
use dyno_value::{FieldPath, Item, Segment, ValueError};

use self::walk::{Mode, Walk, no_key_to_open};
use super::address::Address;
use super::entries::Entries;
use crate::error::{Error, ErrorKind, Result};
use crate::key::KeyValue;
use crate::loader::ConfigLoader;
use crate::shape::Shape;

/// The keys of an object's encrypted values, by path from the root.
#[derive(Debug, Default)]
pub(crate) struct Decisions {
    keys: HashMap<FieldPath, EncryptionKey>,
    /// The same places as the program knows them, where these differ: by index in place of entry id.
    shown: Vec<FieldPath>,
    /// Sealed values that no key was given for, by the path that the program knows; they stay as they are.
    unopened: HashMap<FieldPath, KeyId>,
}

impl Decisions {
    /// Decides what to seal in an object that is to be saved: `tree` is complete, keyed and in clear; `view` is what
    /// the loader is shown of it.
    ///
    /// # Errors
    ///
    /// A field must be encrypted and the loader gives no key.
    pub(crate) fn for_save(
        tree: &Item,
        view: &Item,
        entries: &Entries,
        shape: &'static Shape,
        loader: Option<&dyn ConfigLoader>,
    ) -> Result<Self> {
        Self::made(tree, view, entries, shape, loader, Mode::Save)
    }

    /// Decides what to open in an object that was loaded: `tree` is complete and keyed, its encrypted values sealed;
    /// `view` is what the loader is shown of it.
    ///
    /// # Errors
    ///
    /// A value is in clear where its field or the loader demands encryption.
    pub(crate) fn for_load(
        tree: &Item,
        view: &Item,
        entries: &Entries,
        shape: &'static Shape,
        loader: Option<&dyn ConfigLoader>,
    ) -> Result<Self> {
        Self::made(tree, view, entries, shape, loader, Mode::Load)
    }

    /// Decides what to seal in one value that is to be written; `keys` are the object's key attributes, all that is
    /// known of it; `stored` is the path in the keyed tree. `None`: the value lies inside one that is sealed as a whole.
    ///
    /// # Errors
    ///
    /// The value must be encrypted and the loader gives no key.
    pub(crate) fn for_path(
        keys: &Item,
        shape: &'static Shape,
        (path, stored): (&FieldPath, &FieldPath),
        value: Option<&AttributeValue>,
        loader: Option<&dyn ConfigLoader>,
    ) -> Result<Option<Self>> {
        let entries = Entries::default();
        let mut walk = Walk::new(keys, &entries, loader, Mode::Save);
        let reached = walk.down(shape, path, stored, value)?;
        Ok(reached.then_some(walk.made))
    }

    fn made(
        tree: &Item,
        view: &Item,
        entries: &Entries,
        shape: &'static Shape,
        loader: Option<&dyn ConfigLoader>,
        mode: Mode,
    ) -> Result<Self> {
        let mut walk = Walk::new(view, entries, loader, mode);
        if loader.is_some() || shape.demands_encryption() {
            walk.object(tree, Some(shape), None)?;
        }
        Ok(walk.made)
    }

    /// Says why a stored value does not become a field: sealed with a key that the loader does not give, or of
    /// another type.
    pub(crate) fn does_not_fit(&self, error: ValueError) -> Error {
        let (path, cause) = self.without_secrets(error).into_parts();
        match self.unopened.get(&path) {
            Some(id) => no_key_to_open(id),
            None => Error::new(ErrorKind::DoesNotFit, cause.to_string()),
        }
        .at_path(path)
    }

    /// The error without the value, if the value is one that is encrypted.
    pub(crate) fn without_secrets(&self, error: ValueError) -> ValueError {
        let secret = self
            .keys
            .keys()
            .chain(&self.shown)
            .any(|sealed| error.path().starts_with(sealed));
        if !secret {
            return error;
        }
        let (path, _) = error.into_parts();
        ValueError::custom("the value does not fit; it is encrypted, so it is not shown")
            .under_path(&path)
    }

    /// Whether a value inside the one at `path` is sealed by itself and reached through a list.
    pub(crate) fn any_below_list(&self, path: &FieldPath) -> bool {
        self.keys
            .keys()
            .filter_map(|sealed| sealed.strip_prefix(path))
            .any(|inside| {
                inside
                    .segments()
                    .iter()
                    .any(|segment| matches!(segment, Segment::Index(_)))
            })
    }

    /// Every sealed value that was found, with the key that opens it, if one was given.
    pub(crate) fn sealed(&self) -> impl Iterator<Item = (&FieldPath, Option<&EncryptionKey>)> {
        let opened = self.keys.iter().map(|(path, key)| (path, Some(key)));
        opened.chain(self.unopened.keys().map(|path| (path, None)))
    }

    /// The places inside each of these that are sealed, as seen from there.
    pub(crate) fn sealed_in(
        &self,
        shards: impl Iterator<Item = FieldPath>,
    ) -> HashMap<FieldPath, Vec<String>> {
        let mut found: HashMap<FieldPath, Vec<String>> =
            shards.map(|path| (path, Vec::new())).collect();
        if found.is_empty() {
            return found;
        }
        self.keys.keys().for_each(|sealed| {
            let mut around = sealed.clone();
            while around.pop().is_some() {
                if let (Some(places), Some(inside)) =
                    (found.get_mut(&around), sealed.strip_prefix(&around))
                {
                    places.push(inside.to_string());
                    break;
                }
            }
        });
        found
    }

    /// Whether nothing is encrypted.
    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Seals the values inside `item`, which stands at `base` of the object.
    ///
    /// # Errors
    ///
    /// A value is sealed already, or has no form in DynamoDB; or the generator of the system failed.
    pub(crate) fn seal(&self, mut item: Item, base: &FieldPath, binding: &Binding) -> Result<Item> {
        if !self.is_empty() {
            dyno_crypto::seal_item(&mut item, base, binding, self).map_err(crypto_error)?;
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
            (Some(key), value) => {
                dyno_crypto::seal(&value, key, binding, path).map_err(crypto_error)
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
            dyno_crypto::open_item(&mut item, base, binding, self).map_err(crypto_error)?;
        }
        Ok(item)
    }
}

impl SealPolicy for Decisions {
    fn decide(&self, path: &FieldPath, _: &AttributeValue) -> Result<Decision, dyno_crypto::Error> {
        Ok(self
            .keys
            .get(path)
            .map_or(Decision::Inspect, |key| Decision::Seal(key.clone())))
    }
}

impl OpenPolicy for Decisions {
    fn key(
        &self,
        _: &KeyId,
        path: &FieldPath,
    ) -> Result<Option<EncryptionKey>, dyno_crypto::Error> {
        Ok(self.keys.get(path).cloned())
    }

    fn demand(&self, _: &FieldPath, _: &AttributeValue) -> Result<Demand, dyno_crypto::Error> {
        Ok(Demand::Inspect)
    }
}

/// What every encrypted value of an object is bound to besides its path: context and root key.
///
/// # Errors
///
/// The context or a key attribute's name is too long.
pub(crate) fn binding(shape: &Shape, root: &Address) -> Result<Binding> {
    let values: Vec<_> = root
        .parts()
        .map(|(name, value)| (name, KeyValue::to_value(value)))
        .collect();
    let keys: Vec<_> = values.iter().map(|(name, value)| (*name, value)).collect();
    Binding::new(shape.encryption_context(), &keys).map_err(|error| {
        Error::new(
            ErrorKind::InvalidShape,
            format!("type `{}`: {error}", shape.name()),
        )
    })
}

fn crypto_error(error: dyno_crypto::Error) -> Error {
    let kind = match &error {
        dyno_crypto::Error::NotEncrypted { .. } => ErrorKind::NotEncrypted,
        dyno_crypto::Error::Value(_) => ErrorKind::InvalidValue,
        dyno_crypto::Error::AlreadyEncrypted { .. } | dyno_crypto::Error::Rng => {
            ErrorKind::KeyRefused
        }
        _ => ErrorKind::NotDecrypted,
    };
    Error::new(kind, error.to_string()).with_source(error)
}
