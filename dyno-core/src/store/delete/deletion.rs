//! How an object is deleted, and what of it only the root tells.

use std::sync::Arc;

use crate::commit::Sizes;
use crate::commit::delete::Delete as DeleteCommit;
use crate::commit::plain::Plain;
use crate::error::Result;
use crate::expr::Node;
use crate::forecast::Plan;
use crate::plan::{Address, ShardField};
use crate::store::drive;
use crate::store::operation::Operation;
use crate::store::tree::Baseline;

/// How an object is deleted.
pub(super) enum Deletion<'a> {
    Plain(Plain),
    /// Only its root tells which shards it has.
    ReadFirst,
    Whole(Box<DeleteCommit<'a>>),
}

impl<'a> Deletion<'a> {
    /// Of whatever has the key.
    pub(super) fn by_key(
        operation: &'a Operation,
        root: &Address,
        when: Option<&Node>,
    ) -> Result<Self> {
        let topology = &operation.topology;
        if !topology.managed {
            return Ok(Self::Plain(
                Plain::delete(root.clone())
                    .of_type(topology.root)
                    .when(when),
            ));
        }
        if topology.open {
            return Ok(Self::ReadFirst);
        }
        let commit = whatever_is_there(operation, root, when)?;
        Ok(Self::Whole(Box::new(commit)))
    }

    /// Of the object as it was loaded.
    pub(super) fn as_loaded(
        operation: &'a Operation,
        root: &Address,
        baseline: &Baseline,
        when: Option<&Node>,
    ) -> Result<Option<Self>> {
        match (baseline.state(), baseline.plain_item()) {
            (Some(state), _) => {
                let topology = &operation.topology;
                let commit = DeleteCommit::of_state(topology, root.clone(), state.clone(), when)?;
                Ok(Some(Self::Whole(Box::new(commit))))
            }
            (None, Some(item)) => {
                let shape = operation.topology.root;
                let commit = Plain::delete_unchanged(root.clone(), item, shape)?.when(when);
                Ok(Some(Self::Plain(commit)))
            }
            (None, None) => Ok(None),
        }
    }

    pub(super) fn plan(self, sizes: Sizes<'_>) -> Result<Plan> {
        let request = match self {
            Self::Plain(commit) => drive::plan(commit, sizes)?,
            Self::ReadFirst => None,
            Self::Whole(commit) => drive::plan(*commit, sizes)?,
        };
        Ok(Plan::default().then(request))
    }
}

/// Deletes the object with the shards that the type says there are, if it has no others.
fn whatever_is_there<'a>(
    operation: &'a Operation,
    root: &Address,
    when: Option<&Node>,
) -> Result<DeleteCommit<'a>> {
    let topology = &operation.topology;
    let owner = operation.owner(root);
    let home = |field: &Arc<ShardField>| owner.address(field, false, 0);
    let shards = topology.shards.iter().map(home).collect::<Result<_>>()?;
    Ok(DeleteCommit::any(topology, root.clone(), shards, when))
}
