use std::marker::PhantomData;

use super::report::GuardReport;
use super::visit::Guarding;
use crate::error::{Error, ErrorKind, Result};
use crate::plan::has_unique_fields;
use crate::shape::Stored;
use crate::store::operation::{Operation, Options, Pending, common_options, debug_of};
use crate::store::reseal::walk::{self, Listener, Settings, walk_options};

/// Guards the values of unique fields that were stored without: before the field was `#[dyno(unique)]`, or by something else than this
/// mapper. And removes the guards of values that nobody has: whose objects were deleted, changed or restored by something else.
///
/// A value that several objects have gets the guard of the first that is found, and the others are
/// [duplicates](GuardReport::duplicates): load and change them, and call it again. Objects are not changed.
///
/// An object of an enum's variant that this program does not have keeps its guards, and is one of the
/// [failures](GuardReport::failures). If other types without key templates stand in the table, say by [`only_if`](Self::only_if) which
/// items are of this one: any item with the attribute of a unique field is taken for one otherwise.
///
/// Give the type with `unique` to every program first: one that writes without it makes new values without guards.
///
/// Sends a `Scan` with strong consistency of the table of the objects, and of each table of their guards, a page of 100 items at a time; for each
/// object with values one `BatchGetItem` of their guards, and if other objects own some of these, one of the owners and of the object
/// itself; for each guard one `BatchGetItem` of its owner; and one `TransactWriteItems`
/// for each object that lacks guards, and for each guard that is removed. It checks that the values of the roots are still what was
/// read: a save that comes in between wins, and the object is read again. Costs 1 RCU per 4 KB read, 2 WCU per KB of each guard,
/// and 2 WCU per KB of each root that is checked.
///
/// A crash leaves every guard as it was or as it should be. A second call does what is left; it begins again, or
/// [goes on](Self::from) from the cursor of the last [progress](Self::progress) event.
///
/// # Cancel safety
///
/// As a crash.
///
/// # Errors
///
/// [`ErrorKind::InvalidShape`] if no field of the type is unique; [`ErrorKind::InvalidCursor`], and those of the service. Any other error is
/// one of an object or of a guard, and does not end the walk: it is in the [report](GuardReport::failures), with the key, as
/// [`ErrorKind::InvalidValue`] for a value that cannot be guarded (the other values of the object are), [`ErrorKind::TypeMismatch`] for an
/// object of an unknown variant, [`ErrorKind::NotUnique`] for an item that no guard is at the place of one,
/// [`ErrorKind::Corrupt`], or [`ErrorKind::Contended`].
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// # #[cfg(feature = "embedded")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> dyno::Result<()> {
/// # use dyno_derive::DyObject;
/// use dyno::{DyObject, Store};
///
/// #[derive(DyObject)]
/// #[dyno(table = "Users", key = "ID")]
/// struct Before {
///     #[dyno(key)]
///     id: String,
///     email: String,
/// }
///
/// #[derive(DyObject)]
/// #[dyno(table = "Users", key = "ID")]
/// struct User {
///     #[dyno(key)]
///     id: String,
///     #[dyno(unique)]
///     email: String,
/// }
///
/// let store = Store::embedded()?;
/// store.ensure_tables::<User>().await?;
/// for id in ["u1", "u2"] {
///     let user = Before { id: id.into(), email: "ada@example.com".into() };
///     store.save(user).await?;
/// }
/// let planned = store.guard_values::<User>().dry_run().await?;
/// assert_eq!((planned.guarded(), planned.duplicated()), (1, 1));
///
/// let report = store.guard_values::<User>().rate(500).await?;
/// let duplicate = &report.duplicates()[0];
/// assert_eq!(duplicate.field(), "email");
///
/// let mut second = store.load::<User>(duplicate.key().clone()).await?;
/// second.email = "lovelace@example.com".into();
/// second.save().await?;
/// assert!(store.guard_values::<User>().await?.is_complete());
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "embedded"))]
/// # fn main() {}
/// ```
#[must_use = "nothing is guarded until it is awaited"]
pub struct GuardValues<T> {
    options: Options,
    settings: Settings,
    listener: Listener<GuardReport>,
    dry_run: bool,
    object: PhantomData<fn() -> T>,
}

debug_of!(GuardValues<T>: settings, dry_run);

impl<T: Stored> GuardValues<T> {
    pub(in crate::store) fn new() -> Self {
        Self {
            options: Options::default(),
            settings: Settings::default(),
            listener: Listener(None),
            dry_run: false,
            object: PhantomData,
        }
    }

    common_options!();

    walk_options!(GuardReport);

    /// Reads and counts, and writes nothing: the report says what would be changed. It keeps the keys of the guards that it would put
    /// in memory, to find the duplicates among them: a walk that goes on [from](Self::from) a cursor does not know those of the one before,
    /// and misses duplicates of theirs.
    pub fn dry_run(mut self) -> Self {
        self.dry_run = true;
        self
    }

    async fn run(self) -> Result<GuardReport> {
        let operation = Operation::new::<T>("guard the values of", self.options)?;
        if !has_unique_fields(operation.topology.root) {
            let why = "the type has no unique field, so that there is nothing to guard; mark one `#[dyno(unique)]`";
            return Err(operation.explain(None)(Error::new(
                ErrorKind::InvalidShape,
                why,
            )));
        }
        let report = GuardReport {
            dry_run: self.dry_run,
            ..GuardReport::default()
        };
        let mut guarding = Guarding::new(report, self.listener);
        Box::pin(walk::walk(&operation, self.settings, &mut guarding))
            .await
            .map_err(operation.explain(None))?;
        Ok(guarding.report)
    }
}

impl<T: Stored> IntoFuture for GuardValues<T> {
    type Output = Result<GuardReport>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
