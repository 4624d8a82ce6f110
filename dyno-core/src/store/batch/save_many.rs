use super::error::{BatchError, Refusal, all_of, none_of};
use super::task::{Change, Done};
use super::write::{Lot, Written, plan, write};
use super::{AT_ONCE, at_once_option};
use crate::error::{Error, ErrorKind, Result, SaveError};
use crate::forecast::Plan;
use crate::key::Key;
use crate::shape::Stored;
use crate::store::Store;
use crate::store::operation::{Operation, Options, Pending, common_options, debug_of};
use crate::store::save::keyed_tree;
use crate::store::saved::Saved;
use crate::store::tree::Expecting;

/// Saves many objects of a type: inserts each, or replaces what has its key, in parallel within a bound.
///
/// A batch is not atomic: each object is saved as a whole or not at all, in any order, and some may be saved when others are
/// not, also after a crash. What is not saved comes back. A plain object has no version: if an answer is lost, it is sent again, and may
/// replace what somebody else wrote in between.
///
/// Each object is saved by requests of its own, on the same condition as by [`Save`](crate::Save), eight at the same time: one
/// `PutItem` for each plain object, those of a type without shards, encrypted fields or seals. What is throttled, or whose answer is
/// lost, is sent again, with growing pauses of random length, ten times at most. Costs as much as saving them one by one. A missing
/// table, missing credentials or a service that is not there end it early. All objects are serialised and encrypted in memory
/// before the first request.
///
/// [`unconditional`](Self::unconditional) saves 25 plain objects with one request, over whatever stands there.
///
/// Keys are found as [`Save`](crate::Save) finds them; [`keys`](Self::keys) gives them to types without a key field.
///
/// # Cancel safety
///
/// Each object of a batch that is dropped before its end may have been saved or not.
///
/// # Errors
///
/// [`BatchError`], if one object was not saved: it has the others as [`Saved`], and what is left as [`SaveError`] with object and
/// reason. Nothing is sent if a key is wrong, missing or given twice ([`InvalidKey`](ErrorKind::InvalidKey)), a value has no form in
/// DynamoDB, a key for encryption is missing, or a plain object is too large; the others have
/// [`BatchRefused`](ErrorKind::BatchRefused) then. [`Throttled`](ErrorKind::Throttled) for what the service left over,
/// [`OutcomeUnknown`](ErrorKind::OutcomeUnknown) if an answer was lost; otherwise those of [`Save`](crate::Save).
///
/// What is left has its key, [`SaveError::key`], also one that was made up. An object without a key field whose outcome is not known is
/// to be saved again under that key; without it, it gets a new one, and may be stored twice.
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
/// struct User {
///     #[dyno(key)]
///     id: String,
///     name: String,
/// }
///
/// let store = Store::embedded()?;
/// store.ensure_tables::<User>().await?;
/// let users = [("a", "Ada"), ("k", "Ken")].map(|(id, name)| User { id: id.into(), name: name.into() });
///
/// match store.save_many(users).await {
///     Ok(saved) => assert_eq!(saved[1].name, "Ken"),
///     Err(error) => {
///         for left in error.left() {
///             println!("not saved: {}: {left}", left.object().name);
///         }
///     }
/// }
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "embedded"))]
/// # fn main() {}
/// ```
#[must_use = "nothing is saved until it is awaited"]
pub struct SaveMany<T> {
    objects: Vec<T>,
    keys: Option<Vec<Key>>,
    if_absent: bool,
    unconditional: bool,
    at_once: usize,
    options: Options,
}

debug_of!(SaveMany<T>: keys, if_absent, unconditional, at_once);

/// Of a batch that saves.
pub(super) type LeftToSave<T> = BatchError<Saved<T>, SaveError<T>>;

impl<T: Stored> SaveMany<T> {
    pub(crate) fn new(objects: impl IntoIterator<Item = T>) -> Self {
        Self {
            objects: objects.into_iter().collect(),
            keys: None,
            if_absent: false,
            unconditional: false,
            at_once: AT_ONCE,
            options: Options::default(),
        }
    }

    common_options!();

    at_once_option!();

    /// Saves under these keys, one for each object, in their order; for types without a key field.
    pub fn keys<K: Into<Key>>(mut self, keys: impl IntoIterator<Item = K>) -> Self {
        self.keys = Some(keys.into_iter().map(Into::into).collect());
        self
    }

