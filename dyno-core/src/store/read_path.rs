use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Item, ParsePathError, Segment};

use super::fetch::Projection;
use super::operation::{Operation, Options, Pending, common_options, debug_of};
use super::snapshot::{KnownRoot, NO_SPANS, Reading, Snapshot};
use crate::commit::Sizes;
use crate::error::{Error, ErrorKind, Result, not_found};
use crate::forecast::Plan;
use crate::key::Key;
use crate::loader::ConfigLoader;
use crate::plan::{
    self, Address, Decisions, Entries, Loaded, Owner, PIECE_ATTRIBUTES, RootState, Route,
    ShardField, Span,
};
use crate::reserved;
use crate::shape::{FieldShape, Stored, TypedPath};

/// Reads one value of an object.
///
/// Sends one `BatchGetItem` of the root and the shard that holds the value, or one `GetItem` if the root holds it,
/// and asks for nothing else of them. An index of a list of shards is looked up first, by one `GetItem` of the root; a value in a
/// shard that is stored in pieces takes one more `BatchGetItem`. Of a sealed object (`#[dyno(seal)]`) both items are read whole. DynamoDB charges for the whole items. The value is of one committed state, as
/// with [`Load`](crate::Load).
///
/// # Errors
///
/// [`ErrorKind::InvalidPath`] if the type has no such field, [`ErrorKind::PathNotFound`] if the stored object has
/// nothing there, and those of [`Load`](crate::Load).
#[must_use = "nothing is read until it is awaited"]
pub struct ReadPath<T, V> {
    key: Key,
    path: Result<TypedPath<V>, ParsePathError>,
    eventual: bool,
    options: Options,
    object: std::marker::PhantomData<fn() -> T>,
}

debug_of!(ReadPath<T, V>: key, eventual);

impl<T: Stored, V> ReadPath<T, V> {
    pub(crate) fn new(key: Key, path: Result<TypedPath<V>, ParsePathError>) -> Self {
        Self {
            key,
            path,
            eventual: false,
            options: Options::default(),
            object: std::marker::PhantomData,
        }
    }

    common_options!();

    /// Reads at half the cost; the value may be a little old.
    pub fn eventual(mut self) -> Self {
        self.eventual = true;
        self
    }

    /// What awaiting it would send; sends nothing.
    ///
    /// Nothing is known of the object but its key, so units are lower bounds, and what only the root tells to read is
    /// not in the plan. The key of an entry of a list has `~` in place of the entry that the root names.
    ///
    /// # Errors
    ///
    /// Those of the read that are found before the first request.
    pub fn plan(&self) -> Result<Plan> {
        let operation = Operation::new::<T>("read a path of", self.options.clone())?;
        let plan = || {
            let typed = self.path.as_ref().map_err(Clone::clone)?;
            operation.plan_load_path(&self.key, &typed.path, !self.eventual)
        };
        plan().map_err(operation.explain(Some(&self.key)))
    }

    async fn run(self) -> Result<V> {
        let operation = Operation::new::<T>("read a path of", self.options)?;
        let read = async {
            let typed = self.path?;
            let (value, decisions) = operation
                .load_path(&self.key, &typed.path, !self.eventual)
                .await?;
            match value {
                Some(value) => typed
                    .read(value)
                    .map_err(|error| decisions.does_not_fit(error.under_path(&typed.path))),
                None => typed.absent().ok_or_else(|| {
                    let why = "the stored object has nothing at this path";
                    Error::new(ErrorKind::PathNotFound, why).at_path(typed.path.clone())
                }),
            }
        };
        read.await.map_err(operation.explain(Some(&self.key)))
    }
}

impl Operation {
    /// Joins and opens what was read.
    pub(super) async fn join(
        &self,
        read: (Item, BTreeMap<String, (Arc<ShardField>, Item)>),
        entries: &Entries,
        root: &Address,
    ) -> Result<Loaded> {
        let binding = self.binding(root)?;
        let join = |(item, shards)| {
            let loader = self.loader();
            plan::join(&self.topology, item, entries, shards, &binding, loader)
        };
        let loaded = self.with_keys(read, join).await?;
        plan::report_exceptions(self.topology.root.name(), loaded.decisions.exceptions());
        Ok(loaded)
    }

