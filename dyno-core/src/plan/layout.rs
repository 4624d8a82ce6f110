//! Where each shard field is stored, for readers that do not have the type.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::Item;

use super::manifest::Manifest;
use super::topology::{ShardField, Topology};

/// One entry per shard field: table, key names and region.
///
/// A shard that only a newer version of the type knows keeps the entry of the layout `before`.
pub(crate) fn layout(topology: &Topology, manifest: &Manifest, before: &Item) -> Item {
    let known: Item = topology.shards.iter().map(entry).collect();
    let others = manifest.0.keys().filter(|id| !known.contains_key(*id));
    let other = |id: &String| match topology.shard(id) {
        Some(field) => Some(entry(&field)),
        None => before
            .get_key_value(id)
            .map(|(id, place)| (id.clone(), place.clone())),
    };
    let others: Item = others.filter_map(other).collect();
    known.into_iter().chain(others).collect()
}

fn entry(field: &ShardField) -> (String, AttributeValue) {
    let attribute = |name: &str, text: &str| (name.to_owned(), AttributeValue::S(text.to_owned()));
    let mut place = Item::from([
        attribute("table", field.table.name()),
        attribute("key", field.table.key_name()),
    ]);
    place.extend(field.table.sort_name().map(|sort| attribute("sort", sort)));
    place.extend(field.region.map(|region| attribute("region", region)));
    (field.id.clone(), AttributeValue::M(place))
}
