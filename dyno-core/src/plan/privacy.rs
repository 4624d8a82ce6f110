//! Which values of an object are encrypted, and with which keys. The only file that names `dyno_crypto`'s functions.
//!
//! Decisions are made first, on the whole object, because a loader may look at all of it; then values are sealed or
//! opened item by item. A path is decided once, so a loader that changes its mind between the two cannot matter.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_crypto::{
    Binding, Decision, Demand, EncryptionKey, Envelope, KeyId, OpenPolicy, SealPolicy,
};
use dyno_value::{FieldPath, Item, Segment};

use super::address::Address;
use crate::error::{Error, ErrorKind, Result};
use crate::key::KeyValue;
use crate::loader::ConfigLoader;
use crate::reserved;
use crate::shape::{FieldShape, Kind, Privacy, Role, Shape};

/// The keys of an object's encrypted values, by path from the root.
#[derive(Debug, Default)]
pub(crate) struct Decisions {
    keys: HashMap<FieldPath, EncryptionKey>,
    /// Sealed values that no key was given for; they stay as they are.
    pub(crate) unopened: HashMap<FieldPath, KeyId>,
}

impl Decisions {
    /// Decides what to seal in an object that is to be saved: `tree` is complete and in clear.
    ///
    /// # Errors
    ///
    /// A field must be encrypted and the loader gives no key.
    pub(crate) fn for_save(
        tree: &Item,
        shape: &'static Shape,
        loader: Option<&dyn ConfigLoader>,
    ) -> Result<Self> {
        Self::made(tree, shape, loader, Mode::Save)
    }

    /// Decides what to open in an object that was loaded: `tree` is complete, its encrypted values sealed.
    ///
    /// # Errors
    ///
    /// A value is in clear where its field or the loader demands encryption.
    pub(crate) fn for_load(
        tree: &Item,
        shape: &'static Shape,
        loader: Option<&dyn ConfigLoader>,
    ) -> Result<Self> {
        Self::made(tree, shape, loader, Mode::Load)
    }

    fn made(
        tree: &Item,
        shape: &'static Shape,
        loader: Option<&dyn ConfigLoader>,
        mode: Mode,
    ) -> Result<Self> {
        let (path, stored) = (FieldPath::root(), FieldPath::root());
        let mut walk = Walk {
            tree,
            loader,
            mode,
            path,
            stored,
            made: Self::default(),
        };
        if loader.is_some() || demands_encryption(shape, &mut Vec::new()) {
            walk.object(tree, Some(shape), None)?;
        }
        Ok(walk.made)
    }

    /// The key that the value at `path` is sealed with as a whole.
    pub(crate) fn key(&self, path: &FieldPath) -> Option<&EncryptionKey> {
        self.keys.get(path)
    }

    /// Whether a value inside the one at `path` is sealed that is reached through a list.
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

    /// Whether nothing is encrypted.
    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Seals the values inside `item`, which stands at `base` of the object.
    ///
    /// # Errors
    ///
    /// A value is sealed already, or has no form in DynamoDB; or the generator of the system failed.
    pub(crate) fn seal(&self, item: Item, base: &FieldPath, binding: &Binding) -> Result<Item> {
        if self.is_empty() {
            return Ok(item);
        }
        dyno_crypto::seal_item(item, base, binding, self)
            .map(|(sealed, _)| sealed)
            .map_err(crypto_error)
    }

    /// Opens the values inside `item`, which stands at `base` of the object.
    ///
    /// # Errors
    ///
    /// A value was damaged or moved, or sealed with another key of the same id.
    pub(crate) fn open(&self, item: Item, base: &FieldPath, binding: &Binding) -> Result<Item> {
        if self.is_empty() {
            return Ok(item);
        }
        dyno_crypto::open_item(item, base, binding, self)
            .map(|(opened, _)| opened)
            .map_err(crypto_error)
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

pub(crate) fn crypto_error(error: dyno_crypto::Error) -> Error {
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

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Load,
    Save,
}

struct Walk<'a> {
    tree: &'a Item,
    loader: Option<&'a dyn ConfigLoader>,
    mode: Mode,
    /// Where the value is, by the names that fields have today: what the loader is asked and errors say.
    path: FieldPath,
    /// Where the value is, by the names under which it is stored: what it is bound to.
    stored: FieldPath,
    made: Decisions,
}

impl Walk<'_> {
    /// Looks at every attribute of an item or map; `spread` is the key of an outer value whose parts are sealed one
    /// by one.
    fn object(
        &mut self,
        item: &Item,
        shape: Option<&'static Shape>,
        spread: Option<&EncryptionKey>,
    ) -> Result<()> {
        let mut names: Vec<_> = item.iter().collect();
        names.sort_unstable_by_key(|(name, _)| *name);
        for (name, value) in names {
            if reserved::is_reserved(name) || (self.path.is_root() && self.is_key(shape, name)) {
                continue;
            }
            let field = shape.and_then(|shape| {
                super::topology::find_field(shape, |field| field.answers_to(name))
            });
            let declared = field.map_or_else(|| name.clone(), |field| field.name().to_owned());
            self.path.push(Segment::Key(declared));
            self.stored.push(Segment::Key(name.clone()));
            self.value(value, field.map(FieldShape::kind), field, spread)?;
            self.stored.pop();
            self.path.pop();
        }
        Ok(())
    }

    fn is_key(&self, shape: Option<&'static Shape>, name: &str) -> bool {
        shape
            .and_then(Shape::table)
            .is_some_and(|table| table.key_name() == name || table.sort_name() == Some(name))
    }

