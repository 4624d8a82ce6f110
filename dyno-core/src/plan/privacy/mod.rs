//! Which values of an object are encrypted, and with which keys. The only module that seals and opens.
//!
//! Decisions are made first, on the whole object, because a loader may look at all of it; then values are sealed or
//! opened item by item. A path is decided once, so a loader that changes its mind between the two cannot matter.

mod items;
mod refusal;
mod renew;
mod walk;

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_crypto::{
    Binding, Decision, Demand, EncryptionKey, KeyId, OpenPolicy, SealPolicy, UsedException,
};
use dyno_value::{FieldPath, Item, Segment, ValueError};

pub(crate) use self::items::{ItemSeals, Verifier, seal_key_id};
use self::refusal::no_key_to_open;
pub(crate) use self::renew::{Change, How, Renewal, value_at};
use self::walk::{Mode, Walk};
use super::address::Address;
use super::entries::Entries;
use crate::error::{Error, ErrorKind, Result};
use crate::key::KeyValue;
use crate::loader::ConfigLoader;
use crate::shape::Shape;

/// The keys of an object's encrypted values, by path from the root.
#[derive(Default)]
pub(crate) struct Decisions {
    keys: HashMap<FieldPath, Sealing>,
    /// What stands in the place of values that an older library sealed.
    legacy: BTreeMap<FieldPath, AttributeValue>,
    /// The exceptions that were made for values in clear.
    exceptions: Vec<UsedException>,
    /// Sealed values that no key was given for, by the path that the program knows; they stay as they are.
    unopened: HashMap<FieldPath, KeyId>,
    /// Of an audit: the values in clear whose fields demand encryption, by the path that the program knows.
    clear: Vec<FieldPath>,
}

#[derive(Debug)]
struct Sealing {
    key: EncryptionKey,
    /// The place as the program knows it: by the name that a field has today, by index in place of entry id.
    known_as: FieldPath,
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

    /// Finds what is sealed and what is not, without any key.
    ///
    /// # Errors
    ///
    /// None.
    pub(crate) fn for_audit(tree: &Item, entries: &Entries, shape: &'static Shape) -> Result<Self> {
        let mut walk = Walk::new(tree, entries, None, Mode::Audit);
        walk.object(tree, Some(shape), None)?;
        walk.finish()
    }

    /// Of an audit: the values in clear whose fields demand encryption.
    pub(crate) fn in_clear(&self) -> &[FieldPath] {
        &self.clear
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
        let made = walk.finish()?;
        Ok(reached.then_some(made))
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
        walk.finish()
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
            .iter()
            .flat_map(|(stored, sealing)| [stored, &sealing.known_as])
            .chain(self.legacy.keys())
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
        let opened = self
            .keys
            .iter()
            .map(|(path, sealing)| (path, Some(&sealing.key)));
        opened.chain(self.unopened.keys().map(|path| (path, None)))
    }

    /// Of an audit: every sealed value, by the path that the program knows, with the id of its key.
    pub(crate) fn envelopes(&self) -> BTreeMap<&FieldPath, &KeyId> {
        self.unopened.iter().collect()
    }

    /// The values sealed inside each of these parts of the object, and of its root.
    pub(crate) fn marks(&self, parts: impl Iterator<Item = FieldPath>) -> Marks {
        let mut marks = Marks(parts.map(|path| (path, Vec::new())).collect());
        marks.0.insert(FieldPath::root(), Vec::new());
        self.keys
            .iter()
            .for_each(|(stored, sealing)| marks.add(stored, &sealing.known_as, sealing.key.id()));
        marks
    }

    /// Warns of each exception that was made.
    pub(crate) fn report_exceptions(&self, object: &str) {
        for used in &self.exceptions {
            tracing::warn!(
                object,
                path = %used.path(),
                kind = ?used.kind(),
                reason = used.reason(),
                "accepted a value that is not encrypted",
            );
        }
    }

