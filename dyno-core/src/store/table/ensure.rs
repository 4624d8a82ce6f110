use std::marker::PhantomData;

use super::describe::Details;
use super::options::table_options;
use super::request::Made;
use super::tables::{Tables, mismatch};
use super::wait::SHORT;
use crate::error::Result;
use crate::shape::{Shape, Stored};
use crate::store::Store;
use crate::store::operation::{Operation, Options, Pending, debug_of};
use crate::table::{Change, Described, Difference, DifferenceKind, Settings, TableSpec};

/// Makes the tables of a type and of its shards, where they do not exist, and waits until they can be used.
///
/// A field with an index has two global secondary indexes, called like the attributes that hold its index values; one
/// stays empty, and costs nothing, until the index key is replaced. DynamoDB makes 20 of them for a table, so 10 fields can have
/// an index.
///
/// Sends one `CreateTable` for each table, and `DescribeTable` for those that exist or are not active at once, until table
/// and indexes are: about a minute at most. With [`ttl`](Self::ttl) and
/// [`point_in_time_recovery`](Self::point_in_time_recovery), one request more each, which is also sent for a table that
/// stands without; with these and [`tags`](Self::tags), the settings of a table that stands are read first. All are free
/// of charge. Otherwise a table that exists is checked, not changed: for its keys, its indexes, and the settings that are
/// asked for here.
///
/// If it is cut off, some tables are made; call it again.
///
/// # Errors
///
/// [`TableMismatch`](crate::ErrorKind::TableMismatch) if a table has other keys than the type declares, lacks an index, or is
/// kept otherwise than asked; [`InvalidShape`](crate::ErrorKind::InvalidShape), also if two types share a table and a type tag, if
/// more than 10 fields have an index, if the throughput is zero, or if objects cannot expire by the field; and those of
/// the service.
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
/// #[dyno(table = "Sessions", key = "ID")]
/// struct Session { user: String, expires: u64 }
///
/// let store = Store::embedded()?;
/// store.ensure_tables::<Session>().ttl("expires").tags([("team", "blue")]).await?;
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "embedded"))]
/// # fn main() {}
/// ```
#[must_use = "nothing is made until it is awaited"]
pub struct EnsureTables<T> {
    store: Store,
    settings: Settings,
    others: Vec<&'static Shape>,
    object: PhantomData<fn() -> T>,
}

debug_of!(EnsureTables<T>: store, settings);

impl<T: Stored> EnsureTables<T> {
    pub(in crate::store) fn new(store: Store) -> Self {
        Self {
            store,
            settings: Settings::default(),
            others: Vec::new(),
            object: PhantomData,
        }
    }

    table_options!();

    async fn run(self) -> Result<()> {
        let options = Options {
            store: Some(self.store),
            loader: None,
        };
        let operation = Operation::new::<T>("ensure the tables of", options)?;
        ensure_with(&operation, &self.others, self.settings)
            .await
            .map_err(operation.explain(None))
    }
}

/// Makes or checks every table of an object.
pub(in crate::store) async fn ensure_all(operation: &Operation) -> Result<()> {
    ensure_with(operation, &[], Settings::default()).await
}

async fn ensure_with(
    operation: &Operation,
    others: &[&'static Shape],
    settings: Settings,
) -> Result<()> {
    Tables::of(operation, others, settings)?.ensure_all().await
}

impl Tables {
    pub(super) async fn ensure_all(&self) -> Result<()> {
        for wanted in &self.wanted {
            self.ensure(wanted).await?;
        }
        Ok(())
    }

    async fn ensure(&self, wanted: &TableSpec) -> Result<()> {
        let made = self.create(wanted).await?;
        let mut found = match made {
            Made::AtOnce => None,
            Made::Begun | Made::Stood => {
                let look = |found: &Described| self.check_described(wanted, found);
                Some(self.until_ready(wanted, SHORT, look).await?)
            }
        };
        if made == Made::Stood
            && let Some(found) = &mut found
        {
            self.add_details(found, Details::of(&self.settings, wanted))
                .await?;
            self.check_asked(wanted, found)?;
        }
        let stands = found.as_ref().map(|found| &found.spec);
        if let Some(attribute) = wanted.ttl()
            && stands.and_then(TableSpec::ttl).is_none()
        {
            let change = Change::Expire(attribute.to_owned());
            self.change(wanted, &change, None).await?;
        }
        if wanted.has_point_in_time_recovery()
            && !stands.is_some_and(TableSpec::has_point_in_time_recovery)
        {
            self.change(wanted, &Change::Recover, None).await?;
        }
        Ok(())
    }

    /// Refuses a table that programs could not use, or that is kept otherwise than asked, as far as `DescribeTable` says.
    fn check_described(&self, wanted: &TableSpec, found: &Described) -> Result<()> {
        self.refuse(wanted, &found.spec, |kind| {
            let later = [
                DifferenceKind::PointInTimeRecovery,
                DifferenceKind::Tag,
                DifferenceKind::Ttl,
            ];
            !later.contains(&kind)
        })
    }

    /// The same with tags, and with items that expire by another attribute: expiring at all is turned on afterwards.
    fn check_asked(&self, wanted: &TableSpec, found: &Described) -> Result<()> {
        let expires = found.spec.ttl().is_some();
        self.refuse(wanted, &found.spec, |kind| match kind {
            DifferenceKind::PointInTimeRecovery => false,
            DifferenceKind::Ttl => expires,
            _ => true,
        })
    }

    fn refuse(
        &self,
        wanted: &TableSpec,
        found: &TableSpec,
        matters: impl Fn(DifferenceKind) -> bool,
    ) -> Result<()> {
        let mut differences = wanted.compare(found);
        differences.retain(|difference: &Difference| {
            let kind = difference.kind();
            matters(kind) && (kind.breaks_programs() || self.settings.speak_of(kind, wanted))
        });
        if differences.is_empty() {
            return Ok(());
        }
        Err(mismatch(&differences, self.origin))
    }
}

impl<T: Stored> IntoFuture for EnsureTables<T> {
    type Output = Result<()>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
