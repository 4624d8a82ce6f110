//! The store: where it is, and how it writes.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use dyno_core::items::{Change, Items};
use dyno_core::table::TableSpec;
use dyno_core::{ErrorKind, Key, KeyKind, Store};

use crate::descriptor::Descriptor;
use crate::error::{Error, Result};
use crate::item::{KEY, NAMESPACE};
use crate::kind::Kind;
use crate::names::{Generation, Names};

/// Flags and segments in a table, in the items of the LaunchDarkly SDKs.
///
/// Reads are strongly consistent. Rows of launchdarkly-dynamo-store are read, too. Cloning is cheap and shares everything; nothing is
/// sent until an operation is awaited.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use dyno_core::Store;
/// use dyno_flags::{Descriptor, FeatureStore, Kind};
///
/// let store = Store::embedded()?;
/// let flags = FeatureStore::new(&store, "launchdarkly").prefix("production");
/// flags.ensure_table().await?;
/// assert!(!flags.initialized().await?);
///
/// let flag = |version: u64| Descriptor::new(version, format!(r#"{{"key":"dark-mode","version":{version}}}"#));
/// flags.init([(Kind::Flag, "dark-mode", flag(1))]).await?;
/// assert!(flags.initialized().await?);
///
/// assert!(flags.upsert(Kind::Flag, "dark-mode", flag(3)).await?);
/// assert!(!flags.upsert(Kind::Flag, "dark-mode", flag(2)).await?); // only a higher version wins
/// assert_eq!(flags.get(Kind::Flag, "dark-mode").await?, Some(flag(3)));
///
/// flags.delete(Kind::Flag, "dark-mode", 4).await?;
/// assert!(flags.get_live(Kind::Flag, "dark-mode").await?.is_none());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct FeatureStore {
    pub(crate) store: Store,
    pub(crate) table: String,
    pub(crate) items: Items,
    pub(crate) names: Names,
    pub(crate) large_items: bool,
    pub(crate) atomic_init: bool,
    /// The generation that the marker named when it was last read.
    current: Arc<Mutex<Generation>>,
}

/// How often an operation is begun again because others changed what it was reading or replacing.
pub(crate) const TRIES: usize = 10;

impl FeatureStore {
    /// The flags and segments in this table, without a prefix. Sends nothing.
    pub fn new(store: &Store, table: impl Into<String>) -> Self {
        let table = table.into();
        Self {
            store: store.clone(),
            items: store.items(&table, NAMESPACE).sort(KEY),
            table,
            names: Names::default(),
            large_items: false,
            atomic_init: false,
            current: Arc::default(),
        }
    }

