//! Stored items verified against the manifest and joined to an object's tree.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_crypto::Binding;
use dyno_value::{FieldPath, Item};

use super::address::{Address, Owner};
use super::entries::{Entries, unkey_lists};
use super::extras::{Extras, for_each_object};
use super::manifest::{Entry, Form, Stamp};
use super::pieces::{self, PiecesError};
use super::privacy::{Decisions, unsealed};
use super::root::{RootState, type_is_content};
use super::shard::{Place, ShardField};
use super::split::{self, Bodies, ShardBody};
use super::topology::Topology;
use crate::error::{Error, ErrorKind, Result};
use crate::loader::ConfigLoader;
use crate::reserved;
use crate::shape::{Body, Kind, Role, Shape};

/// An item of a shard that is not the one that the root names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mismatch {
    pub(crate) id: String,
    pub(crate) address: Address,
    /// The stamp of what stands there, if anything does.
    pub(crate) found: Option<Stamp>,
}

/// A shard that the root names, with the places of its items.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    pub(crate) field: Arc<ShardField>,
    pub(crate) entry: Entry,
    pub(crate) places: Vec<Address>,
}

impl Listed {
    /// The shards of the root that the type knows, if they are wanted.
    ///
    /// # Errors
    ///
    /// A shard's key would be too long.
    pub(crate) fn wanted(
        topology: &Topology,
        owner: &Owner,
        root: &RootState,
        wants: &dyn Fn(&ShardField) -> bool,
    ) -> Result<Vec<Self>> {
        let mut all = Vec::new();
        for (id, entry) in &root.manifest.0 {
            let Some(field) = topology.shard(id).filter(|field| wants(field)) else {
                continue;
            };
            let place = |piece| owner.address(&field, entry.in_spare_slot, piece);
            let places = (0..entry.items()).map(place).collect::<Result<_>>()?;
            all.push(Self {
                field,
                entry: *entry,
                places,
            });
        }
        Ok(all)
    }

    /// Compares every item with what the root says of it.
    ///
    /// Equal stamps prove a snapshot whatever the order of the reads: a stamp belongs to one commit, and a body with a
    /// given key and stamp never changes (`docs/design/protocol.md`). An independent shard belongs to its object by
    /// the incarnation alone.
    pub(crate) fn mismatches(
        &self,
        root: &RootState,
        items: &BTreeMap<Address, Item>,
    ) -> Vec<Mismatch> {
        let (attribute, wanted) = match self.entry.stamp() {
            Some(stamp) => (reserved::STAMP, stamp),
            None => (reserved::LIFE, root.life),
        };
        let mismatch = |address: &Address| {
            let found = items.get(address).and_then(|item| item.get(attribute));
            let found = found.and_then(Stamp::from_value);
            (found != Some(wanted)).then(|| Mismatch {
                id: self.field.id.clone(),
                address: address.clone(),
                found,
            })
        };
        self.places.iter().filter_map(mismatch).collect()
    }

