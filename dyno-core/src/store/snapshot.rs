//! Reads a root with its shards until they prove to be one snapshot.

use std::collections::{BTreeMap, BTreeSet};

use dyno_value::Item;

use super::fetch::{self, Projection};
use super::fetch_at_once::{AtOnce, contended, fetch_at_once};
use super::held::{Asked, Held, mismatches, unseen};
use super::{Store, drive};
use crate::commit::{Footprint, Sizes};
use crate::error::{Error, ErrorKind, Result};
use crate::forecast::{More, Plan};
use crate::limits;
use crate::plan::{
    Address, Entries, Found, Listed, Mismatch, Owner, Range, RootState, ShardField, Span, Topology,
    Verifier,
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
    /// What verifies the seals of the items, which are then read whole; `None` takes them as they are.
    pub(super) seals: Option<&'a Verifier<'a>>,
}

/// A root item with the shards that belong to it.
#[derive(Clone, Debug)]
pub(super) struct Snapshot {
    pub(super) root: Item,
    /// `None`: the root is an item that the mapper does not manage.
    pub(super) state: Option<RootState>,
    pub(super) shards: BTreeMap<String, (ShardField, Item)>,
    /// What was seen of the items, if they were read whole.
    pub(super) footprint: Footprint,
}

impl Snapshot {
    /// An item that the mapper does not manage.
    pub(super) fn of_foreign(root: Item) -> Self {
        Self {
            root,
            state: None,
            shards: BTreeMap::new(),
            footprint: Footprint::default(),
        }
    }

    /// The collections of shards that the object has.
    pub(super) fn entries(&self) -> Entries {
        let state = self.state.as_ref();
        state.map_or_else(Entries::default, |state| state.entries.clone())
    }
}

/// Of a reading without queries.
pub(super) static NO_SPANS: BTreeSet<Span> = BTreeSet::new();

