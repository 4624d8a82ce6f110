//! Reads objects with the same requests, whatever their types are: first the roots, then all their shards.

use std::collections::BTreeMap;

use dyno_value::Item;

use super::error::{Refusal, refusals};
use super::pile::{PileId, Piles};
use crate::error::{Error, Result};
use crate::key::Key;
use crate::plan::Address;
use crate::store::operation::Operation;
use crate::store::select::Root;
use crate::store::shards::Shards;

/// Objects of one type that are asked for.
pub(super) struct Asked {
    pub(super) operation: Result<Operation>,
    pub(super) keys: Vec<Key>,
    pub(super) shards: Shards,
    pub(super) consistent: bool,
}

/// What was read of them, in the order of the keys.
pub(super) enum Answered {
    /// Each object, with these shards, as far as it could be read; `None` where there is none.
    Read(Operation, Shards, Vec<(Key, Result<Option<Whole>>)>),
    /// Nothing was sent; of these keys.
    Refused(Vec<Key>, Refusal),
}

/// Of a part that asked for nothing.
impl Default for Answered {
    fn default() -> Self {
        Self::Refused(Vec::new(), Refusal::default())
    }
}

/// A root, and the items of its shards as they were read.
pub(super) struct Whole {
    pub(super) root: Root,
    pub(super) items: BTreeMap<Address, Item>,
    /// Whether all was read at one moment.
    pub(super) at_once: bool,
}

/// Reads everything that is asked for, each item once; nothing if a part is refused.
pub(super) async fn read(asked: Vec<Asked>, at_once: usize) -> Vec<Answered> {
    let parts = match check(asked) {
        Ok(parts) => parts,
        Err(refused) => return refused,
    };
    let mut piles = Piles::default();
    for part in &parts {
        for (_, address) in &part.keys {
            piles.want(part.pile, &part.operation.store, address);
        }
    }
    piles.fetch(at_once).await;
    let roots: Vec<Vec<_>> = parts.iter().map(|part| part.roots(&piles)).collect();
    for (part, roots) in parts.iter().zip(&roots) {
        let placed = roots.iter().flatten().flatten();
        for place in placed.flat_map(|(_, places)| places) {
            piles.want(part.pile, &part.operation.store, place);
        }
    }
    piles.fetch(at_once).await;
    let parts = parts.into_iter().zip(roots);
    parts
        .map(|(part, roots)| part.answered(roots, &piles))
        .collect()
}

/// Where the roots of every part stand.
pub(super) fn check(asked: Vec<Asked>) -> Result<Vec<Part>, Vec<Answered>> {
    let placed = |asked: Asked| {
        let addresses: Vec<_> = asked.keys.iter().map(|key| asked.place(key)).collect();
        (asked, addresses)
    };
    let placed: Vec<_> = asked.into_iter().map(placed).collect();
    let is_refused = |(asked, addresses): &(Asked, Vec<Result<Address>>)| {
        asked.operation.is_err() || addresses.iter().any(Result::is_err)
    };
    if placed.iter().any(is_refused) {
        let refused = |(asked, addresses): (Asked, Vec<Result<Address>>)| {
            let explained = |key: &Key, error| match &asked.operation {
                Ok(operation) => operation.explain(Some(key))(error),
                Err(_) => error,
            };
            let of_all = asked.operation.as_ref().err().map(Error::twin);
            let keys = asked.keys.iter().zip(addresses);
            let keys = keys.map(|(key, address)| address.map(|_| key));
            let refusal = refusals(keys, of_all, explained);
            Answered::Refused(asked.keys, refusal)
        };
        return Err(placed.into_iter().map(refused).collect());
    }
    let part = |(asked, addresses): (Asked, Vec<Result<Address>>)| {
        let operation = asked.operation.ok()?;
        let addresses = addresses.into_iter().flatten();
        Some(Part {
            pile: PileId::of(&operation, asked.consistent),
            operation,
            shards: asked.shards,
            keys: asked.keys.into_iter().zip(addresses).collect(),
        })
    };
    Ok(placed.into_iter().filter_map(part).collect())
}

impl Asked {
    fn place(&self, key: &Key) -> Result<Address> {
        match &self.operation {
            Ok(operation) => operation.root(key).map_err(operation.explain(Some(key))),
            Err(error) => Err(error.twin()),
        }
    }
}

/// A part whose keys are right.
pub(super) struct Part {
    pub(super) operation: Operation,
    pub(super) keys: Vec<(Key, Address)>,
    pub(super) shards: Shards,
    pile: PileId,
}

/// A root, and where its shards stand.
pub(super) type Placed = (Root, Vec<Address>);

impl Part {
    /// The roots that were read; `None` where there is no object.
    fn roots(&self, piles: &Piles) -> Vec<Result<Option<Placed>>> {
        let root = |(key, address): &(Key, Address)| {
            let Some(item) = piles.get(self.pile, address)? else {
                return Ok(None);
            };
            let root = Root::at(&self.operation, key.clone(), address.clone(), item.clone())?;
            let place = |root: Root| {
                let places = root.places(&self.operation, self.shards)?;
                Ok((root, places))
            };
            root.map(place).transpose()
        };
        self.keys.iter().map(root).collect()
    }

    /// Each root with its shards.
    fn answered(self, roots: Vec<Result<Option<Placed>>>, piles: &Piles) -> Answered {
        let whole = |(root, places): Placed| {
            let shard = |place: Address| {
                let item = piles.get(self.pile, &place)?.cloned();
                Ok(item.map(|item| (place, item)))
            };
            let items = places
                .into_iter()
                .filter_map(|place| shard(place).transpose());
            Ok(Whole {
                items: items.collect::<Result<_>>()?,
                root,
                at_once: false,
            })
        };
        let objects = self.keys.into_iter().zip(roots);
        let objects = objects.map(|((key, _), root)| {
            let object = root.and_then(|root| root.map(whole).transpose());
            let object = object.map_err(self.operation.explain(Some(&key)));
            (key, object)
        });
        let objects = objects.collect();
        Answered::Read(self.operation, self.shards, objects)
    }
}
