//! Reading a document whole: by the shape that is declared, or by what the stored object says of itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use dyno_value::Item;

use super::documents::Documents;
use super::sealed::{DocumentLoader, Sealed};
use crate::commit::Footprint;
use crate::error::{Error, ErrorKind, Result};
use crate::key::Key;
use crate::loader::ConfigLoader;
use crate::plan::{self, Address, Entries, Found, RootState, ShardField};
use crate::reserved;
use crate::store::Shards;
use crate::store::fetch::{self, Projection};
use crate::store::operation::Operation;
use crate::store::snapshot::{Reading, Snapshot};
use crate::store::tree::Baseline;
use crate::untyped::{Difference, StoredLayout};

/// How to read.
#[derive(Clone, Default)]
pub(super) struct Options {
    pub(super) eventual: bool,
    pub(super) without_shards: bool,
    /// `None` leaves it to the loader.
    pub(super) keep_metadata: Option<bool>,
    pub(super) loader: Option<Arc<dyn ConfigLoader>>,
}

/// A document that was read.
pub(super) struct Opened {
    pub(super) operation: Operation,
    pub(super) item: Item,
    pub(super) baseline: Baseline,
    pub(super) sealed: Sealed,
    pub(super) differences: Vec<Difference>,
}

impl Documents {
    /// Reads a document; `None` if there is none.
    pub(super) async fn open(
        &self,
        name: &'static str,
        key: &Key,
        options: &Options,
    ) -> Result<Option<Opened>> {
        let operation = self.operation(name, options.loader.clone())?;
        let opened = if self.shape.has_shards() {
            self.open_as_declared(operation.clone(), key, options).await
        } else {
            self.open_as_stored(operation.clone(), key, options).await
        };
        opened.map_err(operation.explain(Some(key)))
    }

    async fn open_as_declared(
        &self,
        operation: Operation,
        key: &Key,
        options: &Options,
    ) -> Result<Option<Opened>> {
        let root = operation.root(key)?;
        let snapshot = match read(&operation, &root, options).await {
            Err(error) if error.kind() == ErrorKind::Corrupt => {
                return Err(self.with_differences(&operation, &root, error).await);
            }
            snapshot => snapshot?,
        };
        let Some(snapshot) = snapshot else {
            return Ok(None);
        };
        let differences = StoredLayout::read(&snapshot.root)?
            .map(|stored| stored.differences(&self.shape))
            .unwrap_or_default();
        for difference in &differences {
            tracing::warn!(%key, "{difference}");
        }
        opened(operation, key, &root, snapshot, options, differences)
            .await
            .map(Some)
    }

    /// Adds to an error what the stored layout says: shards are not found where the code says that they are.
    async fn with_differences(&self, operation: &Operation, root: &Address, error: Error) -> Error {
        let wanted = [(root.clone(), Projection::default())];
        let Ok(mut found) = fetch::fetch(&operation.store, &wanted, &[], true).await else {
            return error;
        };
        let stored = found
            .remove(root)
            .and_then(|item| StoredLayout::read(&item).ok().flatten());
        let differences = stored
            .map(|stored| stored.differences(&self.shape))
            .unwrap_or_default();
        if differences.is_empty() {
            return error;
        }
        let listed: Vec<_> = differences.iter().map(Difference::to_string).collect();
        let why = format!("{error}; {}", listed.join("; "));
        let table = error.table().unwrap_or_default().to_owned();
        Error::new(error.kind(), why)
            .in_table(table)
            .with_source(error)
    }

