//! Lists of shards as maps by entry id, and back.
//!
//! A program sees a list, by index. Everything that is stored, sealed or compared sees the *keyed* tree, in which each
//! list of shards is a map from the id of each entry to the entry: places stay the same when entries move.

use std::borrow::Cow;
use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{Item, ValueError};

use super::{Collected, Entries, EntryId, EntryIds, match_entries};
use crate::plan::digest::Digest;
use crate::plan::shard::{Collection, Place};
use crate::plan::split::fields_in;
use crate::shape::{FieldShape, Kind, Role, Shape, TableShape, as_unloaded, is_unloaded};

/// The entries of every list, in order, each with the fingerprint of all its value: what the next save compares with.
#[derive(Clone, Debug, Default)]
pub(crate) struct KnownEntries(pub(crate) BTreeMap<String, Vec<(EntryId, Digest)>>);

/// Time and randomness for the ids of new entries.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seed {
    pub(crate) now_micros: u64,
    pub(crate) random: [u8; 4],
}

/// Where the lists of a tree were keyed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keyed {
    pub(crate) entries: Entries,
    pub(crate) known: KnownEntries,
}

/// Which ids the entries of lists get.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Numbering<'a> {
    /// Those of the known entries that they are by the rule of [`match_entries`], and else new ones.
    Matched(&'a KnownEntries, Seed),
    /// These, in order.
    Stored(&'a Entries),
}

/// Turns every list of shards of a tree into a map by entry id.
///
/// # Errors
///
/// An entry is no map, or a value in it has no form in DynamoDB.
pub(crate) fn key_lists(
    tree: &mut Item,
    shape: &'static Shape,
    table: &'static TableShape,
    numbering: Numbering<'_>,
) -> Result<Keyed, ValueError> {
    let mut keying = Keying {
        numbering,
        made: Keyed::default(),
    };
    keying.object(tree, shape, &Place::root(table))?;
    Ok(keying.made)
}

struct Keying<'a> {
    numbering: Numbering<'a>,
    made: Keyed,
}

