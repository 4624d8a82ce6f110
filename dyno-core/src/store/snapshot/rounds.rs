//! Reads until root and shards fit.

use std::collections::BTreeMap;

use dyno_value::Item;

use super::{Reading, Snapshot, corrupt};
use crate::commit::Footprint;
use crate::error::Result;
use crate::limits;
use crate::plan::{Found, Mismatch, RootState};
use crate::store::fetch_at_once::{AtOnce, contended, fetch_at_once};
use crate::store::held::{Held, mismatches, unseen};
use crate::store::{Store, drive};

/// How often shards are read again before the transaction.
const ROUNDS: u32 = 3;

impl Reading<'_> {
    /// Reads until root and shards fit: first what the type says there can be, then what the root lists besides, and
    /// then the root with what does not fit it, at most [`ROUNDS`] times; at last all of that at one moment.
    pub(in crate::store) async fn snapshot(self, store: &Store) -> Result<Option<Snapshot>> {
        let mut held = Held::default();
        match self.first_round(store, &mut held).await? {
            Some(root) => self.settle(store, held, root).await,
            None => Ok(None),
        }
    }

    /// The same, beginning with a root that was read by itself.
    pub(in crate::store) async fn snapshot_of(
        self,
        store: &Store,
        root: Item,
    ) -> Result<Option<Snapshot>> {
        let mut held = Held::default();
        held.asked.addresses.extend([self.root.clone()]);
        self.settle(store, held, root).await
    }

    async fn settle(
        self,
        store: &Store,
        mut held: Held,
        mut root: Item,
    ) -> Result<Option<Snapshot>> {
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

    /// Reads the root, and what the object can have without looking at it.
    async fn first_round(&self, store: &Store, held: &mut Held) -> Result<Option<Item>> {
        let (wanted, asked) = self.first()?;
        held.asked = asked;
        self.fetch_with_ranges(store, wanted, self.consistent, held)
            .await?;
        Ok(held.items.remove(self.root))
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
}
