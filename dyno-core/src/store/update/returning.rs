use std::collections::BTreeMap;
use std::marker::PhantomData;

use dyno_value::Item;

use super::builder::Update;
use super::params::UpdateParams;
use crate::commit::Returns;
use crate::error::{Error, ErrorKind, Result, not_found};
use crate::forecast::Plan;
use crate::key::Key;
use crate::plan::{Found, RootState, ShardField, report_exceptions};
use crate::shape::Stored;
use crate::store::operation::{Operation, Pending};
use crate::store::saved::Saved;
use crate::store::shards::Shards;
use crate::store::snapshot::Snapshot;

/// An update that brings the object with its answer: `O` is a [`Saved<T>`](Saved) as it is afterwards, or a `T` as it was
/// before; see [`Update::returning_new`] and [`Update::returning_old`].
#[must_use = "nothing is written until it is awaited"]
pub struct UpdateReturning<T, O> {
    update: Update<T>,
    returns: Returns,
    object: PhantomData<fn() -> O>,
}

impl<T, O> std::fmt::Debug for UpdateReturning<T, O> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UpdateReturning")
            .field("update", &self.update)
            .field("returns", &self.returns)
            .finish_non_exhaustive()
    }
}

impl<T: Stored, O> UpdateReturning<T, O> {
    pub(super) fn new(update: Update<T>, returns: Returns) -> Self {
        Self {
            update,
            returns,
            object: PhantomData,
        }
    }

    /// Uses this store instead of the installed one.
    pub fn on(mut self, store: &crate::store::Store) -> Self {
        self.update = self.update.on(store);
        self
    }

    /// Uses this loader instead of the type's and the store's.
    pub fn loader(mut self, loader: impl crate::loader::ConfigLoader) -> Self {
        self.update = self.update.loader(loader);
        self
    }

    /// What awaiting it would send; sends nothing. See [`Update::plan`].
    ///
    /// # Errors
    ///
    /// Those of the update that are found before the first request.
    pub fn plan(self) -> Result<Plan> {
        self.update.planned(Some(self.returns))
    }

    /// The request as it would be sent; sends nothing. See [`Update::params`].
    ///
    /// # Errors
    ///
    /// Those of the update that are found before the first request.
    pub fn params(self) -> Result<UpdateParams> {
        self.update.shown(Some(self.returns))
    }

    async fn run(self) -> Result<Saved<T>> {
        let Self {
            update, returns, ..
        } = self;
        let operation = update.operation()?;
        let key = update.key().clone();
        let returned = async {
            let item = update.send(&operation, Some(returns)).await?;
            let item = item.ok_or_else(not_found)?;
            let object = operation.object_of(key.clone(), item).await;
            object.map_err(applied)
        };
        let returned: Result<Saved<T>> = returned.await;
        returned.map_err(operation.explain(Some(&key)))
    }
}

/// The object cannot be read, and yet the update was applied.
fn applied(error: Error) -> Error {
    let why = "the update was applied, but the object that came back cannot be read; do not repeat the update";
    let path = error.path().cloned();
    let applied = Error::new(ErrorKind::OutcomeUnknown, why).with_source(error);
    match path {
        Some(path) => applied.at_path(path),
        None => applied,
    }
}

impl Operation {
    /// The object of a root that came with an answer.
    async fn object_of<T: Stored>(&self, key: Key, item: Item) -> Result<Saved<T>> {
        let root = self.root(&key)?;
        let snapshot = if self.topology.managed {
            let Found::Object(state) = RootState::read(&item, self.topology.root)? else {
                return Err(not_found());
            };
            let owner = self.owner(&root);
            let wants = |_: &ShardField| false;
            let reading = self.reading(&owner, &root, Shards::AsDeclared, &wants, true);
            let fitted = reading.fitted(item, state, BTreeMap::new())?;
            fitted.ok_or_else(not_found)?
        } else {
            Snapshot::of_foreign(item)
        };
        let opened = self
            .opened(&key, &root, Shards::AsDeclared, snapshot)
            .await?;
        report_exceptions(self.topology.root.name(), opened.decisions.exceptions());
        Saved::of_tree(self, key, opened)
    }
}

impl<T: Stored> IntoFuture for UpdateReturning<T, Saved<T>> {
    type Output = Result<Saved<T>>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

#[expect(
    clippy::mismatching_type_param_order,
    reason = "what comes back is the object itself"
)]
impl<T: Stored> IntoFuture for UpdateReturning<T, T> {
    type Output = Result<T>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async { self.run().await.map(Saved::into_object) })
    }
}
