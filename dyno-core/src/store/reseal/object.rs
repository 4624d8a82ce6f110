//! One object of a walk, read whole.

use std::collections::BTreeMap;

use crate::commit::Footprint;
use crate::error::{Error, ErrorKind, Result};
use crate::plan::{RootState, ShardField, Verifier};
use crate::store::operation::Operation;
use crate::store::shards::Shards;
use crate::store::snapshot::Snapshot;

use super::walk::Root;

/// Reads what is missing to a root that was scanned, and verifies the seals that the type demands: then all of it is read
/// again. `None`: it is gone.
pub(super) async fn read_rest(operation: &Operation, root: &Root) -> Result<Option<Snapshot>> {
    if operation.topology.root.seals() {
        return read(operation, root).await;
    }
    read_rest_as_it_is(operation, root).await
}

/// Reads what is missing to a root that was scanned: nothing, if it has no shards; its shards, if they are as it says;
/// or else all of it. `None`: it is gone. Needs no key: a seal may be any.
pub(super) async fn read_rest_as_it_is(
    operation: &Operation,
    root: &Root,
) -> Result<Option<Snapshot>> {
    let state = match &root.state {
        Some(state) if !state.manifest.0.is_empty() => state,
        state => {
            return Ok(Some(Snapshot {
                root: root.item.clone(),
                state: state.clone(),
                shards: BTreeMap::new(),
                footprint: Footprint::default(),
            }));
        }
    };
    let owner = operation.owner(&root.address);
    let wants = |_: &ShardField| true;
    let reading = operation.reading(&owner, &root.address, Shards::All, &wants, true);
    match reading.parts_of(&operation.store, state).await? {
        Some(snapshot) => Ok(Some(Snapshot {
            root: root.item.clone(),
            ..snapshot
        })),
        None => read_all(operation, root, None).await,
    }
}

/// Reads all of it, and verifies the seals that the type demands. `None`: it is gone.
pub(super) async fn read(operation: &Operation, root: &Root) -> Result<Option<Snapshot>> {
    let seals = operation.verifier(&root.address)?;
    read_all(operation, root, seals.as_ref()).await
}

async fn read_all(
    operation: &Operation,
    root: &Root,
    seals: Option<&Verifier<'_>>,
) -> Result<Option<Snapshot>> {
    let owner = operation.owner(&root.address);
    let wants = |_: &ShardField| true;
    let mut reading = operation.reading(&owner, &root.address, Shards::All, &wants, true);
    reading.seals = seals;
    reading.snapshot(&operation.store).await
}

/// Refuses to call an object done that has shards which the type does not know.
///
/// # Errors
///
/// [`ErrorKind::TypeMismatch`], with the shard's id.
pub(super) fn check_known(operation: &Operation, state: Option<&RootState>) -> Result<()> {
    let ids = state.into_iter().flat_map(|state| state.manifest.0.keys());
    let mut unknown = ids.filter(|id| operation.topology.shard(id).is_none());
    match unknown.next() {
        None => Ok(()),
        Some(id) => Err(Error::new(
            ErrorKind::TypeMismatch,
            format!(
                "the stored object has a shard `{id}` that the type does not know, and it was not looked at; do it with \
                 the version of the program that knows it"
            ),
        )),
    }
}