    /// The path with the ids of entries in place of indexes, as the root has them now: one `GetItem`, if there are any.
    pub(super) async fn route(
        &self,
        key: &Key,
        path: &FieldPath,
        consistent: bool,
    ) -> Result<Route> {
        let route = Route::of(&self.topology, path, None)?;
        if !route.needs_order {
            return Ok(route);
        }
        let root = self.root(key)?;
        let owner = self.owner(&root);
        let seals = self.verifier(&root)?;
        let mut reading = self.order_alone(&owner, &root, consistent);
        reading.seals = seals.as_ref();
        let snapshot = reading.snapshot(&self.store).await?.ok_or_else(not_found)?;
        let entries = snapshot.state.map(|state| state.entries);
        Route::of(&self.topology, path, Some(&entries.unwrap_or_default()))
    }

    /// Reads what tells the ids of entries.
    fn order_alone<'a>(
        &'a self,
        owner: &'a Owner,
        root: &'a Address,
        consistent: bool,
    ) -> Reading<'a> {
        let keys = root.parts().map(|(name, _)| name);
        Reading {
            topology: &self.topology,
            owner,
            root,
            root_projection: if self.topology.root.seals() {
                Projection::default()
            } else {
                projection(RootState::ATTRIBUTES.into_iter().chain(keys))
            },
            entry: None,
            wants: &|_| false,
            spans: &NO_SPANS,
            shard_projection: Projection::default(),
            consistent,
            seals: None,
        }
    }

    /// What [`route`](Self::route) sends, and the route as far as the type tells it.
    pub(super) fn plan_route(
        &self,
        key: &Key,
        path: &FieldPath,
        consistent: bool,
    ) -> Result<(Plan, Route)> {
        let route = Route::of(&self.topology, path, None)?;
        if !route.needs_order {
            return Ok((Plan::default(), route));
        }
        let root = self.root(key)?;
        let owner = self.owner(&root);
        let reading = self.order_alone(&owner, &root, consistent);
        let plan = reading.plan(KnownRoot::Unknown, Sizes::Unknown)?;
        Ok((plan, route))
    }

    /// What [`load_path`](Self::load_path) sends.
    fn plan_load_path(&self, key: &Key, path: &FieldPath, consistent: bool) -> Result<Plan> {
        let (plan, route) = self.plan_route(key, path, consistent)?;
        let root = self.root(key)?;
        let owner = self.owner(&root);
        let parts = Parts::of(self, route);
        let wants = |field: &ShardField| parts.wants(field);
        let reading = parts.reading(self, &owner, &root, &wants, consistent);
        Ok(plan.and(reading.plan(KnownRoot::Unknown, Sizes::Unknown)?))
    }

    /// Reads and opens as much of the object as holds the value at `path`; `None` if nothing is there.
    pub(super) async fn load_path(
        &self,
        key: &Key,
        path: &FieldPath,
        consistent: bool,
    ) -> Result<(Option<AttributeValue>, Decisions)> {
        let route = self.route(key, path, consistent).await?;
        let root = self.root(key)?;
        let owner = self.owner(&root);
        let parts = Parts::of(self, route);
        let wants = |field: &ShardField| parts.wants(field);
        let seals = self.verifier(&root)?;
        let mut reading = parts.reading(self, &owner, &root, &wants, consistent);
        reading.seals = seals.as_ref();
        let Parts { route, .. } = &parts;
        let path = &route.stored;
        let Snapshot {
            root: mut item,
            state,
            mut shards,
            footprint: _,
        } = reading.snapshot(&self.store).await?.ok_or_else(not_found)?;
        surround(&mut item, &mut shards);
        let entries = state.map(|state| state.entries).unwrap_or_default();
        let Loaded {
            tree, decisions, ..
        } = self.join((item, shards), &entries, &root).await?;
        let value = match plan::take_value_at(tree, path) {
            None => route.empty_collection(&entries),
            value => value,
        };
        let value = value.and_then(|value| route.unkeyed(value, &entries));
        Ok((value, decisions))
    }
}

/// What is read for a path.
struct Parts {
    route: Route,
    /// Whether the loader needs all of the object.
    whole: bool,
    spans: BTreeSet<Span>,
    root_projection: Projection,
    shard_projection: Projection,
}

