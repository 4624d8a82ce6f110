use std::fmt;
use std::pin::Pin;

use super::error::TransactionError;
use super::given::{Inserts, InsertsAnd, Lefts, Many, One};
use super::params::TransactionParams;
use super::part::{Change, Part, What};
use super::ready;
use super::send::{Refused, send};
use super::slot::Slot;
use crate::error::{Error, Result};
use crate::expr::Condition;
use crate::forecast::Plan;
use crate::key::Key;
use crate::shape::Stored;
use crate::store::operation::{Operation, Options};
use crate::store::prepared::{SavePart, Then};
use crate::store::saved::{SaveSaved, Saved};
use crate::store::tree::Baseline;
use crate::store::{Delete, Save, Store, Update};

/// Writes several objects of any types, all or none; see [`Store::transaction`](crate::Store::transaction).
///
/// Each object is written as it is alone: with its lock, its shards, its encryption. Awaiting it gives what was inserted and put as
/// [`Saved`], a tuple in the order of the calls; what was saved is up to date where it is.
///
/// Sends one `TransactWriteItems` (2 WCU per KB of each item that is written or looked at), without reading. It is two if an object
/// with shards or encrypted fields of [`put`](Self::put) is there already, or one of [`delete`](Self::delete) has shards in pieces or
/// was changed meanwhile; the root is read before by `GetItem` if only it tells which shards are to be deleted (see
/// [`Delete`](crate::Delete)). Nothing is sent if nothing has changed and nothing else is asked for. A crash leaves all as it was, or
/// everything written. [`plan`](Self::plan) and [`params`](Self::params) show it.
///
/// A lost answer is resolved: the same request is sent again with its token, which has no second effect for ten minutes; after that
/// the versions of the roots tell, if any is asked for, and nothing is sent again without one. What was neither applied nor refused for certain is `OutcomeUnknown`; the keys of the objects are in
/// [`TransactionError::keys`] then.
///
/// # Cancel safety
///
/// A transaction that is dropped before its end may have been applied or not; reload what was to be saved.
///
/// # Errors
///
/// [`TransactionError`], with every object that was in the way, and what was given. Its kinds are those of the single writes
/// ([`Conflict`](crate::ErrorKind::Conflict), [`AlreadyExists`](crate::ErrorKind::AlreadyExists),
/// [`ConditionFailed`](crate::ErrorKind::ConditionFailed), [`NotFound`](crate::ErrorKind::NotFound) of an update or check,
/// [`Contended`](crate::ErrorKind::Contended), [`Throttled`](crate::ErrorKind::Throttled),
/// [`OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown), ...). Before the first request, and before a root is read:
/// [`InvalidKey`](crate::ErrorKind::InvalidKey) if one item is touched twice, [`InvalidShape`](crate::ErrorKind::InvalidShape) if
/// there are two regions, [`InvalidSetting`](crate::ErrorKind::InvalidSetting) if an object is of another store,
/// [`TooLarge`](crate::ErrorKind::TooLarge) if it needs more than 100 actions or 4 MB.
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// # #[cfg(feature = "embedded")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use dyno_derive::DyObject;
/// use dyno::{DyObject, ErrorKind, Store};
///
/// #[derive(DyObject)]
/// #[dyno(table = "Accounts", key = "ID")]
/// struct Account { balance: u64 }
///
/// #[derive(Debug, DyObject)]
/// #[dyno(table = "Transfers", key = "ID")]
/// struct Transfer { amount: u64 }
///
/// let store = Store::embedded()?;
/// store.ensure_tables::<Account>().await?;
/// store.ensure_tables::<Transfer>().await?;
/// let mut ada = store.save(Account { balance: 10 }).key("ada").await?;
/// let mut ken = store.save(Account { balance: 0 }).key("ken").await?;
///
/// ada.balance -= 4;
/// ken.balance += 4;
/// let transfer = store.save(Transfer { amount: 4 }).key("t1");
/// let (transfer,) = store.transaction().save(&mut ada).save(&mut ken).insert(transfer).await?;
/// assert_eq!(transfer.amount, 4);
///
/// ada.balance -= 1;
/// let again = store.save(Transfer { amount: 1 }).key("t1");
/// let error = store.transaction().save(&mut ada).insert(again).await.unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::AlreadyExists);
/// let stood = error.failures()[0].standing::<Transfer>().await?.unwrap();
/// assert_eq!(stood.amount, 4);
/// assert_eq!(error.into_given().0.amount, 1); // it comes back
/// assert_eq!(store.load::<Account>("ada").await?.balance, 6);
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "embedded"))]
/// # fn main() {}
/// ```
#[must_use = "nothing is written until it is awaited"]
pub struct Transaction<'a, P = ()> {
    store: Store,
    parts: Vec<Part<'a>>,
    inserts: P,
}

impl<P> fmt::Debug for Transaction<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction")
            .field("store", &self.store)
            .field("parts", &self.parts.len())
            .finish_non_exhaustive()
    }
}

