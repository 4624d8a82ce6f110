//! From the roots of a page to objects: shards in batches, for all of them together.

use std::collections::BTreeMap;

use dyno_value::Item;
use futures_util::future::try_join_all;

use super::found::{Root, Sorted, reading};
use crate::error::{ErrorKind, Result};
use crate::limits;
use crate::plan::Address;
use crate::shape::Stored;
use crate::store::fetch::{self, Projection};
use crate::store::operation::Operation;
use crate::store::saved::Saved;
use crate::store::shards::Shards;
use crate::store::snapshot::Snapshot;

/// Batches that are read at the same time.
const BATCHES_AT_ONCE: usize = 8;

/// Objects that are opened, or loaded again, at the same time.
const OBJECTS_AT_ONCE: usize = 8;

/// The objects of these roots; fewer, if some are gone by now.
pub(super) async fn complete<T: Stored>(
    operation: &Operation,
    sorted: Sorted,
    consistent: bool,
) -> Result<Vec<Saved<T>>> {
    let Sorted {
        roots,
        mut shards,
        cut: _,
    } = sorted;
    let mut places = Vec::with_capacity(roots.len());
    for root in &roots {
        let of_root = places_of(operation, root);
        places.push(of_root.map_err(operation.explain(Some(&root.key)))?);
    }
    let wanted = places.iter().flatten();
    let wanted: Vec<_> = wanted
        .filter(|place| !shards.contains_key(place))
        .map(|place| (place.clone(), Projection::default()))
        .collect();
    for wanted in wanted.chunks(BATCHES_AT_ONCE * limits::BATCH_GET_KEYS) {
        let fetched = fetch::fetch(&operation.store, wanted.to_vec(), &[], consistent).await;
        shards.extend(fetched.map_err(operation.explain(None))?);
    }
    let mut parts = Vec::with_capacity(roots.len());
    for (root, places) in roots.into_iter().zip(places) {
        let own = places
            .into_iter()
            .filter_map(|place| shards.remove_entry(&place));
        let own: BTreeMap<_, _> = own.collect();
        parts.push((root, own));
    }
    let mut objects = Vec::with_capacity(parts.len());
    let mut parts = parts.into_iter().peekable();
    while parts.peek().is_some() {
        let some = parts.by_ref().take(OBJECTS_AT_ONCE);
        let some = some.map(|(root, shards)| object::<T>(operation, root, shards));
        objects.extend(try_join_all(some).await?.into_iter().flatten());
    }
    Ok(objects)
}

/// Where the shards of a root stand that are loaded with it.
fn places_of(operation: &Operation, root: &Root) -> Result<Vec<Address>> {
    match &root.state {
        Some(state) => reading(operation, &root.address, |reading| reading.places(state)),
        None => Ok(Vec::new()),
    }
}

/// One object; `None` if it is gone.
async fn object<T: Stored>(
    operation: &Operation,
    root: Root,
    shards: BTreeMap<Address, Item>,
) -> Result<Option<Saved<T>>> {
    let key = root.key.clone();
    let object = match fitted(operation, &root, shards) {
        Ok(Some(snapshot)) => opened(operation, root, snapshot).await,
        Ok(None) => Box::pin(again(operation, &root)).await,
        Err(error) => Err(error),
    };
    object.map_err(operation.explain(Some(&key)))
}

async fn opened<T: Stored>(
    operation: &Operation,
    root: Root,
    snapshot: Snapshot,
) -> Result<Option<Saved<T>>> {
    let Root { key, address, .. } = root;
    let opened = operation
        .opened(&key, &address, Shards::AsDeclared, snapshot)
        .await?;
    Saved::of_tree(operation, key, opened).map(Some)
}

/// Somebody saved between the root and its shards: the object is read from the beginning.
async fn again<T: Stored>(operation: &Operation, root: &Root) -> Result<Option<Saved<T>>> {
    match Saved::load(operation, root.key.clone(), Shards::AsDeclared, true).await {
        Ok(object) => Ok(Some(object)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::TypeMismatch) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn fitted(
    operation: &Operation,
    root: &Root,
    shards: BTreeMap<Address, Item>,
) -> Result<Option<Snapshot>> {
    let item = root.item.clone();
    let Some(state) = &root.state else {
        return Ok(Some(Snapshot::of_foreign(item)));
    };
    reading(operation, &root.address, |reading| {
        reading.fitted(item, state.clone(), shards)
    })
}
