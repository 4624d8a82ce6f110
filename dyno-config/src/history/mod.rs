//! Options with versions: what each write left is kept as an item of its own.
//!
//! ```text
//! name    names of versions    entry   one version as an item
//! write   the protocol: what is read, what is written, what a lost answer means
//! ```

mod entry;
mod name;
mod write;

use std::num::NonZeroU32;
use std::time::SystemTime;

use dyno_core::Item;
use serde::de::DeserializeOwned;

use self::name::{number_of, range_of, sort_of};
use crate::conditional::{Change, Demand, Receipt};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::mark::{DELETED, VERSION, WRITTEN};
use crate::store::{ConfigStore, Decode, Pending, Shared, debug_of, typed, untyped};

impl ConfigStore {
    /// Lists the versions that are kept of an option, the newest first; see [`ListVersions`].
    pub fn history(&self, option: impl Into<String>) -> ListVersions {
        ListVersions {
            store: self.clone(),
            option: option.into(),
        }
    }

    /// Reads a version of an option; see [`GetVersion`].
    pub fn version<T: DeserializeOwned>(
        &self,
        option: impl Into<String>,
        version: u64,
    ) -> GetVersion<T> {
        GetVersion {
            store: self.clone(),
            option: option.into(),
            version,
            decode: typed,
        }
    }

    /// Reads a version of an option as attributes; see [`GetVersion`].
    pub fn version_item(&self, option: impl Into<String>, version: u64) -> GetVersion<Item> {
        GetVersion {
            store: self.clone(),
            option: option.into(),
            version,
            decode: untyped,
        }
    }

    /// Writes what an option held in a version, as a new version; see [`Restore`].
    pub fn restore(&self, option: impl Into<String>, version: u64) -> Restore {
        Restore {
            store: self.clone(),
            option: option.into(),
            version,
        }
    }
}

/// One version of an option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    number: u64,
    written: Option<SystemTime>,
    is_deleted: bool,
}

impl Version {
    /// Its number: 1 for the first, and one more for each.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// When it was written, by the clock of the program that did, to the millisecond. What another program wrote without a history has
    /// the time at which the next version was written.
    pub fn written(&self) -> Option<SystemTime> {
        self.written
    }

    /// Whether it says that the option was deleted.
    pub fn is_deleted(&self) -> bool {
        self.is_deleted
    }
}

/// Lists the versions that are kept of an option, the newest first. It works on any store, also on one that was opened without a history.
///
/// One `Query` for each MB of versions, strongly consistent, 1 read unit for each 4 KB of them.
///
/// # Errors
///
/// [`InvalidName`](Error::InvalidName), [`TableMissing`](Error::TableMissing), and [`Store`](Error::Store).
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::collections::BTreeMap;
///
/// use dyno_config::ConfigStore;
///
/// let store = dyno_core::Store::embedded()?;
/// let config = ConfigStore::open(&store, "Config", "prod").create_if_missing().history(10).await?;
/// config.set_key("db", "host", "db1").await?;
/// config.set_key("db", "host", "db2").await?;
///
/// let numbers: Vec<_> = config.history("db").await?.iter().map(|version| version.number()).collect();
/// assert_eq!(numbers, [2, 1]);
/// let first = config.version::<BTreeMap<String, String>>("db", 1).await?;
/// assert_eq!(first["host"], "db1");
///
/// let receipt = config.restore("db", 1).await?;
/// assert_eq!(receipt.version(), Some(3));
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is read until it is awaited"]
pub struct ListVersions {
    store: ConfigStore,
    option: String,
}

debug_of!(ListVersions: store, option);

impl ListVersions {
    async fn run(self) -> Result<Vec<Version>> {
        let (shared, option) = (self.store.shared(), self.option.as_str());
        crate::name::check_option(option, true)?;
        let (first, last) = range_of(option);
        let query = shared.items.query(name::store_of(&shared.name));
        let query = query.between(first, last).descending().consistent();
        let query = query.only([&shared.option_key, VERSION, WRITTEN, DELETED]);
        let items = query.await;
        let items = items.map_err(shared.failed("listing the versions of", Some(option)))?;
        let versions = items.iter().filter_map(|item| {
            Some(Version {
                number: number_of(option, &shared.option_of(item)?)?,
                written: entry::written_of(item),
                is_deleted: item.contains_key(DELETED),
            })
        });
        Ok(versions.collect())
    }
}

impl IntoFuture for ListVersions {
    type Output = Result<Vec<Version>>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

/// Reads what an option held in a version.
///
/// One strongly consistent `GetItem`, 1 read unit for each 4 KB.
///
/// # Errors
///
/// [`VersionNotFound`](Error::VersionNotFound) if it is not kept, or says that the option was deleted; and those of [`Get`](crate::Get).
#[must_use = "nothing is read until it is awaited"]
pub struct GetVersion<T> {
    store: ConfigStore,
    option: String,
    version: u64,
    decode: Decode<T>,
}

debug_of!(GetVersion<T>: store, option, version);

impl<T> GetVersion<T> {
    async fn run(self) -> Result<Config<T>> {
        let (shared, option) = (self.store.shared(), self.option.as_str());
        let found = shared.read_version(option, self.version).await?;
        let found = found.filter(|item| !item.contains_key(DELETED));
        let found = found.ok_or_else(|| Error::VersionNotFound {
            place: shared.place(option),
            version: self.version,
        })?;
        shared.config(option, entry::stored_of(found), self.decode)
    }
}

impl<T: Send + 'static> IntoFuture for GetVersion<T> {
    type Output = Result<Config<T>>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

/// Writes what an option held in a version, as a new version, also if the option was deleted.
///
/// One `GetItem` and what [`Set`](crate::Set) with a history sends.
///
/// # Errors
///
/// Those of [`GetVersion`] and [`Set`](crate::Set); [`InvalidSetting`](Error::InvalidSetting) if the store was opened without a history.
#[must_use = "nothing is written until it is awaited"]
pub struct Restore {
    store: ConfigStore,
    option: String,
    version: u64,
}

debug_of!(Restore: store, option, version);

impl Restore {
    async fn run(self) -> Result<Receipt> {
        let shared = self.store.shared();
        if shared.history.is_none() {
            return Err(Error::InvalidSetting {
                why: "a version is restored as a new one; open the store with `.history(..)`"
                    .to_owned(),
            });
        }
        let version = self.store.version_item(self.option.as_str(), self.version);
        let keys = version.await?.into_value();
        let change = Change::Whole(keys);
        shared
            .write_version(&self.option, Some(&change), &Demand::Nothing)
            .await
    }
}

impl IntoFuture for Restore {
    type Output = Result<Receipt>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl Shared {
    /// The item of a version.
    async fn read_version(&self, option: &str, version: u64) -> Result<Option<Item>> {
        crate::name::check_option(option, true)?;
        let get = self.items.get(self.version_key(option, version));
        get.consistent()
            .await
            .map_err(self.failed("reading a version of", Some(option)))
    }

    fn version_key(&self, option: &str, version: u64) -> dyno_core::Key {
        dyno_core::Key::new(name::store_of(&self.name)).with_sort(sort_of(option, version))
    }

    fn kept(&self) -> u64 {
        self.history.map(NonZeroU32::get).map_or(1, u64::from)
    }
}
