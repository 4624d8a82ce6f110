//! Reads objects at one moment, whatever their types are: all items in one `TransactGetItems`.
//!
//! What only the roots tell is learned by reading them; then everything is read once more, in one request, until it has all that its own
//! roots tell. So nothing of one request is ever joined with what came by another.

use std::collections::{BTreeMap, BTreeSet};

use dyno_value::Item;

use super::error::Refusal;
use super::read::{Answered, Asked, Part, Placed, Whole, check};
use crate::error::{Error, ErrorKind, Result};
use crate::key::Key;
use crate::limits;
use crate::plan::Address;
use crate::store::drive;
use crate::store::fetch_at_once::{AtOnce, contended, fetch_at_once};
use crate::store::select::{Root, first_places};

/// Reads everything that is asked for, each item once; nothing if a part is refused.
pub(super) async fn read_at_once(asked: Vec<Asked>) -> Vec<Answered> {
    let parts = match check(asked) {
        Ok(parts) => parts,
        Err(refused) => return refused,
    };
    match moment(&parts).await {
        Ok(mut moment) => {
            let answered = |part| moment.answered(part);
            parts.into_iter().map(answered).collect()
        }
        Err(error) => {
            let refused = |part: Part| {
                let explained = |key: &Key| part.operation.explain(Some(key))(error.twin());
                let of_each = part.keys.iter().map(|(key, _)| explained(key)).collect();
                let refusal = Refusal {
                    of_all: None,
                    of_each,
                };
                let keys = part.keys.into_iter().map(|(key, _)| key);
                Answered::Refused(keys.collect(), refusal)
            };
            parts.into_iter().map(refused).collect()
        }
    }
}

/// What one request read.
struct Moment(BTreeMap<Address, Item>);

async fn moment(parts: &[Part]) -> Result<Moment> {
    const MOST_ATTEMPTS: u32 = 8;
    let Some(first) = parts.first() else {
        return Ok(Moment(BTreeMap::new()));
    };
    let store = &first.operation.store;
    let mut first_wanted = BTreeSet::new();
    for part in parts {
        if part.operation.store.identity() != store.identity() {
            let why = "the objects are of two stores, and what is read at one moment is of one; nothing was sent";
            return Err(Error::new(ErrorKind::InvalidSetting, why));
        }
        for (_, root) in &part.keys {
            first_wanted.extend(first_places(&part.operation, root, part.shards)?);
        }
    }
    let regions: BTreeSet<_> = first_wanted.iter().map(|place| place.region).collect();
    if regions.len() > 1 {
        let why = "the objects are in two regions, and what is read at one moment is in one; nothing was sent";
        return Err(Error::new(ErrorKind::InvalidShape, why));
    }
    let mut wanted = first_wanted.clone();
    let mut why = contended();
    for attempt in 1..=MOST_ATTEMPTS {
        check_count(wanted.len())?;
        let places: Vec<_> = wanted.iter().cloned().collect();
        let items = match fetch_at_once(store, &places).await? {
            AtOnce::Read(items) => items,
            AtOnce::NotYet(error) => {
                why = error;
                drive::pause(attempt).await?;
                continue;
            }
        };
        why = contended();
        let moment = Moment(items);
        let listed = moment.listed(parts);
        if listed.is_subset(&wanted) {
            return Ok(moment);
        }
        wanted = listed;
        wanted.extend(first_wanted.iter().cloned());
    }
    Err(why)
}

impl Moment {
    /// Where the shards stand that the roots tell of.
    fn listed(&self, parts: &[Part]) -> BTreeSet<Address> {
        let mut listed = BTreeSet::new();
        for part in parts {
            for (key, address) in &part.keys {
                // What is wrong with a root is told with the others.
                if let Ok(Some((_, places))) = self.placed(part, key, address) {
                    listed.extend(places);
                }
            }
        }
        listed
    }

    /// A root, and where its shards stand; `None` where there is no object.
    fn placed(&self, part: &Part, key: &Key, address: &Address) -> Result<Option<Placed>> {
        let Some(item) = self.0.get(address) else {
            return Ok(None);
        };
        let operation = &part.operation;
        let root = Root::at(operation, key.clone(), address.clone(), item.clone())?;
        let place = |root: Root| {
            let places = root.places(operation, part.shards)?;
            Ok((root, places))
        };
        root.map(place).transpose()
    }

    fn answered(&mut self, part: Part) -> Answered {
        let mut objects = Vec::with_capacity(part.keys.len());
        for (key, address) in &part.keys {
            let object = self.placed(&part, key, address);
            let whole = |(root, places): Placed| {
                let item = |place: Address| self.0.get_key_value(&place);
                let items = places.into_iter().filter_map(item);
                Whole {
                    root,
                    items: items
                        .map(|(place, item)| (place.clone(), item.clone()))
                        .collect(),
                    at_once: true,
                }
            };
            let object = object.map(|placed| placed.map(whole));
            let object = object.map_err(part.operation.explain(Some(key)));
            objects.push((key.clone(), object));
        }
        Answered::Read(part.operation, part.shards, objects)
    }
}

/// # Errors
///
/// There are more items than one request reads.
fn check_count(items: usize) -> Result<()> {
    if items <= limits::TRANSACTION_ACTIONS {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::TooLarge,
        format!(
            "the objects have {items} items, roots and shards, and {} can be read at one moment; load fewer of them together, or leave \
             shards out with `Lazy` fields",
            limits::TRANSACTION_ACTIONS
        ),
    ))
}
