//! The verbs that write.

use std::collections::{BTreeMap, BTreeSet};

use dyno_core::Item;
use serde::Serialize;

use crate::conditional::{Change, Demand, Receipt};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::form;
use crate::store::{ConfigStore, Pending, debug_of};

impl ConfigStore {
    /// Writes an option whole: what it held before and the value does not hold is gone; see [`Set`].
    pub fn set<T: Serialize + ?Sized>(&self, option: impl Into<String>, value: &T) -> Set {
        let option = option.into();
        let shared = self.shared();
        let written = shared.written(&option, form::write(value, shared.form));
        Set::new(
            self,
            option,
            written.map(|written| Change::Whole(written.keys)),
        )
    }

    /// Writes an option whole, as attributes; see [`Set`].
    pub fn set_item(&self, option: impl Into<String>, keys: Item) -> Set {
        let option = option.into();
        let shared = self.shared();
        let written = shared.written(&option, form::write_item(keys, shared.form));
        Set::new(
            self,
            option,
            written.map(|written| Change::Whole(written.keys)),
        )
    }

    /// Writes the keys of this value, and leaves the others of the option; see [`Set`]. A key that is `None` is left, too.
    pub fn set_keys<T: Serialize + ?Sized>(&self, option: impl Into<String>, keys: &T) -> Set {
        let option = option.into();
        let shared = self.shared();
        let written = shared.written(&option, form::write(keys, shared.form));
        let change = written.and_then(|written| {
            if written.keys.is_empty() && written.empty.is_empty() {
                return Err(Error::InvalidValue {
                    place: shared.place(&option),
                    key: None,
                    why: "the value names no key to be written; `remove_keys` removes keys"
                        .to_owned(),
                });
            }
            Ok(Change::Keys {
                set: written.keys,
                remove: written.empty,
            })
        });
        Set::new(self, option, change)
    }

    /// Writes one key of an option, and leaves the others; see [`Set`].
    pub fn set_key<T: Serialize + ?Sized>(
        &self,
        option: impl Into<String>,
        key: impl Into<String>,
        value: &T,
    ) -> Set {
        self.set_keys(option, &BTreeMap::from([(key.into(), value)]))
    }

    /// Removes keys of an option that is there, and leaves the others; see [`Set`]. Keys that it lacks are no error.
    pub fn remove_keys(
        &self,
        option: impl Into<String>,
        keys: impl IntoIterator<Item = impl Into<String>>,
    ) -> Set {
        let option = option.into();
        let remove: BTreeSet<String> = keys.into_iter().map(Into::into).collect();
        let shared = self.shared();
        let checked = if remove.is_empty() {
            Err(Error::InvalidValue {
                place: shared.place(&option),
                key: None,
                why: "no key is named to be removed; `delete` deletes the option".to_owned(),
            })
        } else {
            let mut names = remove.iter();
            names.try_for_each(|key| shared.check_key(&option, key))
        };
        let set = Item::new();
        Set::new(self, option, checked.map(|()| Change::Keys { set, remove }))
    }

    /// Deletes an option; see [`Delete`].
    pub fn delete(&self, option: impl Into<String>) -> Delete {
        Delete {
            store: self.clone(),
            option: option.into(),
            demand: Demand::Nothing,
        }
    }
}

