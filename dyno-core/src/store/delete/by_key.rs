//! Deletes whatever has a key.

use super::deletion::Deletion;
use crate::commit::Sizes;
use crate::commit::delete::{Delete as DeleteCommit, Deleted, not_managed};
use crate::commit::plain::Plain;
use crate::commit::together::{Before, Blind, Guarding, Member, Removal};
use crate::error::{ErrorKind, Result};
use crate::expr::Node;
use crate::forecast::{More, Plan};
use crate::key::Key;
use crate::plan::{Address, Claims, Guards, Owner, RootState};
use crate::store::fetch::Projection;
use crate::store::operation::Operation;
use crate::store::snapshot::{KnownRoot, NO_SPANS, Reading, Snapshot};
use crate::store::{alone, drive};

/// How often an object is read again that somebody changed before it was deleted.
const MOST_ATTEMPTS: u32 = 8;

pub(in crate::store) async fn delete_any(
    operation: &Operation,
    key: &Key,
    when: Option<&Node>,
) -> Result<()> {
    let root = operation.root(key)?;
    if let Some(guards) = operation.guards(&root) {
        let member = guarded_by_key(operation, &root, when, guards);
        return alone::run(&operation.store, member).await.map(drop);
    }
    let gone = match Deletion::by_key(operation, &root, when)? {
        Deletion::Plain(commit) => return drive::run(&operation.store, commit).await,
        Deletion::Whole(commit) => drive::run(&operation.store, *commit).await? == Deleted::Gone,
        Deletion::ReadFirst => false,
    };
    if gone {
        return Ok(());
    }
    read_and_delete(operation, &root, when).await
}

/// What [`delete_any`] sends.
pub(in crate::store) fn plan_any(
    operation: &Operation,
    key: &Key,
    when: Option<&Node>,
) -> Result<Plan> {
    let root = operation.root(key)?;
    if let Some(guards) = operation.guards(&root) {
        let member = guarded_by_key(operation, &root, when, guards);
        let plan = Plan::default().then(alone::plan(member, Sizes::Unknown)?);
        return Ok(plan.perhaps(More::Writes));
    }
    match Deletion::by_key(operation, &root, when)? {
        Deletion::ReadFirst => {
            let owner = operation.owner(&root);
            let reading = root_alone(operation, &owner, &root);
            let plan = reading.plan(KnownRoot::Unknown, Sizes::Unknown)?;
            Ok(plan.perhaps(More::Writes))
        }
        deletion => {
            let plan = deletion.plan(Sizes::Unknown)?;
            // An object with shards in pieces is read first, once the blind deletion has met it.
            Ok(if operation.topology.shards.is_empty() {
                plan
            } else {
                plan.perhaps(More::Writes)
            })
        }
    }
}

/// The deletion of whatever has the key, as a member of a transaction.
pub(in crate::store) struct ByKey<'a> {
    pub(in crate::store) member: Member<'a>,
    /// Whether only the root tells which shards there are: until it is read, the member demands that there is no object.
    pub(in crate::store) reads_first: bool,
    /// Whether it may meet an object with shards in pieces, and need another request.
    pub(in crate::store) may_follow: bool,
}

/// The deletion of whatever has the key, as far as the type tells.
pub(in crate::store) fn member_by_key<'a>(
    operation: &'a Operation,
    key: &Key,
    when: Option<&Node>,
) -> Result<ByKey<'a>> {
    let root = operation.root(key)?;
    let topology = &operation.topology;
    if let Some(guards) = operation.guards(&root) {
        return Ok(ByKey {
            member: guarded_by_key(operation, &root, when, guards),
            reads_first: false,
            may_follow: true,
        });
    }
    let (commit, reads_first) = match Deletion::by_key(operation, &root, when)? {
        Deletion::Plain(commit) => {
            return Ok(ByKey {
                member: Member::Plain(commit),
                reads_first: false,
                may_follow: false,
            });
        }
        Deletion::Whole(commit) => (*commit, false),
        Deletion::ReadFirst => (DeleteCommit::nothing(topology, root.clone()), true),
    };
    Ok(ByKey {
        member: removal(operation, root, commit, when),
        reads_first,
        may_follow: reads_first || !topology.shards.is_empty(),
    })
}

/// The same of a type with unique fields: it supposes that there is no object with a value of them, and follows what it meets.
fn guarded_by_key<'a>(
    operation: &'a Operation,
    root: &Address,
    when: Option<&Node>,
    guards: Guards,
) -> Member<'a> {
    let topology = &operation.topology;
    let (member, before) = if topology.managed {
        let nothing = DeleteCommit::nothing(topology, root.clone());
        let member = removal(operation, root.clone(), nothing, when);
        (member, Before::Found)
    } else {
        let blind = Blind {
            root: root.clone(),
            shape: topology.root,
            item: None,
            lock: None,
            when: when.cloned(),
        };
        let member = Member::Plain(Plain::delete(root.clone()));
        (member, Before::Supposed(Box::new(blind)))
    };
    let guarding = Guarding {
        guards,
        before,
        after: Claims::default(),
    };
    guarding.over(member)
}

/// The same, once the root was read.
pub(in crate::store) async fn member_of_found<'a>(
    operation: &'a Operation,
    key: &Key,
    when: Option<&Node>,
) -> Result<Member<'a>> {
    let root = operation.root(key)?;
    let topology = &operation.topology;
    let commit = match read_state(operation, &root).await? {
        Some(state) => DeleteCommit::of_state(topology, root.clone(), state, when)?,
        None => DeleteCommit::nothing(topology, root.clone()),
    };
    Ok(removal(operation, root, commit, when))
}

fn removal<'a>(
    operation: &'a Operation,
    root: Address,
    commit: DeleteCommit<'a>,
    when: Option<&Node>,
) -> Member<'a> {
    let topology = &operation.topology;
    let removal = Removal::whatever_is_there(commit, topology, root, when.cloned());
    Member::Delete(Box::new(removal))
}

async fn read_and_delete(operation: &Operation, root: &Address, when: Option<&Node>) -> Result<()> {
    let mut attempt = 0;
    loop {
        attempt += 1;
        let Some(state) = read_state(operation, root).await? else {
            return Ok(());
        };
        match delete_state(operation, root.clone(), state, when).await {
            Err(error) if error.kind() == ErrorKind::Conflict && attempt < MOST_ATTEMPTS => {
                drive::pause(attempt).await?;
            }
            deleted => return deleted,
        }
    }
}

async fn delete_state(
    operation: &Operation,
    root: Address,
    state: RootState,
    when: Option<&Node>,
) -> Result<()> {
    let commit = DeleteCommit::of_state(&operation.topology, root, state, when)?;
    drive::run(&operation.store, commit).await.map(drop)
}

async fn read_state(operation: &Operation, root: &Address) -> Result<Option<RootState>> {
    let owner = operation.owner(root);
    let reading = root_alone(operation, &owner, root);
    match reading.snapshot(&operation.store).await? {
        Some(Snapshot { state: None, .. }) => Err(not_managed()),
        snapshot => Ok(snapshot.and_then(|snapshot| snapshot.state)),
    }
}

fn root_alone<'a>(operation: &'a Operation, owner: &'a Owner, root: &'a Address) -> Reading<'a> {
    Reading {
        topology: &operation.topology,
        owner,
        root,
        root_projection: Projection::default(),
        entry: None,
        wants: &|_| false,
        spans: &NO_SPANS,
        shard_projection: Projection::default(),
        consistent: true,
        seals: None,
    }
}
