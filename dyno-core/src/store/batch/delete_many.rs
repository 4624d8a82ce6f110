use std::marker::PhantomData;

use super::error::{BatchError, Refusal, all_of, none_of};
use super::task::Change;
use super::write::{Lot, Written, plan, write};
use super::{AT_ONCE, at_once_option};
use crate::error::Result;
use crate::forecast::Plan;
use crate::key::Key;
use crate::shape::Stored;
use crate::store::Store;
use crate::store::operation::{Operation, Options, Pending, common_options, debug_of};
use crate::store::reseal::Failure;

/// Deletes many objects of a type by their keys, whatever their versions, each with all its shards, in parallel within a
/// bound.
///
/// A batch is not atomic: each object is deleted as a whole or not at all, in any order, and some may be deleted when others are
/// not, also after a crash. Deleting what is not there succeeds; a key that is given twice is deleted once. A plain object has no
/// version: if an answer is lost, the deletion is sent again, and deletes also what somebody else inserted in between.
///
/// Each object is deleted by requests of its own, on the same condition as by [`Delete`](crate::Delete), eight at the same time: one
/// `DeleteItem` for each plain object, those of a type without shards, encrypted fields or seals. What is throttled, or whose answer
/// is lost, is sent again, with growing pauses of random length, ten times at most. Costs as much as deleting them one by one. A
/// missing table, missing credentials or a service that is not there end it early.
///
/// [`unconditional`](Self::unconditional) deletes 25 plain objects with one request, whatever stands there.
///
/// # Cancel safety
///
/// Each object of a batch that is dropped before its end may have been deleted or not.
///
/// # Errors
///
/// [`BatchError`], if one object was not deleted: it has its key and the reason. Nothing is sent if a key is wrong
/// ([`InvalidKey`](crate::ErrorKind::InvalidKey) for this one, [`BatchRefused`](crate::ErrorKind::BatchRefused) for the others).
/// [`Throttled`](crate::ErrorKind::Throttled) for what the service left over,
/// [`OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown) if an answer was lost; otherwise those of [`Delete`](crate::Delete).
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// # #[cfg(feature = "embedded")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use dyno_derive::DyObject;
/// use dyno::{DyObject, Store};
///
/// #[derive(DyObject)]
/// #[dyno(table = "Users", key = "ID")]
/// struct User { name: String }
///
/// let store = Store::embedded()?;
/// store.ensure_tables::<User>().await?;
/// store.save(User { name: "Ada".into() }).key("a").await?;
/// store.delete_many::<User>(["a", "nobody"]).await?;
/// assert!(store.load::<User>("a").optional().await?.is_none());
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "embedded"))]
/// # fn main() {}
/// ```
#[must_use = "nothing is deleted until it is awaited"]
pub struct DeleteMany<T> {
    keys: Vec<Key>,
    unconditional: bool,
    at_once: usize,
    options: Options,
    object: PhantomData<fn() -> T>,
}

debug_of!(DeleteMany<T>: keys, unconditional, at_once);

impl<T: Stored> DeleteMany<T> {
    pub(crate) fn new<K: Into<Key>>(keys: impl IntoIterator<Item = K>) -> Self {
        Self {
            keys: keys.into_iter().map(Into::into).collect(),
            unconditional: false,
            at_once: AT_ONCE,
            options: Options::default(),
            object: PhantomData,
        }
    }

    common_options!();

    at_once_option!();

    /// Deletes 25 plain objects with one `BatchWriteItem`, which knows no conditions: whatever has the key is deleted. Objects of
    /// types with shards, encrypted fields or seals are deleted as without it.
    ///
    /// * The root of an object that has shards, of another type in the same table or of an earlier form of this type, is deleted like
    ///   any item. Its shards are left behind, and nothing finds them any more.
    /// * On ScyllaDB Alternator it is not to be mixed with conditional writes of the same items, which is everything else that `dyno`
    ///   writes, unless the server runs with `--alternator-write-isolation=always`: with `only_rmw_uses_lwt` the two
    ///   are not put into one order.
    ///
    /// What the service leaves unprocessed is sent again, until ten tries in a row have done nothing.
    pub fn unconditional(mut self) -> Self {
        self.unconditional = true;
        self
    }

    /// What awaiting it would send; sends nothing.
    ///
    /// Nothing is known of the objects but their keys, so units are lower bounds; see also
    /// [`Delete::plan`](crate::Delete::plan).
    ///
    /// # Errors
    ///
    /// Those of the deletion that are found before the first request.
    pub fn plan(&self) -> Result<Plan> {
        plan(self.lot(), self.at_once)
    }

    /// The same, in this store if no other is named.
    pub(super) fn or_on(mut self, store: &Store) -> Self {
        self.options.store.get_or_insert_with(|| store.clone());
        self
    }

    pub(super) fn lot(&self) -> Lot {
        let change = |key: &Key| Ok(Change::Delete(key.clone()));
        Lot {
            operation: Operation::new::<T>("delete", self.options.clone()),
            changes: self.keys.iter().map(change).collect(),
            unconditional: self.unconditional,
        }
    }

    pub(super) fn answer(self, written: Written) -> Result<(), BatchError<()>> {
        let keys = self.keys.into_iter();
        let left = |(key, error)| Failure::new(key, error);
        let done = match written {
            Written::Refused(Refusal { of_all, of_each }) => {
                none_of(keys.zip(of_each).map(left).collect(), of_all)
            }
            Written::Sent(_, results) => {
                let done = |(key, result): (Key, Result<_>)| match result {
                    Ok(_) => Ok(()),
                    Err(error) => Err(left((key, error))),
                };
                all_of(keys.zip(results).map(done).collect())
            }
        };
        done.map(drop)
    }

    async fn run(self) -> Result<(), BatchError<()>> {
        let lot = self.lot();
        let mut written = write(vec![lot], self.at_once).await;
        self.answer(written.pop().unwrap_or_default())
    }
}

impl<T: Stored> IntoFuture for DeleteMany<T> {
    type Output = Result<(), BatchError<()>>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
