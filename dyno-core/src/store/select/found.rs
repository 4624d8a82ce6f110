//! Which of the items of a page are roots of the type.

use std::collections::BTreeMap;

use dyno_value::Item;

use crate::error::{Error, ErrorKind, Result};
use crate::key::Key;
use crate::plan::{Address, Found, Owner, RootState, ShardField, Verifier};
use crate::reserved;
use crate::shape::TableShape;
use crate::store::operation::Operation;
use crate::store::reseal::Failure;
use crate::store::shards::Shards;
use crate::store::snapshot::Reading;

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
pub(super) struct Root {
    pub(super) key: Key,
    pub(super) address: Address,
    pub(super) item: Item,
    /// `None`: an item that the mapper does not manage.
    pub(super) state: Option<RootState>,
}

/// The items of a page.
#[derive(Default)]
pub(super) struct Sorted {
    pub(super) roots: Vec<Root>,
    /// Shards that stand beside roots.
    pub(super) shards: BTreeMap<Address, Item>,
    /// Roots that cannot be read.
    pub(super) failures: Vec<Failure>,
    /// The key of the last root, if there are more roots than wanted.
    pub(super) cut: Option<Item>,
}

impl Sorted {
    /// # Errors
    ///
    /// The table has other keys than the type.
    pub(super) fn of(operation: &Operation, items: Vec<Item>, most: usize) -> Result<Self> {
        let table = operation.topology.table;
        let mut sorted = Self::default();
        for item in items {
            let Some(address) = Address::of_item(table, table.region_name(), &item) else {
                return Err(other_keys(table, "an item in it has no such key"));
            };
            if let Err(error) = operation.root(&address.key()) {
                return Err(other_keys(table, &error.to_string()));
            }
            if [reserved::STAMP, reserved::PIECE]
                .iter()
                .any(|name| item.contains_key(*name))
            {
                sorted.shards.insert(address, item);
            } else if sorted.cut.is_none() {
                sorted.add(operation, Root::of(operation, &address, item), most);
            }
        }
        Ok(sorted)
    }

    fn add(&mut self, operation: &Operation, root: Result<Option<Root>, Failure>, most: usize) {
        let is_full = self.roots.len() == most;
        match root {
            Ok(None) => {}
            Ok(Some(_)) | Err(_) if is_full => {
                self.cut = self.roots.last().map(|last| last.address.to_item());
            }
            Ok(Some(root)) => self.roots.push(root),
            Err(failure) => self.failures.push(failure.explained(operation)),
        }
    }
}

impl Root {
    /// `None`: a root of another type, or none at all.
    fn of(operation: &Operation, place: &Address, item: Item) -> Result<Option<Self>, Failure> {
        let key = place.key();
        let address = match operation.root(&key) {
            Ok(address) => address,
            Err(error) => return Err(Failure::new(key, error)),
        };
        let found = reading(operation, &address, |reading| reading.verified(&item));
        let state = match found {
            Ok(Found::Foreign) => None,
            Ok(Found::NotLive) => return Ok(None),
            Ok(Found::Object(state)) => Some(state),
            Err(error) if error.kind() == ErrorKind::TypeMismatch => return Ok(None),
            Err(error) => return Err(Failure::new(key, error)),
        };
        Ok(Some(Self {
            key,
            address,
            item,
            state,
        }))
    }
}

/// Gives the use what a load of the root at this place reads.
pub(super) fn reading<O>(
    operation: &Operation,
    root: &Address,
    using: impl FnOnce(&Reading<'_>) -> Result<O>,
) -> Result<O> {
    let owner: Owner = operation.owner(root);
    let wants = |field: &ShardField| Shards::AsDeclared.wants(field.is_lazy());
    let seals: Option<Verifier<'_>> = operation.verifier(root)?;
    let mut reading = operation.reading(&owner, root, Shards::AsDeclared, &wants, true);
    reading.seals = seals.as_ref();
    using(&reading)
}
