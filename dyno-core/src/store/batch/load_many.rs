use std::marker::PhantomData;

use super::error::LeftToLoad;
use super::open::open_all;
use super::read::{Asked, read};
use super::{AT_ONCE, at_once_option};
use crate::commit::Sizes;
use crate::error::Result;
use crate::forecast::{More, Plan};
use crate::key::Key;
use crate::limits;
use crate::shape::Stored;
use crate::store::Store;
use crate::store::fetch;
use crate::store::operation::{Operation, Options, Pending, common_options, debug_of};
use crate::store::saved::Saved;
use crate::store::shards::Shards;

/// Loads many objects of a type by their keys: each as [`Load`](crate::Load) does, with few requests for all of them.
///
/// The answer has an object, or `None`, for each key, in the order of the keys; a key that is given twice is read once, and
/// answered twice. Each object is one committed state, but all of them together are not one moment: others may save between two
/// of them.
///
/// Sends one `BatchGetItem` for each 100 roots, and then one for each 100 shards of the objects that are there (a single item is
/// read by `GetItem`); [`Lazy`](crate::Lazy) shards are left out. Keys that the service leaves unprocessed are asked for again, with
/// growing pauses of random length, until eight tries in a row have read nothing. A missing table, missing credentials or a service that
/// is not there end it early. An object that somebody saved between the two is loaded alone. Costs 1 RCU
/// per 4 KB of each item and 1 for each object that is not there; half of it with [`eventual`](Self::eventual).
///
/// # Errors
///
/// [`BatchError`](crate::BatchError), if one object could not be read: it has every other object, and of those that could not be read key and
/// reason. Nothing is sent if a key is wrong ([`InvalidKey`](crate::ErrorKind::InvalidKey) for this one,
/// [`BatchRefused`](crate::ErrorKind::BatchRefused) for the others). An object that is not there is no error.
/// [`Throttled`](crate::ErrorKind::Throttled) for objects that the service left over; otherwise those of [`Load`](crate::Load).
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
/// for (id, name) in [("a", "Ada"), ("k", "Ken")] {
///     store.save(User { id: id.into(), name: name.into() }).await?;
/// }
///
/// let users = store.load_many::<User>(["k", "nobody", "a"]).await?;
/// let names: Vec<_> = users.iter().map(|user| user.as_ref().map(|user| &*user.name)).collect();
/// assert_eq!(names, [Some("Ken"), None, Some("Ada")]);
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "embedded"))]
/// # fn main() {}
/// ```
#[must_use = "nothing is loaded until it is awaited"]
pub struct LoadMany<T> {
    keys: Vec<Key>,
    eventual: bool,
    shards: Shards,
    at_once: usize,
    options: Options,
    object: PhantomData<fn() -> T>,
}

debug_of!(LoadMany<T>: keys, eventual, shards, at_once);

impl<T: Stored> LoadMany<T> {
    pub(crate) fn new<K: Into<Key>>(keys: impl IntoIterator<Item = K>) -> Self {
        Self {
            keys: keys.into_iter().map(Into::into).collect(),
            eventual: false,
            shards: Shards::AsDeclared,
            at_once: AT_ONCE,
            options: Options::default(),
            object: PhantomData,
        }
    }

    /// One object, as a load of it alone is told to read it.
    pub(in crate::store) fn one(
        key: Key,
        eventual: bool,
        shards: Shards,
        options: Options,
    ) -> Self {
        Self {
            eventual,
            shards,
            options,
            ..Self::new([key])
        }
    }

    common_options!();

    at_once_option!();

    /// Reads at half the cost; the objects may be a little old, and each is still one committed state.
    pub fn eventual(mut self) -> Self {
        self.eventual = true;
        self
    }

    /// Which shards are loaded with the roots.
    pub fn shards(mut self, shards: Shards) -> Self {
        self.shards = shards;
        self
    }

    /// What awaiting it would send; sends nothing.
    ///
    /// Nothing is known of the objects but their keys, so units are lower bounds, and the requests for shards are not in the
    /// plan.
    ///
    /// # Errors
    ///
    /// [`InvalidKey`](crate::ErrorKind::InvalidKey), [`InvalidShape`](crate::ErrorKind::InvalidShape),
    /// [`NotInstalled`](crate::ErrorKind::NotInstalled).
    pub fn plan(&self) -> Result<Plan> {
        let operation = operation::<T>(self.options.clone(), self.shards)?;
        let root = |key: &Key| operation.root(key).map_err(operation.explain(Some(key)));
        let mut roots: Vec<_> = self.keys.iter().map(root).collect::<Result<_>>()?;
        roots.sort_unstable();
        roots.dedup();
        let batch = |batch| {
            let rounds = fetch::plan(batch, &[], Sizes::Unknown, !self.eventual);
            Plan::default().then(rounds.into_iter().flatten())
        };
        let batches = roots.chunks(limits::BATCH_GET_KEYS).map(batch);
        let plan = Plan::in_turns(batches, self.at_once);
        let mut shards = operation.topology.patterns();
        let may_have_more = shards.any(|field| self.shards.wants(field.is_lazy()));
        Ok(if may_have_more && !roots.is_empty() {
            plan.perhaps(More::Reads)
        } else {
            plan
        })
    }

    /// The same, in this store if no other is named.
    pub(super) fn or_on(mut self, store: &Store) -> Self {
        self.options.store.get_or_insert_with(|| store.clone());
        self
    }

    pub(super) fn into_asked(self) -> Asked {
        Asked {
            operation: operation::<T>(self.options, self.shards),
            keys: self.keys,
            shards: self.shards,
            consistent: !self.eventual,
        }
    }

    async fn run(self) -> Result<Vec<Option<Saved<T>>>, LeftToLoad<T>> {
        let at_once = self.at_once;
        let mut answered = read(vec![self.into_asked()], at_once).await;
        open_all(answered.pop().unwrap_or_default(), at_once).await
    }
}

/// The operation that loads with these shards.
fn operation<T: Stored>(options: Options, shards: Shards) -> Result<Operation> {
    let operation = Operation::new::<T>("load", options)?;
    Saved::<T>::check_shards(&operation, shards).map_err(operation.explain(None))?;
    Ok(operation)
}

impl<T: Stored> IntoFuture for LoadMany<T> {
    type Output = Result<Vec<Option<Saved<T>>>, LeftToLoad<T>>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
