//! An object's tree cut into the bodies of its items, and the bodies joined to a tree again.
//!
//! Lists of shards are keyed here: maps by entry id ([`Topology::key_lists`](super::topology::Topology::key_lists)).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{Item, Segment};

use super::entries::Entries;
use super::manifest::Stamp;
use super::root::RootState;
use super::shard::{Collection, Place, ShardField};
use crate::reserved;
use crate::shape::{FieldShape, Kind, Role, Shape, TableShape, as_unloaded, unloaded};

/// The bodies of an object's items: the user's attributes only, in clear.
#[derive(Debug, Default)]
pub(crate) struct Bodies {
    pub(crate) root: Item,
    pub(crate) shards: BTreeMap<String, ShardBody>,
    /// Shards and collections that were never loaded, by their place: the incarnation and id that the mark there names.
    pub(crate) unloaded: BTreeMap<String, (Stamp, String)>,
}

/// The body of one shard.
#[derive(Debug)]
pub(crate) struct ShardBody {
    pub(crate) field: Arc<ShardField>,
    pub(crate) item: Item,
}

/// Moves every shard out of the tree.
pub(crate) fn split(mut tree: Item, root: &'static Shape, table: &'static TableShape) -> Bodies {
    let mut bodies = Bodies::default();
    split_object(&mut tree, root, &Place::root(table), &mut bodies);
    bodies.root = tree;
    bodies
}

fn split_object(item: &mut Item, shape: &'static Shape, place: &Place, bodies: &mut Bodies) {
    for field in fields_in(item, shape) {
        match (field.field_role(), field.child(), Collection::of(field)) {
            (Role::Flatten, Some(child), _) => split_object(item, child, place, bodies),
            (Role::Shard, child, collection) => {
                let here = place.field(field);
                if let Some((life, id)) = item.get(field.name()).and_then(as_unloaded) {
                    let mark = (Stamp(life), id.to_owned());
                    bodies.unloaded.insert(here.id().to_owned(), mark);
                    item.remove(field.name());
                    continue;
                }
                let Some(AttributeValue::M(inner)) = remove_map(item, field.name()) else {
                    continue;
                };
                match (child, collection) {
                    (Some(child), _) => {
                        let shard = ShardField::at(&here, field, child);
                        split_shard(inner, shard, &here, bodies);
                    }
                    (None, Some((collection, element))) => {
                        let Kind::Object(child) = element.kind() else {
                            continue;
                        };
                        for (key, value) in sorted(inner) {
                            let here = here.entry(collection, &key);
                            let shard = ShardField::at(&here, field, child);
                            if let AttributeValue::M(inner) = value {
                                split_shard(inner, shard, &here, bodies);
                            }
                        }
                    }
                    (None, None) => {}
                }
            }
            (_, Some(child), _) => {
                if let Some(AttributeValue::M(inner)) = item.get_mut(field.name()) {
                    split_object(inner, child, &place.field(field), bodies);
                }
            }
            (_, None, _) => {}
        }
    }
}

fn split_shard(mut body: Item, shard: Option<ShardField>, place: &Place, bodies: &mut Bodies) {
    let Some(field) = shard.map(Arc::new) else {
        return;
    };
    split_object(&mut body, field.shape, &place.inside(&field), bodies);
    bodies
        .shards
        .insert(field.id.clone(), ShardBody { field, item: body });
}

/// Moves every shard back to its place; `None` if the object around it is not there.
pub(crate) fn nest(bodies: Bodies, entries: &Entries) -> Option<Item> {
    let mut tree = bodies.root;
    // A shard's id begins with the ids of the shards around it, so they come first.
    for (id, shard) in bodies.shards {
        let (last, outer) = shard.field.path.segments().split_last()?;
        let collection = shard.field.collection.and_then(|_| id.rsplit_once('/'));
        let in_collection =
            collection.is_some_and(|(collection, _)| entries.0.contains_key(collection));
        let mut place = &mut tree;
        for (step, segment) in outer.iter().enumerate() {
            let Segment::Key(name) = segment else {
                return None;
            };
            if in_collection && step + 1 == outer.len() {
                place
                    .entry(name.clone())
                    .or_insert_with(|| AttributeValue::M(Item::new()));
            }
            let Some(AttributeValue::M(inner)) = place.get_mut(name) else {
                return None;
            };
            place = inner;
        }
        let Segment::Key(name) = last else {
            return None;
        };
        place.insert(name.clone(), AttributeValue::M(shard.item));
    }
    Some(tree)
}

/// Puts a mark in place of each shard and collection that the object has and that was left out.
pub(crate) fn mark_unloaded(
    tree: &mut Item,
    shape: &'static Shape,
    place: &Place,
    root: &RootState,
    left_out: &dyn Fn(&FieldShape, &str) -> bool,
) {
    for field in fields_in(tree, shape) {
        let name = field.name();
        let (role, kind) = (field.field_role(), field.kind());
        match (role, kind) {
            (Role::Flatten, Kind::Object(inner)) => {
                mark_unloaded(tree, inner, place, root, left_out);
                continue;
            }
            (Role::Shard, _) | (_, Kind::Object(_)) => {}
            _ => continue,
        }
        let here = place.field(field);
        if role == Role::Shard && left_out(field, here.id()) {
            let id = here.id();
            if root.manifest.0.contains_key(id) || root.entries.0.contains_key(id) {
                tree.insert(name.to_owned(), unloaded(root.life.0, id));
            }
            continue;
        }
        match (role, kind) {
            (_, Kind::Object(inner)) => {
                if let Some(AttributeValue::M(item)) = tree.get_mut(name) {
                    mark_unloaded(item, inner, &here, root, left_out);
                }
            }
            (Role::Shard, _) => {
                let (Some((collection, element)), Some(AttributeValue::M(entries))) =
                    (Collection::of(field), tree.get_mut(name))
                else {
                    continue;
                };
                let Kind::Object(inner) = element.kind() else {
                    continue;
                };
                let mut keys: Vec<_> = entries.keys().cloned().collect();
                keys.sort_unstable();
                for key in keys {
                    let here = here.entry(collection, &key);
                    if let Some(AttributeValue::M(item)) = entries.get_mut(&key) {
                        mark_unloaded(item, inner, &here, root, left_out);
                    }
                }
            }
            _ => {}
        }
    }
}

/// The ids of the shards inside a value that were never loaded.
pub(crate) fn unloaded_ids(value: &AttributeValue) -> BTreeSet<String> {
    if let Some((_, id)) = as_unloaded(value) {
        return BTreeSet::from([id.to_owned()]);
    }
    match value {
        AttributeValue::M(inner) => inner.values().flat_map(unloaded_ids).collect(),
        AttributeValue::L(elements) => elements.iter().flat_map(unloaded_ids).collect(),
        _ => BTreeSet::new(),
    }
}

/// The fields that an item of this shape has: for an enum, those of its variant.
pub(crate) fn fields_in(item: &Item, shape: &'static Shape) -> &'static [FieldShape] {
    let tag = item.get(reserved::TYPE).and_then(|tag| tag.as_s().ok());
    shape.fields_of(tag.map(String::as_str))
}

/// The entries of a map in the order of their names.
pub(crate) fn sorted(item: Item) -> Vec<(String, AttributeValue)> {
    let mut entries: Vec<_> = item.into_iter().collect();
    entries.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    entries
}

fn remove_map(item: &mut Item, name: &str) -> Option<AttributeValue> {
    item.get(name)
        .is_some_and(AttributeValue::is_m)
        .then(|| item.remove(name))
        .flatten()
}