    /// The shard's body that the items at its places hold, with the attributes of the mapper.
    ///
    /// # Errors
    ///
    /// The pieces of the body do not make one.
    pub(crate) fn body(&self, found: Vec<Item>) -> Result<Item> {
        let count = match self.entry.form {
            Form::Independent | Form::Item(_) => {
                return Ok(found.into_iter().next().unwrap_or_default());
            }
            Form::Pieces(_, count) => count,
        };
        let own: Item = found
            .first()
            .into_iter()
            .flatten()
            .filter(|(name, _)| reserved::is_known(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let piece = |piece| found.get(usize::try_from(piece).ok()?);
        let mut body = pieces::join(count, piece).map_err(|error| self.not_whole(error))?;
        body.extend(own);
        Ok(body)
    }

    fn not_whole(&self, error: PiecesError) -> Error {
        let table = self.field.table.name();
        let why = format!("shard `{}` in table `{table}`: {error}", self.field.id);
        Error::new(error.kind(), why)
            .in_table(table)
            .with_source(error)
    }
}

/// An object's keyed tree, opened, with what the mapper remembers of it.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) tree: Item,
    pub(crate) extras: Extras,
    /// The columns of indexes, and the keys of indexes that are made of fields, as they are stored.
    pub(crate) columns: Item,
    pub(crate) decisions: Decisions,
}

/// Joins verified items to a keyed tree.
///
/// # Errors
///
/// A value is sealed and cannot be opened, or in clear and must not be; a shard is not where its owner is.
pub(crate) fn join(
    topology: &Topology,
    mut root: Item,
    entries: &Entries,
    shards: BTreeMap<String, (Arc<ShardField>, Item)>,
    binding: &Binding,
    loader: Option<&dyn ConfigLoader>,
) -> Result<Loaded> {
    let mut columns = topology.indexes.take(&mut root);
    columns.extend(topology.made.take(&mut root));
    let unsealed = unsealed(topology.root, &root, loader);
    let keeps_metadata = loader.is_some_and(|loader| loader.keep_metadata(&root));
    if !keeps_metadata {
        strip_root(&mut root, topology);
    }
    let tree = nested(topology, root, entries, shards, loader)?;
    let view = shown(&tree, topology, entries);
    let mut decisions = Decisions::for_load(&tree, &view, entries, topology.root, loader)?;
    drop(view);
    if let Some(used) = unsealed {
        decisions.note_unsealed(used);
    }
    let mut tree = decisions.open(tree, &FieldPath::root(), binding)?;
    if !keeps_metadata {
        strip_key(&mut tree, topology);
    }
    rename(&mut tree, topology.root);
    let extras = Extras::take(&mut tree, topology.root);
    Ok(Loaded {
        tree,
        extras,
        columns,
        decisions,
    })
}

/// Joins verified items to a keyed tree whose encrypted values are still sealed, without the mapper's attributes.
///
/// # Errors
///
/// A shard is not where its owner is.
pub(crate) fn join_sealed(
    topology: &Topology,
    mut root: Item,
    entries: &Entries,
    shards: BTreeMap<String, (Arc<ShardField>, Item)>,
    loader: Option<&dyn ConfigLoader>,
) -> Result<Item> {
    strip_root(&mut root, topology);
    nested(topology, root, entries, shards, loader)
}

fn nested(
    topology: &Topology,
    root: Item,
    entries: &Entries,
    shards: BTreeMap<String, (Arc<ShardField>, Item)>,
    loader: Option<&dyn ConfigLoader>,
) -> Result<Item> {
    let mut bodies = Bodies {
        root,
        ..Bodies::default()
    };
    for (id, (field, mut item)) in shards {
        strip_shard(&mut item, &field);
        bodies.shards.insert(id, ShardBody { field, item });
    }
    let mut tree = split::nest(bodies, entries).ok_or_else(misplaced)?;
    name_variants(&mut tree, topology.root, loader);
    Ok(tree)
}

/// The tree as the program knows it, with lists in place of maps by entry id.
pub(crate) fn shown<'a>(tree: &'a Item, topology: &Topology, entries: &Entries) -> Cow<'a, Item> {
    // Of a part of an object the lists are not whole.
    shown_whole(tree, topology, entries).unwrap_or(Cow::Borrowed(tree))
}

/// The same of an object that was read whole.
///
/// # Errors
///
/// The order of a list does not name exactly its entries.
pub(crate) fn shown_whole<'a>(
    tree: &'a Item,
    topology: &Topology,
    entries: &Entries,
) -> Result<Cow<'a, Item>> {
    if entries.0.is_empty() {
        return Ok(Cow::Borrowed(tree));
    }
    let mut view = tree.clone();
    let place = Place::root(topology.table);
    unkey_lists(&mut view, topology.root, &place, entries).ok_or_else(order_damaged)?;
    Ok(Cow::Owned(view))
}

pub(crate) fn order_damaged() -> Error {
    Error::new(
        ErrorKind::Corrupt,
        "the order of a list of shards (`_dy_entries` of the root) does not name exactly its entries; something other \
         than dyno wrote to the root item",
    )
}

fn misplaced() -> Error {
    Error::new(
        ErrorKind::Corrupt,
        "a shard is listed without the object around it",
    )
}

fn strip_root(root: &mut Item, topology: &Topology) {
    let is_enum = topology.root.names_variant();
    root.retain(|name, _| !reserved::is_known(name) || (is_enum && name == reserved::TYPE));
}

