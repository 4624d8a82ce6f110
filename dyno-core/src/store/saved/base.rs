//! What the next save of an object compares with.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use dyno_value::Item;

use super::Saved;
use crate::error::Result;
use crate::key::Key;
use crate::plan::{Address, Verbatim};
use crate::shape::{Stored, TableShape, fills_in, read_object, view_object};
use crate::store::made_key::check_key_made;
use crate::store::operation::Operation;
use crate::store::shards::Shards;
use crate::store::snapshot::Snapshot;
use crate::store::tree::{Baseline, LoadedTree};

/// What the next save compares with.
#[derive(Clone, Debug)]
pub(in crate::store) enum Base {
    /// What follows from this item, which was put, and holds what the object's fields say.
    Put(Arc<Item>),
    /// The same of one that was read from this table.
    Read(Item, &'static TableShape),
    Known(Box<Baseline>),
}

impl Base {
    /// The key of an item that was read.
    pub(super) fn key(&self) -> Key {
        let address = match self {
            Self::Read(item, table) => Address::of_item(table, None, item),
            Self::Put(_) | Self::Known(_) => None,
        };
        address.map_or_else(
            || Key::new("").with_fault("the item has no key".to_owned()),
            Address::into_key,
        )
    }
}

impl From<Baseline> for Base {
    fn from(baseline: Baseline) -> Self {
        Self::Known(Box::new(baseline))
    }
}

impl<T: Stored> Saved<T> {
    /// The object of an item that holds what its fields say; gives the item back if it takes a closer look.
    pub(in crate::store) fn of_verbatim(
        operation: &Operation,
        verbatim: &Verbatim,
        key: Key,
        item: Item,
    ) -> Result<Self, (Key, Item)> {
        let object = verbatim.is(&item).then(|| view(&item)).flatten();
        match object.filter(|object| check_key_made(object, &key).is_ok()) {
            Some(object) => Ok(Self::with_item(operation, key.into(), object, item)),
            None => Err((key, item)),
        }
    }

    /// The same of an item that is known to be such a one, and has its key.
    pub(in crate::store) fn of_known_verbatim(
        operation: &Operation,
        item: Item,
    ) -> Result<Self, Item> {
        let Some(object) = view::<T>(&item) else {
            return Err(item);
        };
        let saved = Self::with_item(operation, OnceLock::new(), object, item);
        let has_templates = T::SHAPE.key_templates().is_some();
        if has_templates && check_key_made(&saved.object, saved.key()).is_err() {
            return Err(saved.into_item());
        }
        Ok(saved)
    }

    fn with_item(operation: &Operation, key: OnceLock<Key>, object: T, item: Item) -> Self {
        Self {
            object,
            key,
            options: operation.options(),
            base: Base::Read(item, operation.topology.table),
            exceptions: Vec::new(),
        }
    }

    /// The item that the object was read from.
    pub(in crate::store) fn into_item(self) -> Item {
        match self.base {
            Base::Read(item, _) => item,
            Base::Put(_) | Base::Known(_) => Item::new(),
        }
    }

    /// What a save compares with.
    ///
    /// # Errors
    ///
    /// The stored item cannot be read again, which it could before.
    pub(in crate::store) fn baseline(&self) -> Result<Cow<'_, Baseline>> {
        match &self.base {
            Base::Known(baseline) => Ok(Cow::Borrowed(&**baseline)),
            Base::Put(item) => self.baseline_of(item).map(Cow::Owned),
            Base::Read(item, _) => self.baseline_of(item).map(Cow::Owned),
        }
    }

    fn baseline_of(&self, item: &Item) -> Result<Baseline> {
        let operation = Operation::new::<T>("load", self.options.clone())?;
        let root = operation.root(self.key())?;
        let snapshot = Snapshot::of_foreign(item.clone());
        let loaded = operation.joined(self.key(), &root, Shards::AsDeclared, snapshot)?;
        object_of::<T>(&operation, loaded).map(|(_, baseline)| baseline)
    }
}

/// The object of a tree without lazy shards, and what a save of it compares with.
fn object_of<T: Stored>(operation: &Operation, mut loaded: LoadedTree) -> Result<(T, Baseline)> {
    let object: T = read_object(std::mem::take(&mut loaded.tree))
        .map_err(|error| loaded.decisions.does_not_fit(error))?;
    let written = operation.tree_of(&object)?;
    let baseline = loaded.compared_with(&operation.topology, written)?;
    Ok((object, baseline))
}

/// The object of an item, if that fits it, and says the same each time that it is read.
fn view<T: Stored>(item: &Item) -> Option<T> {
    let (object, fills_in) = fills_in(|| view_object::<T>(item));
    object.ok().filter(|_| !fills_in)
}
