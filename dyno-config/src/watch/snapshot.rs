//! Every option, as one fetch found it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use dyno_core::Item;
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use crate::error::{Error, Result};
use crate::place::Place;
use crate::store::{ConfigStore, misfitting, typed};

/// Every option of a store, as one fetch found it. It prints without values.
pub struct Snapshot {
    table: String,
    store: String,
    number: u64,
    /// When the fetch began, so that nothing in it is older than its age says.
    begun: Instant,
    options: BTreeMap<String, Arc<Item>>,
}

impl Snapshot {
    pub(super) async fn fetch(
        store: &ConfigStore,
        number: u64,
        consistent: bool,
        limit: Duration,
    ) -> Result<Self> {
        let begun = Instant::now();
        let options = tokio::time::timeout(limit, store.shared().read_all(consistent)).await;
        let options = options.map_err(|_| Error::NoAnswer {
            table: store.table().to_owned(),
            store: store.name().to_owned(),
            limit,
        })?;
        let options = options?.into_iter();
        Ok(Self {
            table: store.table().to_owned(),
            store: store.name().to_owned(),
            number,
            begun,
            options: options.map(|(name, keys)| (name, Arc::new(keys))).collect(),
        })
    }

    /// The value of an option.
    ///
    /// # Errors
    ///
    /// [`NotFound`](Error::NotFound) and [`DoesNotFit`](Error::DoesNotFit).
    pub fn get<T: DeserializeOwned>(&self, option: &str) -> Result<T> {
        let place = || self.place(option);
        let keys = self.item(option);
        let keys = keys.ok_or_else(|| Error::NotFound { place: place() })?;
        typed(keys).map_err(|misfit| misfitting(place(), misfit))
    }

    /// An option as attributes.
    pub fn item(&self, option: &str) -> Option<&Item> {
        self.options.get(option).map(AsRef::as_ref)
    }

    /// The names of all options, sorted.
    pub fn options(&self) -> impl Iterator<Item = &str> {
        self.options.keys().map(String::as_str)
    }

    /// Which fetch of the watch it is: 0 for the first.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The time since its fetch began: what was written before that is in it.
    pub fn age(&self) -> Duration {
        self.begun.elapsed()
    }

    pub(crate) fn place(&self, option: &str) -> Place {
        Place {
            table: self.table.clone(),
            store: self.store.clone(),
            option: option.to_owned(),
        }
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let options: Vec<_> = self.options().collect();
        f.debug_struct("Snapshot")
            .field("table", &self.table)
            .field("store", &self.store)
            .field("number", &self.number)
            .field("options", &options)
            .finish_non_exhaustive()
    }
}

/// What differs between two snapshots.
#[derive(Clone, Debug)]
pub struct Changes {
    snapshot: Arc<Snapshot>,
    added: Vec<String>,
    changed: Vec<String>,
    removed: Vec<String>,
}

impl Changes {
    pub(super) fn between(before: &Snapshot, after: &Arc<Snapshot>) -> Self {
        let names = |options: &mut dyn Iterator<Item = &String>| options.cloned().collect();
        let (old, new) = (&before.options, &after.options);
        let is_other = |name: &String, keys| old.get(name).is_some_and(|before| before != keys);
        Self {
            added: names(&mut new.keys().filter(|name| !old.contains_key(*name))),
            changed: names(
                &mut new
                    .iter()
                    .filter(|(name, keys)| is_other(name, *keys))
                    .map(|(name, _)| name),
            ),
            removed: names(&mut old.keys().filter(|name| !new.contains_key(*name))),
            snapshot: Arc::clone(after),
        }
    }

    /// The newer snapshot.
    pub fn snapshot(&self) -> &Arc<Snapshot> {
        &self.snapshot
    }

    /// The options that were not there before, sorted.
    pub fn added(&self) -> &[String] {
        &self.added
    }

    /// The options that have other keys than before, or other values, sorted.
    pub fn changed(&self) -> &[String] {
        &self.changed
    }

    /// The options that are not there any more, sorted.
    pub fn removed(&self) -> &[String] {
        &self.removed
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.removed.is_empty()
    }
}