    /// The exceptions that were made, in the order of the walk.
    pub(crate) fn take_exceptions(&mut self) -> Vec<UsedException> {
        std::mem::take(&mut self.exceptions)
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
            (Some(Sealing { key, .. }), value) => {
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
        for (path, value) in &self.legacy {
            let place = path.strip_prefix(base);
            if let Some(stored) = place.and_then(|place| value_at_mut(&mut item, &place)) {
                stored.clone_from(value);
            }
        }
        Ok(item)
    }
}

impl fmt::Debug for Decisions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decisions")
            .field("keys", &self.keys)
            .field("unopened", &self.unopened)
            .finish_non_exhaustive()
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

/// Which values are sealed inside each part of an object, and with which keys: a part in which that differs is written
/// again, though its values are the same.
#[derive(Debug, Default)]
pub(crate) struct Marks(HashMap<FieldPath, Vec<Mark>>);

/// One sealed value, as seen from the part that holds it.
#[derive(Clone, Debug)]
pub(crate) struct Mark {
    place: FieldPath,
    id: KeyId,
}

impl Marks {
    /// The values sealed inside one part, which stands at this path.
    pub(crate) fn inside(&self, part: &FieldPath) -> &[Mark] {
        self.0.get(part).map_or(&[], Vec::as_slice)
    }

    fn add(&mut self, stored: &FieldPath, known_as: &FieldPath, id: &KeyId) {
        let mut part = stored.clone();
        while part.pop().is_some() {
            if let Some(marks) = self.0.get_mut(&part) {
                let inside = known_as.segments().iter().skip(part.depth());
                marks.push(Mark {
                    place: inside.cloned().collect(),
                    id: id.clone(),
                });
                return;
            }
        }
    }
}

impl Mark {
    /// The attribute of the part that the value is, or lies in.
    pub(crate) fn attribute(&self) -> Option<&str> {
        match self.place.segments().first() {
            Some(Segment::Key(name)) => Some(name),
            Some(Segment::Index(_)) | None => None,
        }
    }

    /// Bytes that tell marks apart.
    pub(crate) fn bytes(&self) -> [Vec<u8>; 2] {
        [
            self.id.as_bytes().to_vec(),
            self.place.to_string().into_bytes(),
        ]
    }
}

/// The value at a path inside an item.
fn value_at_mut<'a>(item: &'a mut Item, path: &FieldPath) -> Option<&'a mut AttributeValue> {
    let (Segment::Key(first), rest) = path.segments().split_first()? else {
        return None;
    };
    rest.iter()
        .try_fold(item.get_mut(first)?, |value, segment| {
            match (value, segment) {
                (AttributeValue::M(inner), Segment::Key(name)) => inner.get_mut(name),
                (AttributeValue::L(elements), Segment::Index(index)) => {
                    elements.get_mut(usize::try_from(*index).ok()?)
                }
                _ => None,
            }
        })
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
    binding_of(shape.encryption_context(), &keys).map_err(|error| {
        Error::new(
            ErrorKind::InvalidShape,
            format!("type `{}`: {error}", shape.name()),
        )
    })
}

/// The binding to this context and key.
///
/// # Errors
///
/// One of them is too long.
pub(crate) fn binding_of(context: &str, keys: &[(&str, &AttributeValue)]) -> Result<Binding> {
    Binding::new(context, keys)
        .map_err(|error| Error::new(ErrorKind::InvalidShape, error.to_string()))
}

fn crypto_error(error: dyno_crypto::Error) -> Error {
    let kind = match &error {
        dyno_crypto::Error::ItemSeal { .. } => ErrorKind::SealBroken,
        dyno_crypto::Error::NotEncrypted { .. } => ErrorKind::NotEncrypted,
        dyno_crypto::Error::KeyRetired { .. } => ErrorKind::KeyRetired,
        dyno_crypto::Error::Value(_) => ErrorKind::InvalidValue,
        dyno_crypto::Error::AlreadyEncrypted { .. } | dyno_crypto::Error::Rng => {
            ErrorKind::KeyRefused
        }
        _ => ErrorKind::NotDecrypted,
    };
    Error::new(kind, error.to_string()).with_source(error)
}
