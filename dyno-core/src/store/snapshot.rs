//! Reads a root with its shards until they prove to be one snapshot.

use std::collections::{BTreeMap, BTreeSet};

use dyno_value::Item;

use super::fetch::{self, Projection};
use super::{Store, drive};
use crate::error::{Error, ErrorKind, Result};
use crate::limits;
use crate::plan::{
    Address, Found, Listed, Mismatch, Owner, Range, RootState, ShardField, Span, Topology,
};

/// Which parts to read.
pub(super) struct Reading<'a> {
    pub(super) topology: &'a Topology,
    pub(super) owner: &'a Owner,
    pub(super) root: &'a Address,
    pub(super) root_projection: Projection,
    /// A shard of an entry that is wanted, if the object has it: the type alone does not tell.
    pub(super) entry: Option<&'a ShardField>,
    /// The shards wanted, of those that the object has.
    pub(super) wants: &'a (dyn Fn(&ShardField) -> bool + Send + Sync),
    /// What is read by `Query`.
    pub(super) spans: &'a BTreeSet<Span>,
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

/// What was read so far.
#[derive(Debug, Default)]
struct Held {
    items: BTreeMap<Address, Item>,
    asked: BTreeSet<Address>,
    ranges: Vec<Range>,
}

impl Held {
    fn was_asked(&self, address: &Address) -> bool {
        self.asked.contains(address) || self.ranges.iter().any(|range| range.covers(address))
    }
}

