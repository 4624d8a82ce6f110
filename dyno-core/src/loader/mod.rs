//! The callbacks with which a program decides keys, encryption and types.

mod modes;
mod rules;

use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_crypto::{EncryptionKey, IndexKeys, KeyId, KeyProvider, KeyState, ReadPolicy};
use dyno_value::{FieldPath, Item};

pub use self::modes::{ReadOnly, WriteOnly};
use crate::key::KeyValue;

/// Decides, per object and per field, what the types leave open. Every method has a default, so a loader answers only
/// what it cares about.
///
/// A loader given to a call wins over the one of the type (`#[dyno(loader = path)]`), which wins over the store's.
/// The object shown is complete and in clear when it is saved; when it is loaded its encrypted values are still
/// sealed, so an answer may depend only on attributes that are never encrypted. [`check_loader`](crate::check_loader) tests that.
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// use dyno::{ConfigLoader, EncryptionKey, FieldPath, Item};
///
/// struct Secrets { key: EncryptionKey }
///
/// impl ConfigLoader for Secrets {
///     fn encryption_key(&self, path: &FieldPath, _object: &Item) -> Option<EncryptionKey> {
///         (path == "name").then(|| self.key.clone())
///     }
/// }
/// ```
///
/// A loader that builds on another one names it and overrides what it changes:
///
/// ```
/// # extern crate dyno_core as dyno;
/// use dyno::{ConfigLoader, Item, Rules};
///
/// struct KeepsMetadata(Rules);
///
/// impl ConfigLoader for KeepsMetadata {
///     fn inner(&self) -> Option<&dyn ConfigLoader> {
///         Some(&self.0)
///     }
///
///     fn keep_metadata(&self, _: &Item) -> bool {
///         true
///     }
///
///     // Which fields are encrypted is left to the inner loader, so its answers hold.
///     fn needs_keys(&self) -> bool {
///         self.0.needs_keys()
///     }
///
///     fn needs_indexes(&self) -> bool {
///         self.0.needs_indexes()
///     }
/// }
/// ```
pub trait ConfigLoader: Send + Sync + 'static {
    /// The loader that this one builds on: it answers every method that this one does not override, but for
    /// [`needs_keys`](Self::needs_keys) and [`needs_indexes`](Self::needs_indexes).
    fn inner(&self) -> Option<&dyn ConfigLoader> {
        None
    }

    /// The loader as it is at this moment, if its answers may be others later: it is asked once by each operation, and the one that it
    /// gives answers all questions of that operation. A whole scan is one operation; a reseal is one for each object.
    ///
    /// A save asks about a field and about the fields inside it, for the id of a key and for the key. Where rules change between two of these
    /// questions, neither set of rules would hold: a field that both encrypt could be stored in clear. `None`: the answers never change.
    ///
    /// A loader that builds on another one gives itself, built on what that one gives: [`inner`](Self::inner) does not do it.
    ///
    /// # Examples
    ///
    /// ```
    /// # extern crate dyno_core as dyno;
    /// use std::sync::{Arc, RwLock};
    ///
    /// use dyno::{ConfigLoader, Rules};
    ///
    /// /// Rules that another thread replaces.
    /// struct Current(RwLock<Arc<Rules>>);
    ///
    /// impl ConfigLoader for Current {
    ///     fn pinned(&self) -> Option<Arc<dyn ConfigLoader>> {
    ///         let rules = self.0.read().unwrap_or_else(|poisoned| poisoned.into_inner());
    ///         Some(Arc::clone(&*rules) as _)
    ///     }
    /// }
    /// ```
    fn pinned(&self) -> Option<Arc<dyn ConfigLoader>> {
        None
    }

    /// The partition key of a new object that has no key field; `None` generates a UUID (version 7).
    fn primary_key(&self, object: &Item) -> Option<KeyValue> {
        self.inner()?.primary_key(object)
    }

    /// The key to seal the value at `path` with; `None` leaves it in clear and asks for the values inside it.
    ///
    /// Where it gives a key, a load accepts sealed values only, but for what the [read policy](Self::read_policy)
    /// accepts.
    fn encryption_key(&self, path: &FieldPath, object: &Item) -> Option<EncryptionKey> {
        self.inner()?.encryption_key(path, object)
    }

    /// The key with this id, to open the value at `path`; by default the one that would seal it, if its id fits.
    fn decryption_key(&self, id: &KeyId, path: &FieldPath, object: &Item) -> Option<EncryptionKey> {
        match self.inner() {
            Some(inner) => inner.decryption_key(id, path, object),
            None => self
                .encryption_key(path, object)
                .filter(|key| key.id() == id),
        }
    }

    /// The id of the key to seal the value at `path` with, if the key is one of the [provider](Self::key_provider)
    /// and not at hand; it wins over [`encryption_key`](Self::encryption_key).
    fn encryption_key_id(&self, path: &FieldPath, object: &Item) -> Option<KeyId> {
        self.inner()?.encryption_key_id(path, object)
    }

    /// Where the keys come from that the loader does not have at hand. A store asks it before it seals or opens: for
    /// what [`encryption_key_id`](Self::encryption_key_id) names, and for what stored values name and
    /// [`decryption_key`](Self::decryption_key) does not give.
    fn key_provider(&self) -> Option<Arc<dyn KeyProvider>> {
        self.inner()?.key_provider()
    }

    /// The keys of the index on the field at `path`, in whose columns its values are written and searched.
    ///
    /// A search shows an empty object: an answer that depends on the object cannot be searched. Nothing is saved
    /// without an answer.
    fn index_keys(&self, path: &FieldPath, object: &Item) -> Option<IndexKeys> {
        self.inner()?.index_keys(path, object)
    }

    /// What the key with this id is used for in fields, if that is known: a retired key fails with an error of its own.
    fn key_state(&self, id: &KeyId) -> Option<KeyState> {
        self.inner()?.key_state(id)
    }

    /// The key to seal the items of an object with, if its type is marked `#[dyno(seal)]`; without one such an object
    /// is neither saved nor loaded.
    ///
    /// The object shown holds the attributes of its primary key and nothing else: nothing else of a loaded object is
    /// known to be genuine when the key is asked for.
    fn seal_key(&self, object: &Item) -> Option<EncryptionKey> {
        self.inner()?.seal_key(object)
    }

    /// The key with this id, to verify the seal of an item with; by default the one that would seal it, if its id fits.
    fn seal_key_by_id(&self, id: &KeyId, object: &Item) -> Option<EncryptionKey> {
        match self.inner() {
            Some(inner) => inner.seal_key_by_id(id, object),
            None => self.seal_key(object).filter(|key| key.id() == id),
        }
    }

    /// What the key with this id is used for in the seals of items, if that is known. The same id may be retired for
    /// fields and active for seals, or the other way round; by default both have the same [state](Self::key_state).
    fn seal_key_state(&self, id: &KeyId) -> Option<KeyState> {
        match self.inner() {
            Some(inner) => inner.seal_key_state(id),
            None => self.key_state(id),
        }
    }

    /// What is accepted in place of encrypted values, for the time of a migration; `None` accepts nothing.
    fn read_policy(&self) -> Option<&ReadPolicy> {
        self.inner()?.read_policy()
    }

    /// Whether the program may seal values; see [`ReadOnly`].
    fn may_seal(&self) -> bool {
        self.inner().is_none_or(ConfigLoader::may_seal)
    }

    /// Whether the program may open sealed values; see [`WriteOnly`].
    fn may_open(&self) -> bool {
        self.inner().is_none_or(ConfigLoader::may_open)
    }

    /// Whether an object keeps the mapper's own attributes when it is loaded, for a flattened map to collect.
    fn keep_metadata(&self, object: &Item) -> bool {
        self.inner()
            .is_some_and(|inner| inner.keep_metadata(object))
    }

    /// The variant of the value in field `name`, if it was stored without a type tag.
    fn type_of(&self, name: &str, value: &AttributeValue) -> Option<TypeTag> {
        self.inner()?.type_of(name, value)
    }

    /// Whether [`encryption_key`](Self::encryption_key) looks at the object's key attributes. A filter of a scan or query
    /// is shown to the service before any key is known, so a field that may be encrypted for some keys is refused there.
    ///
    /// A loader that builds on another one may look at more than that one, so every loader answers for itself; the
    /// careful answer is the default.
    fn needs_keys(&self) -> bool {
        true
    }

    /// Whether [`encryption_key`](Self::encryption_key) may answer otherwise for one entry of a list than for another. A filter
    /// that looks for an element does not know at which index it stands.
    ///
    /// As of [`needs_keys`](Self::needs_keys), every loader answers for itself.
    fn needs_indexes(&self) -> bool {
        true
    }

    /// Whether [`encryption_key`](Self::encryption_key) looks at the object beyond its key attributes; then a path is
    /// read with the whole object, and written by a load and a save.
    fn needs_object(&self) -> bool {
        self.inner().is_some_and(ConfigLoader::needs_object)
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

impl<L: ConfigLoader> ConfigLoader for Arc<L> {
    fn inner(&self) -> Option<&dyn ConfigLoader> {
        Some(&**self)
    }

    fn pinned(&self) -> Option<Arc<dyn ConfigLoader>> {
        (**self).pinned()
    }

    fn needs_keys(&self) -> bool {
        (**self).needs_keys()
    }

    fn needs_indexes(&self) -> bool {
        (**self).needs_indexes()
    }
}

impl ConfigLoader for Arc<dyn ConfigLoader> {
    fn inner(&self) -> Option<&dyn ConfigLoader> {
        Some(&**self)
    }

    fn pinned(&self) -> Option<Arc<dyn ConfigLoader>> {
        (**self).pinned()
    }

    fn needs_keys(&self) -> bool {
        (**self).needs_keys()
    }

    fn needs_indexes(&self) -> bool {
        (**self).needs_indexes()
    }
}