impl Keying<'_> {
    fn object(
        &mut self,
        item: &mut Item,
        shape: &'static Shape,
        place: &Place,
    ) -> Result<(), ValueError> {
        for field in fields_in(item, shape) {
            let name = field.name();
            match (field.field_role(), field.kind()) {
                (Role::Flatten, Kind::Object(inner)) => self.object(item, inner, place)?,
                (Role::Shard, Kind::List(element)) => {
                    if let Some(value) = item.get_mut(name) {
                        self.list(value, element.kind(), &place.field(field))
                            .map_err(|error| error.under_key(name))?;
                    }
                }
                (Role::Shard, Kind::Map(element)) => {
                    if let Some(value) = item.get_mut(name) {
                        self.map(value, element.kind(), &place.field(field))
                            .map_err(|error| error.under_key(name))?;
                    }
                }
                (_, Kind::Object(child)) => {
                    if let Some(AttributeValue::M(inner)) = item.get_mut(name) {
                        self.object(inner, child, &place.field(field))
                            .map_err(|error| error.under_key(name))?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn list(
        &mut self,
        value: &mut AttributeValue,
        kind: Kind,
        place: &Place,
    ) -> Result<(), ValueError> {
        if let (AttributeValue::M(keyed), Numbering::Stored(_)) = (&mut *value, self.numbering)
            && !is_unloaded(keyed)
        {
            return self.keyed_list(keyed, kind, place);
        }
        let AttributeValue::L(elements) = value else {
            return expect_absent(value, "a list");
        };
        let elements = std::mem::take(elements);
        let digests: Vec<_> = elements
            .iter()
            .map(|element| digest(element, kind))
            .collect();
        let ids = self.ids(place.id(), &elements, &digests);
        let known = ids.iter().copied().zip(digests).collect();
        let mut keyed = Item::with_capacity(elements.len());
        for (index, (id, mut element)) in ids.iter().zip(elements).enumerate() {
            let key = id.to_string();
            self.entry(&mut element, kind, &place.entry(Collection::List, &key))
                .map_err(|error| error.under_index(index))?;
            keyed.insert(key, element);
        }
        *value = AttributeValue::M(keyed);
        self.made.known.0.insert(place.id().to_owned(), known);
        self.made
            .entries
            .0
            .insert(place.id().to_owned(), Collected::List(ids));
        Ok(())
    }

    /// A part of a list that is keyed already.
    fn keyed_list(
        &mut self,
        keyed: &mut Item,
        kind: Kind,
        place: &Place,
    ) -> Result<(), ValueError> {
        let mut keys: Vec<_> = keyed.keys().cloned().collect();
        keys.sort_unstable();
        for key in keys {
            if let Some(element) = keyed.get_mut(&key) {
                self.entry(element, kind, &place.entry(Collection::List, &key))?;
            }
        }
        Ok(())
    }

    fn ids(
        &self,
        collection: &str,
        elements: &[AttributeValue],
        digests: &[Digest],
    ) -> Vec<EntryId> {
        let (known, Seed { now_micros, random }) = match self.numbering {
            Numbering::Matched(known, seed) => (known, seed),
            Numbering::Stored(entries) => return entries.list(collection).to_vec(),
        };
        let mut before = known.0.get(collection).cloned().unwrap_or_default();
        let mut digests = digests.to_vec();
        for (element, digest) in elements.iter().zip(&mut digests) {
            // An element with a part that was never loaded is the entry that it was left out of.
            let id = unloaded_in(element).and_then(|part| entry_in(part, collection));
            if let Some((id, known)) = before.iter_mut().find(|(entry, _)| Some(*entry) == id) {
                let same = Digest::standing_for(id.0);
                (*known, *digest) = (same, same);
            }
        }
        let mut fresh = EntryIds::new(now_micros, random, before.iter().map(|(id, _)| *id));
        match_entries(&before, &digests)
            .into_iter()
            .filter_map(|matched| matched.or_else(|| fresh.next()))
            .collect()
    }

    fn map(
        &mut self,
        value: &mut AttributeValue,
        kind: Kind,
        place: &Place,
    ) -> Result<(), ValueError> {
        let AttributeValue::M(entries) = value else {
            return expect_absent(value, "a map");
        };
        let mut names: Vec<_> = entries.keys().cloned().collect();
        names.sort_unstable();
        for name in names {
            if let Some(entry) = entries.get_mut(&name) {
                self.entry(entry, kind, &place.entry(Collection::Map, &name))
                    .map_err(|error| error.under_key(&name))?;
            }
        }
        let collections = &mut self.made.entries.0;
        collections.insert(place.id().to_owned(), Collected::Map);
        Ok(())
    }

    fn entry(
        &mut self,
        value: &mut AttributeValue,
        kind: Kind,
        place: &Place,
    ) -> Result<(), ValueError> {
        match (value, kind) {
            (AttributeValue::M(inner), Kind::Object(shape)) => self.object(inner, shape, place),
            (other, _) => Err(ValueError::expected("a map", other)),
        }
    }
}

/// What an element is recognised by: all its value but for what is loaded when it is asked for, which may have been since.
///
/// A value without a form is reported with its item, where it is known what is secret.
fn digest(element: &AttributeValue, kind: Kind) -> Digest {
    let value = match (element, kind) {
        (AttributeValue::M(inner), Kind::Object(shape)) if kind.has_lazy_parts() => {
            let mut inner = inner.clone();
            remove_lazy(&mut inner, shape);
            Cow::Owned(AttributeValue::M(inner))
        }
        _ => Cow::Borrowed(element),
    };
    Digest::of(&value).unwrap_or(Digest::NONE)
}

fn remove_lazy(item: &mut Item, shape: &'static Shape) {
    for field in fields_in(item, shape) {
        match (field.field_role(), field.kind()) {
            (Role::Shard, _) if field.is_lazy() => {
                item.remove(field.name());
            }
            (Role::Flatten, Kind::Object(inner)) => remove_lazy(item, inner),
            (_, Kind::Object(inner)) => {
                if let Some(AttributeValue::M(value)) = item.get_mut(field.name()) {
                    remove_lazy(value, inner);
                }
            }
            (_, Kind::List(element)) => {
                if let (Some(AttributeValue::L(values)), Kind::Object(inner)) =
                    (item.get_mut(field.name()), element.kind())
                {
                    values
                        .iter_mut()
                        .filter_map(as_map)
                        .for_each(|value| remove_lazy(value, inner));
                }
            }
            (_, Kind::Map(element)) => {
                if let (Some(AttributeValue::M(values)), Kind::Object(inner)) =
                    (item.get_mut(field.name()), element.kind())
                {
                    values
                        .values_mut()
                        .filter_map(as_map)
                        .for_each(|value| remove_lazy(value, inner));
                }
            }
            _ => {}
        }
    }
}

fn as_map(value: &mut AttributeValue) -> Option<&mut Item> {
    match value {
        AttributeValue::M(inner) => Some(inner),
        _ => None,
    }
}

/// The id of a shard inside a value that was never loaded.
fn unloaded_in(value: &AttributeValue) -> Option<&str> {
    if let Some((_, id)) = as_unloaded(value) {
        return Some(id);
    }
    match value {
        AttributeValue::M(inner) => inner.values().find_map(unloaded_in),
        AttributeValue::L(elements) => elements.iter().find_map(unloaded_in),
        _ => None,
    }
}

/// The entry of a collection that the shard with this id is inside of.
fn entry_in(id: &str, collection: &str) -> Option<EntryId> {
    let inside = id.strip_prefix(collection)?.strip_prefix('/')?;
    let (entry, _) = inside.split_once('/')?;
    EntryId::parse(entry)
}

/// A collection that is not there is null or not loaded.
fn expect_absent(value: &AttributeValue, wanted: &'static str) -> Result<(), ValueError> {
    if as_unloaded(value).is_some() || value.is_null() {
        Ok(())
    } else {
        Err(ValueError::expected(wanted, value))
    }
}

/// Turns the maps by entry id back into lists, in order, and puts empty collections where the object has them. `None`:
/// an entry has no place in the order, or is not there.
pub(crate) fn unkey_lists(
    tree: &mut Item,
    shape: &'static Shape,
    place: &Place,
    entries: &Entries,
) -> Option<()> {
    if entries.0.is_empty() {
        return Some(());
    }
    for field in fields_in(tree, shape) {
        match (field.field_role(), field.kind()) {
            (Role::Flatten, Kind::Object(inner)) => unkey_lists(tree, inner, place, entries)?,
            (Role::Shard, Kind::List(_) | Kind::Map(_)) => {
                let here = place.field(field);
                if !tree.contains_key(field.name()) && entries.0.contains_key(here.id()) {
                    tree.insert(field.name().to_owned(), AttributeValue::M(Item::new()));
                }
                if let Some(value) = tree.get_mut(field.name()) {
                    unkey_collection(value, field, &here, entries)?;
                }
            }
            (_, Kind::Object(child)) => {
                if let Some(AttributeValue::M(inner)) = tree.get_mut(field.name()) {
                    unkey_lists(inner, child, &place.field(field), entries)?;
                }
            }
            _ => {}
        }
    }
    Some(())
}

/// Turns one collection back, with those inside it.
pub(crate) fn unkey_collection(
    value: &mut AttributeValue,
    field: &'static FieldShape,
    place: &Place,
    entries: &Entries,
) -> Option<()> {
    let (collection, element) = Collection::of(field)?;
    let Kind::Object(shape) = element.kind() else {
        return None;
    };
    if as_unloaded(value).is_some() {
        return Some(());
    }
    let AttributeValue::M(inner) = value else {
        return Some(());
    };
    let mut names: Vec<_> = inner.keys().cloned().collect();
    names.sort_unstable();
    for name in &names {
        let here = place.entry(collection, name);
        if let Some(AttributeValue::M(entry)) = inner.get_mut(name) {
            unkey_lists(entry, shape, &here, entries)?;
        }
    }
    match (collection, entries.0.get(place.id())?) {
        (Collection::List, Collected::List(ids)) if ids.len() == inner.len() => {
            let elements: Option<Vec<_>> =
                ids.iter().map(|id| inner.remove(&id.to_string())).collect();
            *value = AttributeValue::L(elements?);
            Some(())
        }
        (Collection::Map, Collected::Map) => Some(()),
        _ => None,
    }
}

impl Entries {
    /// The entries of a list, in order.
    pub(crate) fn list(&self, collection: &str) -> &[EntryId] {
        match self.0.get(collection) {
            Some(Collected::List(ids)) => ids,
            Some(Collected::Map) | None => &[],
        }
    }
}
