//! The callbacks with which a program decides keys, encryption and types.

use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_crypto::{EncryptionKey, KeyId, Rules};
use dyno_value::{FieldPath, Item};

use crate::key::KeyValue;

/// Decides, per object and per field, what the types leave open. Every method has a default, so a loader answers only
/// what it cares about.
///
/// A loader given to a call wins over the one of the type (`#[dyno(loader = path)]`), which wins over the store's.
/// The object shown is complete and in clear when it is saved; when it is loaded its encrypted values are still
/// sealed, so an answer may depend only on attributes that are never encrypted.
///
/// # Examples
///
/// ```
/// use dyno_core::{ConfigLoader, EncryptionKey, FieldPath, Item};
///
/// struct Secrets { key: EncryptionKey }
///
/// impl ConfigLoader for Secrets {
///     fn encryption_key(&self, path: &FieldPath, _object: &Item) -> Option<EncryptionKey> {
///         (path == "name").then(|| self.key.clone())
///     }
/// }
/// ```
pub trait ConfigLoader: Send + Sync + 'static {
    /// The partition key of a new object that has no key field; `None` generates a UUID (version 7).
    fn primary_key(&self, object: &Item) -> Option<KeyValue> {
        let _ = object;
        None
    }

    /// The key to seal the value at `path` with; `None` leaves it in clear and asks for the values inside it.
    fn encryption_key(&self, path: &FieldPath, object: &Item) -> Option<EncryptionKey> {
        let _ = (path, object);
        None
    }

    /// The key with this id, to open the value at `path`; by default the one that would seal it, if its id fits.
    fn decryption_key(&self, id: &KeyId, path: &FieldPath, object: &Item) -> Option<EncryptionKey> {
        self.encryption_key(path, object)
            .filter(|key| key.id() == id)
    }

    /// Whether an object keeps the mapper's own attributes when it is loaded, for a flattened map to collect.
    fn keep_metadata(&self, object: &Item) -> bool {
        let _ = object;
        false
    }

    /// The variant of the value in field `name`, if it was stored without a type tag.
    fn type_of(&self, name: &str, value: &AttributeValue) -> Option<TypeTag> {
        let _ = (name, value);
        None
    }

    /// Whether [`encryption_key`](Self::encryption_key) looks at the object beyond its key attributes; then a path is
    /// read with the whole object, and written by a load and a save.
    fn needs_object(&self) -> bool {
        false
    }
}

/// The tag of an enum's variant.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeTag(String);

impl TypeTag {
    /// A tag with this text.
    pub fn new(tag: impl Into<String>) -> Self {
        Self(tag.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ConfigLoader for Rules {
    fn encryption_key(&self, path: &FieldPath, _: &Item) -> Option<EncryptionKey> {
        Self::encryption_key(self, path).cloned()
    }

    fn decryption_key(&self, id: &KeyId, path: &FieldPath, _: &Item) -> Option<EncryptionKey> {
        Self::decryption_key(self, id, path).cloned()
    }
}

impl<L: ConfigLoader + ?Sized> ConfigLoader for Arc<L> {
    fn primary_key(&self, object: &Item) -> Option<KeyValue> {
        L::primary_key(self, object)
    }

    fn encryption_key(&self, path: &FieldPath, object: &Item) -> Option<EncryptionKey> {
        L::encryption_key(self, path, object)
    }

    fn decryption_key(&self, id: &KeyId, path: &FieldPath, object: &Item) -> Option<EncryptionKey> {
        L::decryption_key(self, id, path, object)
    }

    fn keep_metadata(&self, object: &Item) -> bool {
        L::keep_metadata(self, object)
    }

    fn type_of(&self, name: &str, value: &AttributeValue) -> Option<TypeTag> {
        L::type_of(self, name, value)
    }

    fn needs_object(&self) -> bool {
        L::needs_object(self)
    }
}
