//! The rules of `docs/format/object-v1.md` that hold for the items of a database at every moment.
//!
//! Read without the mapper, from the items alone: each shard that a root lists is there, with the stamp that the root
//! names, and nothing else is there.

use std::collections::{BTreeMap, BTreeSet};

use crate::database::{AttributeValue, Item, Items, Place};

/// What is wrong with these items; nothing, in a sound database.
pub(crate) fn audit(items: &Items) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut listed = BTreeSet::new();
    for (place, root) in items {
        let Some(manifest) = map(root, "_dy_shards") else {
            continue;
        };
        listed.insert(place);
        let tag = text(root, "_dy_tag").or_else(|| text(root, "_dy_type"));
        let owner = format!("{}#{}", tag.unwrap_or_default(), place.key);
        for (id, entry) in manifest {
            let entry = bytes(entry).unwrap_or_default();
            let key = format!("{owner}/{id}");
            let held: Vec<_> = items.iter().filter(|(at, _)| holds(&key, at)).collect();
            if held.is_empty() {
                wrong.push(format!("{place} lists the shard `{id}`, which is nowhere"));
            }
            for (at, shard) in held {
                listed.insert(at);
                if !is_independent(entry) && entry.get(1..9) != binary(shard, "_dy_stamp") {
                    wrong.push(format!("{at} has another stamp than {place} names"));
                }
                if binary(shard, "_dy_life") != binary(root, "_dy_life") {
                    wrong.push(format!("{at} is of another life than {place}"));
                }
            }
        }
    }
    for (place, item) in items {
        if item.contains_key("_dy_format") && !listed.contains(place) {
            wrong.push(format!("{place} belongs to nothing"));
        }
    }
    wrong
}

/// Whether an item stands where a shard with this key, or a piece of it, stands.
fn holds(key: &str, place: &Place) -> bool {
    let rest = place.key.strip_prefix(key);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['~', '#']))
}

/// Bits 2 and 3 of the flags say that the shard has a version of its own.
fn is_independent(entry: &[u8]) -> bool {
    entry.first().is_some_and(|flags| flags & 0b1100 == 0b1100)
}

fn text<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    match item.get(name) {
        Some(AttributeValue::S(text)) => Some(text),
        _ => None,
    }
}

fn binary<'a>(item: &'a Item, name: &str) -> Option<&'a [u8]> {
    item.get(name).and_then(bytes)
}

fn bytes(value: &AttributeValue) -> Option<&[u8]> {
    match value {
        AttributeValue::B(bytes) => Some(bytes),
        _ => None,
    }
}

fn map<'a>(item: &'a Item, name: &str) -> Option<BTreeMap<&'a String, &'a AttributeValue>> {
    match item.get(name) {
        Some(AttributeValue::M(map)) => Some(map.iter().collect()),
        _ => None,
    }
}
