//! Which of the items of a page are roots of the type.

use std::collections::BTreeMap;

use dyno_value::Item;

use crate::error::{ErrorKind, Result};
use crate::key::Key;
use crate::plan::{Address, Found, Owner, RootState, ShardField, Verifier};
use crate::reserved;
use crate::store::operation::Operation;
use crate::store::shards::Shards;
use crate::store::snapshot::Reading;

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
    /// The key of the last root, if there are more roots than wanted.
    pub(super) cut: Option<Item>,
}

impl Sorted {
    /// # Errors
    ///
    /// A root cannot be read, or is not as it was sealed.
    pub(super) fn of(operation: &Operation, items: Vec<Item>, most: usize) -> Result<Self> {
        let table = operation.topology.table;
        let mut sorted = Self::default();
        for item in items {
            let Some(address) = Address::of_item(table, table.region_name(), &item) else {
                continue;
            };
            if [reserved::STAMP, reserved::PIECE]
                .iter()
                .any(|name| item.contains_key(*name))
            {
                sorted.shards.insert(address, item);
                continue;
            }
            if sorted.cut.is_some() {
                continue;
            }
            let Some(root) = Root::of(operation, &address, item)? else {
                continue;
            };
            if sorted.roots.len() == most {
                sorted.cut = sorted.roots.last().map(|last| last.address.to_item());
            } else {
                sorted.roots.push(root);
            }
        }
        Ok(sorted)
    }
}

impl Root {
    /// `None`: a root of another type, or none at all.
    fn of(operation: &Operation, place: &Address, item: Item) -> Result<Option<Self>> {
        let key = place.key();
        let Ok(address) = operation.root(&key) else {
            return Ok(None);
        };
        let found = reading(operation, &address, |reading| reading.verified(&item));
        let state = match found {
            Ok(Found::Foreign) => None,
            Ok(Found::NotLive) => return Ok(None),
            Ok(Found::Object(state)) => Some(state),
            Err(error) if error.kind() == ErrorKind::TypeMismatch => return Ok(None),
            Err(error) => return Err(operation.explain(Some(&key))(error)),
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
