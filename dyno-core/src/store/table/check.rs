use std::marker::PhantomData;

use super::describe::Details;
use super::options::table_options;
use super::tables::{Origin, Tables, mismatch};
use crate::error::Result;
use crate::shape::{Shape, Stored};
use crate::store::Store;
use crate::store::operation::{Operation, Options, Pending, debug_of};
use crate::table::{Difference, DifferenceKind, Settings};

/// Compares the tables of a type and of its shards with what programs need, or with all that is said of them.
///
/// Without [`exact`](Self::exact), a table fits if programs can use it: its keys, their types and its indexes. Settings are
/// compared if they are asked for here. With it, everything is: settings that are not asked for must be off, tables be paid by
/// request, and no other index or tag may stand: name the types that share a table with [`and`](Self::and).
///
/// Sends one `DescribeTable` for each table, and one of `DescribeTimeToLive`, `DescribeContinuousBackups` and
/// `ListTagsOfResource` for each setting that is compared; free of charge. Nothing is changed.
///
/// # Errors
///
/// [`TableMismatch`](crate::ErrorKind::TableMismatch), which lists every difference in words;
/// [`InvalidShape`](crate::ErrorKind::InvalidShape), also if two types share a table and a type tag; and those of the service.
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
/// let missing = store.check_tables::<User>().differences().await?;
/// assert_eq!(missing[0].to_string(), "table `Users` does not exist");
///
/// store.ensure_tables::<User>().await?;
/// store.check_tables::<User>().exact().await?;
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "embedded"))]
/// # fn main() {}
/// ```
#[must_use = "nothing is sent until it is awaited"]
pub struct CheckTables<T> {
    store: Store,
    settings: Settings,
    others: Vec<&'static Shape>,
    exact: bool,
    object: PhantomData<fn() -> T>,
}

debug_of!(CheckTables<T>: store, settings, exact);

impl<T: Stored> CheckTables<T> {
    pub(in crate::store) fn new(store: Store) -> Self {
        Self {
            store,
            settings: Settings::default(),
            others: Vec::new(),
            exact: false,
            object: PhantomData,
        }
    }

    table_options!();

    /// Counts every difference, not only those that programs notice.
    pub fn exact(mut self) -> Self {
        self.exact = true;
        self
    }

    /// The differences as a list, of which none is an error; what breaks programs comes first in each table.
    ///
    /// # Errors
    ///
    /// [`InvalidShape`](crate::ErrorKind::InvalidShape), and those of the service.
    pub async fn differences(self) -> Result<Vec<Difference>> {
        let (settings, exact) = (self.settings, self.exact);
        let options = Options {
            store: Some(self.store),
            loader: None,
        };
        let operation = Operation::new::<T>("check the tables of", options)?;
        let found = async {
            let tables = Tables::of(&operation, &self.others, settings)?;
            tables.differences(exact).await
        };
        found.await.map_err(operation.explain(None))
    }

    async fn run(self) -> Result<()> {
        let name = T::SHAPE.name();
        let differences = self.differences().await?;
        if differences.is_empty() {
            return Ok(());
        }
        Err(mismatch(&differences, Origin::Types).of("check the tables of", name, None))
    }
}

impl Tables {
    /// Where the tables differ from what is wanted: all of it, or what programs need and settings speak of.
    pub(super) async fn differences(&self, exact: bool) -> Result<Vec<Difference>> {
        let mut all = Vec::new();
        for wanted in &self.wanted {
            let details = if exact {
                Details::ALL
            } else {
                Details::of(&self.settings, wanted)
            };
            let Some(mut found) = self.describe(wanted).await? else {
                let why = "does not exist".to_owned();
                let kind = DifferenceKind::MissingTable;
                all.push(Difference::new(wanted.name(), kind, why));
                continue;
            };
            self.add_details(&mut found, details).await?;
            let mut differences = wanted.compare(&found.spec);
            differences.retain(|difference| {
                let kind = difference.kind();
                exact || kind.breaks_programs() || self.settings.speak_of(kind, wanted)
            });
            differences.extend(found.unfinished);
            differences.sort_by_key(Difference::kind);
            all.extend(differences);
        }
        Ok(all)
    }
}

impl<T: Stored> IntoFuture for CheckTables<T> {
    type Output = Result<()>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
