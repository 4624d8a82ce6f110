//! From what an index holds of roots to the roots in the table.

use std::collections::HashSet;

use dyno_value::Item;

use super::complete::BATCHES_AT_ONCE;
use super::found::{Seen, other_keys};
use super::keys::Keys;
use crate::error::Result;
use crate::limits;
use crate::plan::Address;
use crate::store::fetch::{self, Projection};
use crate::store::operation::Operation;

/// Items that are read at the same time: several batches.
pub(super) const MOST_AT_ONCE: usize = BATCHES_AT_ONCE * limits::BATCH_GET_KEYS;

/// An item, and its keys in the index.
pub(super) type Place = (Address, Item);

/// Where the items of a page stand, each once: one whose key moves meanwhile may be in it twice.
///
/// # Errors
///
/// The table has other keys than the type.
pub(super) fn places(operation: &Operation, keys: Keys, items: Vec<Item>) -> Result<Vec<Place>> {
    let table = operation.topology.table;
    let mut known = HashSet::new();
    let mut places = Vec::with_capacity(items.len());
    for item in items {
        let Some(address) = Address::of_item(table, table.region_name(), &item) else {
            return Err(other_keys(table, "an item in it has no such key"));
        };
        if known.insert(address.clone()) {
            places.push((address, keys.place_of(&item)));
        }
    }
    Ok(places)
}

/// The items of the table in the order of those of the index, but for those that are gone by now.
///
/// # Errors
///
/// Those of reading them.
pub(super) async fn hydrated(
    operation: &Operation,
    places: Vec<Place>,
    consistent: bool,
) -> Result<Vec<Seen>> {
    let wanted: Vec<_> = places
        .iter()
        .map(|(address, _)| (address.clone(), Projection::default()))
        .collect();
    let mut found = fetch::fetch(&operation.store, &wanted, &[], consistent).await?;
    let seen = places.into_iter().filter_map(|(address, place)| {
        Some(Seen {
            item: found.remove(&address)?,
            place: Some(place),
        })
    });
    Ok(seen.collect())
}