/// Writes an option, or keys of it.
///
/// [`set`](ConfigStore::set) is one `PutItem`, [`set_keys`](ConfigStore::set_keys), [`set_key`](ConfigStore::set_key) and
/// [`remove_keys`](ConfigStore::remove_keys) are one `UpdateItem`; 1 write unit for each 1 KB of the larger of the option before and after.
/// With [`history`](crate::Open::history) it is one `GetItem` and one `TransactWriteItems` instead, which costs four times as much. A write is
/// applied as a whole or not at all, also if the program ends in the middle.
///
/// Keys that are `None` are not stored; in [compatible](crate::Open::compatible) form neither are other empty values, and writing one by
/// `set_keys` removes the key.
///
/// # Lost answers
///
/// A write without a demand is sent again, and so is [`remove_keys`](ConfigStore::remove_keys): what another program wrote between the two copies is overwritten, or
/// removed. One with a demand is asked again, and is applied once; if the answer to the first
/// try was lost and the second finds just what was to be written, it counts as applied, but nobody can tell it from the same keys written by another
/// program: [`Receipt::is_certain`] says no. If something else stands there, the error is [`OutcomeUnknown`](Error::OutcomeUnknown). With a
/// history each write has a mark of its own, and is told from all others.
///
/// # Errors
///
/// Before anything is sent: [`InvalidName`](Error::InvalidName) and [`InvalidValue`](Error::InvalidValue). [`Exists`](Error::Exists),
/// [`Changed`](Error::Changed), [`NotFound`](Error::NotFound), [`OutcomeUnknown`](Error::OutcomeUnknown), [`TooManyKeys`](Error::TooManyKeys),
/// [`TableMissing`](Error::TableMissing), and [`Store`](Error::Store), whose kind is [`TooLarge`](dyno_core::ErrorKind::TooLarge) for an
/// option over 400 KB.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::collections::BTreeMap;
///
/// use dyno_config::{ConfigStore, Error};
///
/// let store = dyno_core::Store::embedded()?;
/// let config = ConfigStore::open(&store, "Config", "prod").create_if_missing().await?;
///
/// config.set("limits", &BTreeMap::from([("users", 10)])).if_absent().await?;
/// let read = config.get::<BTreeMap<String, u32>>("limits").await?;
/// config.set_key("limits", "users", &20).await?;
///
/// let refused = config.set("limits", &BTreeMap::from([("users", 11)])).if_unchanged(&read).await;
/// let Err(Error::Changed { standing: Some(standing), .. }) = refused else { panic!("it was changed") };
/// config.set("limits", &BTreeMap::from([("users", 11)])).if_unchanged(&standing).await?;
///
/// config.remove_keys("limits", ["users"]).await?;
/// config.delete("limits").await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is written until it is awaited"]
pub struct Set {
    store: ConfigStore,
    option: String,
    change: Result<Change>,
    demand: Demand,
}

debug_of!(Set: store, option);

impl Set {
    fn new(store: &ConfigStore, option: String, change: Result<Change>) -> Self {
        let demand = match &change {
            // An update of nothing but removals would make an empty option.
            Ok(Change::Keys { set, .. }) if set.is_empty() => Demand::Present,
            _ => Demand::Nothing,
        };
        Self {
            store: store.clone(),
            option,
            change,
            demand,
        }
    }

    /// Writes only if there is no such option; else [`Exists`](Error::Exists), with what stands there.
    pub fn if_absent(mut self) -> Self {
        self.demand = Demand::Absent;
        self
    }

    /// Writes only if the option is as it was read; else [`Changed`](Error::Changed), with what stands there.
    ///
    /// Without a history every key that was read is compared, and keys that are new must be absent. A key that another program has *added* since is
    /// not seen and not touched: the request is an `UpdateItem` that changes what was read and nothing else. Its expressions hold about a hundred keys.
    /// With a history versions are compared.
    pub fn if_unchanged<U>(mut self, read: &Config<U>) -> Self {
        self.demand = Demand::unchanged(read);
        self
    }

    async fn run(self) -> Result<Receipt> {
        let (shared, option) = (self.store.shared(), self.option.as_str());
        shared.check_written(option)?;
        let change = self.change?;
        self.demand.check(shared, option)?;
        let only_removes = matches!(&change, Change::Keys { set, .. } if set.is_empty());
        if only_removes && matches!(self.demand, Demand::Absent) {
            return Err(Error::InvalidValue {
                place: shared.place(option),
                key: None,
                why: "keys were to be removed of an option that is absent; leave out one of both"
                    .to_owned(),
            });
        }
        if shared.history.is_some() {
            return shared
                .write_version(option, Some(&change), &self.demand)
                .await;
        }
        shared.write_plainly(option, &change, &self.demand).await
    }
}

impl IntoFuture for Set {
    type Output = Result<Receipt>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

/// Deletes an option; one that is not there is no error.
///
/// One `DeleteItem`, 1 write unit for each 1 KB of the option, 1 at least. With [`history`](crate::Open::history) one `GetItem` and one
/// `TransactWriteItems`, which also writes a version that says so. Lost answers are as with [`Set`].
///
/// # Errors
///
/// Those of [`Set`].
#[must_use = "nothing is deleted until it is awaited"]
pub struct Delete {
    store: ConfigStore,
    option: String,
    demand: Demand,
}

debug_of!(Delete: store, option);

impl Delete {
    /// Deletes only if the option is as it was read; else [`Changed`](Error::Changed), with what stands there. A key that was added since
    /// is not seen without a history, and deleted.
    pub fn if_unchanged<U>(mut self, read: &Config<U>) -> Self {
        self.demand = Demand::unchanged(read);
        self
    }

    async fn run(self) -> Result<Receipt> {
        let (shared, option) = (self.store.shared(), self.option.as_str());
        shared.check_written(option)?;
        self.demand.check(shared, option)?;
        if shared.history.is_some() {
            return shared.write_version(option, None, &self.demand).await;
        }
        shared.delete_plainly(option, &self.demand).await
    }
}

impl IntoFuture for Delete {
    type Output = Result<Receipt>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
