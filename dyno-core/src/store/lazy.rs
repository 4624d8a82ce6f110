//! Reads the shards that were left out of a load.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Item};

use super::fetch::Projection;
use super::operation::Operation;
use super::read_path::surround;
use super::snapshot::{Reading, Snapshot};
use super::tree::{self, Part};
use crate::commit::Footprint;
use crate::error::{Error, ErrorKind, Result, not_found, path_not_found};
use crate::key::Key;
use crate::loader::ConfigLoader;
use crate::plan::{
    self, Decisions, Earlier, Extras, Loaded, Place, RootState, Route, ShardField, Stamp,
};
use crate::shape::FieldShape;
use crate::shape::lazy::{Fetched, LazySource, Pending};

/// The shards that a load left out, of one snapshot.
pub(super) struct Source {
    operation: Operation,
    key: Key,
    state: RootState,
    /// What came with a value besides what its type keeps.
    beside: Mutex<BTreeMap<(String, [u8; 8]), Beside>>,
    /// What was loaded since, for the next save.
    noted: Mutex<BTreeMap<String, Noted>>,
}

#[derive(Clone, Debug, Default)]
struct Beside {
    earlier: Earlier,
    extras: Extras,
    footprint: Footprint,
    versions: BTreeMap<String, Stamp>,
    decisions: Arc<Decisions>,
}

/// A part that was loaded later, as a save compares with it.
#[derive(Clone, Debug)]
pub(super) struct Noted {
    version: [u8; 8],
    pub(super) extras: Extras,
    pub(super) footprint: Footprint,
    pub(super) part: Part,
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

impl Source {
    pub(super) fn new(operation: &Operation, key: &Key, state: &RootState) -> Arc<Self> {
        Arc::new(Self {
            operation: operation.clone(),
            key: key.clone(),
            state: state.clone(),
            beside: Mutex::default(),
            noted: Mutex::default(),
        })
    }

    /// Everything that was loaded since, but for what is known already.
    pub(super) fn noted(&self, known: &BTreeSet<String>) -> BTreeMap<String, Noted> {
        let noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        let new = noted.iter().filter(|(id, _)| !known.contains(*id));
        new.map(|(id, noted)| (id.clone(), noted.clone())).collect()
    }

    async fn read(&self, id: &str, latest: bool) -> Result<Fetched> {
        // The keys of the load may be retired meanwhile.
        let operation = &self
            .operation
            .again(self.operation.name, self.operation.shared_loader());
        let root = operation.root(&self.key)?;
        let owner = operation.owner(&root);
        let whole = operation.loader().is_some_and(ConfigLoader::needs_object);
        let path = path_of(id)?;
        let route = Route::of(&operation.topology, &path, Some(&self.state.entries))?;
        let wants = |field: &ShardField| whole || field.lazy_part.as_deref() == Some(id);
        let spans = route.spans(&operation.topology);
        let seals = operation.verifier(&root)?;
        let reading = Reading {
            topology: &operation.topology,
            owner: &owner,
            root: &root,
            root_projection: Projection::default(),
            entry: None,
            wants: &wants,
            spans: &spans,
            shard_projection: Projection::default(),
            consistent: true,
            seals: seals.as_ref(),
        };
        let snapshot = if latest || whole {
            reading
                .snapshot(&operation.store)
                .await?
                .ok_or_else(not_found)?
        } else {
            reading
                .parts_of(&operation.store, &self.state)
                .await?
                .ok_or_else(moved)?
        };
        let Snapshot {
            root: mut item,
            state,
            mut shards,
            footprint,
        } = snapshot;
        let state = state.ok_or_else(not_found)?;
        let mut version = version(&state, id).ok_or_else(path_not_found)?;
        if !latest && Some(version) != self.version(id) {
            return Err(moved());
        }
        let versions = tree::versions(Some(&state), &shards);
        if let Some(own) = versions.get(id) {
            version = own.0;
        }
        surround(&mut item, &mut shards);
        let Loaded {
            mut tree,
            extras,
            columns: _,
            decisions,
        } = operation
            .join((item, shards), &state.entries, &root)
            .await?;
        let left_out = |field: &FieldShape, here: &str| field.is_lazy() && here != id;
        let topology = &operation.topology;
        let place = Place::root(topology.table);
        plan::mark_unloaded(&mut tree, topology.root, &place, &state, &left_out);
        let route = Route::of(topology, &path, Some(&state.entries))?;
        let value = match plan::take_value_at(tree, &path) {
            None => route.empty_collection(&state.entries),
            value => value,
        };
        let value = value
            .and_then(|value| route.unkeyed(value, &state.entries))
            .ok_or_else(path_not_found)?;
        let decisions = Arc::new(decisions);
        let beside = Beside {
            earlier: Earlier::of(&value),
            extras,
            footprint,
            versions,
            decisions: Arc::clone(&decisions),
        };
        self.beside
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert((id.to_owned(), version), beside);
        let does_not_fit =
            move |error: dyno_value::ValueError| decisions.does_not_fit(error.under_path(&path));
        Ok(Fetched {
            value,
            version,
            does_not_fit: Box::new(does_not_fit),
        })
    }
}

impl LazySource for Source {
    fn fetch<'a>(&'a self, id: &'a str, latest: bool) -> Pending<'a, Result<Fetched>> {
        Box::pin(async move {
            let read = self.read(id, latest).await;
            read.map_err(|error| match (error.path(), plan::path_of(id)) {
                (None, Some(path)) => error.at_path(path),
                _ => error,
            })
            .map_err(self.operation.explain(Some(&self.key)))
        })
    }