    /// The same table with a prefix, `prefix:`, before every namespace: environments are kept apart. An empty one is none.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.names = Names::with_prefix(prefix.into());
        self.current = Arc::default();
        self
    }

    /// Writes flags and segments that are larger than an item in pieces, rather than not at all.
    ///
    /// Every `FeatureStore` reads them. The SDKs of other languages find a tombstone: the flag is unknown to them, as if it had been
    /// dropped. An item in pieces takes one or more requests more: its pieces are written before it, read after it, and removed once it
    /// is replaced. If the program ends in the middle, the old or the new value is there, and perhaps pieces that nobody needs; see
    /// [`sweep`](Self::sweep).
    #[must_use]
    pub fn large_items(mut self) -> Self {
        self.large_items = true;
        self
    }

    /// Makes [`init`](Self::init) atomic: who reads sees the old set or the new one, and `all` never parts of both.
    ///
    /// Each set stands in namespaces of its own, and the marker names the one that counts. All programs that share the table and
    /// prefix must say so; **the SDKs of other languages do not find these sets**. The order of a roll-out: end the programs that write
    /// official items, let all others say so, call `init`, and [`sweep`](Self::sweep) at last, which removes the official items. Reads take the marker along: see
    /// [`get`](Self::get) and [`all`](Self::all).
    #[must_use]
    pub fn atomic_init(mut self) -> Self {
        self.atomic_init = true;
        self
    }

    /// The table's name, without the store's namespace.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// Makes the table if it does not exist, billed on demand, and waits until it can be used.
    ///
    /// Sends what [`dyno_core::EnsureSpecs`] sends. If it is cut off, call it again.
    ///
    /// # Errors
    ///
    /// [`Error::Store`]: [`TableMismatch`](dyno_core::ErrorKind::TableMismatch) if a table with other keys stands there, and those of
    /// the service. [`Error::InvalidSetting`]: the name is empty.
    pub async fn ensure_table(&self) -> Result<()> {
        self.check()?;
        let spec = TableSpec::new(&self.table, NAMESPACE, KeyKind::S).with_sort(KEY, KeyKind::S);
        let made = self.store.ensure_specs([spec]).await;
        made.map_err(|error| self.failed("ensure_table", "its keys", error))
    }

    /// Whether anybody has stored a set of flags here: reads the marker.
    ///
    /// One `GetItem`, consistent, 1 read unit. Every SDK writes the marker at the end of `init`, and so does [`init`](Self::init).
    ///
    /// # Errors
    ///
    /// [`Error::Store`]: the table cannot be read. [`Error::InvalidSetting`]: its name is empty.
    pub async fn initialized(&self) -> Result<bool> {
        self.check()?;
        let marker = self.items.get(self.names.marker()).consistent();
        let marker = marker.await;
        let marker = marker.map_err(|error| self.failed("initialized", "the marker", error))?;
        Ok(marker.is_some())
    }

    /// Stores a tombstone in the place of a flag or segment, also where there is none, if the version is higher than what stands there.
    /// Says whether it was stored.
    ///
    /// The tombstone is a complete flag or segment, which every SDK reads. Requests, consistency and errors are those of
    /// [`upsert`](Self::upsert).
    ///
    /// # Errors
    ///
    /// Those of [`upsert`](Self::upsert).
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use dyno_flags::{FeatureStore, Kind};
    ///
    /// let flags = FeatureStore::new(&dyno_core::Store::embedded()?, "launchdarkly");
    /// flags.ensure_table().await?;
    /// assert!(flags.delete(Kind::Segment, "beta", 5).await?);
    /// assert!(flags.get(Kind::Segment, "beta").await?.is_some_and(|tombstone| tombstone.is_deleted()));
    /// assert_eq!(flags.get_live(Kind::Segment, "beta").await?, None);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn delete(&self, kind: Kind, key: &str, version: u64) -> Result<bool> {
        self.upsert(kind, key, Descriptor::tombstone(kind, version))
            .await
    }

    /// # Errors
    ///
    /// [`Error::InvalidSetting`]: nothing can be sent with these settings.
    pub(crate) fn check(&self) -> Result<()> {
        if self.table.is_empty() {
            let why = "a feature store needs the name of its table, and it is empty";
            return Err(Error::InvalidSetting(why.to_owned()));
        }
        Ok(())
    }

    pub(crate) fn failed(
        &self,
        operation: &'static str,
        what: impl Into<String>,
        source: dyno_core::Error,
    ) -> Error {
        Error::Store {
            operation,
            what: what.into(),
            table: self.table.clone(),
            source,
        }
    }

    pub(crate) fn contended(&self, operation: &'static str) -> Error {
        Error::Contended {
            operation,
            table: self.table.clone(),
        }
    }

    /// Where the current set is, as far as this store knows.
    pub(crate) fn current(&self) -> Generation {
        let current = self.current.lock();
        current.unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn remember(&self, generation: Generation) {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        *current = generation;
    }

    /// Seconds since 1970, by the store's clock.
    pub(crate) fn seconds(&self) -> u64 {
        self.millis() / 1000
    }

    /// Milliseconds since 1970, by the store's clock.
    /// The second so long ago.
    pub(crate) fn second_before(&self, age: Duration) -> u64 {
        self.seconds().saturating_sub(age.as_secs())
    }

    pub(crate) fn millis(&self) -> u64 {
        let since = self.store.now().duration_since(UNIX_EPOCH);
        since.map_or(0, |since| {
            u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
        })
    }

    /// Deletes the rows with these keys, and says how many.
    pub(crate) async fn delete_all(
        &self,
        namespace: &str,
        keys: impl IntoIterator<Item = impl Into<String>>,
    ) -> dyno_core::Result<u64> {
        let gone = keys.into_iter().map(|key| {
            let key: String = key.into();
            Change::Delete((namespace, key).into())
        });
        let gone: Vec<_> = gone.collect();
        let count = gone.len() as u64;
        self.items.write_many(gone).await?;
        Ok(count)
    }

    pub(crate) fn item_key(&self, kind: Kind, generation: &Generation, key: &str) -> Key {
        Key::from((self.names.items(kind, generation), key.to_owned()))
    }
}

/// Whether a write may have been applied although it failed.
pub(crate) fn is_uncertain(error: &dyno_core::Error) -> bool {
    error.kind() == ErrorKind::OutcomeUnknown
}