/// What a plan knows of the root.
#[derive(Clone, Copy, Debug)]
pub(super) enum KnownRoot<'a> {
    /// Its shards are these.
    Object(&'a RootState),
    /// It is an item that the mapper does not manage.
    Plain,
    Unknown,
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
            let state = match self.verified(&root)? {
                Found::Object(state) => state,
                Found::Foreign => {
                    return Ok(Some(Snapshot {
                        footprint: Footprint::read(&held.items),
                        root,
                        state: None,
                        shards: BTreeMap::new(),
                    }));
                }
                Found::NotLive => return Ok(None),
            };
            let listed = self.listed(&state)?;
            let unseen = unseen(&listed, &held.asked);
            if !unseen.is_empty() {
                self.fetch(store, unseen, round > 0, &mut held).await?;
            }
            let wrong = mismatches(&listed, &state, &held);
            if wrong.is_empty() {
                return self.finish(Some(root), state, &listed, held).map(Some);
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

    /// What [`snapshot`](Self::snapshot) sends, if nobody writes meanwhile.
    ///
    /// # Errors
    ///
    /// A shard's key would be too long.
    pub(super) fn plan(&self, root: KnownRoot<'_>, sizes: Sizes<'_>) -> Result<Plan> {
        let (wanted, mut asked) = self.first()?;
        let rounds = |wanted: &[Address], ranges: &[Range]| {
            fetch::plan(wanted, ranges, sizes, self.consistent)
        };
        let first = rounds(&wanted, &asked.ranges);
        let mut plan = first.into_iter().fold(Plan::default(), Plan::then);
        match root {
            KnownRoot::Object(state) => {
                asked.addresses.extend(wanted);
                let unseen = unseen(&self.listed(state)?, &asked);
                if !unseen.is_empty() {
                    plan = rounds(&unseen, &[]).into_iter().fold(plan, Plan::then);
                }
            }
            KnownRoot::Plain => {}
            KnownRoot::Unknown => {
                let mut fields = self.topology.patterns().chain(self.entry);
                if fields.any(|field| (self.wants)(field)) {
                    plan = plan.perhaps(More::Reads);
                }
            }
        }
        Ok(plan)
    }

    /// Reads the shards wanted of a root that was read before; `None` if they are not as it says.
    pub(super) async fn parts_of(
        self,
        store: &Store,
        state: &RootState,
    ) -> Result<Option<Snapshot>> {
        let mut held = Held {
            asked: self.ranges(),
            ..Held::default()
        };
        let listed = self.listed(state)?;
        let unseen = unseen(&listed, &held.asked);
        self.fetch_with_ranges(store, unseen, true, &mut held)
            .await?;
        if mismatches(&listed, state, &held).is_empty() {
            self.finish(None, state.clone(), &listed, held).map(Some)
        } else {
            Ok(None)
        }
    }

    /// Where the shards wanted stand that any object of the type may have.
    ///
    /// # Errors
    ///
    /// A shard's key would be too long.
    pub(super) fn homes(&self) -> Result<Vec<Address>> {
        let fields = self.topology.shards.iter();
        let fields = fields.filter(|field| (self.wants)(field));
        let homes = fields.map(|field| self.owner.address(field, false, 0));
        homes.collect()
    }

    /// Where the shards wanted of a root that was read before stand.
    ///
    /// # Errors
    ///
    /// A shard's key would be too long.
    pub(super) fn places(&self, state: &RootState) -> Result<Vec<Address>> {
        let listed = self.listed(state)?;
        Ok(listed
            .into_iter()
            .flat_map(|listed| listed.places)
            .collect())
    }

    /// The error of the first item that is not as the root says, of those that were read at one moment with it.
    pub(super) fn misfit(
        &self,
        state: &RootState,
        items: &BTreeMap<Address, Item>,
    ) -> Result<Option<Error>> {
        let listed = self.listed(state)?;
        let mut wrong = listed
            .iter()
            .flat_map(|listed| listed.mismatches(state, items));
        Ok(wrong.next().map(|wrong| corrupt(&wrong)))
    }

    /// Puts items to a root, all of which were read before; `None` if they are not as it says.
    pub(super) fn fitted(
        &self,
        root: Item,
        state: RootState,
        items: BTreeMap<Address, Item>,
    ) -> Result<Option<Snapshot>> {
        let listed = self.listed(&state)?;
        let addresses = listed.iter().flat_map(|listed| listed.places.clone());
        let held = Held {
            asked: Asked {
                addresses: addresses.collect(),
                ranges: Vec::new(),
            },
            items,
        };
        if mismatches(&listed, &state, &held).is_empty() {
            self.finish(Some(root), state, &listed, held).map(Some)
        } else {
            Ok(None)
        }
    }

    /// Reads the root, and what the object can have without looking at it.
    async fn first_round(&self, store: &Store, held: &mut Held) -> Result<Option<Item>> {
        let (wanted, asked) = self.first()?;
        held.asked = asked;
        self.fetch_with_ranges(store, wanted, self.consistent, held)
            .await?;
        Ok(held.items.remove(self.root))
    }

    /// What is read first: the root, and what the type says there can be. The ranges are asked for with it.
    fn first(&self) -> Result<(Vec<Address>, Asked)> {
        let asked = self.ranges();
        let mut wanted = Vec::new();
        if !asked.covers(self.root) {
            wanted.push(self.root.clone());
        }
        for field in self.topology.shards.iter().chain(self.entry) {
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
        let wanted = addresses
            .iter()
            .map(|address| (address.clone(), projection(address)))
            .collect();
        let found = fetch::fetch(store, wanted, &held.asked.ranges, consistent).await?;
        for address in &addresses {
            held.items.remove(address);
        }
        held.items.extend(found);
        held.asked.addresses.extend(addresses);
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

    /// Reads the root and the shards that do not fit it at one moment. What does not fit then never will.
    async fn snapshot_at_once(self, store: &Store, mut held: Held) -> Result<Option<Snapshot>> {
        let Some(mut state) = self.root_now(store, &mut held).await? else {
            return Ok(None);
        };
        let mut why = contended();
        for attempt in 1..=ROUNDS {
            let listed = self.listed(&state)?;
            let wrong = mismatches(&listed, &state, &held);
            if wrong.len() >= limits::TRANSACTION_ACTIONS {
                break;
            }
            let mut addresses = vec![self.root.clone()];
            addresses.extend(wrong.iter().map(|wrong| wrong.address.clone()));
            let mut found = match fetch_at_once(store, &addresses).await? {
                AtOnce::Read(found) => found,
                AtOnce::NotYet(error) => {
                    why = error;
                    drive::pause(attempt).await?;
                    continue;
                }
            };
            why = contended();
            let Some(root) = found.remove(self.root) else {
                return Ok(None);
            };
            let Found::Object(now) = self.verified(&root)? else {
                return Ok(None);
            };
            for address in &addresses {
                held.items.remove(address);
            }
            held.items.extend(found);
            let listed = self.listed(&now)?;
            let wrong = mismatches(&listed, &now, &held);
            let Some(first) = wrong.first() else {
                return self.finish(Some(root), now, &listed, held).map(Some);
            };
            if addresses.contains(&first.address) {
                return Err(corrupt(first));
            }
            state = now;
        }
        Err(why)
    }

    async fn root_now(&self, store: &Store, held: &mut Held) -> Result<Option<RootState>> {
        self.fetch(store, vec![self.root.clone()], true, held)
            .await?;
        let Some(root) = held.items.remove(self.root) else {
            return Ok(None);
        };
        match self.verified(&root)? {
            Found::Object(state) => Ok(Some(state)),
            Found::Foreign | Found::NotLive => Ok(None),
        }
    }

    /// What stands at the root's place, once its seal is known to be right.
    pub(super) fn verified(&self, root: &Item) -> Result<Found> {
        let found = RootState::read(root, self.topology.root)?;
        if let (Some(seals), Found::Object(_) | Found::Foreign) = (self.seals, &found) {
            seals.verify_root(root)?;
        }
        Ok(found)
    }

    fn listed(&self, state: &RootState) -> Result<Vec<Listed>> {
        let mut listed = Listed::all(self.topology, self.owner, state)?;
        listed.retain(|listed| (self.wants)(&listed.field));
        Ok(listed)
    }

    fn finish(
        &self,
        root: Option<Item>,
        state: RootState,
        listed: &[Listed],
        mut held: Held,
    ) -> Result<Snapshot> {
        let read = root.as_ref().map(|item| (self.root, item));
        let mut footprint = Footprint::read(read.into_iter().chain(&held.items));
        let mut shards = BTreeMap::new();
        // An unsealed root was accepted by the read policy, and so are its shards; a sealed one has sealed shards only.
        let seals = self.seals.filter(|_| state.seal.is_some());
        for shard in listed {
            if let (Some(seals), Some(first)) = (seals, shard.places.first()) {
                seals.verify_shard(held.items.get(first), &shard.field)?;
            }
            if shard.field.independent {
                for place in &shard.places {
                    if let Some(item) = held.items.get(place) {
                        footprint.note_whole(place, item);
                    }
                }
            }
            let body = shard.take(&mut held.items)?;
            shards.insert(shard.field.id.clone(), (shard.field.clone(), body));
        }
        if root.is_some() {
            for (id, entry) in &state.manifest.0 {
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

/// How often shards are read again before the transaction.
const ROUNDS: u32 = 3;
