use std::borrow::Borrow;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::FieldPath;

use super::check::Asked;
use super::params::UpdateParams;
use super::returning::UpdateReturning;
use crate::commit::update::{Update as UpdateCommit, Wanted};
use crate::commit::{Returns, Sizes};
use crate::error::{Error, Result};
use crate::expr::{
    Addend, Assign, Condition, ListField, SetField, Subtrahend, Verb, Wrong, list_of, set_of,
};
use crate::forecast::{More, Plan};
use crate::key::Key;
use crate::shape::{Codec, Path, Stored};
use crate::store::operation::{Operation, Options, Pending, common_options};
use crate::store::saved::Saved;
use crate::store::when::both;
use crate::store::{Store, drive};

/// Changes values of one object without reading it; the service works out what depends on the old ones.
///
/// All changes are made together, in one request: an `UpdateItem` of the root (1 WCU per KB). Of an object whose type has shards,
/// or fields marked `encrypt`, one that would leave something else if it came twice (`add` of a number, `subtract`, `append`,
/// `prepend`, what goes through the index of a list, and everything with `when`) is a `TransactWriteItems` of the root alone (2 WCU
/// per KB), whose token makes sure that it does not; such transactions on one object at the same time get in each other's way,
/// and are tried again until [`ErrorKind::Contended`](crate::ErrorKind::Contended). Whoever loaded the object before gets a
/// conflict when it saves. A crash leaves the old values or the new ones.
///
/// Only what stands in the item of the root is changed so: no shards, and no keys. An encrypted value can be set and removed,
/// not counted with or put together. A number that would leave the range of its type is not written.
///
/// A key of a secondary index that is made of fields (`#[dyno(index(name = "..", key = "STATUS#{status}"))]`) is written with a field
/// that is set or removed, if the update sets all others that it is made of, too; otherwise the update is refused.
///
/// The elements of a list that are encrypted one by one are bound to their index. Where a list was, under a rule of earlier, reseal it
/// ([`Store::reseal`](crate::Store::reseal)) before you `prepend` to it or `remove` from it.
///
/// If an answer is lost, an update that leaves the same values when it comes twice is sent again; what somebody else wrote there in
/// between is overwritten. Any other one is sent again with its token only. Where there is none (a plain object, and with
/// `returning_..`) the error is [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown), and nothing is repeated;
/// [`exactly_once`](Self::exactly_once) gives plain objects a token. With a token, too, the outcome is unknown if no answer comes
/// at all.
///
/// # Cancel safety
///
/// An update that is dropped before its end may have been applied or not; load the object to see.
///
/// # Errors
///
/// Before anything is sent: [`ErrorKind::InvalidExpression`](crate::ErrorKind::InvalidExpression) if it changes nothing, the same
/// twice, or what cannot be changed so, and if `when` asks what the root does not tell;
/// [`ErrorKind::InvalidPath`](crate::ErrorKind::InvalidPath) for a key, [`ErrorKind::InvalidValue`](crate::ErrorKind::InvalidValue).
/// Later: [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) if there is no such object: an update makes none;
/// [`ErrorKind::PathNotFound`](crate::ErrorKind::PathNotFound) if there is nothing around a value, but for
/// [`create_parents`](Self::create_parents);
/// [`ErrorKind::ConditionFailed`](crate::ErrorKind::ConditionFailed) if `when` does not hold;
/// [`ErrorKind::InvalidValue`](crate::ErrorKind::InvalidValue) if a number would be beyond its type, and `when` holds;
/// [`ErrorKind::TypeMismatch`](crate::ErrorKind::TypeMismatch), [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown),
/// and those of the service.
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// # #[cfg(feature = "embedded")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> dyno::Result<()> {
/// use std::collections::BTreeSet;
///
/// # use dyno_derive::DyObject;
/// use dyno::{DyObject, ErrorKind, Store};
///
/// #[derive(DyObject)]
/// #[dyno(table = "Users", key = "ID")]
/// struct User {
///     #[dyno(key)]
///     id: String,
///     name: String,
///     visits: u32,
///     roles: Option<BTreeSet<String>>,
///     log: Vec<String>,
/// }
///
/// let store = Store::embedded()?;
/// store.ensure_tables::<User>().await?;
/// let ada = User { id: "u1".into(), name: "Ada".into(), visits: 0, roles: None, log: vec![] };
/// store.save(ada).await?;
///
/// let user = User::fields();
/// store.update("u1")
///     .set(user.name(), "Ada L.")
///     .add(user.visits(), 1)
///     .add(user.roles(), ["author", "reader"])
///     .append(user.log(), ["renamed"])
///     .when(user.visits().lt(10))
///     .await?;
///
/// let ada = store.update("u1").add(user.visits(), 1).returning_new().await?;
/// assert_eq!((ada.name.as_str(), ada.visits), ("Ada L.", 2));
///
/// let refused = store.update("u1").remove(user.roles()).when(user.visits().gt(5)).await;
/// assert_eq!(refused.unwrap_err().kind(), ErrorKind::ConditionFailed);
/// let refused = store.update("u1").subtract(user.visits(), 3).await;
/// assert_eq!(refused.unwrap_err().kind(), ErrorKind::InvalidValue); // a `u32` is not less than 0
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "embedded"))]
/// # fn main() {}
/// ```
#[must_use = "nothing is written until it is awaited"]
pub struct Update<T> {
    key: Key,
    edits: Vec<(FieldPath, Result<Verb, Wrong>)>,
    when: Option<Condition<T>>,
    once: bool,
    parents: bool,
    options: Options,
}

