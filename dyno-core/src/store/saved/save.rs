//! Saving what was loaded.

use std::fmt;

use dyno_value::Item;

use super::Saved;
use crate::error::{Error, ErrorKind, Result};
use crate::expr::Condition;
use crate::forecast::Plan;
use crate::key::{Key, KeyValue};
use crate::shape::{Refresh, Stored};
use crate::store::operation::Operation;
use crate::store::tree::{Expecting, same_key};
use crate::store::when::both;

/// A save of a [`Saved`] object; see [`Saved::save`].
#[must_use = "nothing is saved until it is awaited"]
pub struct SaveSaved<'a, T> {
    pub(super) saved: &'a mut Saved<T>,
    pub(super) when: Option<Condition<T>>,
}

/// Without the value, which may be one that is encrypted.
impl<T> fmt::Debug for SaveSaved<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SaveSaved")
            .field("key", &self.saved.key)
            .finish_non_exhaustive()
    }
}

impl<T: Stored> SaveSaved<'_, T> {
    /// Saves only if this holds of the root that stands there, too; it fails with
    /// [`ErrorKind::ConditionFailed`](crate::ErrorKind::ConditionFailed) otherwise.
    ///
    /// The condition is asked if something is written, in the same request, and of the root as it is stored, not as it was
    /// changed. If only an independent shard changed, the root is written with it. Said twice, both must hold.
    pub fn when(mut self, condition: Condition<T>) -> Self {
        self.when = Some(both(self.when, condition));
        self
    }

    /// What awaiting it would send; sends nothing. An empty plan if nothing changed.
    ///
    /// The plan is exact: the sizes of the stored items are remembered from the last load or save. It supposes that
    /// nobody else wrote since.
    ///
    /// # Errors
    ///
    /// Those of [`Saved::save`] that are found before the first request.
    pub fn plan(&self) -> Result<Plan> {
        self.saved.plan_save(self.when.clone())
    }
}

impl<'a, T: Stored> IntoFuture for SaveSaved<'a, T> {
    type Output = Result<(), Error>;
    type IntoFuture = std::pin::Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.saved.run_save(self.when))
    }
}

impl<T: Stored> Saved<T> {
    async fn run_save(&mut self, when: Option<Condition<T>>) -> Result<()> {
        let operation = Operation::new::<T>("save", self.options.clone())?;
        let key = self.key.clone();
        let written = async {
            let tree = operation.valid_tree_of(&self.object)?;
            check_key_kept(&operation, &tree, &key)?;
            let when = operation.condition_on(when, &key)?;
            let expecting = Expecting::Baseline(Box::new(self.baseline.clone()));
            operation.save_tree_when(tree, &key, expecting, when).await
        };
        self.baseline = written.await.map_err(operation.explain(Some(&key)))?;
        self.object.refresh(&Refresh::new(&self.baseline.kept));
        Ok(())
    }

    fn plan_save(&self, when: Option<Condition<T>>) -> Result<Plan> {
        let operation = Operation::new::<T>("save", self.options.clone())?;
        let plan = || {
            let tree = operation.valid_tree_of(&self.object)?;
            check_key_kept(&operation, &tree, &self.key)?;
            let expecting = Expecting::Baseline(Box::new(self.baseline.clone()));
            let when = operation.condition_on(when, &self.key)?;
            operation.plan_save(tree, &self.key, expecting, when.as_ref())
        };
        plan().map_err(operation.explain(Some(&self.key)))
    }
}

/// Whether the key in a tree is still the one that the object was loaded with.
fn check_key_kept(operation: &Operation, tree: &Item, key: &Key) -> Result<()> {
    let root = operation.root(key)?;
    for (name, value) in root.parts() {
        let now = tree
            .get(name)
            .filter(|now| !same_key(now, &value.to_value()));
        if let Some(now) = now.and_then(KeyValue::from_value) {
            return Err(Error::new(
                ErrorKind::InvalidKey,
                format!(
                    "the key field `{name}` was `{value}` when the object was loaded and is `{now}` now; to store it \
                     under another key, save `saved.into_object()` and delete the old one"
                ),
            ));
        }
    }
    Ok(())
}
