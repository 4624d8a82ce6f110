//! Saving what was loaded.

use std::fmt;

use dyno_value::Item;

use super::Saved;
use crate::error::{Error, ErrorKind, Result};
use crate::expr::Condition;
use crate::forecast::Plan;
use crate::key::{Key, KeyValue};
use crate::plan::same_key;
use crate::shape::Stored;
use crate::store::made_key::key_of_fields;
use crate::store::operation::Operation;
use crate::store::prepared::{SavePart, Then};
use crate::store::tree::Expecting;
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
            .field("key", &self.saved.key.get())
            .finish_non_exhaustive()
    }
}

impl<T: Stored> SaveSaved<'_, T> {
    /// Saves only if this holds of the root that stands there, too; it fails with
    /// [`ErrorKind::ConditionFailed`](crate::ErrorKind::ConditionFailed) otherwise.
    ///
    /// The condition is asked if something is written, in the same request, and of the root as it is stored, not as it was
    /// changed. If only an independent shard changed, the root is written with it. In a [`Transaction`](crate::Transaction) it is
    /// asked though nothing changed. Said twice, both must hold.
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

/// For [`Transaction::save`](crate::Transaction::save), which takes one with a condition, too.
impl<'a, T> From<&'a mut Saved<T>> for SaveSaved<'a, T> {
    fn from(saved: &'a mut Saved<T>) -> Self {
        Self { saved, when: None }
    }
}

impl<'a, T: Stored> SaveSaved<'a, T> {
    /// What is to be saved as a part of something else, and where its version goes afterwards.
    pub(in crate::store) fn into_part(self) -> (Result<(Operation, Key, SavePart)>, Then<'a>) {
        let Self { saved, when } = self;
        let part = || {
            let key = saved.key().clone();
            let operation = Operation::new::<T>("save", saved.options.clone())?;
            let changed = saved.changed(&operation);
            let (tree, expecting) = changed.map_err(operation.explain(Some(&key)))?;
            let part = SavePart::new(&operation, &key, tree, expecting, when)?;
            Ok((operation, key, part))
        };
        let part = part();
        let then = Box::new(move |baseline| saved.set_baseline(baseline));
        (part, then)
    }
}

impl<T: Stored> Saved<T> {
    async fn run_save(&mut self, when: Option<Condition<T>>) -> Result<()> {
        let operation = Operation::new::<T>("save", self.options.clone())?;
        let key = self.key().clone();
        let written = async {
            let (tree, expecting) = self.changed(&operation)?;
            let when = operation.condition_on(when, &key)?;
            operation.save_tree_when(tree, &key, expecting, when).await
        };
        self.set_baseline(written.await.map_err(operation.explain(Some(&key)))?);
        Ok(())
    }

    /// The tree to be saved, and what it builds on.
    fn changed(&self, operation: &Operation) -> Result<(Item, Expecting)> {
        let tree = operation.valid_tree_of(&self.object)?;
        check_key_kept(operation, &self.object, &tree, self.key())?;
        let expecting = Expecting::Baseline(Box::new(self.baseline()?.into_owned()));
        Ok((tree, expecting))
    }

    fn plan_save(&self, when: Option<Condition<T>>) -> Result<Plan> {
        let operation = Operation::new::<T>("save", self.options.clone())?;
        let plan = || {
            let (tree, expecting) = self.changed(&operation)?;
            let when = operation.condition_on(when, self.key())?;
            operation.plan_save(tree, self.key(), expecting, when.as_ref())
        };
        plan().map_err(operation.explain(Some(self.key())))
    }
}

/// Whether the key of an object, and in its tree, is still the one that it was loaded with.
fn check_key_kept<T: Stored>(
    operation: &Operation,
    object: &T,
    tree: &Item,
    key: &Key,
) -> Result<()> {
    if let Some(made) = key_of_fields(object)?
        && made != *key
    {
        return Err(Error::new(
            ErrorKind::InvalidKey,
            format!(
                "the key was `{key}` when the object was loaded, and its fields make `{made}` now; to store it under another \
                 key, insert `saved.into_object()` and delete the old one in one `transaction()`"
            ),
        ));
    }
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
                     under another key, insert `saved.into_object()` and delete the old one in one `transaction()`"
                ),
            ));
        }
    }
    Ok(())
}
