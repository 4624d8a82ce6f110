//! Reads a root with its shards until they prove to be one snapshot.

use std::collections::{BTreeMap, BTreeSet};

use dyno_value::Item;

use super::fetch::{self, Projection};
use super::{Store, drive};
use crate::error::{Error, ErrorKind, Result};
use crate::limits;
use crate::plan::{self, Address, Found, Mismatch, RootState, ShardField, Topology};

/// Which parts to read.
pub(super) struct Reading<'a> {
    pub(super) topology: &'a Topology,
    pub(super) owner: &'a str,
    pub(super) root: &'a Address,
    pub(super) root_projection: Projection,
    /// The shards wanted, of those that the object has.
    pub(super) wants: &'a (dyn Fn(&ShardField) -> bool + Send + Sync),
    pub(super) shard_projection: Projection,
    pub(super) consistent: bool,
}

/// A root item with the shards that belong to it.
#[derive(Debug)]
pub(super) struct Snapshot {
    pub(super) root: Item,
    /// `None`: the root is an item that the mapper does not manage.
    pub(super) state: Option<RootState>,
    pub(super) shards: BTreeMap<String, (ShardField, Item)>,
}

impl Reading<'_> {
    /// Reads until root and shards fit, at most [`ROUNDS`] times, then at one moment in a transaction.
    pub(super) async fn snapshot(self, store: &Store) -> Result<Option<Snapshot>> {
        let known = self
            .topology
            .shards
            .iter()
            .filter(|field| (self.wants)(field));
        let mut fetching: Vec<_> = known.map(|field| (field.id.clone(), false)).collect();
        let mut held: BTreeMap<String, Item> = BTreeMap::new();
        let mut before: Option<(RootState, Vec<Mismatch>)> = None;
        for round in 0..=ROUNDS {
            let consistent = self.consistent || round > 0;
            let Some(root) = self.fetch(store, &fetching, consistent, &mut held).await? else {
                return Ok(None);
            };
            let state = match RootState::read(&root, self.topology.root)? {
                Found::Object(state) => state,
                Found::Foreign => {
                    return Ok(Some(Snapshot {
                        root,
                        state: None,
                        shards: BTreeMap::new(),
                    }));
                }
                Found::NotLive => return Ok(None),
            };
            let wanted = self.wanted(&state);
            let wrong = plan::mismatches(&state, &wanted, &held);
            if wrong.is_empty() {
                return Ok(Some(self.finish(root, state, held)));
            }
            tracing::debug!(
                round,
                shards = wrong.len(),
                "shards do not fit the root yet, reading them again"
            );
            let stuck = before
                .as_ref()
                .is_some_and(|(old, mismatches)| old.etag == state.etag && *mismatches == wrong);
            fetching = wrong
                .iter()
                .map(|mismatch| slot_of(&state, &mismatch.id))
                .collect();
            if stuck {
                break;
            }
            before = Some((state, wrong));
        }
        self.snapshot_at_once(store, held).await
    }

    async fn fetch(
        &self,
        store: &Store,
        shards: &[(String, bool)],
        consistent: bool,
        held: &mut BTreeMap<String, Item>,
    ) -> Result<Option<Item>> {
        let mut wanted = vec![(self.root.clone(), self.root_projection.clone())];
        let mut addresses = Vec::new();
        for (id, spare) in shards {
            let address = self.address(id, *spare)?;
            wanted.push((address.clone(), self.shard_projection.clone()));
            addresses.push((id, address));
        }
        let mut found = fetch::fetch(store, wanted, consistent).await?;
        for (id, address) in addresses {
            match found.remove(&address) {
                Some(item) => held.insert(id.clone(), item),
                None => held.remove(id),
            };
        }
        Ok(found.remove(self.root))
    }

    /// Reads the root and the shards that do not fit it at one moment. What does not fit then never will.
    async fn snapshot_at_once(
        self,
        store: &Store,
        mut held: BTreeMap<String, Item>,
    ) -> Result<Option<Snapshot>> {
        let Some(mut state) = self.root_now(store).await? else {
            return Ok(None);
        };
        for attempt in 1..=ROUNDS {
            let wrong = plan::mismatches(&state, &self.wanted(&state), &held);
            let fetching: Vec<_> = wrong
                .iter()
                .map(|mismatch| slot_of(&state, &mismatch.id))
                .collect();
            if fetching.len() >= limits::TRANSACTION_ACTIONS {
                break;
            }
            let mut addresses = vec![self.root.clone()];
            for (id, spare) in &fetching {
                addresses.push(self.address(id, *spare)?);
            }
            let Some(mut found) = fetch::fetch_at_once(store, &addresses).await? else {
                drive::pause(attempt).await?;
                continue;
            };
            let Some(root) = found.remove(self.root) else {
                return Ok(None);
            };
            let Found::Object(now) = RootState::read(&root, self.topology.root)? else {
                return Ok(None);
            };
            for ((id, _), address) in fetching.iter().zip(addresses.iter().skip(1)) {
                match found.remove(address) {
                    Some(item) => held.insert(id.clone(), item),
                    None => held.remove(id),
                };
            }
            let wrong = plan::mismatches(&now, &self.wanted(&now), &held);
            let Some(first) = wrong.first() else {
                return Ok(Some(self.finish(root, now, held)));
            };
            if fetching.contains(&slot_of(&now, &first.id)) {
                return Err(self.corrupt(first));
            }
            state = now;
        }
        Err(Error::new(
            ErrorKind::Contended,
            "other clients kept changing the object while it was read; try again later",
        ))
    }

    async fn root_now(&self, store: &Store) -> Result<Option<RootState>> {
        let Some(root) = self.fetch(store, &[], true, &mut BTreeMap::new()).await? else {
            return Ok(None);
        };
        match RootState::read(&root, self.topology.root)? {
            Found::Object(state) => Ok(Some(state)),
            Found::Foreign | Found::NotLive => Ok(None),
        }
    }

    fn wanted(&self, state: &RootState) -> BTreeSet<String> {
        let known = |id: &&String| {
            self.topology
                .shard(id)
                .is_some_and(|field| (self.wants)(&field))
        };
        state.manifest.0.keys().filter(known).cloned().collect()
    }

    fn address(&self, id: &str, spare: bool) -> Result<Address> {
        match self.topology.shard(id) {
            Some(field) => Address::of_shard(self.owner, field.table, field.region, id, spare),
            None => Err(Error::new(
                ErrorKind::Corrupt,
                format!("the object has no shard field `{id}`"),
            )),
        }
    }

    fn finish(&self, root: Item, state: RootState, held: BTreeMap<String, Item>) -> Snapshot {
        let listed = |(id, item): (String, Item)| {
            let field = self.topology.shard(&id)?;
            state
                .manifest
                .0
                .contains_key(&id)
                .then_some((id, (field, item)))
        };
        let shards = held.into_iter().filter_map(listed).collect();
        Snapshot {
            root,
            state: Some(state),
            shards,
        }
    }

    fn corrupt(&self, wrong: &Mismatch) -> Error {
        let table = self
            .topology
            .shard(&wrong.id)
            .map_or("", |field| field.table.name());
        let found = if wrong.found.is_some() {
            "another copy than the one"
        } else {
            "nothing like the shard"
        };
        Error::new(
            ErrorKind::Corrupt,
            format!(
                "table `{table}` holds {found} that the root names as shard `{}`; something other than dyno wrote to \
                 it, or one table was restored without the other",
                wrong.id
            ),
        )
        .in_table(table)
    }
}

/// The slot in which the root says that a shard stands.
fn slot_of(state: &RootState, id: &str) -> (String, bool) {
    let spare = state
        .manifest
        .0
        .get(id)
        .is_some_and(|entry| entry.in_spare_slot);
    (id.to_owned(), spare)
}

/// How often shards are read again before the transaction.
const ROUNDS: u32 = 3;
