//! What a store does, one builder each.

use super::{
    Audit, CheckSpecs, CheckTables, Collection, Delete, DeleteMany, DeleteTables, Documents,
    EnsureSpecs, EnsureTables, Find, GuardValues, ItemWrite, Items, Load, LoadMany, LoadParts,
    LoadTogether, LoadTransaction, Members, MigrateTables, Query, ReadPath, Reseal, Save, SaveMany,
    Scan, Store, Transaction, Update, WriteItems, WriteParts, WritePath, WriteTogether,
};
use crate::key::Key;
use crate::shape::{IntoPath, Stored};
use crate::table::TableSpec;
use crate::untyped;

impl Store {
    /// Loads the object with this key; see [`Load`].
    pub fn load<T: Stored>(&self, key: impl Into<Key>) -> Load<T> {
        Load::new(key.into()).on(self)
    }

    /// Loads the objects with these keys; see [`LoadMany`].
    pub fn load_many<T: Stored>(
        &self,
        keys: impl IntoIterator<Item = impl Into<Key>>,
    ) -> LoadMany<T> {
        LoadMany::new(keys).on(self)
    }

    /// Loads objects of several types, a tuple of loads, with the same requests; see [`LoadTogether`].
    ///
    /// Parts that name no store use this one.
    pub fn load_together<P: LoadParts>(&self, parts: P) -> LoadTogether<P> {
        LoadTogether::new(self.clone(), parts)
    }

    /// Loads objects of several types, a tuple of loads, as they are at one moment; see
    /// [`LoadTransaction`](crate::transaction::LoadTransaction).
    ///
    /// Parts that name no store use this one.
    pub fn load_transaction<P: LoadParts>(&self, parts: P) -> LoadTransaction<P> {
        LoadTransaction::new(self.clone(), parts)
    }

    /// Saves an object; see [`Save`].
    pub fn save<T: Stored>(&self, object: T) -> Save<T> {
        Save::new(object).on(self)
    }

    /// Saves these objects; see [`SaveMany`].
    pub fn save_many<T: Stored>(&self, objects: impl IntoIterator<Item = T>) -> SaveMany<T> {
        SaveMany::new(objects).on(self)
    }

    /// Saves and deletes objects of several types, a tuple of batches, with the same requests; see [`WriteTogether`].
    ///
    /// Parts that name no store use this one.
    pub fn write_together<P: WriteParts>(&self, parts: P) -> WriteTogether<P> {
        WriteTogether::new(self.clone(), parts)
    }

    /// Deletes the objects with these keys; see [`DeleteMany`].
    pub fn delete_many<T: Stored>(
        &self,
        keys: impl IntoIterator<Item = impl Into<Key>>,
    ) -> DeleteMany<T> {
        DeleteMany::new(keys).on(self)
    }

    /// Deletes the object with this key; see [`Delete`].
    pub fn delete<T: Stored>(&self, key: impl Into<Key>) -> Delete<T> {
        Delete::new(key.into()).on(self)
    }

    /// Reads one value of an object; see [`ReadPath`].
    pub fn read_path<T: Stored, V>(
        &self,
        key: impl Into<Key>,
        path: impl IntoPath<T, V>,
    ) -> ReadPath<T, V> {
        ReadPath::new(key.into(), path.into_path()).on(self)
    }

    /// Writes one value of an object; see [`WritePath`].
    pub fn write_path<T: Stored, V>(
        &self,
        key: impl Into<Key>,
        path: impl IntoPath<T, V>,
        value: impl Into<V>,
    ) -> WritePath<T, V> {
        WritePath::new(key.into(), path.into_path(), value.into()).on(self)
    }

    /// Changes values of an object in place; see [`Update`].
    pub fn update<T: Stored>(&self, key: impl Into<Key>) -> Update<T> {
        Update::new(key.into()).on(self)
    }

    /// Several writes of objects of any types, all or none; see [`Transaction`].
    pub fn transaction<'a>(&self) -> Transaction<'a> {
        Transaction::new(self.clone())
    }

    /// Finds the objects whose indexed field has this value; see [`Find`].
    pub fn find<T: Stored, V>(&self, path: impl IntoPath<T, V>, value: impl Into<V>) -> Find<T, V> {
        Find::new(path.into_path(), value.into()).on(self)
    }

    /// All objects of a type; see [`Scan`].
    pub fn scan<T: Stored>(&self) -> Scan<T> {
        Scan::new().on(self)
    }

    /// The objects of one partition; see [`Query`].
    pub fn query<T: Stored>(&self) -> Query<T> {
        Query::new().on(self)
    }

    /// The objects of several types in one partition, by one query; see [`Collection`].
    pub fn collection<M: Members>(&self) -> Collection<M> {
        Collection::new().on(self)
    }

    /// Objects without a Rust type, stored as this shape says; see [`Documents`].
    pub fn documents(&self, shape: untyped::Shape) -> Documents {
        Documents::new(self.clone(), shape)
    }

    /// The items of a table as they are stored, by key and without a type; see [`Items`]. Names the table and its partition key; give
    /// [`Items::sort`] that of a sort key.
    pub fn items(&self, table: impl Into<String>, key: impl Into<String>) -> Items {
        Items::new(self.clone(), table.into(), key.into())
    }

    /// Writes several items without a type, all or none; see [`WriteItems`].
    pub fn write_items(&self, parts: impl IntoIterator<Item = ItemWrite>) -> WriteItems {
        WriteItems::new(self.clone(), parts.into_iter().collect())
    }

    /// Brings every stored `T` to what a save today would encrypt, and how; see [`Reseal`].
    pub fn reseal<T: Stored>(&self) -> Reseal<T> {
        Reseal::new().on(self)
    }

    /// Counts the sealed values of every stored `T` by their keys, without a key; see [`Audit`].
    pub fn audit<T: Stored>(&self) -> Audit<T> {
        Audit::new().on(self)
    }

    /// Guards the values of the unique fields of every stored `T`, and frees those that nobody has; see [`GuardValues`].
    pub fn guard_values<T: Stored>(&self) -> GuardValues<T> {
        GuardValues::new().on(self)
    }

    /// Makes the tables of `T` and of its shards, where they do not exist; see [`EnsureTables`].
    pub fn ensure_tables<T: Stored>(&self) -> EnsureTables<T> {
        EnsureTables::new(self.clone())
    }

    /// Makes tables from specifications, where they do not exist; see [`EnsureSpecs`].
    pub fn ensure_specs(&self, specs: impl IntoIterator<Item = TableSpec>) -> EnsureSpecs {
        EnsureSpecs::new(self.clone(), specs.into_iter().collect())
    }

    /// Compares tables with specifications; see [`CheckSpecs`].
    pub fn check_specs(&self, specs: impl IntoIterator<Item = TableSpec>) -> CheckSpecs {
        CheckSpecs::new(self.clone(), specs.into_iter().collect())
    }

    /// Compares the tables of `T` and of its shards with what is wanted; see [`CheckTables`].
    pub fn check_tables<T: Stored>(&self) -> CheckTables<T> {
        CheckTables::new(self.clone())
    }

    /// Adds to the tables of `T` and of its shards what they lack; see [`MigrateTables`].
    pub fn migrate_tables<T: Stored>(&self) -> MigrateTables<T> {
        MigrateTables::new(self.clone())
    }

    /// Deletes the tables of `T` and of its shards, if exactly they are named; see [`DeleteTables`].
    pub fn delete_tables<T: Stored>(&self) -> DeleteTables<T> {
        DeleteTables::new(self.clone())
    }
}