impl Parts {
    fn of(operation: &Operation, route: Route) -> Self {
        let topology = &operation.topology;
        let whole = operation.loader().is_some_and(ConfigLoader::needs_object);
        let (root_projection, shard_projection) =
            if whole || route.holds_shards || topology.root.seals() {
                (Projection::default(), Projection::default())
            } else {
                projections(topology, &route)
            };
        Self {
            spans: if whole {
                topology.all_spans.clone()
            } else {
                route.spans(topology)
            },
            route,
            whole,
            root_projection,
            shard_projection,
        }
    }

    fn wants(&self, field: &ShardField) -> bool {
        let Route {
            stored: path,
            shard,
            holds_shards,
            ..
        } = &self.route;
        if self.whole {
            true
        } else if *holds_shards {
            field.path.starts_with(path) || path.starts_with(&field.path)
        } else {
            // The value lies in one item, and opening it needs no other.
            shard.as_ref().is_some_and(|shard| shard.id == field.id)
        }
    }

    fn reading<'a>(
        &'a self,
        operation: &'a Operation,
        owner: &'a Owner,
        root: &'a Address,
        wants: &'a (dyn Fn(&ShardField) -> bool + Send + Sync),
        consistent: bool,
    ) -> Reading<'a> {
        let shard = self.route.shard.as_ref();
        Reading {
            topology: &operation.topology,
            owner,
            root,
            root_projection: self.root_projection.clone(),
            entry: shard.filter(|shard| shard.is_in_collection()),
            wants,
            spans: &self.spans,
            shard_projection: self.shard_projection.clone(),
            consistent,
            seals: None,
        }
    }
}

/// A shard that was read alone gets empty objects around it to stand in.
pub(super) fn surround(root: &mut Item, shards: &mut BTreeMap<String, (Arc<ShardField>, Item)>) {
    for (field, _) in shards.values() {
        let Some((_, around)) = field.path.segments().split_last() else {
            continue;
        };
        let mut place = &mut *root;
        for segment in around {
            let Segment::Key(name) = segment else { break };
            let inner = place
                .entry(name.clone())
                .or_insert_with(|| AttributeValue::M(Item::new()));
            let AttributeValue::M(inner) = inner else {
                break;
            };
            place = inner;
        }
    }
}

/// What to ask of root and shard: identity, stamp, and the attribute that holds the value.
///
/// The whole attribute is asked for, because it may be sealed as a whole, and because DynamoDB closes the gaps of a
/// list that is asked for in part.
fn projections(topology: &plan::Topology, route: &Route) -> (Projection, Projection) {
    let owner = route
        .shard
        .as_ref()
        .map_or(topology.root, |field| field.shape);
    let attribute: Vec<&str> = match route.inside.segments().first() {
        Some(Segment::Key(name)) => {
            let field = owner.find_field(|field| field.name() == name);
            let older = field.map(FieldShape::older_names).unwrap_or_default();
            std::iter::once(name.as_str())
                .chain(older.iter().copied())
                .collect()
        }
        _ => Vec::new(),
    };
    let root_keys = [Some(topology.table.key_name()), topology.table.sort_name()];
    let root = RootState::ATTRIBUTES
        .into_iter()
        .chain(root_keys.into_iter().flatten());
    match &route.shard {
        None => (projection(root.chain(attribute)), Projection::default()),
        Some(field) => {
            let keys = [Some(field.table.key_name()), field.table.sort_name()];
            let own = [reserved::STAMP, reserved::LIFE, reserved::TYPE];
            let shard = own
                .into_iter()
                .chain(PIECE_ATTRIBUTES)
                .chain(keys.into_iter().flatten());
            (projection(root), projection(shard.chain(attribute)))
        }
    }
}

fn projection<'a, I: Iterator<Item = &'a str>>(attributes: I) -> Projection {
    let attributes: BTreeSet<&str> = attributes.collect();
    let placeholder = |index: usize| format!("#{index}");
    let names = attributes
        .iter()
        .enumerate()
        .map(|(index, name)| (placeholder(index), (*name).to_owned()));
    let text: Vec<_> = (0..attributes.len()).map(placeholder).collect();
    Projection {
        names: names.collect(),
        text: Some(text.join(",")),
    }
}

impl<T: Stored, V: 'static> IntoFuture for ReadPath<T, V>
where
    V: Send,
{
    type Output = Result<V>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
