//! The walk that decides, value by value.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_crypto::{EncryptionKey, Envelope, KeyId};
use dyno_value::{FieldPath, Item, Segment};

use super::Decisions;
use crate::error::{Error, ErrorKind, Result};
use crate::loader::ConfigLoader;
use crate::plan::address::shard_id_at;
use crate::plan::entries::Entries;
use crate::plan::shard::Collection;
use crate::reserved;
use crate::shape::{Element, FieldShape, Kind, Privacy, Role, Shape};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Load,
    Save,
}

pub(super) struct Walk<'a> {
    /// What the loader is shown.
    view: &'a Item,
    entries: &'a Entries,
    loader: Option<&'a dyn ConfigLoader>,
    mode: Mode,
    /// Whether what is read must be sealed, though no key is named for it: it is inside a field that is marked so.
    demanded: bool,
    /// Where the value is, by the names that fields have today: what the loader is asked and errors say.
    path: FieldPath,
    /// Where the value is, by the names under which it is stored: what it is bound to.
    stored: FieldPath,
    pub(super) made: Decisions,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        view: &'a Item,
        entries: &'a Entries,
        loader: Option<&'a dyn ConfigLoader>,
        mode: Mode,
    ) -> Self {
        let (path, stored) = (FieldPath::root(), FieldPath::root());
        Self {
            view,
            entries,
            loader,
            mode,
            demanded: false,
            path,
            stored,
            made: Decisions::default(),
        }
    }

    /// Looks at every attribute of an item or map; `spread` is the key of an outer value whose parts are sealed one
    /// by one.
    pub(super) fn object(
        &mut self,
        item: &Item,
        shape: Option<&'static Shape>,
        spread: Option<&EncryptionKey>,
    ) -> Result<()> {
        let mut names: Vec<_> = item.iter().collect();
        names.sort_unstable_by_key(|(name, _)| *name);
        for (name, value) in names {
            // The names in a map of the user's are the user's, also those that look reserved.
            let own = shape.is_some() && reserved::is_reserved(name);
            if own || (self.path.is_root() && is_key(shape, name)) {
                continue;
            }
            let field = shape.and_then(|shape| shape.find_field(|field| field.answers_to(name)));
            let declared = field.map_or_else(|| name.clone(), |field| field.name().to_owned());
            self.path.push(Segment::Key(declared));
            self.stored.push(Segment::Key(name.clone()));
            let collection = field
                .filter(|field| field.field_role() == Role::Shard)
                .and_then(|field| Some((field, Collection::of(field)?)));
            match collection {
                Some((field, (collection, element))) => {
                    self.collection(value, collection, element, field, spread)?;
                }
                None => self.value(value, field.map(FieldShape::kind), field, spread)?,
            }
            self.stored.pop();
            self.path.pop();
        }
        Ok(())
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
            let demanded = self.demanded || privacy == Privacy::Encrypted || spread.is_some();
            return self.found_envelope(id, demanded);
        }
        let key = self.key_for(spread);
        let in_parts = stays_in_parts(kind, field);
        if key.is_none() && (self.demanded || privacy == Privacy::Encrypted) {
            if self.mode == Mode::Load && in_parts {
                return self.demanding(|walk| walk.parts(value, kind, None));
            }
            return self.key_missing();
        }
        match key {
            Some(key) if in_parts => self.parts(value, kind, Some(&key)),
            Some(key) => self.whole(key),
            None => self.parts(value, kind, None),
        }
    }

    /// Looks inside a value that is not sealed as one.
    fn parts(
        &mut self,
        value: &AttributeValue,
        kind: Option<Kind>,
        spread: Option<&EncryptionKey>,
    ) -> Result<()> {
        match (value, kind) {
            (AttributeValue::M(inner), Some(Kind::Map(element))) => {
                self.map(inner, element, spread)
            }
            (AttributeValue::M(inner), Some(Kind::Object(shape))) => {
                self.object(inner, Some(shape), spread)
            }
            (AttributeValue::M(inner), _) => self.object(inner, None, spread),
            (AttributeValue::L(elements), _) => self.list(elements, kind, spread),
            _ => spread.map_or(Ok(()), |key| self.whole(key.clone())),
        }
    }

    /// Looks into the entries of a collection of shards, which are never sealed as one.
    fn collection(
        &mut self,
        value: &AttributeValue,
        collection: Collection,
        element: Element,
        field: &'static FieldShape,
        spread: Option<&EncryptionKey>,
    ) -> Result<()> {
        if field.privacy() == Privacy::Plain {
            return Ok(());
        }
        let key = self.key_for(spread);
        if key.is_none() && (self.demanded || field.privacy() == Privacy::Encrypted) {
            if self.mode == Mode::Load && !self.demanded {
                return self
                    .demanding(|walk| walk.collection(value, collection, element, field, None));
            }
            if self.mode == Mode::Save {
                return self.key_missing();
            }
        }
        let (AttributeValue::M(entries), Kind::Object(shape)) = (value, element.kind()) else {
            return Ok(());
        };
        let names: Vec<String> = match collection {
            Collection::List => {
                let ids = self.entries.list(&shard_id_at(&self.stored));
                ids.iter().map(ToString::to_string).collect()
            }
            Collection::Map => {
                let mut names: Vec<_> = entries.keys().cloned().collect();
                names.sort_unstable();
                names
            }
        };
        for (index, name) in names.into_iter().enumerate() {
            let Some(AttributeValue::M(entry)) = entries.get(&name) else {
                continue;
            };
            self.path.push(match collection {
                Collection::List => Segment::Index(u32::try_from(index).unwrap_or(u32::MAX)),
                Collection::Map => Segment::Key(name.clone()),
            });
            self.stored.push(Segment::Key(name));
            let key = self.key_for(key.as_ref());
            self.object(entry, Some(shape), key.as_ref())?;
            self.stored.pop();
            self.path.pop();
        }
        Ok(())
    }

    /// Walks on where everything must be sealed.
    fn demanding(&mut self, walk: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        let before = std::mem::replace(&mut self.demanded, true);
        let walked = walk(self);
        self.demanded = before;
        walked
    }

    /// The key of an outer value that is sealed in parts, or else what the loader says.
    fn key_for(&self, spread: Option<&EncryptionKey>) -> Option<EncryptionKey> {
        spread.cloned().or_else(|| {
            self.loader
                .and_then(|loader| loader.encryption_key(&self.path, self.view))
        })
    }

    /// Follows a path to the value that is to be written at its end; `false` if one around it is sealed as a whole.
    pub(super) fn down(
        &mut self,
        shape: &'static Shape,
        path: &FieldPath,
        stored: &FieldPath,
        value: Option<&AttributeValue>,
    ) -> Result<bool> {
        let mut kind = Some(Kind::Object(shape));
        let mut in_collection = false;
        let mut spread = None;
        let steps = path.segments().iter().zip(stored.segments());
        for (index, (segment, stored)) in steps.enumerate() {
            let field = match (kind, segment) {
                (Some(Kind::Object(shape)), Segment::Key(name)) => {
                    shape.find_field(|field| field.answers_to(name))
                }
                _ => None,
            };
            kind = match kind {
                Some(Kind::List(element) | Kind::Map(element)) => Some(element.kind()),
                _ => field.map(FieldShape::kind),
            };
            let is_entry = in_collection;
            in_collection = field.is_some_and(|field| {
                field.field_role() == Role::Shard && Collection::of(field).is_some()
            });
            self.path.push(segment.clone());
            self.stored.push(stored.clone());
            if index + 1 == path.depth() {
                let absent = AttributeValue::Null(true);
                self.value(value.unwrap_or(&absent), kind, field, spread.as_ref())?;
            } else {
                match self.around(kind, field, is_entry, spread.take().as_ref())? {
                    Around::Clear => {}
                    Around::InParts(key) => spread = Some(key),
                    Around::Plain => return Ok(true),
                    Around::Whole => return Ok(false),
                }
            }
        }
        Ok(true)
    }

    /// How a value is stored that others lie inside of.
    fn around(
        &self,
        kind: Option<Kind>,
        field: Option<&'static FieldShape>,
        is_entry: bool,
        spread: Option<&EncryptionKey>,
    ) -> Result<Around> {
        let privacy = field.map_or(Privacy::AskLoader, FieldShape::privacy);
        if privacy == Privacy::Plain {
            return Ok(Around::Plain);
        }
        match self.key_for(spread) {
            Some(key) if is_entry || stays_in_parts(kind, field) => Ok(Around::InParts(key)),
            Some(_) => Ok(Around::Whole),
            None if privacy == Privacy::Encrypted => self.key_missing().map(|()| Around::Whole),
            None => Ok(Around::Clear),
        }
    }

    fn map(
        &mut self,
        inner: &Item,
        element: Element,
        spread: Option<&EncryptionKey>,
    ) -> Result<()> {
        let mut names: Vec<_> = inner.iter().collect();
        names.sort_unstable_by_key(|(name, _)| *name);
        for (name, value) in names {
            self.inside(
                Segment::Key(name.clone()),
                value,
                Some(element.kind()),
                spread,
            )?;
        }
        Ok(())
    }

    fn list(
        &mut self,
        elements: &[AttributeValue],
        kind: Option<Kind>,
        spread: Option<&EncryptionKey>,
    ) -> Result<()> {
        let element_kind = match kind {
            Some(Kind::List(element)) => Some(element),
            _ => None,
        };
        for (index, element) in elements.iter().enumerate() {
            let segment = Segment::Index(u32::try_from(index).unwrap_or(u32::MAX));
            self.inside(segment, element, element_kind.map(Element::kind), spread)?;
        }
        Ok(())
    }

    fn inside(
        &mut self,
        segment: Segment,
        value: &AttributeValue,
        kind: Option<Kind>,
        spread: Option<&EncryptionKey>,
    ) -> Result<()> {
        self.path.push(segment.clone());
        self.stored.push(segment);
        self.value(value, kind, None, spread)?;
        self.stored.pop();
        self.path.pop();
        Ok(())
    }

    fn whole(&mut self, key: EncryptionKey) -> Result<()> {
        match self.mode {
            Mode::Save => {
                self.keep(key);
                Ok(())
            }
            Mode::Load => Err(Error::new(
                ErrorKind::NotEncrypted,
                "found in clear where encryption is demanded; it was written without its key, or by something else",
            )
            .at_path(self.path.clone())),
        }
    }

    fn keep(&mut self, key: EncryptionKey) {
        if self.path != self.stored {
            self.made.shown.push(self.path.clone());
        }
        self.made.keys.insert(self.stored.clone(), key);
    }

    /// Notes the key of a sealed value. Without one it stays as it is, unless it must not be taken for the value.
    fn found_envelope(&mut self, id: KeyId, demanded: bool) -> Result<()> {
        let key = self
            .loader
            .and_then(|loader| loader.decryption_key(&id, &self.path, self.view));
        match key {
            Some(key) => {
                self.keep(key);
                Ok(())
            }
            None if demanded => Err(no_key_to_open(&id).at_path(self.path.clone())),
            None => {
                self.made.unopened.insert(self.path.clone(), id);
                Ok(())
            }
        }
    }

    fn key_missing(&self) -> Result<()> {
        let error = match self.mode {
            Mode::Save => Error::new(
                ErrorKind::KeyRefused,
                "must be encrypted, and the loader gives no key; name its path in `Rules::encrypt`, or answer \
                 `ConfigLoader::encryption_key` for it",
            ),
            Mode::Load => Error::new(
                ErrorKind::NotEncrypted,
                "found in clear where `#[dyno(encrypt)]` demands encryption; it was stored before the field was marked, or \
                 something else wrote it",
            ),
        };
        Err(error.at_path(self.path.clone()))
    }
}