/// Without the values, which may be encrypted.
impl<T> std::fmt::Debug for Update<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let paths: Vec<_> = self.edits.iter().map(|(path, _)| path).collect();
        f.debug_struct("Update")
            .field("key", &self.key)
            .field("paths", &paths)
            .field("when", &self.when)
            .finish_non_exhaustive()
    }
}

impl<T: Stored> Update<T> {
    pub(crate) fn new(key: Key) -> Self {
        Self {
            key,
            edits: Vec::new(),
            when: None,
            once: false,
            parents: false,
            options: Options::default(),
        }
    }

    common_options!();

    /// Sets the field. `None` takes it away, as a save would; an element of a list or an entry of a map becomes null, as a save
    /// would have it. [`remove`](Self::remove) takes these out.
    pub fn set<V>(self, field: impl Borrow<Path<T, V>>, value: impl Assign<V>) -> Self {
        let field = field.borrow();
        let value = field.codec().write(&value.__dyno_assigned());
        let verb = value.map_err(Wrong::Value).map(|value| match value {
            Some(value) => Verb::Set(value),
            None if field.is_entry() => Verb::Set(AttributeValue::Null(true)),
            None => Verb::Remove { optional: true },
        });
        self.with(field, verb)
    }

    /// Sets the field if nothing stands there. A stored null is something.
    pub fn set_if_absent<V>(self, field: impl Borrow<Path<T, V>>, value: impl Assign<V>) -> Self {
        let field = field.borrow();
        let value = field.codec().write(&value.__dyno_assigned());
        let verb = value.map_err(Wrong::Value).and_then(|value| {
            value
                .map(Verb::SetIfAbsent)
                .ok_or(Wrong::Use("takes a value here, and `None` is none"))
        });
        self.with(field, verb)
    }

    /// Takes the field away: one that an object is loaded without, an entry of a map, or an element of a list, where those behind
    /// it move up.
    pub fn remove<V>(self, field: impl Borrow<Path<T, V>>) -> Self {
        let field = field.borrow();
        let optional = can_be_absent(field.codec());
        self.with(field, Ok(Verb::Remove { optional }))
    }

    /// Adds to a number, or elements to a set. A number that is absent was 0, a set empty.
    ///
    /// The set must be a field of the root itself: DynamoDB's `ADD` reaches no deeper.
    pub fn add<V>(self, field: impl Borrow<Path<T, V>>, value: impl Addend<V>) -> Self {
        let field = field.borrow();
        let verb = value.__dyno_sum(field.codec()).0;
        self.with(field, verb)
    }

