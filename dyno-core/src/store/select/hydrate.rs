//! From what an index holds of roots to the roots in the table.

use dyno_value::Item;

use super::found::{Seen, other_keys};
use super::keys::Keys;
use crate::error::Result;
use crate::limits;
use crate::plan::Address;
use crate::store::fetch::{self, Projection};
use crate::store::operation::Operation;

/// Batches that are read at the same time.
const BATCHES_AT_ONCE: usize = 8;

/// The items of the table in the order of those of the index, but for those that are gone by now.
///
/// # Errors
///
/// Those of reading them.
pub(super) async fn hydrated(
    operation: &Operation,
    keys: Keys,
    items: Vec<Item>,
    consistent: bool,
) -> Result<Vec<Seen>> {
    let table = operation.topology.table;
    let mut places = Vec::with_capacity(items.len());
    for item in items {
        let Some(address) = Address::of_item(table, table.region_name(), &item) else {
            return Err(other_keys(table, "an item in it has no such key"));
        };
        places.push((address, keys.place_of(&item)));
    }
    let mut seen = Vec::with_capacity(places.len());
    for places in places.chunks(BATCHES_AT_ONCE * limits::BATCH_GET_KEYS) {
        let wanted = places
            .iter()
            .map(|(address, _)| (address.clone(), Projection::default()));
        let mut found = fetch::fetch(&operation.store, wanted.collect(), &[], consistent).await?;
        let whole = places.iter().filter_map(|(address, place)| {
            Some(Seen {
                item: found.remove(address)?,
                place: Some(place.clone()),
            })
        });
        seen.extend(whole);
    }
    Ok(seen)
}
