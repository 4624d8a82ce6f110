//! The rules of `docs/format/object-v1.md` that hold for the items of a database at every moment.
//!
//! Read without the mapper, from the items alone: each shard that a root lists is there, in as many pieces as it says
//! and with the stamp that it names, lists name the entries that are there, and nothing else is there.

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
        let tag = tag.unwrap_or_default();
        let apart = format!("{tag}#{}/", place.key.replace('/', "#"));
        let beside = format!("{}#{tag}/", place.key);
        for (id, entry) in &manifest {
            let entry = bytes(entry).unwrap_or_default();
            let stands = |at: &Place| {
                holds(&format!("{apart}{id}"), at)
                    || at.table == place.table && holds(&format!("{beside}{id}"), at)
            };
            let held: Vec<_> = items.iter().filter(|(at, _)| stands(at)).collect();
            if held.len() != count(entry) {
                let (found, named) = (held.len(), count(entry));
                wrong.push(format!(
                    "{place} lists the shard `{id}` in {named} items, and there are {found}"
                ));
            }
            for (at, shard) in held {
                listed.insert(at);
                if !is_independent(entry) && entry.get(1..9) != binary(shard, "_dy_stamp") {
                    wrong.push(format!("{at} has another stamp than {place} names"));
                }
                if binary(shard, "_dy_life") != binary(root, "_dy_life") {
                    wrong.push(format!("{at} is of another life than {place}"));
                }
                if shard.contains_key("_dy_data") != is_in_pieces(entry) {
                    wrong.push(format!("{at} is in another form than {place} says"));
                }
            }
        }
        for (id, order) in map(root, "_dy_entries").unwrap_or_default() {
            let Some(order) = bytes(order) else { continue };
            let inside = format!("{id}/");
            let entries = manifest.keys().filter_map(|key| key.strip_prefix(&inside));
            let mut entries: Vec<_> = entries.filter(|rest| !rest.contains('/')).collect();
            let ordered = entry_ids(order);
            let mut named: Vec<_> = ordered.iter().map(String::as_str).collect();
            entries.sort_unstable();
            named.sort_unstable();
            if entries != named {
                wrong.push(format!("{place} orders {named:?} and lists {entries:?}"));
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

/// The texts of the entry ids of a list, in its order.
pub(crate) fn entry_ids(order: &[u8]) -> Vec<String> {
    const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let id = |bytes: &[u8]| {
        let number = bytes
            .iter()
            .fold(0_u64, |all, byte| all << 8 | u64::from(*byte));
        let digit = |place: u32| {
            let digit = (number >> (5 * place)) & 31;
            char::from(DIGITS[usize::try_from(digit).unwrap()])
        };
        (0..13).rev().map(digit).collect()
    };
    order.chunks(8).map(id).collect()
}

/// How many items a shard has, by its entry in the manifest.
fn count(entry: &[u8]) -> usize {
    if !is_in_pieces(entry) {
        return 1;
    }
    let digits = entry.iter().skip(9).rev();
    digits.fold(0, |all, digit| all << 7 | usize::from(digit & 0x7f))
}

/// Bit 2 of the flags without bit 3 says that the shard is in pieces.
fn is_in_pieces(entry: &[u8]) -> bool {
    entry.first().is_some_and(|flags| flags & 0b1100 == 0b0100)
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