    /// Subtracts from a number. One that is absent was 0.
    pub fn subtract<V>(self, field: impl Borrow<Path<T, V>>, value: impl Subtrahend<V>) -> Self {
        let field = field.borrow();
        let verb = value.__dyno_difference(field.codec()).0;
        self.with(field, verb)
    }

    /// Takes elements out of a set. A set without elements is no attribute, so it must be one that an object is loaded without: an
    /// `Option`. It must be a field of the root itself: DynamoDB's `DELETE` reaches no deeper.
    pub fn delete<V: SetField>(
        self,
        field: impl Borrow<Path<T, V>>,
        elements: impl IntoIterator<Item: Assign<V::Element>>,
    ) -> Self {
        let field = field.borrow();
        let set = set_of(elements, field.codec());
        let optional = can_be_absent(field.codec());
        self.with(field, set.map(|set| Verb::Delete { set, optional }))
    }

    /// Puts elements at the end of a list. One that is absent begins with them.
    pub fn append<V: ListField>(
        self,
        field: impl Borrow<Path<T, V>>,
        elements: impl IntoIterator<Item: Assign<V::Element>>,
    ) -> Self {
        let field = field.borrow();
        let list = list_of(elements, field.codec());
        self.with(field, list.map(Verb::Append))
    }

    /// Puts elements at the beginning of a list. One that is absent begins with them.
    pub fn prepend<V: ListField>(
        self,
        field: impl Borrow<Path<T, V>>,
        elements: impl IntoIterator<Item: Assign<V::Element>>,
    ) -> Self {
        let field = field.borrow();
        let list = list_of(elements, field.codec());
        self.with(field, list.map(Verb::Prepend))
    }

    /// Changes the object only if this holds; it fails with
    /// [`ErrorKind::ConditionFailed`](crate::ErrorKind::ConditionFailed) otherwise. Said twice, both must hold.
    pub fn when(mut self, condition: Condition<T>) -> Self {
        self.when = Some(both(self.when, condition));
        self
    }

    /// Makes the maps around a value where they are missing: `counts` and `counts.a` of `counts.a.b`.
    ///
    /// Whether one is missing is learned by a refusal, so the update is two requests then, and one more for each other client
    /// that is quicker; it is one if all is there. Objects are not made so, because one that has a single field of its type could
    /// not be loaded: set them whole.
    pub fn create_parents(mut self) -> Self {
        self.parents = true;
        self
    }

    /// Sends the update of a plain object as a `TransactWriteItems` (2 WCU per KB), which can be repeated for ten minutes
    /// without a second effect: a lost answer is asked for again. Objects whose types have shards or fields marked `encrypt` need
    /// no such word. Not every server that speaks DynamoDB's protocol has transactions.
    pub fn exactly_once(mut self) -> Self {
        self.once = true;
        self
    }

    /// Brings the object as it is after the update, in the same request.
    ///
    /// Only of types without shards, since an update does not read these. It is one `UpdateItem` in every case; if its answer is
    /// lost and it would leave something else when it came twice, the error is
    /// [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown).
    pub fn returning_new(self) -> UpdateReturning<T, Saved<T>> {
        UpdateReturning::new(self, Returns::New)
    }

    /// Brings the object as it was before the update, in the same request.
    ///
    /// Only of types without shards, since an update does not read these. It is one `UpdateItem` in every case; if its answer is
    /// lost, the error is [`ErrorKind::OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown), because a second one would bring the
    /// object as the first left it.
    pub fn returning_old(self) -> UpdateReturning<T, T> {
        UpdateReturning::new(self, Returns::Old)
    }

    /// What awaiting it would send; sends nothing.
    ///
    /// Nothing is known of the object but its key, so units are lower bounds. With [`create_parents`](Self::create_parents) the plan
    /// says that there may be more.
    ///
    /// # Errors
    ///
    /// Those of the update that are found before the first request.
    pub fn plan(self) -> Result<Plan> {
        self.planned(None)
    }

    /// The request as it would be sent, with its expressions; sends nothing.
    ///
    /// # Errors
    ///
    /// Those of the update that are found before the first request.
    pub fn params(self) -> Result<UpdateParams> {
        self.shown(None)
    }

