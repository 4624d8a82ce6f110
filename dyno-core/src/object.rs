//! The trait that gives a stored type its verbs.

use aws_smithy_types::Blob;

use crate::error::Result;
use crate::key::{FieldsOf, Key, KeyFields};
use crate::loader::ConfigLoader;
use crate::shape::{self, IntoPath, Path, Stored};
use crate::store::{
    self, Delete, DeleteMany, Find, Load, LoadMany, Query, ReadPath, Save, SaveMany, Scan, Update,
    WritePath,
};

/// The operations of every type that derives `DyObject` and names a table.
///
/// They use the [installed](crate::Store::install) store; each returns a builder that takes options and is awaited.
/// The same operations are methods of [`Store`](crate::Store).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an object with a table",
    label = "not a stored object",
    note = "derive `DyObject` and name a table: `#[dyno(table = \"..\", key = \"..\")]` on `{Self}`"
)]
pub trait DyObject: Stored {
    /// Loads the object with this key; see [`Load`].
    fn load(key: impl Into<Key>) -> Load<Self> {
        Load::new(key.into())
    }

    /// Loads the objects with these keys; see [`LoadMany`].
    fn load_many(keys: impl IntoIterator<Item = impl Into<Key>>) -> LoadMany<Self> {
        LoadMany::new(keys)
    }

    /// The key of the object with these values in the fields of its [key templates](crate::template), as a tuple in the order of the
    /// templates, the partition key's first, each field once; one field stands alone, too. Nothing is sent.
    ///
    /// What makes no key (an empty string, too many bytes) is refused where the key is used, before anything is sent.
    ///
    /// # Examples
    ///
    /// ```
    /// # extern crate dyno_core as dyno;
    /// # use dyno_derive::DyObject;
    /// use dyno::DyObject;
    ///
    /// #[derive(DyObject)]
    /// #[dyno(table = "App", key = "USER#{tenant}", sort = "ORDER#{created}#{id}")]
    /// struct Order {
    ///     tenant: String,
    ///     created: u32,
    ///     id: String,
    /// }
    ///
    /// let key = Order::key_of(("acme", 1_763_000_000, "x-7"));
    /// assert_eq!(key.to_string(), "USER#acme / ORDER#1763000000#x-7");
    /// ```
    fn key_of(fields: impl FieldsOf<<Self::Keys as KeyFields>::All>) -> Key {
        match Self::SHAPE.key_templates() {
            Some(templates) => {
                let made = templates.key_of(&fields.__dyno_texts());
                made.unwrap_or_else(|why| templates.shown().with_fault(why))
            }
            None => Key::new("").with_fault("the type has no key template".to_owned()),
        }
    }

    /// Saves the object: inserts it, or replaces what has its key; see [`Save`].
    fn save(self) -> Save<Self> {
        Save::new(self)
    }

    /// Saves these objects; see [`SaveMany`].
    fn save_many(objects: impl IntoIterator<Item = Self>) -> SaveMany<Self> {
        SaveMany::new(objects)
    }

    /// Deletes the objects with these keys; see [`DeleteMany`].
    fn delete_many(keys: impl IntoIterator<Item = impl Into<Key>>) -> DeleteMany<Self> {
        DeleteMany::new(keys)
    }

    /// Deletes the object with this key and all its shards; see [`Delete`].
    fn delete(key: impl Into<Key>) -> Delete<Self> {
        Delete::new(key.into())
    }

    /// Reads one value of the object with this key; see [`ReadPath`].
    fn read_path<V>(key: impl Into<Key>, path: impl IntoPath<Self, V>) -> ReadPath<Self, V> {
        ReadPath::new(key.into(), path.into_path())
    }

    /// Writes one value of the object with this key; see [`WritePath`].
    fn write_path<V>(
        key: impl Into<Key>,
        path: impl IntoPath<Self, V>,
        value: impl Into<V>,
    ) -> WritePath<Self, V> {
        WritePath::new(key.into(), path.into_path(), value.into())
    }

    /// Changes values of the object with this key in place; see [`Update`].
    fn update(key: impl Into<Key>) -> Update<Self> {
        Update::new(key.into())
    }

    /// Finds the objects whose indexed field has this value; see [`Find`].
    fn find<V>(path: impl IntoPath<Self, V>, value: impl Into<V>) -> Find<Self, V> {
        Find::new(path.into_path(), value.into())
    }

    /// All objects of the type; see [`Scan`].
    fn scan() -> Scan<Self> {
        Scan::new()
    }

    /// The objects of one partition; see [`Query`].
    fn query() -> Query<Self> {
        Query::new()
    }

    /// The index value of a value of an indexed field, under the first index key that the loader gives.
    ///
    /// It is what the field's column holds. As the primary key of the object it makes an encrypted key: the key says
    /// nothing of the value, and who knows the value and has the index key finds the object with one `GetItem`. Such
    /// an index has 256 bits, because a key stands for one object. A new index key is a new primary key then: save the
    /// objects again under it, and delete them under the old one. Nothing is sent.
    ///
    /// # Examples
    ///
    /// ```
    /// # extern crate dyno_core as dyno;
    /// # #[cfg(feature = "embedded")]
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use dyno_derive::DyObject;
    /// use dyno::{Blob, DyObject, EncryptionKey, IndexKey, IndexKeys, Rules, Store};
    ///
    /// #[derive(DyObject)]
    /// #[dyno(table = "Patients", key = "ID")]
    /// struct Patient {
    ///     #[dyno(key)]
    ///     id: Blob,
    ///     #[dyno(encrypt(index = "insurance-number", bits = 256))]
    ///     number: String,
    /// }
    ///
    /// let rules = Rules::new()
    ///     .encrypt(["number"], EncryptionKey::generate("k1")?)?
    ///     .index_with(IndexKeys::new(IndexKey::generate("search-1")?));
    /// let store = Store::embedded()?.with_loader(rules.clone());
    /// store.ensure_tables::<Patient>().await?;
    ///
    /// let id = |number: &str| Patient::index_value(Patient::paths().number(), number, &rules);
    /// store.save(Patient { id: id("A123")?, number: "A123".into() }).await?;
    /// let found = store.load::<Patient>(id("A123")?).await?;
    /// assert_eq!(found.number, "A123");
    /// # Ok(())
    /// # }
    /// # #[cfg(not(feature = "embedded"))]
    /// # fn main() {}
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidPath`](crate::ErrorKind::InvalidPath) if the field has no index,
    /// [`ErrorKind::KeyRefused`](crate::ErrorKind::KeyRefused) if the loader gives no index key,
    /// [`ErrorKind::InvalidValue`](crate::ErrorKind::InvalidValue) if the value has no index value.
    fn index_value<V>(
        path: impl IntoPath<Self, V>,
        value: impl Into<V>,
        loader: &dyn ConfigLoader,
    ) -> Result<Blob> {
        store::index_value::<Self, V>(&path.into_path(), &value.into(), loader)
    }

    /// Handles of the fields: `Root::paths().location().city()`.
    fn paths() -> Path<Self, Self> {
        shape::root()
    }

    /// The fields of this type, to be compared in a [`Condition`](crate::Condition): the same handles as
    /// [`paths`](Self::paths), under the name by which a condition reads.
    fn fields() -> Path<Self, Self> {
        Self::paths()
    }

    /// Handles of the type's secondary indexes, to be queried or scanned: `User::indexes().by_email()`.
    fn indexes() -> Self::Indexes {
        Self::Indexes::default()
    }
}

impl<T: Stored> DyObject for T {}
