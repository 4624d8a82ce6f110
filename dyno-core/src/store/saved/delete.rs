//! Deleting what was loaded.

use std::fmt;

use super::Saved;
use crate::error::{Error, Result};
use crate::expr::Condition;
use crate::forecast::Plan;
use crate::shape::Stored;
use crate::store::delete;
use crate::store::operation::{Operation, Pending};
use crate::store::when::both;

/// A deletion of a [`Saved`] object; see [`Saved::delete`].
#[must_use = "nothing is deleted until it is awaited"]
pub struct DeleteSaved<T> {
    pub(super) saved: Saved<T>,
    pub(super) when: Option<Condition<T>>,
}

/// Without the value, which may be one that is encrypted.
impl<T> fmt::Debug for DeleteSaved<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeleteSaved")
            .field("key", &self.saved.key.get())
            .finish_non_exhaustive()
    }
}

impl<T: Stored> DeleteSaved<T> {
    /// Deletes only if this holds of the root that stands there, too; it fails with
    /// [`ErrorKind::ConditionFailed`](crate::ErrorKind::ConditionFailed) otherwise. Said twice, both must hold.
    pub fn when(mut self, condition: Condition<T>) -> Self {
        self.when = Some(both(self.when, condition));
        self
    }

    /// What awaiting it would send; sends nothing.
    ///
    /// The plan is exact, of the object as it was last loaded or saved, but for shards that were never loaded: their
    /// sizes are not known. It supposes that nobody else wrote since.
    ///
    /// # Errors
    ///
    /// Those of [`Saved::delete`] that are found before the first request.
    pub fn plan(&self) -> Result<Plan> {
        self.saved.plan_delete(self.when.clone())
    }
}

impl<T: Stored> IntoFuture for DeleteSaved<T> {
    type Output = Result<(), Error>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.saved.run_delete(self.when))
    }
}

impl<T: Stored> Saved<T> {
    async fn run_delete(self, when: Option<Condition<T>>) -> Result<()> {
        let operation = Operation::new::<T>("delete", self.options.clone())?;
        let deleted = async {
            let when = operation.condition_on(when, self.key())?;
            let baseline = self.baseline()?;
            delete::delete_based(&operation, self.key(), &baseline, when.as_ref()).await
        };
        deleted.await.map_err(operation.explain(Some(self.key())))
    }

    fn plan_delete(&self, when: Option<Condition<T>>) -> Result<Plan> {
        let operation = Operation::new::<T>("delete", self.options.clone())?;
        let plan = || {
            let when = operation.condition_on(when, self.key())?;
            let baseline = self.baseline()?.up_to_date();
            delete::plan_based(&operation, self.key(), &baseline, when.as_ref())
        };
        plan().map_err(operation.explain(Some(self.key())))
    }
}