    fn with<V>(mut self, field: &Path<T, V>, verb: Result<Verb, Wrong>) -> Self {
        let verb = if field.is_flattened() {
            Err(Wrong::Use(
                "is where a flattened field stands, which has no attribute of its own; change the fields or entries in it",
            ))
        } else {
            verb
        };
        self.edits.push((field.as_field_path().clone(), verb));
        self
    }

    pub(super) fn key(&self) -> &Key {
        &self.key
    }

    pub(super) fn operation(&self) -> Result<Operation> {
        Operation::new::<T>("update", self.options.clone())
    }

    fn asked(self, operation: &Operation, returns: Option<Returns>) -> Result<Asked<T>> {
        Ok(Asked {
            edits: operation.edits(self.edits)?,
            when: self.when,
            once: self.once,
            parents: self.parents,
            returns,
        })
    }

    /// Sends it; what comes back is the item that was asked for.
    pub(super) async fn send(
        self,
        operation: &Operation,
        returns: Option<Returns>,
    ) -> Result<Option<dyno_value::Item>> {
        let key = self.key.clone();
        let asked = self.asked(operation, returns)?;
        let wanted = operation.with_keys(asked, |asked| operation.wanted(&key, asked));
        let commit = UpdateCommit::new(wanted.await?);
        drive::run(&operation.store, commit).await
    }

    /// What is to be changed as a part of a transaction, in this store if no other is named.
    pub(in crate::store) fn into_part(
        mut self,
        store: &Store,
    ) -> Result<(Operation, Key, UpdatePart)> {
        self.options.store.get_or_insert_with(|| store.clone());
        self.once = true;
        let (operation, key) = (self.operation()?, self.key.clone());
        let asked = self.asked(&operation, None);
        let asked = asked.map_err(operation.explain(Some(&key)))?;
        let of_key = key.clone();
        let part: UpdatePart = Box::new(move |operation| operation.wanted(&of_key, asked.clone()));
        Ok((operation, key, part))
    }

    pub(super) fn planned(self, returns: Option<Returns>) -> Result<Plan> {
        self.before_sending(returns, |commit| {
            let may_need_maps = commit.may_make_maps();
            let request = drive::plan(commit, Sizes::Unknown)?;
            let plan = Plan::default().then(request);
            Ok(if may_need_maps {
                plan.perhaps(More::Writes)
            } else {
                plan
            })
        })
    }

    pub(super) fn shown(self, returns: Option<Returns>) -> Result<UpdateParams> {
        self.before_sending(returns, |commit| {
            let request = drive::first_request(commit)?;
            let params = request.and_then(UpdateParams::of);
            params.ok_or_else(|| {
                let why = "an update is one action; this is a fault of dyno";
                Error::new(crate::error::ErrorKind::Service, why)
            })
        })
    }

    fn before_sending<O>(
        self,
        returns: Option<Returns>,
        of: impl FnOnce(UpdateCommit<'_>) -> Result<O>,
    ) -> Result<O> {
        let operation = self.operation()?;
        let key = self.key.clone();
        let made = || {
            let asked = self.asked(&operation, returns)?;
            of(UpdateCommit::new(operation.wanted(&key, asked)?))
        };
        made().map_err(operation.explain(Some(&key)))
    }

    async fn run(self) -> Result<()> {
        let operation = self.operation()?;
        let key = self.key.clone();
        let sent = self.send(&operation, None).await;
        sent.map(drop).map_err(operation.explain(Some(&key)))
    }
}

/// What an update writes, once its operation has its keys.
pub(in crate::store) type UpdatePart =
    Box<dyn for<'a> Fn(&'a Operation) -> Result<Wanted<'a>> + Send + Sync>;

/// Whether an object is loaded without the field. What stands for it must have a form: an empty set, say, has none.
fn can_be_absent<V>(codec: &Codec<V>) -> bool {
    let absent = codec.absent();
    absent.is_some_and(|absent| codec.write(&absent).is_ok())
}

impl<T: Stored> IntoFuture for Update<T> {
    type Output = Result<()>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
