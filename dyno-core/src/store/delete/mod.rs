mod as_loaded;
mod by_key;
mod deletion;

use super::Store;
use super::operation::{Operation, Options, Pending, common_options, debug_of};
use super::when::both;
use crate::error::Result;
use crate::expr::{Condition, Node};
use crate::forecast::Plan;
use crate::key::Key;
use crate::shape::Stored;

pub(in crate::store) use self::as_loaded::{delete_based, member_as_loaded, plan_based};
pub(in crate::store) use self::by_key::{
    ByKey, delete_any, member_by_key, member_of_found, plan_any,
};

/// Deletes one object, whatever its version, with all its shards.
///
/// Sends one `TransactWriteItems` (2 WCU per KB of each item) without reading, or one `DeleteItem` (1 WCU per KB) for
/// a plain object. The root is read first if only it tells which shards there are: of a type that contains itself or has
/// collections, and of an object with shards in pieces. With `#[dyno(unique)]` fields it is one `TransactWriteItems`, and one more if there is an
/// object, which the first one is refused for, with the items that guard its values. Deleting what is not there succeeds. A crash leaves the object or
/// nothing.
///
/// # Cancel safety
///
/// A deletion that is dropped before its end may have been applied or not; load the object to see.
///
/// # Errors
///
/// [`ErrorKind::ConditionFailed`](crate::ErrorKind::ConditionFailed) and
/// [`ErrorKind::InvalidExpression`](crate::ErrorKind::InvalidExpression) with [`when`](Self::when),
/// [`ErrorKind::InvalidKey`](crate::ErrorKind::InvalidKey),
/// [`ErrorKind::TypeMismatch`](crate::ErrorKind::TypeMismatch),
/// [`ErrorKind::NewerFormat`](crate::ErrorKind::NewerFormat), [`ErrorKind::TooLarge`](crate::ErrorKind::TooLarge),
/// [`ErrorKind::Contended`](crate::ErrorKind::Contended),
/// [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown), and those of the service.
#[must_use = "nothing is deleted until it is awaited"]
pub struct Delete<T> {
    key: Key,
    when: Option<Condition<T>>,
    options: Options,
}

debug_of!(Delete<T>: key);

impl<T: Stored> Delete<T> {
    pub(crate) fn new(key: Key) -> Self {
        Self {
            key,
            when: None,
            options: Options::default(),
        }
    }

    common_options!();

    /// Deletes only if this holds of the object that stands there; it fails with [`ErrorKind::ConditionFailed`](crate::ErrorKind::ConditionFailed) otherwise.
    ///
    /// Deleting what is not there succeeds all the same. Said twice, both must hold.
    pub fn when(mut self, condition: Condition<T>) -> Self {
        self.when = Some(both(self.when, condition));
        self
    }

    /// What awaiting it would send; sends nothing.
    ///
    /// Nothing is known of the object but its key, so units are lower bounds, and every shard is taken for one item. Of
    /// a type with collections, or one that contains itself, what is deleted is not in the plan, since only the root
    /// tells it.
    /// [`DeleteSaved::plan`](crate::DeleteSaved::plan) knows the object.
    ///
    /// # Errors
    ///
    /// Those of the deletion that are found before the first request.
    pub fn plan(&self) -> Result<Plan> {
        let operation = Operation::new::<T>("delete", self.options.clone())?;
        let plan = || {
            let when = operation.condition_on(self.when.clone(), &self.key)?;
            plan_any(&operation, &self.key, when.as_ref())
        };
        plan().map_err(operation.explain(Some(&self.key)))
    }

    /// What is to be deleted as a part of something else, in this store if no other is named.
    pub(super) fn into_part(mut self, store: &Store) -> Result<(Operation, Key, Option<Node>)> {
        self.options.store.get_or_insert_with(|| store.clone());
        let operation = Operation::new::<T>("delete", self.options)?;
        let when = operation.condition_on(self.when, &self.key);
        let when = when.map_err(operation.explain(Some(&self.key)))?;
        Ok((operation, self.key, when))
    }

    async fn run(self) -> Result<()> {
        let operation = Operation::new::<T>("delete", self.options)?;
        let deleted = async {
            let when = operation.condition_on(self.when, &self.key)?;
            delete_any(&operation, &self.key, when.as_ref()).await
        };
        deleted.await.map_err(operation.explain(Some(&self.key)))
    }
}

impl<T: Stored> IntoFuture for Delete<T> {
    type Output = Result<()>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