    fn note(&self, id: &str, version: [u8; 8], mut written: AttributeValue) -> Result<()> {
        let beside = self
            .beside
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&(id.to_owned(), version))
            .cloned()
            .unwrap_or_default();
        let Beside {
            earlier,
            extras,
            footprint,
            versions,
            decisions,
        } = beside;
        earlier.restore(&mut written);
        let mut tree = Item::new();
        put(&mut tree, &path_of(id)?, written);
        let topology = &self.operation.topology;
        let entries = &self.state.entries;
        let part = Part::of(id, tree, topology, entries, &extras, &versions, &decisions)?;
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        match noted.get(id) {
            Some(before) if before.version != version => Err(moved()),
            Some(_) => Ok(()),
            None => {
                let note = Noted {
                    version,
                    extras,
                    footprint,
                    part,
                };
                noted.insert(id.to_owned(), note);
                Ok(())
            }
        }
    }

    fn version(&self, id: &str) -> Option<[u8; 8]> {
        version(&self.state, id)
    }

    fn life(&self) -> [u8; 8] {
        self.state.life.0
    }
}

/// The version of a shard, or of a collection with its entries.
fn version(state: &RootState, id: &str) -> Option<[u8; 8]> {
    match state.manifest.0.get(id) {
        Some(entry) => Some(entry.stamp().unwrap_or(state.life).0),
        None => state.collection_version(id).map(|version| version.0),
    }
}

/// The place of a shard or collection in the keyed tree.
fn path_of(id: &str) -> Result<FieldPath> {
    plan::path_of(id).ok_or_else(|| {
        Error::new(
            ErrorKind::Corrupt,
            format!("`{id}` is not the id of a shard"),
        )
    })
}

/// Puts a value into an empty tree.
fn put(tree: &mut Item, path: &FieldPath, value: AttributeValue) {
    let names: Vec<_> = path
        .segments()
        .iter()
        .filter_map(|segment| match segment {
            dyno_value::Segment::Key(name) => Some(name.clone()),
            dyno_value::Segment::Index(_) => None,
        })
        .collect();
    let nested = names.iter().skip(1).rev().fold(value, |value, name| {
        AttributeValue::M(Item::from([(name.clone(), value)]))
    });
    if let Some(first) = names.into_iter().next() {
        tree.insert(first, nested);
    }
}

fn moved() -> Error {
    Error::new(
        ErrorKind::SnapshotMoved,
        "somebody changed the shard since the object was loaded; reload the object, or ask for `.latest()`",
    )
}
