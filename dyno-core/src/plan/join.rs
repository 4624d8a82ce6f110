//! Stored items verified against the manifest and joined to an object's tree.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_crypto::Binding;
use dyno_value::{FieldPath, Item};

use super::extras::{Extras, for_each_object};
use super::manifest::Stamp;
use super::privacy::Decisions;
use super::root::{RootState, type_is_content};
use super::split::{self, Bodies, ShardBody};
use super::topology::{ShardField, Topology};
use crate::error::{Error, ErrorKind, Result};
use crate::loader::ConfigLoader;
use crate::reserved;
use crate::shape::{Body, Role, Shape};

/// A shard item whose stamp is not the one that the root names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mismatch {
    pub(crate) id: String,
    pub(crate) found: Option<Stamp>,
}

/// Compares every shard wanted with what the root says of it.
///
/// Equal stamps prove a snapshot whatever the order of the reads: a stamp belongs to one commit, and a body with a
/// given key and stamp never changes (`docs/design/protocol.md`).
pub(crate) fn mismatches(
    root: &RootState,
    wanted: &BTreeSet<String>,
    shards: &BTreeMap<String, Item>,
) -> Vec<Mismatch> {
    let mismatch = |id: &String| {
        let entry = root.manifest.0.get(id)?;
        let found = shards
            .get(id)
            .and_then(|item| item.get(reserved::STAMP))
            .and_then(Stamp::from_value);
        (found != Some(entry.stamp)).then(|| Mismatch {
            id: id.clone(),
            found,
        })
    };
    wanted.iter().filter_map(mismatch).collect()
}

/// An object's tree, opened, with what the mapper remembers of it.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) tree: Item,
    pub(crate) extras: Extras,
    pub(crate) decisions: Decisions,
}

/// Joins verified items.
///
/// # Errors
///
/// A value is sealed and cannot be opened, or in clear and must not be; a shard is not where its owner is.
pub(crate) fn join(
    topology: &Topology,
    mut root: Item,
    shards: BTreeMap<String, (ShardField, Item)>,
    binding: &Binding,
    loader: Option<&dyn ConfigLoader>,
) -> Result<Loaded> {
    if !loader.is_some_and(|loader| loader.keep_metadata(&root)) {
        strip_root(&mut root, topology);
    }
    let mut bodies = Bodies {
        root,
        shards: BTreeMap::new(),
    };
    for (id, (field, mut item)) in shards {
        strip_shard(&mut item, &field);
        bodies.shards.insert(id, ShardBody { field, item });
    }
    let mut tree = split::nest(bodies).ok_or_else(misplaced)?;
    name_variants(&mut tree, topology.root, loader);
    let decisions = Decisions::for_load(&tree, topology.root, loader)?;
    let mut tree = decisions.open(tree, &FieldPath::root(), binding)?;
    rename(&mut tree, topology.root);
    let extras = Extras::take(&mut tree, topology.root);
    Ok(Loaded {
        tree,
        extras,
        decisions,
    })
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
        let Some(inner_shape) = field.child() else {
            continue;
        };
        if field.field_role() == Role::Flatten {
            name_variants_inside(item, inner_shape, loader);
        } else if let Some(value) = item.get_mut(field.name()) {
            name_variant(field.name(), value, inner_shape, loader);
        }
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
