//! The trait that gives a stored type its verbs.

use crate::key::Key;
use crate::shape::{self, IntoPath, Path, Stored};
use crate::store::{Delete, Load, ReadPath, Save, WritePath};

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

    /// Saves the object: inserts it, or replaces what has its key; see [`Save`].
    fn save(self) -> Save<Self> {
        Save::new(self)
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

    /// Handles of the fields: `Root::paths().location().city()`.
    fn paths() -> Path<Self, Self> {
        shape::root()
    }
}

impl<T: Stored> DyObject for T {}
