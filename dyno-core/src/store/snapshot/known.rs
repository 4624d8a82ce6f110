//! Readings of roots that are known already, and what a reading would send.

use std::collections::BTreeMap;

use dyno_value::Item;

use super::{KnownRoot, Reading, Snapshot, corrupt};
use crate::commit::Sizes;
use crate::error::{Error, Result};
use crate::forecast::{More, Plan};
use crate::plan::{Address, Range, RootState};
use crate::store::Store;
use crate::store::fetch;
use crate::store::held::{Asked, Held, mismatches, unseen};

impl Reading<'_> {
    /// What [`snapshot`](Self::snapshot) sends, if nobody writes meanwhile.
    ///
    /// # Errors
    ///
    /// A shard's key would be too long.
    pub(in crate::store) fn plan(&self, root: KnownRoot<'_>, sizes: Sizes<'_>) -> Result<Plan> {
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
    pub(in crate::store) async fn parts_of(
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
    pub(in crate::store) fn homes(&self) -> Result<Vec<Address>> {
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
    pub(in crate::store) fn places(&self, state: &RootState) -> Result<Vec<Address>> {
        let listed = self.listed(state)?;
        Ok(listed
            .into_iter()
            .flat_map(|listed| listed.places)
            .collect())
    }

    /// The error of the first item that is not as the root says, of those that were read at one moment with it.
    pub(in crate::store) fn misfit(
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
    pub(in crate::store) fn fitted(
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
}
