//! Reads several items in one round trip, and all of them however often it takes.

use std::collections::BTreeMap;
use std::slice::Chunks;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::Item;
use futures_util::future::{try_join, try_join_all};

use super::Store;
pub(super) use super::fetch_batch::Projection;
use super::fetch_batch::{Fetched, Left, fetch_batch};
use crate::commit::Sizes;
use crate::error::Result;
use crate::forecast::PlannedRequest;
use crate::limits;
use crate::plan::{Address, Range, SortRange};

/// Reads all items that exist of those wanted, each with what is wanted of it, and everything in the ranges, at the same time. Sends one `GetItem` for one item, one
/// `BatchGetItem` per hundred of several, and one `Query` per range and megabyte; keys that are left unprocessed are
/// asked for again.
pub(super) async fn fetch(
    store: &Store,
    wanted: &[(Address, Projection)],
    ranges: &[Range],
    consistent: bool,
) -> Result<BTreeMap<Address, Item>> {
    let queries = try_join_all(ranges.iter().map(|range| query(store, range, consistent)));
    let (mut found, ranges) = try_join(fetch_items(store, wanted, consistent), queries).await?;
    found.extend(ranges.into_iter().flatten());
    Ok(found)
}

/// What [`fetch`] sends, round trip by round trip: each page of a `Query` waits for the one before.
pub(super) fn plan(
    wanted: &[Address],
    ranges: &[Range],
    sizes: Sizes<'_>,
    consistent: bool,
) -> Vec<Vec<PlannedRequest>> {
    let known: Vec<_> = wanted
        .iter()
        .map(|address| (address, sizes.at(address)))
        .collect();
    let mut rounds = vec![match Asking::of(&known) {
        Asking::Alone((address, item)) => vec![PlannedRequest::get(address, *item, consistent)],
        Asking::Batches(batches) => batches
            .map(|batch| PlannedRequest::batch_get(batch, consistent))
            .collect(),
    }];
    for range in ranges {
        let found = sizes.within(range);
        let pages = PlannedRequest::query(range.table.name(), &range.partition, &found, consistent);
        for (round, page) in pages.into_iter().enumerate() {
            match rounds.get_mut(round) {
                Some(requests) => requests.push(page),
                None => rounds.push(vec![page]),
            }
        }
    }
    rounds
}

/// With which requests items are asked for.
enum Asking<'a, T> {
    /// One `GetItem`.
    Alone(&'a T),
    /// A `BatchGetItem` each.
    Batches(Chunks<'a, T>),
}

impl<'a, T> Asking<'a, T> {
    fn of(wanted: &'a [T]) -> Self {
        match wanted {
            [one] => Self::Alone(one),
            wanted => Self::Batches(wanted.chunks(limits::BATCH_GET_KEYS)),
        }
    }
}

async fn fetch_items(
    store: &Store,
    wanted: &[(Address, Projection)],
    consistent: bool,
) -> Result<BTreeMap<Address, Item>> {
    match Asking::of(wanted) {
        Asking::Alone((address, projection)) => {
            let item = get(store, address, projection.clone(), consistent).await?;
            Ok(item
                .map(|item| (address.clone(), item))
                .into_iter()
                .collect())
        }
        Asking::Batches(batches) => {
            let batches = batches.map(|batch| async move {
                let Fetched { found, left } = fetch_batch(store, batch, consistent).await;
                left.map_or(Ok(found), |left| Err(left.error))
            });
            let mut all = BTreeMap::new();
            for mut found in try_join_all(batches).await? {
                all.append(&mut found);
            }
            Ok(all)
        }
    }
}

/// Reads so many whole items of one region as fit one request, as far as the service gives them.
pub(super) async fn fetch_given(store: &Store, wanted: &[Address], consistent: bool) -> Fetched {
    let with_all = |address: &Address| (address.clone(), Projection::default());
    let wanted: Vec<_> = wanted.iter().map(with_all).collect();
    let [(address, projection)] = wanted.as_slice() else {
        return fetch_batch(store, &wanted, consistent).await;
    };
    match get(store, address, projection.clone(), consistent).await {
        Ok(item) => Fetched {
            found: item
                .map(|item| (address.clone(), item))
                .into_iter()
                .collect(),
            left: None,
        },
        Err(error) => Fetched {
            found: BTreeMap::new(),
            left: Some(Left {
                addresses: vec![address.clone()],
                error,
            }),
        },
    }
}

/// Reads all pages of a range.
async fn query(store: &Store, range: &Range, consistent: bool) -> Result<BTreeMap<Address, Item>> {
    let table = &range.table;
    let client = store.clients().of(range.region).reads.clone();
    let (condition, bounds) = match &range.sort {
        SortRange::Between(first, last) => (
            "#p = :p AND #s BETWEEN :a AND :z",
            vec![(":a", first), (":z", last)],
        ),
        SortRange::Prefix(prefix) => ("#p = :p AND begins_with(#s, :a)", vec![(":a", prefix)]),
    };
    let mut found = BTreeMap::new();
    let mut start = None;
    loop {
        let mut query = client
            .query()
            .table_name(table.name())
            .consistent_read(consistent)
            .key_condition_expression(condition)
            .expression_attribute_names("#p", table.key_name())
            .expression_attribute_names("#s", table.sort_name().unwrap_or_default())
            .expression_attribute_values(":p", range.partition.to_value())
            .set_return_consumed_capacity(store.asks_for_capacity())
            .set_exclusive_start_key(start);
        for (placeholder, bound) in &bounds {
            query = query
                .expression_attribute_values(*placeholder, AttributeValue::S((*bound).clone()));
        }
        let answer = Box::pin(query.send())
            .await
            .map_err(|error| store.failure(error, &[table.name()]))?;
        store.note_read(answer.consumed_capacity.as_slice());
        for item in answer.items.unwrap_or_default() {
            if let Some(address) = Address::of_item(table, range.region, &item) {
                found.insert(address, item);
            }
        }
        start = answer.last_evaluated_key.filter(|key| !key.is_empty());
        if start.is_none() {
            return Ok(found);
        }
    }
}

pub(super) async fn get(
    store: &Store,
    address: &Address,
    projection: Projection,
    consistent: bool,
) -> Result<Option<Item>> {
    let client = store.clients().of(address.region).item_reads.clone();
    let names = (!projection.names.is_empty()).then(|| projection.names.into_iter().collect());
    let get = client
        .get_item()
        .table_name(address.table)
        .set_key(Some(address.to_item()))
        .consistent_read(consistent)
        .set_projection_expression(projection.text)
        .set_expression_attribute_names(names)
        .set_return_consumed_capacity(store.asks_for_capacity());
    let answer = Box::pin(get.send()).await;
    let answer = answer.map_err(|error| store.failure(error, &[address.table]))?;
    store.note_read(answer.consumed_capacity.as_slice());
    Ok(answer.item)
}
