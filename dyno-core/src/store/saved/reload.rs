//! Loading again what was loaded.

use std::fmt;

use super::Saved;
use crate::error::{Error, Result};
use crate::forecast::Plan;
use crate::shape::Stored;
use crate::store::operation::Operation;
use crate::store::shards::Shards;

/// A reload of a [`Saved`] object; see [`Saved::reload`].
#[must_use = "nothing is loaded until it is awaited"]
pub struct Reload<'a, T> {
    pub(super) saved: &'a mut Saved<T>,
}

/// Without the value, which may be one that is encrypted.
impl<T> fmt::Debug for Reload<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reload")
            .field("key", &self.saved.key.get())
            .finish_non_exhaustive()
    }
}

impl<T: Stored> Reload<'_, T> {
    /// What awaiting it would send; sends nothing.
    ///
    /// The plan is exact, of the object as it was last loaded or saved: it supposes that nobody else wrote since. Of a
    /// shard that was never loaded, only that it is there is known. Where shards stand beside the root, what other
    /// objects have between them is known from a load only; a plan after a first save is a lower bound.
    ///
    /// # Errors
    ///
    /// None that the object did not have when it was loaded or saved.
    pub fn plan(&self) -> Result<Plan> {
        self.saved.plan_reload()
    }
}

impl<'a, T: Stored> IntoFuture for Reload<'a, T> {
    type Output = Result<(), Error>;
    type IntoFuture = std::pin::Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.saved.run_reload())
    }
}

impl<T: Stored> Saved<T> {
    async fn run_reload(&mut self) -> Result<()> {
        let operation = Operation::new::<T>("load", self.options.clone())?;
        let loaded = Self::load(&operation, self.key().clone(), Shards::AsDeclared, true).await;
        *self = loaded.map_err(operation.explain(Some(self.key())))?;
        Ok(())
    }

    fn plan_reload(&self) -> Result<Plan> {
        let operation = Operation::new::<T>("load", self.options.clone())?;
        let plan = || {
            let base = self.baseline()?.up_to_date();
            operation.plan_load(self.key(), Shards::AsDeclared, true, Some(&base))
        };
        plan().map_err(operation.explain(Some(self.key())))
    }
}
