//! The verbs that read.

use std::collections::{BTreeMap, BTreeSet};

use dyno_core::Item;
use dyno_core::items::Select;
use serde::de::DeserializeOwned;

use crate::config::Config;
use crate::error::{Error, Result};
use crate::mark;
use crate::name::check_option;
use crate::store::{ConfigStore, Decode, Pending, Shared, debug_of, typed, untyped};

impl ConfigStore {
    /// Reads an option; see [`Get`].
    pub fn get<T: DeserializeOwned>(&self, option: impl Into<String>) -> Get<T> {
        Get::new(self.clone(), option.into(), typed)
    }

    /// Reads an option as attributes; see [`Get`].
    pub fn get_item(&self, option: impl Into<String>) -> Get<Item> {
        Get::new(self.clone(), option.into(), untyped)
    }

    /// Reads some keys of an option; see [`GetKeys`].
    pub fn get_keys<T: DeserializeOwned>(
        &self,
        option: impl Into<String>,
        keys: impl IntoIterator<Item = impl Into<String>>,
    ) -> GetKeys<T> {
        GetKeys {
            store: self.clone(),
            option: option.into(),
            keys: keys.into_iter().map(Into::into).collect(),
            consistent: false,
            decode: typed,
        }
    }

    /// Reads every option of the store; see [`GetAll`].
    pub fn get_all<T: DeserializeOwned>(&self) -> GetAll<T> {
        GetAll {
            store: self.clone(),
            consistent: false,
            decode: typed,
        }
    }

    /// Reads every option of the store as attributes; see [`GetAll`].
    pub fn get_all_items(&self) -> GetAll<Item> {
        GetAll {
            store: self.clone(),
            consistent: false,
            decode: untyped,
        }
    }

    /// Reads the names of all options; see [`Options`].
    pub fn options(&self) -> Options {
        Options {
            store: self.clone(),
            consistent: false,
        }
    }
}

/// Reads an option: its value as a [`Config`], which is the value by `Deref`.
///
/// One `GetItem`, 0.5 read units for each 4 KB of the option, or 1 if consistent. Eventually consistent unless
/// [`consistent`](Self::consistent) says otherwise; an option is always read whole. Writes nothing.
///
/// A boolean may be stored as one, or as the number 1 or 0, as the Python library does; a key that is absent is `None`, and a field that is
/// neither an `Option` nor marked `#[serde(default)]` must be there. Numbers are no booleans below `#[serde(flatten)]` and in untagged
/// enums, where serde does not say what it looks for. There, and in types like `serde_json::Value`, integers beyond 64 bits are rounded to an `f64`; ask for an
/// `i128` or `u128`, or for [attributes](ConfigStore::get_item).
///
/// # Errors
///
/// [`InvalidName`](Error::InvalidName) before anything is sent; [`NotFound`](Error::NotFound), [`DoesNotFit`](Error::DoesNotFit),
/// [`TableMissing`](Error::TableMissing), and [`Store`](Error::Store).
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
/// let config = ConfigStore::open(&store, "Config", "prod").create_if_missing().await?;
/// config.set("limits", &BTreeMap::from([("users", 10)])).await?;
///
/// let limits = config.get::<BTreeMap<String, u32>>("limits").consistent().await?;
/// assert_eq!(limits["users"], 10);
/// assert!(config.get_item("none").optional().await?.is_none());
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is read until it is awaited"]
pub struct Get<T> {
    store: ConfigStore,
    option: String,
    consistent: bool,
    decode: Decode<T>,
}

debug_of!(Get<T>: store, option, consistent);

impl<T> Get<T> {
    fn new(store: ConfigStore, option: String, decode: Decode<T>) -> Self {
        Self {
            store,
            option,
            consistent: false,
            decode,
        }
    }

    /// Reads what every write before has left.
    pub fn consistent(mut self) -> Self {
        self.consistent = true;
        self
    }

    /// An option that is not there is `None`, and no error.
    pub fn optional(self) -> GetOptional<T> {
        GetOptional(self)
    }

    async fn run(self) -> Result<Option<Config<T>>> {
        let shared = self.store.shared();
        let item = shared.read(&self.option, self.consistent).await?;
        item.map(|item| shared.config(&self.option, item, self.decode))
            .transpose()
    }
}

impl<T: Send + 'static> IntoFuture for Get<T> {
    type Output = Result<Config<T>>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let place = self.store.shared().place(&self.option);
            self.run().await?.ok_or(Error::NotFound { place })
        })
    }
}

/// [`Get`] of an option that need not be there; made by [`Get::optional`].
#[must_use = "nothing is read until it is awaited"]
pub struct GetOptional<T>(Get<T>);

impl<T> std::fmt::Debug for GetOptional<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("GetOptional").field(&self.0).finish()
    }
}

impl<T> GetOptional<T> {
    /// Reads what every write before has left.
    pub fn consistent(self) -> Self {
        Self(self.0.consistent())
    }
}

impl<T: Send + 'static> IntoFuture for GetOptional<T> {
    type Output = Result<Option<Config<T>>>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.0.run())
    }
}

