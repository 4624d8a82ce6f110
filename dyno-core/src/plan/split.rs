//! An object's tree cut into the bodies of its items, and the bodies joined to a tree again.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Item, Segment};

use super::topology::ShardField;
use crate::reserved;
use crate::shape::{Role, Shape, TableShape};

/// The bodies of an object's items: the user's attributes only, in clear.
#[derive(Debug, Default)]
pub(crate) struct Bodies {
    pub(crate) root: Item,
    pub(crate) shards: BTreeMap<String, ShardBody>,
}

/// The body of one shard.
#[derive(Debug)]
pub(crate) struct ShardBody {
    pub(crate) field: ShardField,
    pub(crate) item: Item,
}

/// Moves every shard out of the tree.
pub(crate) fn split(mut tree: Item, root: &'static Shape, table: &TableShape) -> Bodies {
    let mut shards = BTreeMap::new();
    split_object(
        &mut tree,
        root,
        &FieldPath::root(),
        table.region_name(),
        &mut shards,
    );
    Bodies { root: tree, shards }
}

fn split_object(
    item: &mut Item,
    shape: &'static Shape,
    path: &FieldPath,
    region: Option<&'static str>,
    shards: &mut BTreeMap<String, ShardBody>,
) {
    for field in fields_in(item, shape) {
        let Some(child) = field.child() else { continue };
        match field.field_role() {
            Role::Flatten => split_object(item, child, path, region, shards),
            Role::Shard => {
                let Some(AttributeValue::M(mut body)) = remove_map(item, field.name()) else {
                    continue;
                };
                let Some(field) = ShardField::at(path.key(field.name()), child, region) else {
                    continue;
                };
                split_object(&mut body, child, &field.path, field.region, shards);
                shards.insert(field.id.clone(), ShardBody { field, item: body });
            }
            Role::Inline | Role::PartitionKey | Role::SortKey => {
                if let Some(AttributeValue::M(inner)) = item.get_mut(field.name()) {
                    split_object(inner, child, &path.key(field.name()), region, shards);
                }
            }
        }
    }
}

/// Moves every shard back to its place; `None` if the object around it is not there.
pub(crate) fn nest(bodies: Bodies) -> Option<Item> {
    let mut tree = bodies.root;
    // A shard's id begins with the ids of the shards around it, so they come first.
    for (_, shard) in bodies.shards {
        let (last, outer) = shard.field.path.segments().split_last()?;
        let mut place = &mut tree;
        for segment in outer {
            let Segment::Key(name) = segment else {
                return None;
            };
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

/// The fields that an item of this shape has: for an enum, those of its variant.
pub(crate) fn fields_in(item: &Item, shape: &'static Shape) -> &'static [crate::shape::FieldShape] {
    let tag = item.get(reserved::TYPE).and_then(|tag| tag.as_s().ok());
    shape.fields_of(tag.map(String::as_str))
}

fn remove_map(item: &mut Item, name: &str) -> Option<AttributeValue> {
    item.get(name)
        .is_some_and(AttributeValue::is_m)
        .then(|| item.remove(name))
        .flatten()
}
