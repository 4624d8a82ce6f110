//! What the next save of an object compares with.
//!
//! Of an object that is one item which holds what its fields say it is worked out when there is a save: most objects that are read
//! are not written. Until then the item is kept, without the texts, which the object has; before anybody may change the object, the
//! item gets them back. If the object would be written as the very same item, even that is not kept.

use std::borrow::Cow;
use std::mem;
use std::sync::OnceLock;

use dyno_value::Item;

use super::Saved;
use crate::error::Result;
use crate::key::Key;
use crate::plan::{Address, Decisions, Verbatim};
use crate::shape::{
    Stored, TableShape, read_object, restore_drained, uncertain, write_keys, write_what_can_be,
};
use crate::store::made_key::check_key_made;
use crate::store::operation::{Operation, Options};
use crate::store::shards::Shards;
use crate::store::snapshot::Snapshot;
use crate::store::tree::{Baseline, LoadedTree};

/// What the next save compares with.
#[derive(Clone, Debug)]
pub(in crate::store) enum Base {
    /// What follows from the object as it is: that is how it stands there, and nobody could change it since.
    AsItIs,
    /// What follows from this item, once it has its texts back from the object.
    Drained(Box<Item>),
    /// The same, where it may be otherwise the next time: it is worked out before the object is given back.
    Uncertain(Box<Item>),
    /// What follows from this item.
    Item(Box<Item>),
    Known(Box<Baseline>),
}

impl From<Baseline> for Base {
    fn from(baseline: Baseline) -> Self {
        Self::Known(Box::new(baseline))
    }
}

impl<T: Stored> Saved<T> {
    /// The object of an item that holds what its fields say, under the key of the item, to be [checked](Self::check). Nothing if the
    /// item may be another one, which it then still is.
    ///
    /// # Errors
    ///
    /// The item does not fit the type.
    #[inline]
    pub(in crate::store) fn of_verbatim(
        verbatim: &Verbatim,
        options: &Options,
        item: &mut Item,
        give: impl FnOnce(Self),
    ) -> Result<bool> {
        let watch = uncertain::Watch::begin();
        let mut reader = verbatim.reader();
        if !verbatim.read(item, &mut reader) {
            return Ok(false);
        }
        match T::read(&mut reader) {
            Ok(object) => {
                let as_written = reader.as_written();
                give(Self {
                    object,
                    key: OnceLock::new(),
                    options: options.clone(),
                    base: if watch.has_seen_any() {
                        Base::Uncertain(Box::new(mem::take(item)))
                    } else if verbatim.is_as_written(item, as_written) {
                        Base::AsItIs
                    } else {
                        Base::Drained(Box::new(mem::take(item)))
                    },
                    exceptions: Vec::new(),
                });
                Ok(true)
            }
            Err(error) => Err(Decisions::default().does_not_fit(reader.placed(error))),
        }
    }

    /// Ends the load of such an object.
    ///
    /// # Errors
    ///
    /// The key is not the one that the fields make, or the object cannot be written.
    pub(in crate::store) fn check(&mut self, operation: &Operation) -> Result<()> {
        if T::SHAPE.key_templates().is_some() {
            check_key_made(&self.object, self.key())?;
        }
        if matches!(self.base, Base::Uncertain(_)) {
            self.know_key();
            let loaded = loaded_from(operation, self.key(), self.item()?)?;
            let written = operation.tree_of(&self.object)?;
            self.base = loaded.compared_with(&operation.topology, written)?.into();
        }
        Ok(())
    }

    /// The key of the item, from which texts may have been moved to the object.
    pub(super) fn key_of_item(&self) -> Key {
        let mut keys = write_keys(&self.object);
        if let Base::Drained(item) | Base::Uncertain(item) = &self.base {
            let names = T::SHAPE.table().map(TableShape::key_names);
            for name in names.into_iter().flatten() {
                if let Some((name, value)) = item.get_key_value(name)
                    && value.as_s().ok().is_none_or(|text| !text.is_empty())
                {
                    keys.insert(name.clone(), value.clone());
                }
            }
        }
        key_in::<T>(&keys)
    }

    /// What a save compares with.
    ///
    /// # Errors
    ///
    /// The item cannot be read again, which it could before.
    pub(in crate::store) fn baseline(&self) -> Result<Cow<'_, Baseline>> {
        if let Base::Known(baseline) = &self.base {
            return Ok(Cow::Borrowed(&**baseline));
        }
        let operation = self.reading()?;
        let mut loaded = loaded_from(&operation, self.key(), self.item()?)?;
        let object: T = read_object(mem::take(&mut loaded.tree))
            .map_err(|error| loaded.decisions.does_not_fit(error))?;
        let written = operation.tree_of(&object)?;
        let baseline = loaded.compared_with(&operation.topology, written)?;
        Ok(Cow::Owned(baseline))
    }

    /// As the load was, without a loader.
    fn reading(&self) -> Result<Operation> {
        let operation = Operation::new::<T>("load", self.options.clone())?;
        Ok(operation.again("load", None))
    }

    /// The same object apart from this one, whatever its `clone` does.
    pub(super) fn cloned(&self) -> Self
    where
        T: Clone,
    {
        let base = match &self.base {
            Base::AsItIs | Base::Drained(_) | Base::Uncertain(_) => {
                Base::Item(Box::new(self.item().unwrap_or_default()))
            }
            base @ (Base::Item(_) | Base::Known(_)) => base.clone(),
        };
        Self {
            object: self.object.clone(),
            key: Box::new(self.key().clone()).into(),
            options: self.options.clone(),
            base,
            exceptions: self.exceptions.clone(),
        }
    }

    /// The whole item, as it is stored.
    fn item(&self) -> Result<Item> {
        match &self.base {
            Base::AsItIs => {
                let operation = self.reading()?;
                let root = operation.root(self.key())?;
                operation.item_of(&root, write_what_can_be(&self.object))
            }
            Base::Drained(item) | Base::Uncertain(item) => {
                let mut item = Item::clone(item);
                restore_drained(&self.object, &mut item);
                Ok(item)
            }
            Base::Item(item) => Ok(Item::clone(item)),
            Base::Known(_) => Ok(Item::new()),
        }
    }

    /// Makes what is compared with independent of the object, which may be changed from now on.
    pub(super) fn part_from_object(&mut self) {
        if matches!(self.base, Base::Item(_) | Base::Known(_)) {
            return;
        }
        self.know_key();
        let item = match &mut self.base {
            Base::Drained(item) | Base::Uncertain(item) => {
                let mut item = mem::take(&mut **item);
                restore_drained(&self.object, &mut item);
                item
            }
            // An item that is not there makes the next save a conflict, in place of none.
            _ => self.item().unwrap_or_default(),
        };
        self.base = Base::Item(Box::new(item));
    }
}

/// The key of an item in the table of its type.
pub(in crate::store) fn key_in<T: Stored>(item: &Item) -> Key {
    let table = T::SHAPE.table();
    let address = table.and_then(|table| Address::of_item(table, None, item));
    address.map_or_else(no_key, Address::into_key)
}

fn no_key() -> Key {
    Key::new("").with_fault("the item has no key".to_owned())
}

/// The tree of an item that was read.
fn loaded_from(operation: &Operation, key: &Key, item: Item) -> Result<LoadedTree> {
    let root = operation.root(key)?;
    let snapshot = Snapshot::of_foreign(item);
    operation.joined(key, &root, Shards::AsDeclared, snapshot)
}
