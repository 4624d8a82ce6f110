//! Opening a store: names are checked, then the table.

use std::num::NonZeroU32;

use dyno_core::KeyKind;
use dyno_core::table::{Billing, Difference, DifferenceKind, TableSpec, Throughput};

use crate::error::{Error, Result, without_table};
use crate::form::Form;
use crate::name;
use crate::store::{ConfigStore, Pending, Shared, debug_of};

impl ConfigStore {
    /// Opens a store in a table; see [`Open`].
    pub fn open(
        store: &dyno_core::Store,
        table: impl Into<String>,
        name: impl Into<String>,
    ) -> Open {
        Open {
            store: store.clone(),
            table: table.into(),
            name: name.into(),
            store_key: "_store".to_owned(),
            option_key: "_option".to_owned(),
            throughput: Throughput::new(1, 1),
            is_made: false,
            form: Form::default(),
            history: None,
        }
    }
}

/// Opens a configuration store: checks the names, then the table.
///
/// One `DescribeTable`, free of charge. If the table is missing and is to be [made](Self::create_if_missing), one `CreateTable` more, and
/// `DescribeTable` until it can be used, a minute at most. If it is cut off, the table may be there; open it again.
///
/// # Errors
///
/// Before anything is sent: [`InvalidName`](Error::InvalidName), [`InvalidSetting`](Error::InvalidSetting).
/// [`TableMissing`](Error::TableMissing), [`TableNotReady`](Error::TableNotReady), [`MisconfiguredSchema`](Error::MisconfiguredSchema) if the
/// table has other keys, or keys that are no strings; any other error of the service is [`Store`](Error::Store).
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use dyno_config::{ConfigStore, Error};
///
/// let store = dyno_core::Store::embedded()?;
/// let missing = ConfigStore::open(&store, "Config", "prod").await;
/// assert!(matches!(missing, Err(Error::TableMissing { .. })));
///
/// ConfigStore::open(&store, "Config", "prod").throughput(2, 1).create_if_missing().await?;
/// let other = ConfigStore::open(&store, "Config", "prod").option_key("option").await;
/// assert_eq!(
///     other.unwrap_err().to_string(),
///     "table `Config` is misconfigured: it exists with other keys: expected key `_store` (a string), sort `option` (a string), found key `_store` (a string), sort `_option` (a string); name its keys with `.store_key(..)` and `.option_key(..)`, or use another table"
/// );
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is sent until it is awaited"]
pub struct Open {
    store: dyno_core::Store,
    table: String,
    name: String,
    store_key: String,
    option_key: String,
    throughput: Throughput,
    is_made: bool,
    form: Form,
    history: Option<u32>,
}

debug_of!(Open: store, table, name, store_key, option_key, throughput, is_made, form, history);

impl Open {
    /// The name of the partition key; `_store` if none is given.
    pub fn store_key(mut self, attribute: impl Into<String>) -> Self {
        self.store_key = attribute.into();
        self
    }

    /// The name of the sort key; `_option` if none is given.
    pub fn option_key(mut self, attribute: impl Into<String>) -> Self {
        self.option_key = attribute.into();
        self
    }

    /// The read and write units of a table that is made; 1 and 1 if none are given. A table that exists is not changed.
    pub fn throughput(mut self, reads: u32, writes: u32) -> Self {
        self.throughput = Throughput::new(reads, writes);
        self
    }

    /// Makes the table if it is missing, and waits until it can be used.
    pub fn create_if_missing(mut self) -> Self {
        self.is_made = true;
        self
    }

    /// Writes as the Python library does: booleans as the numbers 1 and 0, at every depth, and no keys that are empty strings, lists, maps, sets or
    /// binaries. Both forms are read by every store.
    pub fn compatible(mut self) -> Self {
        self.form = Form::Compatible;
        self
    }

    /// Keeps so many versions of each option, the present one included; see [`history`](ConfigStore::history).
    ///
    /// Each write is a transaction then: the option, and its version as an item of its own, under a store name that other programs do not
    /// list. Options get the attributes `_dy_version`, `_dy_write` and `_dy_digest`, which the Python library shows as three more keys. What is written without a
    /// history meanwhile becomes a version with the next write, also if the marks were kept. If it has more than some hundred keys, writes are
    /// refused with [`TooManyKeys`](Error::TooManyKeys) until it has less: what stands there could not be compared. If fewer are kept than before, older versions stay until they are
    /// deleted otherwise.
    pub fn history(mut self, keep: u32) -> Self {
        self.history = Some(keep);
        self
    }

    async fn run(self) -> Result<ConfigStore> {
        let history = self.check()?;
        let spec = TableSpec::new(self.table.as_str(), self.store_key.as_str(), KeyKind::S)
            .with_sort(self.option_key.as_str(), KeyKind::S)
            .with_billing(Billing::Provisioned(self.throughput));
        let failed = |source| Error::Store {
            what: format!("opening store `{}` in table `{}`", self.name, self.table),
            source,
        };
        let found = self.store.check_specs([spec.clone()]).differences().await;
        if self.is_missing(found.map_err(failed)?)? {
            if !self.is_made {
                return Err(Error::TableMissing { table: self.table });
            }
            self.store.ensure_specs([spec]).await.map_err(failed)?;
        }
        let items = self.store.items(self.table.as_str(), &self.store_key);
        Ok(ConfigStore::new(Shared {
            items: items.sort(&self.option_key),
            store: self.store,
            table: self.table,
            name: self.name,
            store_key: self.store_key,
            option_key: self.option_key,
            form: self.form,
            history,
        }))
    }

    fn check(&self) -> Result<Option<NonZeroU32>> {
        name::check_store(&self.name)?;
        name::check_keys(&self.store_key, &self.option_key)?;
        let refused = |why: &str| Error::InvalidSetting {
            why: why.to_owned(),
        };
        if self.throughput.reads() == 0 || self.throughput.writes() == 0 {
            let why = "a table has a throughput of one read unit and one write unit at least";
            return Err(refused(why));
        }
        let keep = |keep| {
            let why = "a history keeps one version at least; leave `.history(..)` out for none";
            NonZeroU32::new(keep).ok_or_else(|| refused(why))
        };
        self.history.map(keep).transpose()
    }

    /// Whether the table is missing.
    ///
    /// # Errors
    ///
    /// It is there, and cannot be used.
    fn is_missing(&self, found: Vec<Difference>) -> Result<bool> {
        let of_kind = |kind| found.iter().find(|difference| difference.kind() == kind);
        if of_kind(DifferenceKind::MissingTable).is_some() {
            return Ok(true);
        }
        let table = self.table.clone();
        if of_kind(DifferenceKind::Keys).is_some() {
            let mut differences = found;
            differences.retain(|difference| difference.kind() == DifferenceKind::Keys);
            return Err(Error::MisconfiguredSchema { table, differences });
        }
        // Indexes are those of other programs.
        let mut unfinished = found.iter().filter(|one| one.index().is_none());
        match unfinished.find(|one| one.kind() == DifferenceKind::NotReady) {
            Some(status) if !self.is_made => Err(Error::TableNotReady {
                table,
                status: without_table(status),
            }),
            Some(_) => Ok(true),
            None => Ok(false),
        }
    }
}

impl IntoFuture for Open {
    type Output = Result<ConfigStore>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
