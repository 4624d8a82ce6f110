use super::fetch::Projection;
use super::operation::{Operation, Options, Pending, common_options, debug_of};
use super::snapshot::{KnownRoot, NO_SPANS, Reading, Snapshot};
use super::tree::Baseline;
use super::when::both;
use super::{Store, alone, drive};
use crate::commit::Sizes;
use crate::commit::delete::{Delete as DeleteCommit, Deleted, not_managed};
use crate::commit::plain::Plain;
use crate::commit::together::{Before, Blind, Guarding, Member, Removal};
use crate::error::{ErrorKind, Result};
use crate::expr::{Condition, Node};
use crate::forecast::{More, Plan};
use crate::key::Key;
use crate::plan::{Address, Claims, Guards, Owner, RootState, ShardField};
use crate::shape::Stored;

/// Deletes one object, whatever its version, with all its shards.
///
/// Sends one `TransactWriteItems` (2 WCU per KB of each item) without reading, or one `DeleteItem` (1 WCU per KB) for
/// a plain object. The root is read first if only it tells which shards there are: of a type that contains itself or has
/// collections, and of an object with shards in pieces. With `#[dyno(unique)]` fields it is one `TransactWriteItems`, and one more if there is an
/// object, which the first one is refused for, with the items that guard its values. Deleting what is not there succeeds. A crash leaves the object or
/// nothing.
///
/// # Cancel safety
///
/// A deletion that is dropped before its end may have been applied or not; load the object to see.
///
/// # Errors
///
/// [`ErrorKind::ConditionFailed`] and [`ErrorKind::InvalidExpression`] with [`when`](Self::when),
/// [`ErrorKind::InvalidKey`], [`ErrorKind::TypeMismatch`], [`ErrorKind::NewerFormat`], [`ErrorKind::TooLarge`],
/// [`ErrorKind::Contended`], [`ErrorKind::OutcomeUnknown`], and those of the service.
#[must_use = "nothing is deleted until it is awaited"]
pub struct Delete<T> {
    key: Key,
    when: Option<Condition<T>>,
    options: Options,
}

debug_of!(Delete<T>: key);

impl<T: Stored> Delete<T> {
    pub(crate) fn new(key: Key) -> Self {
        Self {
            key,
            when: None,
            options: Options::default(),
        }
    }

    common_options!();

    /// Deletes only if this holds of the object that stands there; it fails with [`ErrorKind::ConditionFailed`] otherwise.
    ///
    /// Deleting what is not there succeeds all the same. Said twice, both must hold.
    pub fn when(mut self, condition: Condition<T>) -> Self {
        self.when = Some(both(self.when, condition));
        self
    }

    /// What awaiting it would send; sends nothing.
    ///
    /// Nothing is known of the object but its key, so units are lower bounds, and every shard is taken for one item. Of
    /// a type with collections, or one that contains itself, what is deleted is not in the plan, since only the root
    /// tells it.
    /// [`DeleteSaved::plan`](crate::DeleteSaved::plan) knows the object.
    ///
    /// # Errors
    ///
    /// Those of the deletion that are found before the first request.
    pub fn plan(&self) -> Result<Plan> {
        let operation = Operation::new::<T>("delete", self.options.clone())?;
        let plan = || {
            let when = operation.condition_on(self.when.clone(), &self.key)?;
            plan_any(&operation, &self.key, when.as_ref())
        };
        plan().map_err(operation.explain(Some(&self.key)))
    }

    /// What is to be deleted as a part of something else, in this store if no other is named.
    pub(super) fn into_part(mut self, store: &Store) -> Result<(Operation, Key, Option<Node>)> {
        self.options.store.get_or_insert_with(|| store.clone());
        let operation = Operation::new::<T>("delete", self.options)?;
        let when = operation.condition_on(self.when, &self.key);
        let when = when.map_err(operation.explain(Some(&self.key)))?;
        Ok((operation, self.key, when))
    }

    async fn run(self) -> Result<()> {
        let operation = Operation::new::<T>("delete", self.options)?;
        let deleted = async {
            let when = operation.condition_on(self.when, &self.key)?;
            delete_any(&operation, &self.key, when.as_ref()).await
        };
        deleted.await.map_err(operation.explain(Some(&self.key)))
    }
}

pub(super) async fn delete_any(
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
pub(super) fn plan_any(operation: &Operation, key: &Key, when: Option<&Node>) -> Result<Plan> {
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

/// How an object is deleted.
enum Deletion<'a> {
    Plain(Plain),
    /// Only its root tells which shards it has.
    ReadFirst,
    Whole(Box<DeleteCommit<'a>>),
}

impl<'a> Deletion<'a> {
    /// Of whatever has the key.
    fn by_key(operation: &'a Operation, root: &Address, when: Option<&Node>) -> Result<Self> {
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
    fn as_loaded(
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

    fn plan(self, sizes: Sizes<'_>) -> Result<Plan> {
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
    let home = |field: &ShardField| owner.address(field, false, 0);
    let shards = topology.shards.iter().map(home).collect::<Result<_>>()?;
    Ok(DeleteCommit::any(topology, root.clone(), shards, when))
}

/// The deletion of whatever has the key, as a member of a transaction.
pub(super) struct ByKey<'a> {
    pub(super) member: Member<'a>,
    /// Whether only the root tells which shards there are: until it is read, the member demands that there is no object.
    pub(super) reads_first: bool,
    /// Whether it may meet an object with shards in pieces, and need another request.
    pub(super) may_follow: bool,
}

/// The deletion of whatever has the key, as far as the type tells.
pub(super) fn member_by_key<'a>(
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
pub(super) async fn member_of_found<'a>(
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

/// The deletion of an object as it was loaded, as a member of a transaction.
pub(super) fn member_as_loaded<'a>(
    operation: &'a Operation,
    key: &Key,
    baseline: &Baseline,
    when: Option<&Node>,
) -> Result<Option<Member<'a>>> {
    let root = operation.root(key)?;
    let member = match Deletion::as_loaded(operation, &root, baseline, when)? {
        Some(Deletion::Plain(commit)) => Member::Plain(commit),
        Some(Deletion::Whole(commit)) => Member::Delete(Box::new(Removal::as_loaded(*commit))),
        Some(Deletion::ReadFirst) | None => return Ok(None),
    };
    let Some(guards) = operation.guards(&root) else {
        return Ok(Some(member));
    };
    let values = baseline.plain_item().unwrap_or(&baseline.unique);
    let guarding = Guarding {
        before: Before::Loaded(guards.claims_of_stored(values)),
        after: Claims::default(),
        guards,
    };
    Ok(Some(guarding.over(member)))
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

/// Deletes the object as it was loaded.
pub(super) async fn delete_based(
    operation: &Operation,
    key: &Key,
    baseline: &Baseline,
    when: Option<&Node>,
) -> Result<()> {
    match member_as_loaded(operation, key, baseline, when)? {
        Some(member) => alone::run(&operation.store, member).await.map(drop),
        None => Ok(()),
    }
}

/// What [`delete_based`] sends.
pub(super) fn plan_based(
    operation: &Operation,
    key: &Key,
    baseline: &Baseline,
    when: Option<&Node>,
) -> Result<Plan> {
    let root = operation.root(key)?;
    match member_as_loaded(operation, key, baseline, when)? {
        Some(member) => Ok(Plan::default().then(alone::plan(member, baseline.sizes(&root))?)),
        None => Ok(Plan::default()),
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

const MOST_ATTEMPTS: u32 = 8;

impl<T: Stored> IntoFuture for Delete<T> {
    type Output = Result<()>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
