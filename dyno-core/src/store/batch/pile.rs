//! Items that are asked for together: those of one store and region, read in one way.

use std::collections::{BTreeMap, BTreeSet};

use dyno_value::Item;
use futures_util::stream::{self, StreamExt as _};

use super::ending::{Destination, Ending};
use crate::error::{Error, Result};
use crate::limits;
use crate::plan::Address;
use crate::store::Store;
use crate::store::fetch;
use crate::store::operation::Operation;

/// Which pile an item belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PileId {
    store: usize,
    region: Option<&'static str>,
    consistent: bool,
}

impl PileId {
    pub(super) fn of(operation: &Operation, consistent: bool) -> Self {
        Self {
            store: operation.store.identity(),
            region: operation.topology.table.region_name(),
            consistent,
        }
    }
}

/// All items of a batch.
#[derive(Default)]
pub(super) struct Piles(BTreeMap<PileId, Pile>);

struct Pile {
    store: Store,
    /// What is to be asked for next.
    wanted: BTreeSet<Address>,
    /// What was asked for; `None` where nothing stands.
    known: BTreeMap<Address, Result<Option<Item>>>,
}

impl Piles {
    /// Asks for an item with the next requests, unless it was read already.
    pub(super) fn want(&mut self, id: PileId, store: &Store, address: &Address) {
        let pile = self.0.entry(id).or_insert_with(|| Pile {
            store: store.clone(),
            wanted: BTreeSet::new(),
            known: BTreeMap::new(),
        });
        if !pile.known.contains_key(address) {
            pile.wanted.insert(address.clone());
        }
    }

    /// Reads what is wanted: as many items with each request as it takes.
    pub(super) async fn fetch(&mut self, at_once: usize) {
        let ending = Ending::default();
        let mut batches = Vec::new();
        for (id, pile) in &mut self.0 {
            let wanted: Vec<_> = std::mem::take(&mut pile.wanted).into_iter().collect();
            for batch in wanted.chunks(limits::BATCH_GET_KEYS) {
                batches.push(fetched(*id, pile.store.clone(), batch.to_vec(), &ending));
            }
        }
        let fetched: Vec<_> = stream::iter(batches)
            .buffer_unordered(at_once.max(1))
            .collect()
            .await;
        for (id, known) in fetched {
            if let Some(pile) = self.0.get_mut(&id) {
                pile.known.extend(known);
            }
        }
    }

    /// What stands there.
    ///
    /// # Errors
    ///
    /// It was not read.
    pub(super) fn get(&self, id: PileId, address: &Address) -> Result<Option<&Item>> {
        let known = self.0.get(&id).and_then(|pile| pile.known.get(address));
        match known {
            Some(Ok(item)) => Ok(item.as_ref()),
            Some(Err(error)) => Err(error.twin()),
            None => Ok(None),
        }
    }
}

type Known = BTreeMap<Address, Result<Option<Item>>>;

/// What came of reading these items, unless a request before met an error that this one would meet.
async fn fetched(
    id: PileId,
    store: Store,
    wanted: Vec<Address>,
    ending: &Ending,
) -> (PileId, Known) {
    let destination = Destination {
        store: id.store,
        region: id.region,
        tables: wanted.iter().map(|address| address.table).collect(),
    };
    if let Some(error) = ending.of(&destination) {
        let unread = wanted
            .into_iter()
            .map(|address| (address, Err(error.twin())));
        return (id, unread.collect());
    }
    let mut fetched = fetch::fetch_given(&store, &wanted, id.consistent).await;
    let left: Option<(BTreeSet<Address>, Error)> = fetched
        .left
        .map(|left| (left.addresses.into_iter().collect(), left.error));
    if let Some((_, error)) = &left {
        ending.note(&destination, error);
    }
    let known = wanted.into_iter().map(|address| {
        let read = match &left {
            Some((left, error)) if left.contains(&address) => Err(error.twin()),
            _ => Ok(fetched.found.remove(&address)),
        };
        (address, read)
    });
    let known = known.collect();
    (id, known)
}