/// Reads some keys of an option, and no others; keys that it lacks are absent.
///
/// One `GetItem` with a projection: only these keys are sent, but the read costs as much as one of the whole option. It is no [`Config`]: what
/// was not read cannot be compared.
///
/// # Errors
///
/// Those of [`Get`]; [`InvalidValue`](Error::InvalidValue) if no key is named, or one that is refused.
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
/// let config = ConfigStore::open(&store, "Config", "prod").create_if_missing().await?;
/// config.set("api", &BTreeMap::from([("endpoint", "10.0.0.1"), ("token", "secret")])).await?;
///
/// let found: BTreeMap<String, String> = config.get_keys("api", ["endpoint", "port"]).await?;
/// assert_eq!(found, BTreeMap::from([("endpoint".to_owned(), "10.0.0.1".to_owned())]));
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is read until it is awaited"]
pub struct GetKeys<T> {
    store: ConfigStore,
    option: String,
    keys: BTreeSet<String>,
    consistent: bool,
    decode: Decode<T>,
}

debug_of!(GetKeys<T>: store, option, keys, consistent);

impl<T> GetKeys<T> {
    /// Reads what every write before has left.
    pub fn consistent(mut self) -> Self {
        self.consistent = true;
        self
    }

    async fn run(self) -> Result<T> {
        let (shared, option) = (self.store.shared(), self.option.as_str());
        check_option(option, false)?;
        if self.keys.is_empty() {
            return Err(Error::InvalidValue {
                place: shared.place(option),
                key: None,
                why: "no key is named to be read; `get` reads them all".to_owned(),
            });
        }
        for key in &self.keys {
            shared.check_key(option, key)?;
        }
        // The key attribute tells an option without any of these keys from none.
        let names = self.keys.iter().chain([&shared.option_key]);
        let mut get = shared.items.get(shared.key(option)).only(names);
        if self.consistent {
            get = get.consistent();
        }
        let item = get.await.map_err(shared.failed("reading", Some(option)))?;
        let item = item.ok_or_else(|| Error::NotFound {
            place: shared.place(option),
        })?;
        shared.decode(option, &shared.stored(item), self.decode)
    }
}

impl<T: Send + 'static> IntoFuture for GetKeys<T> {
    type Output = Result<T>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

/// Reads every option of the store, by name.
///
/// One `Query` for each MB of the store, 0.5 read units for each 4 KB of a page, or 1 if consistent. Each option is whole; options of one store
/// are not of one moment, neither on one page nor on several.
///
/// # Errors
///
/// [`DoesNotFit`](Error::DoesNotFit) with the first option that does not fit the type, [`TableMissing`](Error::TableMissing) and
/// [`Store`](Error::Store).
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
/// let config = ConfigStore::open(&store, "Config", "prod").create_if_missing().await?;
/// config.set("api", &BTreeMap::from([("port", 80)])).await?;
/// config.set("db", &BTreeMap::from([("port", 5432)])).await?;
///
/// let all = config.get_all::<BTreeMap<String, u16>>().await?;
/// assert_eq!(all["db"]["port"], 5432);
/// assert_eq!(config.options().await?, ["api", "db"]);
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is read until it is awaited"]
pub struct GetAll<T> {
    store: ConfigStore,
    consistent: bool,
    decode: Decode<T>,
}

debug_of!(GetAll<T>: store, consistent);

impl<T> GetAll<T> {
    /// Reads what every write before has left.
    pub fn consistent(mut self) -> Self {
        self.consistent = true;
        self
    }

    async fn run(self) -> Result<BTreeMap<String, T>> {
        let shared = self.store.shared();
        let all = shared.read_all(self.consistent).await?.into_iter();
        all.map(|(option, keys)| {
            let value = shared.decode(&option, &keys, self.decode)?;
            Ok((option, value))
        })
        .collect()
    }
}

impl<T: Send + 'static> IntoFuture for GetAll<T> {
    type Output = Result<BTreeMap<String, T>>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

/// Reads the names of all options of the store, sorted.
///
/// One `Query` for each MB of the store; only the names are sent, but it costs as much as [`GetAll`].
///
/// # Errors
///
/// [`TableMissing`](Error::TableMissing) and [`Store`](Error::Store).
#[must_use = "nothing is read until it is awaited"]
pub struct Options {
    store: ConfigStore,
    consistent: bool,
}

debug_of!(Options: store, consistent);

impl Options {
    /// Reads what every write before has left.
    pub fn consistent(mut self) -> Self {
        self.consistent = true;
        self
    }

    async fn run(self) -> Result<Vec<String>> {
        let shared = self.store.shared();
        let query = shared.query(self.consistent).only([&shared.option_key]);
        let items = query.await.map_err(shared.failed("listing", None))?;
        let names = items.iter().filter_map(|item| shared.option_of(item));
        Ok(names.collect())
    }
}

impl IntoFuture for Options {
    type Output = Result<Vec<String>>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl Shared {
    /// The item of an option.
    pub(crate) async fn read(&self, option: &str, consistent: bool) -> Result<Option<Item>> {
        check_option(option, false)?;
        let mut get = self.items.get(self.key(option));
        if consistent {
            get = get.consistent();
        }
        get.await.map_err(self.failed("reading", Some(option)))
    }

    /// The keys of every option.
    pub(crate) async fn read_all(&self, consistent: bool) -> Result<BTreeMap<String, Item>> {
        let items = self.query(consistent).await;
        let items = items.map_err(self.failed("reading", None))?.into_iter();
        let options = items.filter_map(|item| {
            let option = self.option_of(&item)?;
            Some((option, mark::visible(&self.stored(item))))
        });
        Ok(options.collect())
    }

    fn query(&self, consistent: bool) -> Select {
        let query = self.items.query(self.name.as_str());
        if consistent {
            query.consistent()
        } else {
            query
        }
    }
}
