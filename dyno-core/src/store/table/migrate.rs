use std::marker::PhantomData;
use std::time::Duration;

use super::describe::Details;
use super::options::table_options;
use super::tables::{Origin, Tables, mismatch};
use crate::error::Result;
use crate::shape::{Shape, Stored};
use crate::store::Store;
use crate::store::operation::{Operation, Options, Pending, debug_of};
use crate::table::{Change, Described, DifferenceKind, Migration, Settings, TableSpec};

/// Brings the tables of a type and of its shards to what the type needs and to the settings that are asked for here.
///
/// It makes tables that are missing, adds global secondary indexes that are missing, one after the other because DynamoDB fills
/// one at a time, and changes billing, throughput, tags, and the attribute that objects expire by. It turns streams, point-in-time
/// recovery and deletion protection on. It never deletes a table, an index, an attribute or a tag, turns nothing off that was not
/// asked for, and tells what it [left](Migration::left).
///
/// [`plan`](Self::plan) shows what would be done; awaiting does it, and returns what was done. A table that an earlier call is
/// still changing is planned anew when that is finished; an index that is being deleted counts as missing.
///
/// Sends `DescribeTable` for each table, with `DescribeTimeToLive`, `DescribeContinuousBackups` and `ListTagsOfResource` for
/// settings that are asked for, and `DescribeTable` until what an earlier call began is finished; then one request for each step (`CreateTable`, `UpdateTable`, `UpdateTimeToLive`,
/// `UpdateContinuousBackups` or `TagResource`) and `DescribeTable` until the table and its indexes can be used again. DynamoDB
/// charges for filling an index as for writing its items.
///
/// If it is cut off, the steps so far are done, and DynamoDB goes on filling an index; call it again.
///
/// # Errors
///
/// [`TableMismatch`](crate::ErrorKind::TableMismatch) if a table has other keys; before anything is changed,
/// unless somebody replaces a table meanwhile;
/// [`InvalidShape`](crate::ErrorKind::InvalidShape), also if two types share a table and a type tag; and those of the service; [`Service`](crate::ErrorKind::Service) if
/// a table is not ready within [the time](Self::wait_at_most).
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
/// struct User { name: String }
///
/// let store = Store::embedded()?;
/// store.ensure_tables::<User>().await?;
/// let plan = store.migrate_tables::<User>().provisioned(5, 2).plan().await?;
/// assert_eq!(
///     plan.to_string(),
///     "1. change billing: table `Users` is provisioned with 5 reads and 2 writes a second\n"
/// );
/// let done = store.migrate_tables::<User>().provisioned(5, 2).await?;
/// assert_eq!(done, plan);
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "embedded"))]
/// # fn main() {}
/// ```
#[must_use = "nothing is changed until it is awaited"]
pub struct MigrateTables<T> {
    store: Store,
    settings: Settings,
    others: Vec<&'static Shape>,
    time: Duration,
    object: PhantomData<fn() -> T>,
}

debug_of!(MigrateTables<T>: store, settings, time);

impl<T: Stored> MigrateTables<T> {
    pub(in crate::store) fn new(store: Store) -> Self {
        Self {
            store,
            settings: Settings::default(),
            others: Vec::new(),
            time: Duration::from_mins(10),
            object: PhantomData,
        }
    }

    table_options!();

    /// Waits so long at most for one step; ten minutes if nothing is said. Filling an index of many items may take hours.
    pub fn wait_at_most(mut self, time: Duration) -> Self {
        self.time = time;
        self
    }

    /// What would be done, without doing it.
    ///
    /// # Errors
    ///
    /// [`InvalidShape`](crate::ErrorKind::InvalidShape), and those of the service. Other keys are
    /// [left](Migration::left).
    pub async fn plan(self) -> Result<Migration> {
        let (operation, others, settings, _) = self.begin()?;
        let planned = async {
            let tables = Tables::of(&operation, &others, settings)?;
            let planned = tables.plan().await?.into_iter();
            Ok(planned.map(|(_, planned)| planned).fold(
                Migration::default(),
                |mut all, planned| {
                    all.extend(planned.migration);
                    all
                },
            ))
        };
        planned.await.map_err(operation.explain(None))
    }

    async fn run(self) -> Result<Migration> {
        let (operation, others, settings, time) = self.begin()?;
        let done = async {
            let tables = Tables::of(&operation, &others, settings)?;
            let planned = tables.plan().await?;
            tables.migrate(planned, time).await
        };
        done.await.map_err(operation.explain(None))
    }

    fn begin(self) -> Result<(Operation, Vec<&'static Shape>, Settings, Duration)> {
        let options = Options {
            store: Some(self.store),
            loader: None,
        };
        let operation = Operation::new::<T>("migrate the tables of", options)?;
        Ok((operation, self.others, self.settings, self.time))
    }
}

/// What is to be done with one table.
struct Planned {
    migration: Migration,
    arn: Option<String>,
    /// Whether it is being made or changed, by an earlier call perhaps.
    busy: bool,
}

impl Planned {
    /// Refuses keys that no change of a table mends.
    fn check_keys(all: &[&Self]) -> Result<()> {
        let left = all.iter().flat_map(|planned| planned.migration.left());
        let hopeless = left.filter(|one| one.kind() == DifferenceKind::Keys);
        let hopeless: Vec<_> = hopeless.cloned().collect();
        if hopeless.is_empty() {
            return Ok(());
        }
        Err(mismatch(&hopeless, Origin::Types))
    }
}

impl Tables {
    async fn plan(&self) -> Result<Vec<(&TableSpec, Planned)>> {
        let mut all = Vec::new();
        for wanted in &self.wanted {
            let found = self.describe(wanted).await?;
            all.push((wanted, self.planned(wanted, found).await?));
        }
        Ok(all)
    }

    /// What is to be done with a table that was found so.
    async fn planned(&self, wanted: &TableSpec, found: Option<Described>) -> Result<Planned> {
        let Some(mut found) = found else {
            return Ok(Planned {
                migration: Migration::of_missing(wanted),
                arn: None,
                busy: false,
            });
        };
        self.add_details(&mut found, Details::of(&self.settings, wanted))
            .await?;
        Ok(Planned {
            migration: Migration::of_standing(wanted, &found.spec, &self.settings),
            arn: found.arn,
            busy: !found.unfinished.is_empty() || !found.changing.is_empty(),
        })
    }

    async fn migrate(
        &self,
        planned: Vec<(&TableSpec, Planned)>,
        time: Duration,
    ) -> Result<Migration> {
        let all: Vec<_> = planned.iter().map(|(_, planned)| planned).collect();
        Planned::check_keys(&all)?;
        let mut done = Migration::default();
        for (wanted, mut planned) in planned {
            if planned.busy {
                // What was begun earlier changed the table since.
                let found = self.until_settled(wanted, time).await?;
                planned = self.planned(wanted, Some(found)).await?;
                Planned::check_keys(&[&planned])?;
            }
            for step in planned.migration.steps() {
                let change = step.change();
                self.change(wanted, change, planned.arn.as_deref()).await?;
                let at_once = matches!(
                    change,
                    Change::Expire(_) | Change::KeepExpired(_) | Change::Recover | Change::Tag(_)
                );
                if !at_once {
                    self.until_settled(wanted, time).await?;
                }
            }
            done.extend(planned.migration);
        }
        Ok(done)
    }
}

impl<T: Stored> IntoFuture for MigrateTables<T> {
    type Output = Result<Migration>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
