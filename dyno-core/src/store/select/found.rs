//! Which of the items of a page are roots of the type.

use std::collections::BTreeMap;

use dyno_value::Item;

use super::keys::Keys;
use crate::error::{Error, ErrorKind, Result};
use crate::key::Key;
use crate::plan::{Address, Found, Owner, RootState, ShardField, Verifier, is_of_shard};
use crate::shape::TableShape;
use crate::store::operation::Operation;
use crate::store::reseal::Failure;
use crate::store::shards::Shards;
use crate::store::snapshot::{Reading, Snapshot};

/// The table does not have the keys that the type says it has.
pub(super) fn other_keys(table: &TableShape, what: &str) -> Error {
    let sort = table
        .sort_name()
        .map(|name| format!(" and sort key `{name}`"));
    let why = format!(
        "the table has other keys than partition key `{}`{}, as the type says: {what}; `store.check_tables::<T>()` shows all \
         differences",
        table.key_name(),
        sort.unwrap_or_else(|| " and no sort key".to_owned())
    );
    Error::new(ErrorKind::TableMismatch, why).in_table(table.name())
}

/// A root, and where it stands.
pub(in crate::store) struct Root {
    pub(in crate::store) key: Key,
    pub(super) address: Address,
    pub(super) item: Item,
    /// Its keys in the index that it was found in, if they are not those of the item.
    pub(super) place: Option<Item>,
    /// `None`: an item that the mapper does not manage.
    pub(super) state: Option<RootState>,
}

/// An item that was found.
pub(super) struct Seen {
    pub(super) item: Item,
    /// Its keys in the index that it was found in, if the item was read after it.
    pub(super) place: Option<Item>,
}

/// The items of a page.
#[derive(Default)]
pub(super) struct Sorted {
    pub(super) roots: Vec<Root>,
    /// Shards that stand beside roots.
    pub(super) shards: BTreeMap<Address, Item>,
    /// Roots that cannot be read.
    pub(super) failures: Vec<Failure>,
    /// The key of the last root, if there are more roots than wanted, or may be.
    pub(super) cut: Option<Item>,
    /// Whether a root was seen that is one too many.
    pub(super) sees_more: bool,
}

impl Sorted {
    /// # Errors
    ///
    /// The table has other keys than the type.
    pub(super) fn take_in(
        &mut self,
        operation: &Operation,
        keys: Keys,
        items: Vec<Seen>,
        most: usize,
    ) -> Result<()> {
        let table = operation.topology.table;
        for Seen { item, place } in items {
            let Some(address) = Address::of_item(table, table.region_name(), &item) else {
                return Err(other_keys(table, "an item in it has no such key"));
            };
            let root = operation.place_in_table(&address.key());
            let root = root.map_err(|error| other_keys(table, &error.to_string()))?;
            if is_of_shard(&item) {
                self.shards.insert(address, item);
            } else if !self.sees_more {
                let root = Root::of(operation, root, item, place);
                self.add(operation, keys, root, most);
            }
        }
        Ok(())
    }

    /// What follows the last root is left to whoever goes on.
    pub(super) fn cut_behind_last(&mut self, keys: Keys) {
        let place = |last: &Root| {
            last.place
                .clone()
                .unwrap_or_else(|| keys.place_of(&last.item))
        };
        self.cut = self.roots.last().map(place);
    }

    fn add(
        &mut self,
        operation: &Operation,
        keys: Keys,
        root: Result<Option<Root>, Failure>,
        most: usize,
    ) {
        let is_full = self.roots.len() == most;
        match root {
            Ok(None) => {}
            Ok(Some(_)) | Err(_) if is_full => {
                self.sees_more = true;
                self.cut_behind_last(keys);
            }
            Ok(Some(root)) => self.roots.push(root),
            Err(failure) => self.failures.push(failure.explained(operation)),
        }
    }
}

impl Root {
    /// `None`: a root of another type, or none at all.
    pub(super) fn of(
        operation: &Operation,
        address: Address,
        item: Item,
        place: Option<Item>,
    ) -> Result<Option<Self>, Failure> {
        let key = address.key();
        match Self::at(operation, key.clone(), address, item) {
            Err(error) if error.kind() == ErrorKind::TypeMismatch => Ok(None),
            root => root
                .map(|root| Some(Self { place, ..root? }))
                .map_err(|error| Failure::new(key, error)),
        }
    }

    /// The root of the object with this key, which must be of the type; `None`: there is no object.
    ///
    /// # Errors
    ///
    /// The item is of another type, or cannot be read.
    pub(in crate::store) fn at(
        operation: &Operation,
        key: Key,
        address: Address,
        item: Item,
    ) -> Result<Option<Self>> {
        let found = reading(operation, &address, Shards::AsDeclared, |reading| {
            reading.verified(&item)
        });
        let state = match found? {
            Found::Foreign => None,
            Found::NotLive => return Ok(None),
            Found::Object(state) => Some(state),
        };
        Ok(Some(Self {
            key,
            address,
            item,
            place: None,
            state,
        }))
    }

    /// Where these of its shards stand.
    ///
    /// # Errors
    ///
    /// A shard's key would be too long.
    pub(in crate::store) fn places(
        &self,
        operation: &Operation,
        shards: Shards,
    ) -> Result<Vec<Address>> {
        match &self.state {
            Some(state) => reading(operation, &self.address, shards, |reading| {
                reading.places(state)
            }),
            None => Ok(Vec::new()),
        }
    }

    /// The error of the first shard that is not as it says, of those that were read at one moment with it.
    ///
    /// # Errors
    ///
    /// A shard's key would be too long.
    pub(in crate::store) fn misfit(
        &self,
        operation: &Operation,
        shards: Shards,
        items: &BTreeMap<Address, Item>,
    ) -> Result<Option<Error>> {
        let Some(state) = &self.state else {
            return Ok(None);
        };
        reading(operation, &self.address, shards, |reading| {
            reading.misfit(state, items)
        })
    }

    /// Puts these of its shards to it, all of which were read before; `None` if they are not as it says.
    ///
    /// # Errors
    ///
    /// A seal is broken, or a shard's key would be too long.
    pub(in crate::store) fn fitted(
        &self,
        operation: &Operation,
        shards: Shards,
        items: BTreeMap<Address, Item>,
    ) -> Result<Option<Snapshot>> {
        let item = self.item.clone();
        let Some(state) = &self.state else {
            return Ok(Some(Snapshot::of_foreign(item)));
        };
        reading(operation, &self.address, shards, |reading| {
            reading.fitted(item, state.clone(), items)
        })
    }
}

/// The root at this place, and these of its shards that any object of the type may have.
///
/// # Errors
///
/// A shard's key would be too long.
pub(in crate::store) fn first_places(
    operation: &Operation,
    root: &Address,
    shards: Shards,
) -> Result<Vec<Address>> {
    reading(operation, root, shards, |reading| {
        let mut places = reading.homes()?;
        places.push(root.clone());
        Ok(places)
    })
}

/// Gives the use what a load of the root at this place, with these shards, reads.
fn reading<O>(
    operation: &Operation,
    root: &Address,
    shards: Shards,
    using: impl FnOnce(&Reading<'_>) -> Result<O>,
) -> Result<O> {
    let owner: Owner = operation.owner(root);
    let wants = |field: &ShardField| shards.wants(field.is_lazy());
    let seals: Option<Verifier<'_>> = operation.verifier(root)?;
    let mut reading = operation.reading(&owner, root, shards, &wants, true);
    reading.seals = seals.as_ref();
    using(&reading)
}
