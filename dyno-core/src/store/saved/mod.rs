mod base;
mod delete;
mod reload;
mod save;

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::OnceLock;

use dyno_crypto::UsedException;

pub(super) use self::base::{Base, key_in};
pub use self::delete::DeleteSaved;
pub use self::reload::Reload;
pub use self::save::SaveSaved;
use super::operation::{Operation, Options};
use super::shards::Shards;
use super::tree::{Baseline, LoadedTree};
use crate::error::{Error, ErrorKind, Result, not_found};
use crate::key::Key;
use crate::shape::{Refresh, Stored, lazy, read_object};
use crate::store::made_key::check_key_made;

/// An object together with its key and the version that is stored.
///
/// It derefs to the object, so fields are read and changed as if it were not there. [`save`](Self::save) writes what
/// changed, and fails if somebody else saved in between.
pub struct Saved<T> {
    object: T,
    /// Known, or what follows from `base` and the object.
    key: OnceLock<Box<Key>>,
    options: Options,
    base: Base,
    exceptions: Vec<UsedException>,
}

impl<T: Stored> Saved<T> {
    /// An object that was saved.
    pub(super) fn new(object: T, key: Key, options: Options, base: impl Into<Base>) -> Self {
        let mut saved = Self {
            object,
            key: Box::new(key).into(),
            options,
            base: base.into(),
            exceptions: Vec::new(),
        };
        saved.show_kept();
        saved
    }

    pub(super) async fn load(
        operation: &Operation,
        key: Key,
        shards: Shards,
        consistent: bool,
    ) -> Result<Self> {
        Self::check_shards(operation, shards)?;
        if let Some(verbatim) = operation.verbatim() {
            let item = operation.get_verbatim(&key, consistent).await?;
            let mut item = item.ok_or_else(not_found)?;
            let options = operation.options();
            let mut saved = None;
            Self::of_verbatim(verbatim, &options, &mut item, |found| saved = Some(found))?;
            if let Some(mut saved) = saved {
                saved.key = Box::new(key).into();
                saved.check(operation)?;
                return Ok(saved);
            }
            let loaded = operation.load_tree_from(&key, item, shards).await?;
            return Self::of_tree(operation, key, loaded);
        }
        let loaded = operation.load_tree(&key, shards, consistent).await?;
        Self::of_tree(operation, key, loaded)
    }

    /// The object of a tree that was loaded.
    pub(super) fn of_tree(operation: &Operation, key: Key, mut loaded: LoadedTree) -> Result<Self> {
        let tree = std::mem::take(&mut loaded.tree);
        let object = match loaded.source.clone() {
            Some(source) => lazy::with_source(source, || read_object::<T>(tree)),
            None => read_object(tree),
        };
        let object = object.map_err(|error| loaded.decisions.does_not_fit(error))?;
        check_key_made(&object, &key)?;
        let exceptions = loaded.decisions.take_exceptions();
        let baseline = loaded.compared_with(&operation.topology, operation.tree_of(&object)?)?;
        Ok(Self {
            object,
            key: Box::new(key).into(),
            options: operation.options(),
            base: baseline.into(),
            exceptions,
        })
    }

    /// It is stored now, as this says.
    pub(super) fn become_stored(&mut self, key: Key, options: Options, baseline: Baseline) {
        self.key = Box::new(key).into();
        self.options = options;
        self.set_baseline(baseline);
    }

    /// Takes over what was written: the next save compares with it, and the object shows what the mapper wrote into it.
    fn set_baseline(&mut self, baseline: Baseline) {
        self.know_key();
        self.base = baseline.into();
        self.show_kept();
    }

    fn show_kept(&mut self) {
        if let Base::Known(baseline) = &self.base {
            self.object.refresh(&Refresh::new(baseline.kept.fields()));
        }
    }

    pub(super) fn options(&self) -> &Options {
        &self.options
    }

    /// Refuses to load less of an object than its type needs.
    pub(super) fn check_shards(operation: &Operation, shards: Shards) -> Result<()> {
        match shards {
            Shards::None => check_all_lazy(operation),
            Shards::All | Shards::AsDeclared => Ok(()),
        }
    }

    /// The object's key.
    pub fn key(&self) -> &Key {
        self.key.get_or_init(|| Box::new(self.key_of_item()))
    }

    /// Keeps the key, whatever becomes of object and item.
    fn know_key(&self) {
        let _: &Key = self.key();
    }

    /// The values that were not encrypted when the object was loaded and should have been, and that the
    /// [read policy](crate::ReadPolicy) accepted all the same. The next save encrypts them. An object without the seals that
    /// its type demands is one of them, with the empty path.
    pub fn exceptions(&self) -> &[UsedException] {
        &self.exceptions
    }

    /// The object alone; what was remembered of its version is forgotten.
    pub fn into_object(self) -> T {
        self.object
    }

