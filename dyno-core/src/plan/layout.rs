//! Where each shard field is stored, for readers that do not have the type.
//!
//! ```text
//! pattern of shard ids → { table S, key S, sort S?, region S?,
//!                          entries S?   "list" or "map": the pattern ends in `~`, which stands for each entry
//!                          place   S?   "beside": in the root's partition
//!                          stored  S?   "independent", or "pieces" if any of them is in pieces now }
//! ```

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::Item;

use super::manifest::{Form, Manifest};
use super::shard::{Collection, EACH, Placing, ShardField};
use super::topology::Topology;

/// One entry per shard field.
///
/// A shard that only a newer version of the type knows keeps the entry of the layout `before`.
pub(crate) fn layout(topology: &Topology, manifest: &Manifest, before: &Item) -> Item {
    let mut in_pieces = BTreeSet::new();
    let mut others = Item::new();
    for (id, entry) in &manifest.0 {
        let found = topology.shard(id);
        if let (Some(field), Form::Pieces(..)) = (&found, entry.form) {
            in_pieces.insert(field.pattern.clone());
        }
        match found {
            Some(field) if topology.describes(&field.pattern) => {}
            Some(field) => {
                others.insert(field.pattern.clone(), AttributeValue::M(place(&field)));
            }
            None => {
                let known = before.iter().find(|(pattern, _)| matches(pattern, id));
                others.extend(known.map(|(pattern, place)| (pattern.clone(), place.clone())));
            }
        }
    }
    let known = topology
        .patterns()
        .map(|field| (field.pattern.clone(), AttributeValue::M(place(field))));
    let mut layout: Item = known.chain(others).collect();
    for pattern in in_pieces {
        if let Some(AttributeValue::M(place)) = layout.get_mut(&pattern) {
            place.insert("stored".to_owned(), AttributeValue::S("pieces".to_owned()));
        }
    }
    layout
}

fn place(field: &ShardField) -> Item {
    let attribute = |name: &str, text: &str| (name.to_owned(), AttributeValue::S(text.to_owned()));
    let mut place = Item::from([
        attribute("table", field.table.name()),
        attribute("key", field.table.key_name()),
    ]);
    let collection = field.collection.map(|collection| match collection {
        Collection::List => "list",
        Collection::Map => "map",
    });
    let beside = (field.placing == Placing::Beside).then_some("beside");
    let independent = field.independent.then_some("independent");
    let optional = [
        ("sort", field.table.sort_name()),
        ("region", field.region),
        ("entries", collection),
        ("place", beside),
        ("stored", independent),
    ];
    place.extend(
        optional
            .into_iter()
            .filter_map(|(name, text)| Some(attribute(name, text?))),
    );
    place
}

/// Whether the pattern describes the shard with this id.
fn matches(pattern: &str, id: &str) -> bool {
    let (mut pattern, mut id) = (pattern.split('/'), id.split('/'));
    loop {
        match (pattern.next(), id.next()) {
            (None, None) => return true,
            (Some(wanted), Some(part)) if wanted == EACH || wanted == part => {}
            _ => return false,
        }
    }
}