fn is_key(shape: Option<&'static Shape>, name: &str) -> bool {
    shape
        .and_then(Shape::table)
        .is_some_and(|table| table.key_name() == name || table.sort_name() == Some(name))
}

fn envelope_key(value: &AttributeValue) -> Option<KeyId> {
    let bytes = value.as_b().ok()?.as_ref();
    Envelope::parse(bytes)
        .ok()
        .map(|envelope| envelope.key_id().clone())
}

/// How a value is stored that others lie inside of.
enum Around {
    /// In clear, as far as the value itself goes.
    Clear,
    /// Sealed part by part with this key.
    InParts(EncryptionKey),
    /// In clear, with all inside.
    Plain,
    /// Sealed as one value.
    Whole,
}

fn stays_in_parts(kind: Option<Kind>, field: Option<&'static FieldShape>) -> bool {
    field.is_some_and(|field| field.field_role() == Role::Shard)
        || kind.is_some_and(Kind::must_stay_in_parts)
}

/// The error of a sealed value whose key the loader does not give.
pub(super) fn no_key_to_open(id: &KeyId) -> Error {
    Error::new(
        ErrorKind::NotDecrypted,
        format!(
            "sealed with key `{id}`, which the loader does not give; give it with `Rules::with_keyring`, or answer \
             `ConfigLoader::decryption_key`"
        ),
    )
}