impl Reading<'_> {
    /// Reads until root and shards fit: first what the type says there can be, then what the root lists besides, and
    /// then the root with what does not fit it, at most [`ROUNDS`] times; at last all of that at one moment.
    pub(super) async fn snapshot(self, store: &Store) -> Result<Option<Snapshot>> {
        let mut held = Held::default();
        let Some(mut root) = self.first_round(store, &mut held).await? else {
            return Ok(None);
        };
        let mut before: Option<(RootState, Vec<Mismatch>)> = None;
        let mut round = 0;
        loop {
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
            let listed = self.listed(&state)?;
            let mut wrong = mismatches(&listed, &state, &held);
            let unseen: Vec<_> = wrong
                .iter()
                .map(|mismatch| mismatch.address.clone())
                .filter(|address| !held.was_asked(address))
                .collect();
            if !unseen.is_empty() {
                self.fetch(store, unseen, round > 0, &mut held).await?;
                wrong = mismatches(&listed, &state, &held);
            }
            if wrong.is_empty() {
                return finish(root, state, &listed, held).map(Some);
            }
            tracing::debug!(
                round,
                shards = wrong.len(),
                "shards do not fit the root yet, reading them again"
            );
            let stuck = before
                .as_ref()
                .is_some_and(|(old, mismatches)| old.etag == state.etag && *mismatches == wrong);
            if stuck || round == ROUNDS {
                return self.snapshot_at_once(store, held).await;
            }
            round += 1;
            let mut again: Vec<_> = wrong.iter().map(|wrong| wrong.address.clone()).collect();
            again.push(self.root.clone());
            before = Some((state, wrong));
            self.fetch(store, again, true, &mut held).await?;
            let Some(now) = held.items.remove(self.root) else {
                return Ok(None);
            };
            root = now;
        }
    }

    /// Reads the shards wanted of a root that was read before; `None` if they are not as it says.
    pub(super) async fn parts_of(
        self,
        store: &Store,
        state: &RootState,
    ) -> Result<Option<Snapshot>> {
        let mut held = Held {
            ranges: self
                .spans
                .iter()
                .map(|span| self.owner.range(span))
                .collect(),
            ..Held::default()
        };
        let listed = self.listed(state)?;
        let places = listed.iter().flat_map(|listed| &listed.places);
        let unseen = places.filter(|place| !held.was_asked(place)).cloned();
        let unseen: Vec<_> = unseen.collect();
        self.fetch_with_ranges(store, unseen, true, &mut held)
            .await?;
        if mismatches(&listed, state, &held).is_empty() {
            finish(Item::new(), state.clone(), &listed, held).map(Some)
        } else {
            Ok(None)
        }
    }

    /// Reads the root, and what the object can have without looking at it.
    async fn first_round(&self, store: &Store, held: &mut Held) -> Result<Option<Item>> {
        held.ranges = self
            .spans
            .iter()
            .map(|span| self.owner.range(span))
            .collect();
        let root_in_range = held.ranges.iter().any(|range| range.covers(self.root));
        let mut wanted = Vec::new();
        if !root_in_range {
            wanted.push(self.root.clone());
        }
        for field in self.topology.shards.iter().chain(self.entry) {
            if (self.wants)(field) {
                let address = self.owner.address(field, false, 0)?;
                if !held.was_asked(&address) {
                    wanted.push(address);
                }
            }
        }
        self.fetch_with_ranges(store, wanted, self.consistent, held)
            .await?;
        Ok(held.items.remove(self.root))
    }

    async fn fetch_with_ranges(
        &self,
        store: &Store,
        addresses: Vec<Address>,
        consistent: bool,
        held: &mut Held,
    ) -> Result<()> {
        let projection = |address: &Address| {
            if address == self.root {
                self.root_projection.clone()
            } else {
                self.shard_projection.clone()
            }
        };
        let wanted = addresses
            .iter()
            .map(|address| (address.clone(), projection(address)))
            .collect();
        let found = fetch::fetch(store, wanted, &held.ranges, consistent).await?;
        for address in &addresses {
            held.items.remove(address);
        }
        held.items.extend(found);
        held.asked.extend(addresses);
        Ok(())
    }

    async fn fetch(
        &self,
        store: &Store,
        addresses: Vec<Address>,
        after_a_miss: bool,
        held: &mut Held,
    ) -> Result<()> {
        let ranges = std::mem::take(&mut held.ranges);
        let consistent = self.consistent || after_a_miss;
        let fetched = self
            .fetch_with_ranges(store, addresses, consistent, held)
            .await;
        held.ranges = ranges;
        fetched
    }

    /// Reads the root and the shards that do not fit it at one moment. What does not fit then never will.
    async fn snapshot_at_once(self, store: &Store, mut held: Held) -> Result<Option<Snapshot>> {
        let Some(mut state) = self.root_now(store, &mut held).await? else {
            return Ok(None);
        };
        for attempt in 1..=ROUNDS {
            let listed = self.listed(&state)?;
            let wrong = mismatches(&listed, &state, &held);
            if wrong.len() >= limits::TRANSACTION_ACTIONS {
                break;
            }
            let mut addresses = vec![self.root.clone()];
            addresses.extend(wrong.iter().map(|wrong| wrong.address.clone()));
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
            for address in &addresses {
                held.items.remove(address);
            }
            held.items.extend(found);
            let listed = self.listed(&now)?;
            let wrong = mismatches(&listed, &now, &held);
            let Some(first) = wrong.first() else {
                return finish(root, now, &listed, held).map(Some);
            };
            if addresses.contains(&first.address) {
                return Err(corrupt(first));
            }
            state = now;
        }
        Err(Error::new(
            ErrorKind::Contended,
            "other clients kept changing the object while it was read; try again later",
        ))
    }

    async fn root_now(&self, store: &Store, held: &mut Held) -> Result<Option<RootState>> {
        self.fetch(store, vec![self.root.clone()], true, held)
            .await?;
        let Some(root) = held.items.remove(self.root) else {
            return Ok(None);
        };
        match RootState::read(&root, self.topology.root)? {
            Found::Object(state) => Ok(Some(state)),
            Found::Foreign | Found::NotLive => Ok(None),
        }
    }

    fn listed(&self, state: &RootState) -> Result<Vec<Listed>> {
        let mut listed = Listed::all(self.topology, self.owner, state)?;
        listed.retain(|listed| (self.wants)(&listed.field));
        Ok(listed)
    }
}

fn mismatches(listed: &[Listed], state: &RootState, held: &Held) -> Vec<Mismatch> {
    listed
        .iter()
        .flat_map(|listed| listed.mismatches(state, &held.items))
        .collect()
}

fn finish(root: Item, state: RootState, listed: &[Listed], mut held: Held) -> Result<Snapshot> {
    let mut shards = BTreeMap::new();
    for shard in listed {
        let body = shard.take(&mut held.items)?;
        shards.insert(shard.field.id.clone(), (shard.field.clone(), body));
    }
    Ok(Snapshot {
        root,
        state: Some(state),
        shards,
    })
}

fn corrupt(wrong: &Mismatch) -> Error {
    let table = wrong.address.table;
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

/// How often shards are read again before the transaction.
const ROUNDS: u32 = 3;