    async fn open_as_stored(
        &self,
        operation: Operation,
        key: &Key,
        options: &Options,
    ) -> Result<Option<Opened>> {
        let root = operation.root(key)?;
        let wanted = [(root.clone(), Projection::default())];
        let mut found = fetch::fetch(&operation.store, &wanted, &[], !options.eventual).await?;
        let Some(mut item) = found.remove(&root) else {
            return Ok(None);
        };
        for _ in 0..MOST_LAYOUTS {
            let Some(stored) = StoredLayout::read(&item)? else {
                return alone(operation, key, &root, item, options).await;
            };
            let shape = stored.shape(&self.shape)?;
            let operation = self.operation_on(operation.name, &shape, options.loader.clone())?;
            if !shape.has_shards() || options.without_shards {
                return alone(operation, key, &root, item, options).await;
            }
            let Some(snapshot) = read(&operation, &root, options).await? else {
                return Ok(None);
            };
            if StoredLayout::read(&snapshot.root)?.as_ref() == Some(&stored) {
                return opened(operation, key, &root, snapshot, options, Vec::new())
                    .await
                    .map(Some);
            }
            // Another version of its program saved it in between.
            item = snapshot.root;
        }
        Err(Error::new(
            ErrorKind::Contended,
            "programs with different types kept saving the object while it was read; try again later",
        ))
    }
}

async fn read(
    operation: &Operation,
    root: &Address,
    options: &Options,
) -> Result<Option<Snapshot>> {
    let owner = operation.owner(root);
    let none = BTreeSet::new();
    let wants = |_: &ShardField| !options.without_shards;
    let reading = Reading {
        topology: &operation.topology,
        owner: &owner,
        root,
        root_projection: Projection::default(),
        entry: None,
        wants: &wants,
        spans: if options.without_shards {
            &none
        } else {
            &operation.topology.all_spans
        },
        shard_projection: Projection::default(),
        consistent: !options.eventual,
        seals: None,
    };
    reading.snapshot(&operation.store).await
}

/// A document of which the root is all that is read.
async fn alone(
    operation: Operation,
    key: &Key,
    root: &Address,
    item: Item,
    options: &Options,
) -> Result<Option<Opened>> {
    let state = match RootState::read(&item, operation.topology.root)? {
        Found::NotLive => return Ok(None),
        Found::Object(state) => Some(state),
        Found::Foreign => None,
    };
    let snapshot = Snapshot {
        root: item,
        state,
        shards: BTreeMap::new(),
        footprint: Footprint::default(),
    };
    opened(operation, key, root, snapshot, options, Vec::new())
        .await
        .map(Some)
}

async fn opened(
    operation: Operation,
    key: &Key,
    root: &Address,
    mut snapshot: Snapshot,
    options: &Options,
    differences: Vec<Difference>,
) -> Result<Opened> {
    if let Some(state) = snapshot.state.as_mut().filter(|_| options.without_shards) {
        // Lists of which nothing was read are not there.
        state.entries = Entries::default();
    }
    // There is one even if the caller has none: only with a loader are sealed values noticed where no type says that
    // they are.
    let reader = DocumentLoader {
        keeps_metadata: options.keep_metadata,
        sealed: Sealed::default(),
        loader: operation.shared_loader(),
    };
    let reading = operation.again(operation.name, Some(Arc::new(reader)));
    let mut loaded = reading.opened(key, root, Shards::All, snapshot).await?;
    plan::report_exceptions(
        operation.topology.root.name(),
        loaded.decisions.exceptions(),
    );
    let item = std::mem::take(&mut loaded.tree);
    let sealed = Sealed::found(&loaded.decisions, &item, operation.topology.root);
    let baseline =
        loaded.compared_with(&operation.topology, stored_form(&operation, item.clone()))?;
    Ok(Opened {
        operation,
        item,
        baseline,
        sealed,
        differences,
    })
}

/// The item without the attributes that the mapper writes itself.
pub(super) fn stored_form(operation: &Operation, mut item: Item) -> Item {
    let shape = operation.topology.root;
    item.retain(|name, _| {
        !reserved::is_known(name) || (name == reserved::TYPE && shape.names_variant())
    });
    item
}

/// How often an object's layout may change while it is read.
const MOST_LAYOUTS: u32 = 4;
