//! Reads a root with its shards until they prove to be one snapshot.

mod known;
mod rounds;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use dyno_value::Item;

use super::Store;
use super::fetch::{self, Projection};
use super::held::{Asked, Held};
use crate::commit::Footprint;
use crate::error::{Error, ErrorKind, Result};
use crate::plan::{
    Address, Entries, Found, Listed, Mismatch, Owner, RootState, ShardField, Span, Topology,
    Verifier,
};

/// Which parts to read.
pub(in crate::store) struct Reading<'a> {
    pub(in crate::store) topology: &'a Topology,
    pub(in crate::store) owner: &'a Owner,
    pub(in crate::store) root: &'a Address,
    pub(in crate::store) root_projection: Projection,
    /// A shard of an entry that is wanted, if the object has it: the type alone does not tell.
    pub(in crate::store) entry: Option<&'a ShardField>,
    /// The shards wanted, of those that the object has.
    pub(in crate::store) wants: &'a (dyn Fn(&ShardField) -> bool + Send + Sync),
    /// What is read by `Query`.
    pub(in crate::store) spans: &'a BTreeSet<Span>,
    pub(in crate::store) shard_projection: Projection,
    pub(in crate::store) consistent: bool,
    /// What verifies the seals of the items, which are then read whole; `None` takes them as they are.
    pub(in crate::store) seals: Option<&'a Verifier<'a>>,
}

/// A root item with the shards that belong to it.
#[derive(Clone, Debug)]
pub(in crate::store) struct Snapshot {
    pub(in crate::store) root: Item,
    /// `None`: the root is an item that the mapper does not manage.
    pub(in crate::store) state: Option<RootState>,
    pub(in crate::store) shards: BTreeMap<String, (Arc<ShardField>, Item)>,
    /// What was seen of the items, if they were read whole.
    pub(in crate::store) footprint: Footprint,
}

impl Snapshot {
    /// An item that the mapper does not manage.
    pub(in crate::store) fn of_foreign(root: Item) -> Self {
        Self {
            root,
            state: None,
            shards: BTreeMap::new(),
            footprint: Footprint::default(),
        }
    }

    /// The collections of shards that the object has.
    pub(in crate::store) fn entries(&self) -> Entries {
        let state = self.state.as_ref();
        state.map_or_else(Entries::default, |state| state.entries.clone())
    }
}

/// Of a reading without queries.
pub(in crate::store) static NO_SPANS: BTreeSet<Span> = BTreeSet::new();

/// What a plan knows of the root.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) enum KnownRoot<'a> {
    /// Its shards are these.
    Object(&'a RootState),
    /// It is an item that the mapper does not manage.
    Plain,
    Unknown,
}

impl Reading<'_> {
    /// What is read first: the root, and what the type says there can be. The ranges are asked for with it.
    fn first(&self) -> Result<(Vec<Address>, Asked)> {
        let asked = self.ranges();
        let mut wanted = Vec::new();
        if !asked.covers(self.root) {
            wanted.push(self.root.clone());
        }
        let fields = self.topology.shards.iter().map(|field| &**field);
        for field in fields.chain(self.entry) {
            if (self.wants)(field) {
                let address = self.owner.address(field, false, 0)?;
                if !asked.covers(&address) {
                    wanted.push(address);
                }
            }
        }
        Ok((wanted, asked))
    }

    fn ranges(&self) -> Asked {
        let ranges = self.spans.iter().map(|span| self.owner.range(span));
        Asked {
            ranges: ranges.collect(),
            ..Asked::default()
        }
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
        let wanted: Vec<_> = addresses
            .into_iter()
            .map(|address| {
                let projection = projection(&address);
                (address, projection)
            })
            .collect();
        let mut found = fetch::fetch(store, &wanted, &held.asked.ranges, consistent).await?;
        for (address, _) in &wanted {
            held.items.remove(address);
        }
        held.items.append(&mut found);
        let addresses = wanted.into_iter().map(|(address, _)| address);
        held.asked.addresses.append(&mut addresses.collect());
        Ok(())
    }

    async fn fetch(
        &self,
        store: &Store,
        addresses: Vec<Address>,
        after_a_miss: bool,
        held: &mut Held,
    ) -> Result<()> {
        let ranges = std::mem::take(&mut held.asked.ranges);
        let consistent = self.consistent || after_a_miss;
        let fetched = self
            .fetch_with_ranges(store, addresses, consistent, held)
            .await;
        held.asked.ranges = ranges;
        fetched
    }

    /// What stands at the root's place, once its seal is known to be right.
    pub(in crate::store) fn verified(&self, root: &Item) -> Result<Found> {
        let found = RootState::read(root, self.topology.root)?;
        if let (Some(seals), Found::Object(_) | Found::Foreign) = (self.seals, &found) {
            seals.verify_root(root)?;
        }
        Ok(found)
    }

    fn listed(&self, state: &RootState) -> Result<Vec<Listed>> {
        Listed::wanted(self.topology, self.owner, state, &self.wants)
    }

    /// Whether it reads items whole, and not what one path asks for.
    fn reads_whole(&self) -> bool {
        self.root_projection.text.is_none() && self.shard_projection.text.is_none()
    }

    fn finish(
        &self,
        root: Option<Item>,
        state: RootState,
        listed: &[Listed],
        mut held: Held,
    ) -> Result<Snapshot> {
        let read = root.as_ref().map(|item| (self.root, item));
        let mut footprint = Footprint::read(read);
        let mut shards = BTreeMap::new();
        // An unsealed root was accepted by the read policy, and so are its shards; a sealed one has sealed shards only.
        let seals = self.seals.filter(|_| state.seal.is_some());
        for shard in listed {
            if let (Some(seals), Some(first)) = (seals, shard.places.first()) {
                seals.verify_shard(held.items.get(first), &shard.field)?;
            }
            let mut found = Vec::with_capacity(shard.places.len());
            for place in &shard.places {
                let Some((place, item)) = held.items.remove_entry(place) else {
                    found.push(Item::new());
                    continue;
                };
                if shard.field.independent {
                    footprint.note_whole(place, &item);
                } else {
                    footprint.note_read(place, &item);
                }
                found.push(item);
            }
            let body = shard.body(found)?;
            shards.insert(shard.field.id.clone(), (Arc::clone(&shard.field), body));
        }
        for (place, item) in held.items {
            footprint.note_read(place, &item);
        }
        if root.is_some() && self.reads_whole() {
            for (id, entry) in &state.manifest.0 {
                if shards.contains_key(id) && !entry.uses_spare_slot() {
                    continue;
                }
                let Some(field) = self.topology.shard(id) else {
                    continue;
                };
                for place in self.owner.every_place(&field, *entry)? {
                    if !held.asked.covers(&place) {
                        footprint.note_unread(place);
                    }
                }
            }
        }
        Ok(Snapshot {
            root: root.unwrap_or_default(),
            state: Some(state),
            shards,
            footprint,
        })
    }
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
