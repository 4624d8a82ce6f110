use std::collections::BTreeSet;
use std::marker::PhantomData;

use super::drive;
use super::fetch::Projection;
use super::operation::{Operation, Options, Pending, common_options};
use super::snapshot::Reading;
use super::tree::Baseline;
use crate::commit::delete::{Delete as DeleteCommit, Deleted};
use crate::commit::plain::Plain;
use crate::error::{ErrorKind, Result};
use crate::key::Key;
use crate::plan::{Address, RootState, ShardField};
use crate::shape::Stored;

/// Deletes one object, whatever its version, with all its shards.
///
/// Sends one `TransactWriteItems` (2 WCU per KB of each item) without reading, or one `DeleteItem` (1 WCU per KB) for
/// a plain object. The root is read first if only it tells which shards there are: of a type that contains itself or has
/// collections, and of an object with shards in pieces. Deleting what is not there succeeds. A crash leaves the object or
/// nothing.
///
/// # Cancel safety
///
/// A deletion that is dropped before its end may have been applied or not; load the object to see.
///
/// # Errors
///
/// [`ErrorKind::InvalidKey`], [`ErrorKind::TypeMismatch`], [`ErrorKind::NewerFormat`], [`ErrorKind::TooLarge`],
/// [`ErrorKind::Contended`], [`ErrorKind::OutcomeUnknown`], and those of the service.
#[derive(Debug)]
#[must_use = "nothing is deleted until it is awaited"]
pub struct Delete<T> {
    key: Key,
    options: Options,
    object: PhantomData<fn() -> T>,
}

impl<T: Stored> Delete<T> {
    pub(crate) fn new(key: Key) -> Self {
        Self {
            key,
            options: Options::default(),
            object: PhantomData,
        }
    }

    common_options!();

    async fn run(self) -> Result<()> {
        let operation = Operation::new::<T>("delete", self.options)?;
        delete_any(&operation, &self.key)
            .await
            .map_err(operation.explain(Some(&self.key)))
    }
}

pub(super) async fn delete_any(operation: &Operation, key: &Key) -> Result<()> {
    let topology = &operation.topology;
    let root = operation.root(key)?;
    if !topology.managed {
        return drive::run(&operation.store, Plain::delete(root)).await;
    }
    if !topology.open {
        let owner = operation.owner(&root);
        let home = |field: &ShardField| owner.address(field, false, 0);
        let shards = topology.shards.iter().map(home).collect::<Result<_>>()?;
        let commit = DeleteCommit::any(topology, root.clone(), shards);
        if drive::run(&operation.store, commit).await? == Deleted::Gone {
            return Ok(());
        }
    }
    read_and_delete(operation, &root).await
}

async fn read_and_delete(operation: &Operation, root: &Address) -> Result<()> {
    let mut attempt = 0;
    loop {
        attempt += 1;
        let Some(state) = read_state(operation, root).await? else {
            return Ok(());
        };
        match delete_state(operation, root.clone(), state).await {
            Err(error) if error.kind() == ErrorKind::Conflict && attempt < MOST_ATTEMPTS => {
                drive::pause(attempt).await?;
            }
            deleted => return deleted,
        }
    }
}

/// Deletes the object as it was loaded.
pub(super) async fn delete_based(
    operation: &Operation,
    key: &Key,
    baseline: &Baseline,
) -> Result<()> {
    let root = operation.root(key)?;
    match (baseline.state(), baseline.plain_item()) {
        (Some(state), _) => delete_state(operation, root, state.clone()).await,
        (None, Some(item)) => {
            drive::run(&operation.store, Plain::delete_unchanged(root, item)?).await
        }
        (None, None) => Ok(()),
    }
}

async fn delete_state(operation: &Operation, root: Address, state: RootState) -> Result<()> {
    let owner = operation.owner(&root);
    let mut shards = Vec::new();
    for (id, entry) in &state.manifest.0 {
        let Some(field) = operation.topology.shard(id) else {
            return Err(crate::error::Error::new(
                ErrorKind::TypeMismatch,
                format!(
                    "the stored object has a shard `{id}` that the type does not know; nothing was deleted"
                ),
            ));
        };
        shards.extend(owner.every_place(&field, *entry)?);
    }
    let commit = DeleteCommit::based(&operation.topology, root, shards, state);
    drive::run(&operation.store, commit).await.map(drop)
}

async fn read_state(operation: &Operation, root: &Address) -> Result<Option<RootState>> {
    let owner = operation.owner(root);
    let reading = Reading {
        topology: &operation.topology,
        owner: &owner,
        root,
        root_projection: Projection::default(),
        entry: None,
        wants: &|_| false,
        spans: &BTreeSet::new(),
        shard_projection: Projection::default(),
        consistent: true,
    };
    let snapshot = reading.snapshot(&operation.store).await?;
    Ok(snapshot.and_then(|snapshot| snapshot.state))
}

const MOST_ATTEMPTS: u32 = 8;

impl<T: Stored> IntoFuture for Delete<T> {
    type Output = Result<()>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
