//! From items to a tree.

use std::sync::Arc;

use dyno_value::Item;

use super::{Baseline, LoadedTree, Stored, versions};
use crate::commit::Sizes;
use crate::error::{Result, not_found};
use crate::forecast::Plan;
use crate::key::Key;
use crate::plan::{self, Address, Entries, Loaded, Owner, Place, RootState, ShardField};
use crate::shape::FieldShape;
use crate::store::fetch::Projection;
use crate::store::lazy::Source;
use crate::store::operation::Operation;
use crate::store::shards::Shards;
use crate::store::snapshot::{self, KnownRoot, Reading};

impl Operation {
    /// Reads and opens the object, or the parts of it that are asked for.
    pub(in crate::store) async fn load_tree(
        &self,
        key: &Key,
        parts: Shards,
        consistent: bool,
    ) -> Result<LoadedTree> {
        let root = self.root(key)?;
        let owner = self.owner(&root);
        let wants = |field: &ShardField| parts.wants(field.is_lazy());
        let seals = self.verifier(&root)?;
        let mut reading = self.reading(&owner, &root, parts, &wants, consistent);
        reading.seals = seals.as_ref();
        let snapshot = reading.snapshot(&self.store).await?;
        self.reported(key, &root, parts, snapshot).await
    }

    /// The same of a root that was read by itself, of a type without shards.
    pub(in crate::store) async fn load_tree_from(
        &self,
        key: &Key,
        item: Item,
        parts: Shards,
    ) -> Result<LoadedTree> {
        let root = self.root(key)?;
        let owner = self.owner(&root);
        let wants = |field: &ShardField| parts.wants(field.is_lazy());
        let reading = self.reading(&owner, &root, parts, &wants, true);
        let snapshot = reading.snapshot_of(&self.store, item).await?;
        self.reported(key, &root, parts, snapshot).await
    }

    /// Opens what was read, and reports the exceptions that were made for it.
    async fn reported(
        &self,
        key: &Key,
        root: &Address,
        parts: Shards,
        snapshot: Option<snapshot::Snapshot>,
    ) -> Result<LoadedTree> {
        let snapshot = snapshot.ok_or_else(not_found)?;
        let loaded = self.opened(key, root, parts, snapshot).await?;
        plan::report_exceptions(self.topology.root.name(), loaded.decisions.exceptions());
        Ok(loaded)
    }

    /// What [`load_tree`](Self::load_tree) sends; `base` is the object as it is known.
    pub(in crate::store) fn plan_load(
        &self,
        key: &Key,
        parts: Shards,
        consistent: bool,
        base: Option<&Baseline>,
    ) -> Result<Plan> {
        let root = self.root(key)?;
        let owner = self.owner(&root);
        let wants = |field: &ShardField| parts.wants(field.is_lazy());
        let reading = self.reading(&owner, &root, parts, &wants, consistent);
        match base {
            Some(base) => reading.plan(base.known_root(), base.sizes(&root)),
            None => reading.plan(KnownRoot::Unknown, Sizes::Unknown),
        }
    }

    /// What a load of these parts reads.
    pub(in crate::store) fn reading<'a>(
        &'a self,
        owner: &'a Owner,
        root: &'a Address,
        parts: Shards,
        wants: &'a (dyn Fn(&ShardField) -> bool + Send + Sync),
        consistent: bool,
    ) -> Reading<'a> {
        Reading {
            topology: &self.topology,
            owner,
            root,
            root_projection: Projection::default(),
            entry: None,
            wants,
            spans: match parts {
                Shards::AsDeclared => &self.topology.spans,
                Shards::All => &self.topology.all_spans,
                Shards::None => &snapshot::NO_SPANS,
            },
            shard_projection: Projection::default(),
            consistent,
            seals: None,
        }
    }

    /// Joins and opens what was read. Exceptions that were made for it are for the caller to report.
    pub(in crate::store) async fn opened(
        &self,
        key: &Key,
        root: &Address,
        parts: Shards,
        snapshot: snapshot::Snapshot,
    ) -> Result<LoadedTree> {
        self.with_keys(snapshot, |snapshot| self.joined(key, root, parts, snapshot))
            .await
    }

    /// Joins and opens what was read, with the keys that are at hand.
    pub(in crate::store) fn joined(
        &self,
        key: &Key,
        root: &Address,
        parts: Shards,
        snapshot: snapshot::Snapshot,
    ) -> Result<LoadedTree> {
        let snapshot::Snapshot {
            root: item,
            state,
            shards,
            footprint,
        } = snapshot;
        let stored = state.map_or_else(|| Stored::Plain(Arc::new(item.clone())), Stored::Managed);
        let entries = stored.entries();
        let versions = versions(stored.state(), &shards);
        let joined = plan::join(
            &self.topology,
            item,
            &entries,
            shards,
            &self.binding(root)?,
            self.loader(),
        )?;
        let Loaded {
            mut tree,
            extras,
            columns,
            decisions,
        } = joined;
        let shape = self.topology.root;
        let place = Place::root(self.topology.table);
        let mut fields = self.topology.patterns();
        if let Stored::Managed(state) = &stored
            && fields.any(|field| !parts.wants(field.is_lazy()))
        {
            let left_out = |field: &FieldShape, _: &str| !parts.wants(field.is_lazy());
            plan::mark_unloaded(&mut tree, shape, &place, state, &left_out);
        }
        plan::unkey_lists(&mut tree, shape, &place, &entries).ok_or_else(plan::order_damaged)?;
        let source = match &stored {
            Stored::Managed(state) if self.topology.has_lazy() => {
                Some(Source::new(self, key, state))
            }
            _ => None,
        };
        Ok(LoadedTree {
            unique: plan::unique_values(shape, &tree),
            earlier: plan::Earlier::of_tree(&tree),
            tree,
            extras,
            columns,
            stored,
            footprint,
            versions,
            decisions,
            source,
        })
    }
}

impl Stored {
    /// The root's state, if the object is managed.
    pub(super) fn state(&self) -> Option<&RootState> {
        match self {
            Self::Managed(state) => Some(state),
            Self::Nothing | Self::Plain(_) => None,
        }
    }

    /// The collections of shards that the object has.
    pub(super) fn entries(&self) -> Entries {
        match self {
            Self::Managed(state) => state.entries.clone(),
            Self::Nothing | Self::Plain(_) => Entries::default(),
        }
    }
}