    /// Only inserts: an object whose key is taken is left over, with
    /// [`AlreadyExists`](ErrorKind::AlreadyExists). Each is saved by a request of its own, whether it is
    /// [`unconditional`](Self::unconditional) or not.
    pub fn if_absent(mut self) -> Self {
        self.if_absent = true;
        self
    }

    /// Saves 25 plain objects with one `BatchWriteItem`, which knows no conditions: whatever has the key is replaced. Objects of types
    /// with shards, encrypted fields or seals are saved as without it.
    ///
    /// * The root of an object that has shards, of another type in the same table or of a later form of this type, is replaced like any
    ///   item. Its shards are left behind, and nothing finds them any more; what was encrypted in the root is replaced by plain
    ///   text, if this type does not encrypt it.
    /// * On ScyllaDB Alternator it is not to be mixed with conditional writes of the same items, which is everything else that `dyno`
    ///   writes, unless the server runs with `--alternator-write-isolation=always`: with `only_rmw_uses_lwt` the two
    ///   are not put into one order.
    ///
    /// Types with a field marked `#[dyno(version)]` are refused with [`InvalidShape`](ErrorKind::InvalidShape).
    ///
    /// What the service leaves unprocessed is sent again, until ten tries in a row have done nothing.
    pub fn unconditional(mut self) -> Self {
        self.unconditional = true;
        self
    }

    /// What awaiting it would send if nothing has the keys; sends nothing.
    ///
    /// What stands at the places of plain objects is not known, so their units are lower bounds. Keys that are made up are
    /// others in each plan, of the same length.
    ///
    /// # Errors
    ///
    /// Those of the save that are found before the first request.
    pub fn plan(&self) -> Result<Plan> {
        plan(self.lot(), self.at_once)
    }

    /// The same, in this store if no other is named.
    pub(super) fn or_on(mut self, store: &Store) -> Self {
        self.options.store.get_or_insert_with(|| store.clone());
        self
    }

    /// The operation, if there are as many keys as objects.
    fn operation(&self) -> Result<Operation> {
        let operation = Operation::new::<T>("save", self.options.clone())?;
        let objects = self.objects.len();
        match self.keys.as_ref().map(Vec::len) {
            Some(keys) if keys != objects => {
                let why =
                    format!("{keys} keys were given for {objects} objects; give one for each");
                let error = Error::new(ErrorKind::InvalidKey, why);
                Err(operation.explain(None)(error))
            }
            _ => Ok(operation),
        }
    }

    pub(super) fn lot(&self) -> Lot {
        let operation = self.operation();
        let change = |(at, object): (usize, &T)| {
            let operation = operation.as_ref().map_err(Error::twin)?;
            let given = self.keys.as_ref().and_then(|keys| keys.get(at));
            let (tree, key) = keyed_tree(operation, object, given)?;
            let expecting = if self.if_absent {
                Expecting::Nothing
            } else {
                Expecting::Anything
            };
            Ok(Change::Save {
                key,
                tree,
                expecting,
            })
        };
        Lot {
            changes: self.objects.iter().enumerate().map(change).collect(),
            unconditional: self.unconditional && !self.if_absent,
            operation,
        }
    }

    pub(super) fn answer(self, written: Written) -> Result<Vec<Saved<T>>, LeftToSave<T>> {
        let objects = self.objects.into_iter();
        match written {
            Written::Refused(Refusal { of_all, of_each }) => {
                let left = objects.zip(of_each);
                let left = left.map(|(object, error)| SaveError::new(object, error));
                none_of(left.collect(), of_all)
            }
            Written::Sent(operation, results) => {
                let saved = |(object, result): (T, Result<Done>)| match result {
                    Ok((key, next)) => Ok(Saved::new(object, key, operation.options(), *next)),
                    Err(error) => Err(SaveError::new(object, error)),
                };
                all_of(objects.zip(results).map(saved).collect())
            }
        }
    }

    async fn run(self) -> Result<Vec<Saved<T>>, LeftToSave<T>> {
        let lot = self.lot();
        let mut written = write(vec![lot], self.at_once).await;
        self.answer(written.pop().unwrap_or_default())
    }
}

impl<T: Stored> IntoFuture for SaveMany<T> {
    type Output = Result<Vec<Saved<T>>, LeftToSave<T>>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