impl Transaction<'_> {
    pub(in crate::store) fn new(store: Store) -> Self {
        Self {
            store,
            parts: Vec::new(),
            inserts: (),
        }
    }
}

impl<'a, P> Transaction<'a, P> {
    /// Writes what changed in an object, if nobody else saved it since it was loaded: `.save(&mut saved)`, or
    /// `.save(saved.save().when(condition))`. It is up to date afterwards.
    ///
    /// An object in which nothing changed is not written. Only its condition is asked then, if it has one, with its version;
    /// [`check_unchanged`](Self::check_unchanged) asks for the version alone.
    pub fn save<T: Stored>(self, saved: impl Into<SaveSaved<'a, T>>) -> Self {
        let (part, then) = saved.into().into_part();
        self.with(part.map(saving), Some(then))
    }

    /// Deletes the object with this key, whatever its version, with all its shards. Deleting what is not there succeeds.
    pub fn delete<T: Stored>(self, key: impl Into<Key>) -> Self {
        self.delete_by(Delete::<T>::new(key.into()))
    }

    /// The same, if this holds of the object that stands there.
    pub fn delete_when<T: Stored>(self, key: impl Into<Key>, condition: Condition<T>) -> Self {
        self.delete_by(Delete::new(key.into()).when(condition))
    }

    /// Deletes an object, if nobody else saved it since it was loaded.
    pub fn delete_saved<T: Stored>(self, saved: &Saved<T>) -> Self {
        let change = of_saved("delete", saved, |_, base| Ok(What::DeleteSaved(base, None)));
        self.with(change, None)
    }

    /// The same, if this holds of the object that stands there, too.
    pub fn delete_saved_when<T: Stored>(self, saved: &Saved<T>, condition: Condition<T>) -> Self {
        let change = of_saved("delete", saved, |operation, base| {
            let when = operation.condition_on(Some(condition), saved.key())?;
            Ok(What::DeleteSaved(base, when))
        });
        self.with(change, None)
    }

    /// Changes values of an object in place: `.update(User::update("u1").add(User::fields().visits(), 1))`.
    ///
    /// It is made once, whatever is lost, as with [`exactly_once`](crate::Update::exactly_once).
    pub fn update<T: Stored>(self, update: Update<T>) -> Self {
        let change = update
            .into_part(&self.store)
            .map(|(operation, key, part)| Change {
                operation,
                key,
                what: What::Update(part),
            });
        self.with(change, None)
    }

    /// Demands that the object with this key is there, as a load would find it, and that this holds of it; it is not written.
    ///
    /// Its root alone is looked at: nothing is decrypted, and no seal verified.
    pub fn check<T: Stored>(self, key: impl Into<Key>, condition: Condition<T>) -> Self {
        let key = key.into();
        let change = self.of_key::<T>(key, |operation, key| {
            let when = operation.condition_on(Some(condition), key)?;
            Ok(What::Check(when))
        });
        self.with(change, None)
    }

    /// Demands that the object with this key is there, as a load would find it; it is not written.
    pub fn check_exists<T: Stored>(self, key: impl Into<Key>) -> Self {
        let change = self.of_key::<T>(key.into(), |_, _| Ok(What::Check(None)));
        self.with(change, None)
    }

    /// Demands that nothing has this key, of whatever type.
    pub fn check_missing<T: Stored>(self, key: impl Into<Key>) -> Self {
        let change = self.of_key::<T>(key.into(), |_, _| Ok(What::CheckMissing));
        self.with(change, None)
    }

    /// Demands that nobody else saved or deleted the object since it was loaded; it is not written.
    ///
    /// Of an object that is one item without the mapper's attributes, every field and attribute is compared. What only its
    /// independent shards hold may have changed all the same: these have versions of their own.
    pub fn check_unchanged<T: Stored>(self, saved: &Saved<T>) -> Self {
        let change = of_saved("check", saved, |_, base| Ok(What::CheckUnchanged(base)));
        self.with(change, None)
    }

    /// Inserts an object; it fails with [`AlreadyExists`](crate::ErrorKind::AlreadyExists) if there is one with the key. It is given
    /// as it is, or with a key of its own: `.insert(user)`, `.insert(user.save().key("u1"))`.
    pub fn insert<T: Stored>(self, object: impl Into<Save<T>>) -> Transaction<'a, P::Next>
    where
        P: InsertsAnd<One<T>>,
    {
        self.put(object.into().if_absent())
    }

    /// Inserts an object, or replaces what has its key.
    pub fn put<T: Stored>(mut self, object: impl Into<Save<T>>) -> Transaction<'a, P::Next>
    where
        P: InsertsAnd<One<T>>,
    {
        let one = self.given(object.into());
        self.and(one)
    }

    /// Inserts all of these objects, of one type; each as [`insert`](Self::insert) does.
    pub fn insert_all<T: Stored>(
        self,
        objects: impl IntoIterator<Item = impl Into<Save<T>>>,
    ) -> Transaction<'a, P::Next>
    where
        P: InsertsAnd<Many<T>>,
    {
        let saves = objects.into_iter().map(|object| object.into().if_absent());
        self.put_all(saves)
    }

