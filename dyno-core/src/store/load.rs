use std::marker::PhantomData;

use super::batch::LoadMany;
use super::operation::{Operation, Options, Pending, common_options, debug_of};
use super::saved::Saved;
use super::shards::Shards;
use crate::error::{ErrorKind, Result};
use crate::forecast::Plan;
use crate::key::Key;
use crate::shape::Stored;

/// Loads one object.
///
/// Sends one `BatchGetItem` for the root and every shard, or one `GetItem` for a root alone; at the same time one `Query`
/// for each collection in a table with a sort key; and after these one `BatchGetItem` for what only the root tells:
/// entries in tables without a sort key, further pieces of large shards, and deeper shards where a type contains
/// itself. An object with all its shards beside the root is one `Query`. [`Lazy`](crate::Lazy) shards are left out.
/// Costs what the items cost: 1 RCU per 4 KB of each item, half of it with [`eventual`](Self::eventual). What is loaded is one committed state of the object, never a mixture of two: if
/// somebody saves in between, the shards that do not fit are read again, at last in a `TransactGetItems`.
///
/// # Errors
///
/// [`ErrorKind::NotFound`], [`ErrorKind::NotDecrypted`], [`ErrorKind::NotEncrypted`], [`ErrorKind::DoesNotFit`],
/// [`ErrorKind::Corrupt`] (also if the fields of the object make another key, by [key templates](crate::template), than it stands
/// under), [`ErrorKind::NewerFormat`], [`ErrorKind::TypeMismatch`], [`ErrorKind::Contended`], and those of the service.
#[must_use = "nothing is loaded until it is awaited"]
pub struct Load<T> {
    key: Key,
    eventual: bool,
    shards: Shards,
    options: Options,
    object: PhantomData<fn() -> T>,
}

debug_of!(Load<T>: key, eventual, shards);

impl<T: Stored> Load<T> {
    pub(crate) fn new(key: Key) -> Self {
        Self {
            key,
            eventual: false,
            shards: Shards::AsDeclared,
            options: Options::default(),
            object: PhantomData,
        }
    }

    common_options!();

    /// Reads at half the cost; the object may be a little old, and is still one committed state.
    pub fn eventual(mut self) -> Self {
        self.eventual = true;
        self
    }

    /// Which shards are loaded with the root.
    pub fn shards(mut self, shards: Shards) -> Self {
        self.shards = shards;
        self
    }

    /// What awaiting it would send; sends nothing.
    ///
    /// Nothing is known of the object but its key, so units are lower bounds, and what only the root tells to read is
    /// not in the plan. [`Reload::plan`](crate::Reload::plan) knows the object.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidKey`], [`ErrorKind::InvalidShape`], [`ErrorKind::NotInstalled`].
    pub fn plan(&self) -> Result<Plan> {
        let operation = Operation::new::<T>("load", self.options.clone())?;
        let plan = Saved::<T>::check_shards(&operation, self.shards)
            .and_then(|()| operation.plan_load(&self.key, self.shards, !self.eventual, None));
        plan.map_err(operation.explain(Some(&self.key)))
    }

    /// Answers `None` where there is no object, in place of [`ErrorKind::NotFound`].
    pub fn optional(self) -> LoadOptional<T> {
        LoadOptional { load: self }
    }

    pub(super) fn key(&self) -> &Key {
        &self.key
    }

    /// The same for a batch.
    pub(super) fn into_many(self) -> LoadMany<T> {
        LoadMany::one(self.key, self.eventual, self.shards, self.options)
    }

    async fn run(self) -> Result<Saved<T>> {
        let operation = Operation::new::<T>("load", self.options)?;
        Saved::load(&operation, self.key.clone(), self.shards, !self.eventual)
            .await
            .map_err(|error| operation.explain(Some(&self.key))(error))
    }
}

impl<T: Stored> IntoFuture for Load<T> {
    type Output = Result<Saved<T>>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

/// A [`Load`] of an object that may not be there; see [`Load::optional`].
#[must_use = "nothing is loaded until it is awaited"]
pub struct LoadOptional<T> {
    load: Load<T>,
}

debug_of!(LoadOptional<T>: load);

impl<T: Stored> LoadOptional<T> {
    /// The same for a batch.
    pub(super) fn into_many(self) -> LoadMany<T> {
        self.load.into_many()
    }

    async fn run(self) -> Result<Option<Saved<T>>> {
        match self.load.run().await {
            Ok(saved) => Ok(Some(saved)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl<T: Stored> IntoFuture for LoadOptional<T> {
    type Output = Result<Option<Saved<T>>>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
