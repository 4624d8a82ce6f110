use std::collections::BTreeMap;

use super::tables::{Origin, Tables, mismatch};
use crate::error::Result;
use crate::store::Store;
use crate::store::operation::Pending;
use crate::table::{Difference, Settings, TableSpec};

impl Tables {
    /// Each table by itself, since each says itself how it is kept. Refuses what no table can be.
    fn of_specs(store: &Store, specs: Vec<TableSpec>) -> Result<Vec<Self>> {
        let specs = merged(specs)?.into_iter().map(|spec| {
            let name = store.physical_name(spec.name());
            let spec = spec.with_name(name);
            spec.check()?;
            Ok(Self {
                client: store.clients().raw_in(spec.region()),
                settings: Settings::of(&spec),
                wanted: vec![spec],
                origin: Origin::Specs,
            })
        });
        specs.collect()
    }
}

/// One specification for each table. Tables of two regions are two, whatever they are called; where one of them is of the store's
/// region, which is not known here, they must agree.
fn merged(specs: Vec<TableSpec>) -> Result<Vec<TableSpec>> {
    let mut by_name: BTreeMap<String, Vec<TableSpec>> = BTreeMap::new();
    for spec in specs {
        let name = spec.name().to_owned();
        by_name.entry(name).or_default().push(spec);
    }
    let mut all = Vec::new();
    for same in by_name.into_values() {
        if same.iter().any(|spec| spec.region().is_none()) {
            all.extend(TableSpec::merged(same)?);
            continue;
        }
        let mut by_region: BTreeMap<Option<String>, Vec<TableSpec>> = BTreeMap::new();
        for spec in same {
            let region = spec.region().map(str::to_owned);
            by_region.entry(region).or_default().push(spec);
        }
        for same in by_region.into_values() {
            all.extend(TableSpec::merged(same)?);
        }
    }
    Ok(all)
}

/// Makes tables from specifications, of a file for example, where they do not exist, and waits until they can be used.
///
/// Names get the store's namespace, as those of types do; a specification without a region is of the store's, and tables of two
/// regions may have one name. All that it
/// says is made. Of a table that stands it is checked, and nothing is changed but that TTL and point-in-time recovery are turned on.
///
/// Sends what [`EnsureTables`](crate::EnsureTables) sends. If it is cut off, some tables are made; call it again.
///
/// # Errors
///
/// [`TableMismatch`](crate::ErrorKind::TableMismatch) if a table stands that is otherwise;
/// [`InvalidShape`](crate::ErrorKind::InvalidShape), before anything is sent, if a specification is none that a table can have, or
/// two are of one table and differ; and those of the service.
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// # #[cfg(feature = "embedded")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> dyno::Result<()> {
/// use dyno::table::TableSpec;
/// use dyno::{KeyKind, Store};
///
/// let store = Store::embedded()?;
/// let sessions = TableSpec::new("Sessions", "id", KeyKind::S).with_ttl("expires");
/// store.ensure_specs([sessions]).await?;
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "embedded"))]
/// # fn main() {}
/// ```
#[derive(Debug)]
#[must_use = "nothing is made until it is awaited"]
pub struct EnsureSpecs {
    store: Store,
    specs: Vec<TableSpec>,
}

impl EnsureSpecs {
    pub(in crate::store) fn new(store: Store, specs: Vec<TableSpec>) -> Self {
        Self { store, specs }
    }

    async fn run(self) -> Result<()> {
        for tables in Tables::of_specs(&self.store, self.specs)? {
            tables.ensure_all().await?;
        }
        Ok(())
    }
}

impl IntoFuture for EnsureSpecs {
    type Output = Result<()>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

/// Compares tables with specifications, of a file for example: what programs need, or all that is said.
///
/// Without [`exact`](Self::exact), keys, their types and indexes are compared, and the settings that a specification has.
/// With it, everything is: what it does not say must be off, and no other index or tag may stand. Names get the store's
/// namespace, as those of types do.
///
/// Sends what [`CheckTables`](crate::CheckTables) sends; free of charge. Nothing is changed.
///
/// # Errors
///
/// [`TableMismatch`](crate::ErrorKind::TableMismatch), which lists every difference in words;
/// [`InvalidShape`](crate::ErrorKind::InvalidShape), before anything is sent, as for [`EnsureSpecs`]; and those of the service.
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// # #[cfg(feature = "embedded")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> dyno::Result<()> {
/// use dyno::table::TableSpec;
/// use dyno::{KeyKind, Store};
///
/// let store = Store::embedded()?;
/// let sessions = TableSpec::new("Sessions", "id", KeyKind::S);
/// store.ensure_specs([sessions.clone()]).await?;
///
/// let expiring = sessions.with_ttl("expires");
/// let found = store.check_specs([expiring]).differences().await?;
/// assert_eq!(
///     found[0].to_string(),
///     "table `Sessions` has items that do not expire, and they should by `expires`"
/// );
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "embedded"))]
/// # fn main() {}
/// ```
#[derive(Debug)]
#[must_use = "nothing is sent until it is awaited"]
pub struct CheckSpecs {
    store: Store,
    specs: Vec<TableSpec>,
    exact: bool,
}

impl CheckSpecs {
    pub(in crate::store) fn new(store: Store, specs: Vec<TableSpec>) -> Self {
        Self {
            store,
            specs,
            exact: false,
        }
    }

    /// Counts every difference, not only those that programs notice, or that are of what a specification says.
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
        let mut all = Vec::new();
        for tables in Tables::of_specs(&self.store, self.specs)? {
            all.extend(tables.differences(self.exact).await?);
        }
        Ok(all)
    }

    async fn run(self) -> Result<()> {
        let differences = self.differences().await?;
        if differences.is_empty() {
            return Ok(());
        }
        Err(mismatch(&differences, Origin::Specs))
    }
}

impl IntoFuture for CheckSpecs {
    type Output = Result<()>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
