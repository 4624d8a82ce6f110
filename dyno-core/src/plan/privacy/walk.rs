//! The walk that decides, value by value.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_crypto::{Accepted, EncryptionKey, Envelope, KeyId, KeySourceError, KeyState};
use dyno_value::{FieldPath, Item, Segment};

use super::refusal::{
    Clear, in_clear, key_awaited, key_missing, may_not_open, may_not_seal, no_key_to_open,
    not_given, retired, seals_retired, two_keys,
};
use super::{Decisions, Sealing};
use crate::error::Result;
use crate::loader::ConfigLoader;
use crate::plan::address::shard_id_at;
use crate::plan::entries::Entries;
use crate::plan::shard::Collection;
use crate::reserved;
use crate::shape::{Element, FieldShape, Kind, Privacy, Role, Shape};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Nothing is opened: what is sealed and what stands in clear is noted, and nothing is an error.
    Audit,
    Load,
    Save,
}

/// That a value must be sealed, and what is known of its key.
#[derive(Clone)]
pub(super) enum Must {
    /// It is read, so that its envelope names the key; why it must be sealed.
    BeSealed(Clear),
    /// It is written, with this key.
    Seal(EncryptionKey),
}

pub(super) struct Walk<'a> {
    /// What the loader is shown.
    view: &'a Item,
    entries: &'a Entries,
    loader: Option<&'a dyn ConfigLoader>,
    mode: Mode,
    /// Where the value is, by the names that fields have today: what the loader is asked and errors say.
    path: FieldPath,
    /// Where the value is, by the names under which it is stored: what it is bound to.
    stored: FieldPath,
    /// The check values of the keys given so far.
    keys: HashMap<KeyId, [u8; 8]>,
    made: Decisions,
    /// A key that must be asked for. The walk goes on, to learn of all others, and what it decides is not used.
    awaited: Option<(KeyId, FieldPath)>,
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
            path,
            stored,
            keys: HashMap::new(),
            made: Decisions::default(),
            awaited: None,
        }
    }

    /// What was decided.
    ///
    /// # Errors
    ///
    /// A key must be asked for first.
    pub(super) fn finish(self) -> Result<Decisions> {
        match self.awaited {
            Some((id, path)) => Err(key_awaited(&id).at_path(path)),
            None => Ok(self.made),
        }
    }

    /// Looks at every attribute of an item or map; `spread` is what holds for an outer value whose parts are sealed one
    /// by one.
    pub(super) fn object(
        &mut self,
        item: &Item,
        shape: Option<&'static Shape>,
        spread: Option<&Must>,
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
        spread: Option<&Must>,
    ) -> Result<()> {
        let privacy = field.map_or(Privacy::AskLoader, FieldShape::privacy);
        if privacy == Privacy::Plain && self.mode != Mode::Audit {
            return Ok(());
        }
        if self.mode != Mode::Save
            && let Some(id) = envelope_key(value)
        {
            let demanded = privacy == Privacy::Encrypted || spread.is_some();
            return self.found_envelope(id, demanded);
        }
        let must = self.must(spread, privacy)?;
        if must.is_none() || stays_in_parts(kind, field) {
            return self.parts(value, kind, must.as_ref());
        }
        must.map_or(Ok(()), |must| self.whole(value, kind, must))
    }

    /// Looks inside a value that is not sealed as one.
    fn parts(
        &mut self,
        value: &AttributeValue,
        kind: Option<Kind>,
        spread: Option<&Must>,
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
            _ => spread.map_or(Ok(()), |must| self.whole(value, kind, must.clone())),
        }
    }

    /// Looks into the entries of a collection of shards, which are never sealed as one.
    fn collection(
        &mut self,
        value: &AttributeValue,
        collection: Collection,
        element: Element,
        field: &'static FieldShape,
        spread: Option<&Must>,
    ) -> Result<()> {
        if field.privacy() == Privacy::Plain && self.mode != Mode::Audit {
            return Ok(());
        }
        let must = self.must(spread, field.privacy())?;
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
            let must = self.must(must.as_ref(), Privacy::AskLoader)?;
            self.object(entry, Some(shape), must.as_ref())?;
            self.stored.pop();
            self.path.pop();
        }
        Ok(())
    }

    /// What holds for a value: what holds for an outer one that is sealed in parts, or else what the loader says.
    ///
    /// # Errors
    ///
    /// It must be sealed, and the loader gives no key, or may not seal.
    fn must(&mut self, spread: Option<&Must>, privacy: Privacy) -> Result<Option<Must>> {
        if let Some(must) = spread {
            return Ok(Some(must.clone()));
        }
        let marked = privacy == Privacy::Encrypted;
        if let Some(id) = self
            .loader
            .and_then(|loader| loader.encryption_key_id(&self.path, self.view))
        {
            return self.must_with_id(id, marked);
        }
        let key = self
            .loader
            .and_then(|loader| loader.encryption_key(&self.path, self.view));
        match (self.mode, key) {
            (Mode::Audit | Mode::Load, _) if marked => {
                Ok(Some(Must::BeSealed(Clear::OfMarkedField)))
            }
            (Mode::Audit | Mode::Load, Some(_)) => Ok(Some(Must::BeSealed(Clear::OfLoadersChoice))),
            (Mode::Save, Some(key)) => {
                self.may_seal_with(key.id())?;
                Ok(Some(Must::Seal(key)))
            }
            (Mode::Save, None) if marked => Err(key_missing().at_path(self.path.clone())),
            (_, None) => Ok(None),
        }
    }

    /// What holds for a value that is sealed with a key of the loader's provider.
    fn must_with_id(&mut self, id: KeyId, marked: bool) -> Result<Option<Must>> {
        match self.mode {
            Mode::Audit | Mode::Load if marked => Ok(Some(Must::BeSealed(Clear::OfMarkedField))),
            Mode::Audit | Mode::Load => Ok(Some(Must::BeSealed(Clear::OfLoadersChoice))),
            Mode::Save => {
                self.may_seal_with(&id)?;
                match self.provided(&id) {
                    Some(Ok(key)) => Ok(Some(Must::Seal(key))),
                    Some(Err(error)) => Err(not_given(error).at_path(self.path.clone())),
                    None => {
                        self.await_key(id);
                        Ok(None)
                    }
                }
            }
        }
    }

    fn await_key(&mut self, id: KeyId) {
        if self.awaited.is_none() {
            self.awaited = Some((id, self.path.clone()));
        }
    }

    /// What the loader's provider says of a key; `None` if it must be asked first.
    fn provided(&self, id: &KeyId) -> Option<Result<EncryptionKey, KeySourceError>> {
        let provider = self.loader.and_then(ConfigLoader::key_provider);
        match provider {
            Some(provider) => provider.held(id).map(|answer| match answer {
                Ok(key) if key.id() != id => Err(KeySourceError::OtherId {
                    id: id.clone(),
                    given: Box::new(key.id().clone()),
                }),
                answer => answer,
            }),
            None => Some(Err(KeySourceError::unknown(id))),
        }
    }

    /// That a value may be sealed with the key of this id.
    fn may_seal_with(&self, id: &KeyId) -> Result<()> {
        let refusal = match self.loader {
            Some(loader) if !loader.may_seal() => may_not_seal(),
            Some(loader) if loader.key_state(id) == Some(KeyState::Retired) => seals_retired(id),
            _ => return Ok(()),
        };
        Err(refusal.at_path(self.path.clone()))
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
                    Around::InParts(must) => spread = Some(must),
                    Around::Plain => return Ok(true),
                    Around::Whole => return Ok(false),
                }
            }
        }
        Ok(true)
    }

    /// How a value is stored that others lie inside of.
    fn around(
        &mut self,
        kind: Option<Kind>,
        field: Option<&'static FieldShape>,
        is_entry: bool,
        spread: Option<&Must>,
    ) -> Result<Around> {
        let privacy = field.map_or(Privacy::AskLoader, FieldShape::privacy);
        if privacy == Privacy::Plain {
            return Ok(Around::Plain);
        }
        match self.must(spread, privacy)? {
            Some(must) if is_entry || stays_in_parts(kind, field) => Ok(Around::InParts(must)),
            Some(_) => Ok(Around::Whole),
            None => Ok(Around::Clear),
        }
    }

    fn map(&mut self, inner: &Item, element: Element, spread: Option<&Must>) -> Result<()> {
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
        spread: Option<&Must>,
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
        spread: Option<&Must>,
    ) -> Result<()> {
        self.path.push(segment.clone());
        self.stored.push(segment);
        self.value(value, kind, None, spread)?;
        self.stored.pop();
        self.path.pop();
        Ok(())
    }

    /// A value that is to be sealed as one, and is not.
    fn whole(&mut self, value: &AttributeValue, kind: Option<Kind>, must: Must) -> Result<()> {
        match must {
            Must::Seal(key) => self.keep(key),
            Must::BeSealed(_) if self.mode == Mode::Audit => {
                self.made.clear.push(self.path.clone());
                self.parts(value, kind, None)
            }
            Must::BeSealed(clear) => {
                let policy = self.loader.and_then(ConfigLoader::read_policy);
                match policy.and_then(|policy| policy.accept(&self.path, value)) {
                    Some(accepted) => self.accept(accepted, value, kind),
                    None => Err(in_clear(clear).at_path(self.path.clone())),
                }
            }
        }
    }

    /// Takes a value that is not sealed for the time of a migration; what is inside may be sealed already.
    fn accept(
        &mut self,
        accepted: Accepted,
        value: &AttributeValue,
        kind: Option<Kind>,
    ) -> Result<()> {
        let (used, in_place) = accepted.into_parts();
        self.made.exceptions.push(used);
        match in_place {
            Some(opened) => {
                self.made.legacy.insert(self.stored.clone(), opened);
                Ok(())
            }
            None => self.parts(value, kind, None),
        }
    }

    /// Notes the key of a value.
    ///
    /// # Errors
    ///
    /// The loader gave another key under the same id: what one of them seals, no reader could tell from the other's.
    fn keep(&mut self, key: EncryptionKey) -> Result<()> {
        let known = self.keys.entry(key.id().clone());
        let check_value = *known.or_insert_with(|| key.check_value());
        if check_value != key.check_value() {
            return Err(two_keys(key.id()).at_path(self.path.clone()));
        }
        let sealing = Sealing {
            key,
            known_as: self.path.clone(),
        };
        self.made.keys.insert(self.stored.clone(), sealing);
        Ok(())
    }

    /// Notes the key of a sealed value. Without one it stays as it is, unless it must not be taken for the value.
    fn found_envelope(&mut self, id: KeyId, demanded: bool) -> Result<()> {
        let refusal = match self.loader {
            _ if self.mode == Mode::Audit => {
                self.made.unopened.insert(self.path.clone(), id);
                return Ok(());
            }
            Some(loader) if !loader.may_open() => may_not_open(),
            Some(loader) if loader.key_state(&id) == Some(KeyState::Retired) => {
                return Err(retired(&id).at_path(self.path.clone()));
            }
            Some(loader) => match loader.decryption_key(&id, &self.path, self.view) {
                Some(key) => return self.keep(key),
                None => match self.provided(&id) {
                    Some(Ok(key)) => return self.keep(key),
                    Some(Err(KeySourceError::Unknown { .. })) => no_key_to_open(&id),
                    Some(Err(error)) => return Err(not_given(error).at_path(self.path.clone())),
                    None => {
                        self.await_key(id);
                        return Ok(());
                    }
                },
            },
            None => no_key_to_open(&id),
        };
        if demanded {
            return Err(refusal.at_path(self.path.clone()));
        }
        self.made.unopened.insert(self.path.clone(), id);
        Ok(())
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
    /// Sealed part by part.
    InParts(Must),
    /// In clear, with all inside.
    Plain,
    /// Sealed as one value.
    Whole,
}

fn stays_in_parts(kind: Option<Kind>, field: Option<&'static FieldShape>) -> bool {
    field.is_some_and(|field| field.field_role() == Role::Shard)
        || kind.is_some_and(Kind::must_stay_in_parts)
}