/// Takes off the key, where no field holds it.
fn strip_key(root: &mut Item, topology: &Topology) {
    let has_field = |role| {
        topology
            .root
            .all_fields()
            .any(|field| field.field_role() == role)
    };
    if !has_field(Role::PartitionKey) {
        root.remove(topology.table.key_name());
    }
    if let Some(sort) = topology.table.sort_name()
        && !has_field(Role::SortKey)
    {
        root.remove(sort);
    }
}

fn strip_shard(item: &mut Item, field: &ShardField) {
    let is_enum = type_is_content(item, field.shape);
    item.retain(|name, _| !reserved::is_known(name) || (is_enum && name == reserved::TYPE));
    item.remove(field.table.key_name());
    if let Some(sort) = field.table.sort_name() {
        item.remove(sort);
    }
}

/// Moves what is stored under an older name to the name that its field has today.
fn rename(item: &mut Item, shape: &'static Shape) {
    for field in split::fields_in(item, shape) {
        for older in field.older_names() {
            if let Some(value) = item.remove(*older) {
                item.entry(field.name().to_owned()).or_insert(value);
            }
        }
    }
    for_each_object(item, shape, &mut |_, inner, child| rename(inner, child));
}

/// Asks the loader for the tag of every variant that was stored without one.
fn name_variants(item: &mut Item, shape: &'static Shape, loader: Option<&dyn ConfigLoader>) {
    let Some(loader) = loader else { return };
    let untagged = matches!(shape.body(), Body::Enum(_)) && !item.contains_key(reserved::TYPE);
    if untagged && let Some(tag) = loader.type_of(shape.name(), &AttributeValue::M(item.clone())) {
        item.insert(
            reserved::TYPE.to_owned(),
            AttributeValue::S(tag.as_str().to_owned()),
        );
    }
    name_variants_inside(item, shape, loader);
}

fn name_variants_inside(item: &mut Item, shape: &'static Shape, loader: &dyn ConfigLoader) {
    for field in split::fields_in(item, shape) {
        let name = field.name();
        match (field.field_role(), field.kind()) {
            (Role::Flatten, Kind::Object(inner)) => name_variants_inside(item, inner, loader),
            (_, Kind::Object(inner)) => {
                if let Some(value) = item.get_mut(name) {
                    name_variant(name, value, inner, loader);
                }
            }
            (Role::Shard, Kind::List(element) | Kind::Map(element)) => {
                let (Some(AttributeValue::M(entries)), Kind::Object(inner)) =
                    (item.get_mut(name), element.kind())
                else {
                    continue;
                };
                let mut keys: Vec<_> = entries.keys().cloned().collect();
                keys.sort_unstable();
                for key in keys {
                    if let Some(value) = entries.get_mut(&key) {
                        name_variant(name, value, inner, loader);
                    }
                }
            }
            (_, kind @ (Kind::List(_) | Kind::Map(_))) => {
                if let Some(value) = item.get_mut(name) {
                    name_elements(name, value, kind, loader);
                }
            }
            _ => {}
        }
    }
}

/// Asks for the tag of each variant in a list or map, under the name of the field.
fn name_elements(name: &str, value: &mut AttributeValue, kind: Kind, loader: &dyn ConfigLoader) {
    match (value, kind) {
        (AttributeValue::L(values), Kind::List(element)) => {
            for value in values {
                name_elements(name, value, element.kind(), loader);
            }
        }
        (AttributeValue::M(values), Kind::Map(element)) => {
            let mut keys: Vec<_> = values.keys().cloned().collect();
            keys.sort_unstable();
            for key in keys {
                if let Some(value) = values.get_mut(&key) {
                    name_elements(name, value, element.kind(), loader);
                }
            }
        }
        (value, Kind::Object(shape)) => name_variant(name, value, shape, loader),
        _ => {}
    }
}

fn name_variant(
    name: &str,
    value: &mut AttributeValue,
    shape: &'static Shape,
    loader: &dyn ConfigLoader,
) {
    let untagged = matches!(shape.body(), Body::Enum(_))
        && value
            .as_m()
            .is_ok_and(|inner| !inner.contains_key(reserved::TYPE));
    let tag = untagged.then(|| loader.type_of(name, value)).flatten();
    let AttributeValue::M(inner) = value else {
        return;
    };
    if let Some(tag) = tag {
        inner.insert(
            reserved::TYPE.to_owned(),
            AttributeValue::S(tag.as_str().to_owned()),
        );
    }
    name_variants_inside(inner, shape, loader);
}