    fn value(
        &mut self,
        value: &AttributeValue,
        kind: Option<Kind>,
        field: Option<&'static FieldShape>,
        spread: Option<&EncryptionKey>,
    ) -> Result<()> {
        let privacy = field.map_or(Privacy::AskLoader, FieldShape::privacy);
        if privacy == Privacy::Plain {
            return Ok(());
        }
        if self.mode == Mode::Load
            && let Some(id) = envelope_key(value)
        {
            self.found_envelope(&id);
            return Ok(());
        }
        let key = match spread {
            Some(key) => Some(key.clone()),
            None => self
                .loader
                .and_then(|loader| loader.encryption_key(&self.path, self.tree)),
        };
        if key.is_none() && privacy == Privacy::Encrypted {
            return self.key_missing();
        }
        let child = match kind {
            Some(Kind::Object(shape)) => Some(shape),
            _ => None,
        };
        let in_parts = field.is_some_and(|field| field.field_role() == Role::Shard)
            || child.is_some_and(|child| must_stay_in_parts(child, &mut Vec::new()));
        match (key, value) {
            (Some(key), AttributeValue::M(inner)) if in_parts => {
                self.object(inner, child, Some(&key))
            }
            (Some(key), _) => self.whole(key),
            (None, AttributeValue::M(inner)) => match kind {
                Some(Kind::Map(element)) => self.map(inner, element),
                _ => self.object(inner, child, None),
            },
            (None, AttributeValue::L(elements)) => self.list(elements, kind),
            (None, _) => Ok(()),
        }
    }

    fn map(&mut self, inner: &Item, element: fn() -> Kind) -> Result<()> {
        let mut names: Vec<_> = inner.iter().collect();
        names.sort_unstable_by_key(|(name, _)| *name);
        for (name, value) in names {
            self.inside(Segment::Key(name.clone()), value, Some(element()))?;
        }
        Ok(())
    }

    fn list(&mut self, elements: &[AttributeValue], kind: Option<Kind>) -> Result<()> {
        let element_kind = match kind {
            Some(Kind::List(element)) => Some(element),
            _ => None,
        };
        for (index, element) in elements.iter().enumerate() {
            let segment = Segment::Index(u32::try_from(index).unwrap_or(u32::MAX));
            self.inside(segment, element, element_kind.map(|kind| kind()))?;
        }
        Ok(())
    }

    fn inside(
        &mut self,
        segment: Segment,
        value: &AttributeValue,
        kind: Option<Kind>,
    ) -> Result<()> {
        self.path.push(segment.clone());
        self.stored.push(segment);
        self.value(value, kind, None, None)?;
        self.stored.pop();
        self.path.pop();
        Ok(())
    }

    fn whole(&mut self, key: EncryptionKey) -> Result<()> {
        match self.mode {
            Mode::Save => {
                self.made.keys.insert(self.stored.clone(), key);
                Ok(())
            }
            Mode::Load => Err(Error::new(
                ErrorKind::NotEncrypted,
                "found in clear where encryption is demanded; it was written without its key, or by something else",
            )
            .at_path(self.path.clone())),
        }
    }

    fn found_envelope(&mut self, id: &KeyId) {
        match self
            .loader
            .and_then(|loader| loader.decryption_key(id, &self.path, self.tree))
        {
            Some(key) => self.made.keys.insert(self.stored.clone(), key).map(drop),
            None => self
                .made
                .unopened
                .insert(self.stored.clone(), id.clone())
                .map(drop),
        };
    }

    fn key_missing(&self) -> Result<()> {
        let error = match self.mode {
            Mode::Save => Error::new(
                ErrorKind::KeyRefused,
                "must be encrypted, and the loader gives no key; answer `ConfigLoader::encryption_key` for this path",
            ),
            Mode::Load => Error::new(
                ErrorKind::NotEncrypted,
                "found in clear where `#[dyno(encrypt)]` demands encryption; something wrote it without its key",
            ),
        };
        Err(error.at_path(self.path.clone()))
    }
}

fn envelope_key(value: &AttributeValue) -> Option<KeyId> {
    let bytes = value.as_b().ok()?.as_ref();
    Envelope::parse(bytes)
        .ok()
        .map(|envelope| envelope.key_id().clone())
}

/// Whether sealing the object as one value would also seal a part that must stay apart: a shard, or a plain field.
fn must_stay_in_parts(shape: &'static Shape, seen: &mut Vec<*const Shape>) -> bool {
    any_field(shape, seen, |field| {
        field.field_role() == Role::Shard || field.privacy() == Privacy::Plain
    })
}

fn demands_encryption(shape: &'static Shape, seen: &mut Vec<*const Shape>) -> bool {
    any_field(shape, seen, |field| field.privacy() == Privacy::Encrypted)
}

fn any_field(
    shape: &'static Shape,
    seen: &mut Vec<*const Shape>,
    wanted: impl Fn(&FieldShape) -> bool + Copy,
) -> bool {
    if seen.contains(&std::ptr::from_ref(shape)) {
        return false;
    }
    seen.push(shape);
    shape
        .all_fields()
        .any(|field| wanted(field) || any_field_inside(field.kind(), seen, wanted))
}

fn any_field_inside(
    kind: Kind,
    seen: &mut Vec<*const Shape>,
    wanted: impl Fn(&FieldShape) -> bool + Copy,
) -> bool {
    match kind {
        Kind::List(element) | Kind::Map(element) => any_field_inside(element(), seen, wanted),
        Kind::Object(shape) => any_field(shape, seen, wanted),
        Kind::Key(_) | Kind::Opaque(_) => false,
    }
}