    /// Writes what changed since the object was loaded or saved.
    ///
    /// Sends nothing if nothing changed; one `PutItem` of the root if only the root's fields changed; one
    /// `TransactWriteItems` of the root and the shards that changed otherwise. A plain object is one `UpdateItem` of
    /// the attributes that changed, and of the keys of indexes that are made of them. If only one independent shard changed, it is one `UpdateItem` of that. A crash leaves the
    /// old object or the new one.
    ///
    /// Times and durations that an earlier build stored as maps are written as numbers by the first save after a load, also if nothing else changed.
    ///
    /// The object stays with the caller whatever happens. If nothing changed, nothing is checked either: that
    /// somebody else deleted the object is noticed at the next change.
    ///
    /// # Cancel safety
    ///
    /// A save that is dropped before its end may have been applied or not. Reload before the next one, or it meets its
    /// own write as a conflict.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Conflict`](crate::ErrorKind::Conflict) if somebody else saved or deleted the object in between,
    /// and those of [`Save`](crate::Save).
    ///
    /// # Examples
    ///
    /// A save can be looked at before it is sent:
    ///
    /// ```
    /// # extern crate dyno_core as dyno;
    /// # #[cfg(feature = "embedded")]
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use dyno_derive::DyObject;
    /// use dyno::{CapacityUnits, DyObject, Store};
    ///
    /// #[derive(DyObject)]
    /// #[dyno(table = "Albums", key = "ID")]
    /// struct Album {
    ///     title: String,
    ///     #[dyno(shard)]
    ///     cover: Cover,
    /// }
    ///
    /// #[derive(DyObject)]
    /// #[dyno(table = "Covers", key = "IDX")]
    /// struct Cover {
    ///     image: String,
    /// }
    ///
    /// let store = Store::embedded()?;
    /// store.ensure_tables::<Album>().await?;
    /// let album = Album { title: "Nara".into(), cover: Cover { image: "x".repeat(5500) } };
    /// let mut album = store.save(album).key("a1").await?;
    ///
    /// album.title = "Kyoto".into();
    /// let plan = album.save().plan()?;
    /// assert_eq!(plan.write_units(), CapacityUnits::whole(1)); // the root has less than 1 KB
    ///
    /// album.cover.image.truncate(2500);
    /// let save = album.save();
    /// let plan = save.plan()?;
    /// // In a transaction twice the larger of the items before and after: 1 KB and 6 KB.
    /// assert_eq!(plan.write_units(), CapacityUnits::whole(2 * (1 + 6)));
    /// assert_eq!(plan.requests().len(), 1);
    /// println!("{plan}"); // the table of its requests, items and bytes
    /// save.await?; // consumes what the plan says
    /// assert!(album.save().plan()?.requests().is_empty());
    /// # Ok(())
    /// # }
    /// # #[cfg(not(feature = "embedded"))]
    /// # fn main() {}
    /// ```
    pub fn save(&mut self) -> SaveSaved<'_, T> {
        SaveSaved {
            saved: self,
            when: None,
        }
    }

    /// Loads the object again, in place of this one. Costs what [`Load`](crate::Load) costs.
    ///
    /// # Errors
    ///
    /// Those of [`Load`](crate::Load); this object is then as it was.
    pub fn reload(&mut self) -> Reload<'_, T> {
        Reload { saved: self }
    }

    /// Deletes the object, if nobody else saved in between: one `TransactWriteItems` of all its items, or one
    /// `DeleteItem`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Conflict`](crate::ErrorKind::Conflict), and those of [`Delete`](crate::Delete).
    pub fn delete(self) -> DeleteSaved<T> {
        DeleteSaved {
            saved: self,
            when: None,
        }
    }
}

/// A root can be loaded alone if no field of the type needs a shard.
fn check_all_lazy(operation: &Operation) -> Result<()> {
    let eager = operation.topology.patterns().find(|field| !field.is_lazy());
    eager.map_or(Ok(()), |field| {
        Err(Error::new(
            ErrorKind::InvalidShape,
            format!(
                "the root cannot be loaded alone, because shard `{}` is not lazy; declare its field as \
                 `Lazy<..>`, or load the object with its shards",
                field.pattern
            ),
        ))
    })
}

impl<T> Deref for Saved<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.object
    }
}

/// The first change of an object that is one item takes a look at all its fields.
impl<T: Stored> DerefMut for Saved<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.part_from_object();
        &mut self.object
    }
}

impl<T: Stored + Clone> Clone for Saved<T> {
    fn clone(&self) -> Self {
        self.cloned()
    }
}

impl<T: fmt::Debug> fmt::Debug for Saved<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Saved")
            .field("key", &self.key.get())
            .field("object", &self.object)
            .finish_non_exhaustive()
    }
}

/// Compares the objects, not their versions.
impl<T: PartialEq> PartialEq<T> for Saved<T> {
    fn eq(&self, object: &T) -> bool {
        self.object == *object
    }
}

/// Compares the objects, not their versions.
impl<T: PartialEq> PartialEq for Saved<T> {
    fn eq(&self, other: &Self) -> bool {
        self.object == other.object
    }
}
