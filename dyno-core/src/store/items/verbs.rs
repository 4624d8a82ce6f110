//! What items and indexes do, one builder each.

use dyno_value::Item;

use super::get::Get;
use super::handle::{Index, Items};
use super::many::{Change, GetMany, WriteMany};
use super::select::Select;
use super::write::{Check, Delete, Put, Update};
use crate::expr::Condition;
use crate::key::{Key, KeyValue};

impl Items {
    /// Reads the item with this key; see [`Get`].
    pub fn get(&self, key: impl Into<Key>) -> Get {
        Get::new(self.clone(), key.into())
    }

    /// Reads the items with these keys; see [`GetMany`].
    pub fn get_many<K: Into<Key>>(&self, keys: impl IntoIterator<Item = K>) -> GetMany {
        GetMany::new(self.clone(), keys.into_iter().map(Into::into).collect())
    }

    /// Stores an item in place of what stands there; see [`Put`].
    pub fn put(&self, item: Item) -> Put {
        Put::new(self.clone(), item)
    }

    /// Changes attributes of the item with this key, or makes it; see [`Update`].
    pub fn update(&self, key: impl Into<Key>) -> Update {
        Update::new(self.clone(), key.into())
    }

    /// Deletes the item with this key; see [`Delete`].
    pub fn delete(&self, key: impl Into<Key>) -> Delete {
        Delete::new(self.clone(), key.into())
    }

    /// Demands something of the item with this key, in a transaction that writes others; see [`Check`].
    pub fn check(&self, key: impl Into<Key>, condition: Condition<Item>) -> Check {
        Check::new(self.clone(), key.into(), condition)
    }

    /// Stores and deletes many items; see [`WriteMany`].
    pub fn write_many(&self, changes: impl IntoIterator<Item = Change>) -> WriteMany {
        WriteMany::new(self.clone(), changes.into_iter().collect())
    }

    /// Reads the items of a partition, in the order of the sort key; see [`Select`].
    pub fn query(&self, partition: impl Into<KeyValue>) -> Select {
        Select::query(self.clone(), None, partition.into())
    }

    /// Reads all items of the table; see [`Select`].
    pub fn scan(&self) -> Select {
        Select::scan(self.clone(), None)
    }
}

impl Index {
    /// Reads the items of a partition of the index, in the order of its sort key; see [`Select`].
    pub fn query(&self, partition: impl Into<KeyValue>) -> Select {
        Select::query(self.items.clone(), Some(self.clone()), partition.into())
    }

    /// Reads all items that the index holds; see [`Select`].
    pub fn scan(&self) -> Select {
        Select::scan(self.items.clone(), Some(self.clone()))
    }
}