    /// Inserts or replaces all of these objects, of one type; each as [`put`](Self::put) does.
    pub fn put_all<T: Stored>(
        mut self,
        objects: impl IntoIterator<Item = impl Into<Save<T>>>,
    ) -> Transaction<'a, P::Next>
    where
        P: InsertsAnd<Many<T>>,
    {
        let objects = objects.into_iter();
        let many = objects.map(|object| self.given(object.into())).collect();
        self.and(Many(many))
    }

    /// Inserts the object of a slot, which holds it as it is stored afterwards; for loops.
    pub fn insert_into<T: Stored>(self, slot: &'a mut Slot<T>) -> Self {
        let (part, then) = slot.part(&self.store, true);
        self.with(part.map(saving), then)
    }

    /// Inserts the object of a slot, or replaces what has its key; the slot holds it as it is stored afterwards.
    pub fn put_into<T: Stored>(self, slot: &'a mut Slot<T>) -> Self {
        let (part, then) = slot.part(&self.store, false);
        self.with(part.map(saving), then)
    }

    fn given<T: Stored>(&mut self, save: Save<T>) -> One<T> {
        let (part, object) = save.into_part(&self.store);
        let one = One {
            object,
            part: self.parts.len(),
        };
        self.parts.push(Part {
            change: part.map(saving),
            then: None,
        });
        one
    }

    fn and<N>(self, next: N) -> Transaction<'a, P::Next>
    where
        P: InsertsAnd<N>,
    {
        Transaction {
            store: self.store,
            parts: self.parts,
            inserts: self.inserts.__dyno_and(next),
        }
    }

    fn delete_by<T: Stored>(self, delete: Delete<T>) -> Self {
        let change = delete
            .into_part(&self.store)
            .map(|(operation, key, when)| Change {
                operation,
                key,
                what: What::Delete(when),
            });
        self.with(change, None)
    }

    /// A check of the object with this key.
    fn of_key<T: Stored>(
        &self,
        key: Key,
        what: impl FnOnce(&Operation, &Key) -> Result<What>,
    ) -> Result<Change> {
        let options = Options {
            store: Some(self.store.clone()),
            loader: None,
        };
        let operation = Operation::new::<T>("check", options)?;
        let what = what(&operation, &key).map_err(operation.explain(Some(&key)))?;
        Ok(Change {
            operation,
            key,
            what,
        })
    }

    fn with(mut self, change: Result<Change>, then: Option<Then<'a>>) -> Self {
        self.parts.push(Part { change, then });
        self
    }
}

impl<P> Transaction<'_, P> {
    /// What awaiting it would send, if no object of [`put`](Self::put) is there yet; sends nothing.
    ///
    /// The plan is exact if everything in it is inserted, or was loaded. Of what is deleted, updated or checked by key nothing is known
    /// but the key, so units are lower bounds; roots that have to be read first are shown as read, and what only they tell is not
    /// in the plan. A key that is made up stays the same.
    ///
    /// # Errors
    ///
    /// That of the first part that is refused before the first request.
    pub fn plan(&self) -> Result<Plan> {
        ready::plan(&self.store, &self.parts).map_err(of_first)
    }

    /// The request as it would be sent, with its expressions; sends nothing.
    ///
    /// The roots that have to be read first are taken for missing.
    ///
    /// # Errors
    ///
    /// That of the first part that is refused before the first request.
    pub fn params(&self) -> Result<TransactionParams> {
        ready::params(&self.store, &self.parts).map_err(of_first)
    }
}

impl<P: Inserts> Transaction<'_, P> {
    async fn run(self) -> Result<P::Saved, TransactionError<P::Objects>> {
        let Self {
            store,
            parts,
            inserts,
        } = self;
        match send(&store, parts).await {
            Ok(left) => Ok(inserts.__dyno_all_saved(Lefts(left))),
            Err(refused) => Err(TransactionError::new(refused, inserts.__dyno_all_back())),
        }
    }
}

fn of_first(refused: Refused) -> Error {
    TransactionError::new(refused, ()).into()
}

fn saving((operation, key, part): (Operation, Key, SavePart)) -> Change {
    Change {
        operation,
        key,
        what: What::Save(Box::new(part)),
    }
}

fn of_saved<T: Stored>(
    name: &'static str,
    saved: &Saved<T>,
    what: impl FnOnce(&Operation, Box<Baseline>) -> Result<What>,
) -> Result<Change> {
    let operation = Operation::new::<T>(name, saved.options().clone())?;
    let baseline = saved.baseline().map(|baseline| baseline.up_to_date());
    let what = baseline.and_then(|baseline| what(&operation, Box::new(baseline)));
    let what = what.map_err(operation.explain(Some(saved.key())))?;
    Ok(Change {
        operation,
        key: saved.key().clone(),
        what,
    })
}

impl<'a, P: Inserts + 'a> IntoFuture for Transaction<'a, P> {
    type Output = Result<P::Saved, TransactionError<P::Objects>>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
