//! From the roots of a page to objects: shards in batches, for all of them together.

use std::collections::BTreeMap;

use dyno_value::Item;
use futures_util::future::join_all;

use super::found::{Root, Sorted};
use crate::error::{ErrorKind, Result};
use crate::limits;
use crate::plan::{Address, report_exceptions};
use crate::shape::Stored;
use crate::store::fetch::{self, Projection};
use crate::store::operation::Operation;
use crate::store::reseal::{Failure, ends_walk};
use crate::store::saved::Saved;
use crate::store::shards::Shards;
use crate::store::snapshot::Snapshot;

/// Batches that are read at the same time.
pub(in crate::store) const BATCHES_AT_ONCE: usize = 8;

/// Objects that are opened, or loaded again, at the same time.
const OBJECTS_AT_ONCE: usize = 8;

/// The objects of these roots, but for those that are gone by now, and what could not be read.
///
/// # Errors
///
/// Those that every other object would meet, too.
pub(super) async fn complete<T: Stored>(
    operation: &Operation,
    sorted: Sorted,
    consistent: bool,
) -> Result<(Vec<Saved<T>>, Vec<Failure>)> {
    let Sorted {
        roots,
        mut shards,
        mut failures,
        cut: _,
        sees_more: _,
    } = sorted;
    let mut placed = Vec::with_capacity(roots.len());
    for root in roots {
        match root.places(operation, Shards::AsDeclared) {
            Ok(places) => placed.push((root, places)),
            Err(error) => failures.push(Failure::new(root.key, error).explained(operation)),
        }
    }
    let wanted = placed.iter().flat_map(|(_, places)| places);
    let wanted: Vec<_> = wanted
        .filter(|place| !shards.contains_key(place))
        .map(|place| (place.clone(), Projection::default()))
        .collect();
    for wanted in wanted.chunks(BATCHES_AT_ONCE * limits::BATCH_GET_KEYS) {
        let fetched = fetch::fetch(&operation.store, wanted, &[], consistent).await;
        shards.extend(fetched.map_err(operation.explain(None))?);
    }
    let mut objects = Vec::with_capacity(placed.len());
    let mut placed = placed.into_iter().peekable();
    while placed.peek().is_some() {
        let some = placed.by_ref().take(OBJECTS_AT_ONCE);
        let some = some.map(|(root, places)| {
            let own = places.into_iter();
            let own = own
                .filter_map(|place| shards.remove_entry(&place))
                .collect();
            object::<T>(operation, root, own)
        });
        for read in join_all(some).await {
            match read {
                Ok(object) => objects.extend(object),
                Err(failure) if ends_walk(failure.error().kind()) => {
                    return Err(failure.into_error());
                }
                Err(failure) => failures.push(failure),
            }
        }
    }
    Ok((objects, failures))
}

/// One object; `None` if it is gone.
async fn object<T: Stored>(
    operation: &Operation,
    root: Root,
    shards: BTreeMap<Address, Item>,
) -> Result<Option<Saved<T>>, Failure> {
    let key = root.key.clone();
    let object = match root.fitted(operation, Shards::AsDeclared, shards) {
        Ok(Some(snapshot)) => opened(operation, root, Shards::AsDeclared, snapshot)
            .await
            .map(Some),
        Ok(None) => Box::pin(again(operation, &root)).await,
        Err(error) => Err(error),
    };
    object.map_err(|error| Failure::new(key, error).explained(operation))
}

/// The object of a root and these of its shards.
pub(in crate::store) async fn opened<T: Stored>(
    operation: &Operation,
    root: Root,
    shards: Shards,
    snapshot: Snapshot,
) -> Result<Saved<T>> {
    let Root { key, address, .. } = root;
    let opened = operation.opened(&key, &address, shards, snapshot).await?;
    report_exceptions(
        operation.topology.root.name(),
        opened.decisions.exceptions(),
    );
    Saved::of_tree(operation, key, opened)
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
