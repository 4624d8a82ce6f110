//! A configuration store: names, settings, and the items behind them.

use std::fmt;
use std::num::NonZeroU32;
use std::pin::Pin;
use std::sync::Arc;

use dyno_core::items::Items;
use dyno_core::{AttributeValue, Item, Key};
use serde::de::DeserializeOwned;

use crate::config::Config;
use crate::error::{Error, Result};
use crate::form::{self, Form, Misfit, Unfit, Written};
use crate::mark;
use crate::name;
use crate::place::Place;

/// The options of one store in a table.
///
/// Made by [`ConfigStore::open`]. Cloning is cheap. Nothing is sent until a verb is awaited.
#[derive(Clone)]
pub struct ConfigStore {
    shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) store: dyno_core::Store,
    pub(crate) items: Items,
    pub(crate) table: String,
    pub(crate) name: String,
    pub(crate) store_key: String,
    pub(crate) option_key: String,
    pub(crate) form: Form,
    /// How many versions of each option are kept.
    pub(crate) history: Option<NonZeroU32>,
}

/// What an awaited builder is.
pub(crate) type Pending<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Builders are debugged without what they hold of the program.
macro_rules! debug_of {
    ($builder:ident $(<$value:ident>)?: $($field:ident),+) => {
        impl $(<$value>)? std::fmt::Debug for $builder $(<$value>)? {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($builder))
                    $(.field(stringify!($field), &self.$field))+
                    .finish_non_exhaustive()
            }
        }
    };
}
pub(crate) use debug_of;

/// How stored keys become a value.
pub(crate) type Decode<T> = fn(&Item) -> Result<T, Misfit>;

pub(crate) fn typed<T: DeserializeOwned>(keys: &Item) -> Result<T, Misfit> {
    form::read(keys)
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "it stands beside conversions that can fail"
)]
pub(crate) fn untyped(keys: &Item) -> Result<Item, Misfit> {
    Ok(keys.clone())
}

impl ConfigStore {
    pub(crate) fn new(shared: Shared) -> Self {
        Self {
            shared: Arc::new(shared),
        }
    }

    /// The table.
    pub fn table(&self) -> &str {
        &self.shared.table
    }

    /// The name of the store in the table.
    pub fn name(&self) -> &str {
        &self.shared.name
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }
}

impl Shared {
    pub(crate) fn place(&self, option: &str) -> Place {
        Place {
            table: self.table.clone(),
            store: self.name.clone(),
            option: option.to_owned(),
        }
    }

    /// With a history, what is written has versions, which must have names.
    pub(crate) fn check_written(&self, option: &str) -> Result<()> {
        name::check_option(option, self.history.is_some())
    }

    pub(crate) fn key(&self, option: &str) -> Key {
        Key::new(self.name.as_str()).with_sort(option)
    }

    /// The item of an option.
    pub(crate) fn item(&self, option: &str, mut keys: Item) -> Item {
        self.name_item(&mut keys, &self.name, option);
        keys
    }

    pub(crate) fn name_item(&self, item: &mut Item, store: &str, option: &str) {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        item.insert(self.store_key.clone(), text(store));
        item.insert(self.option_key.clone(), text(option));
    }

    /// The name of the option that an item holds.
    pub(crate) fn option_of(&self, item: &Item) -> Option<String> {
        let name = item.get(&self.option_key)?.as_s().ok()?;
        Some(name.clone())
    }

    /// What is stored of an option, without its key.
    pub(crate) fn stored(&self, mut item: Item) -> Item {
        item.remove(&self.store_key);
        item.remove(&self.option_key);
        item
    }

    pub(crate) fn config<T>(
        &self,
        option: &str,
        item: Item,
        decode: Decode<T>,
    ) -> Result<Config<T>> {
        let (place, stored) = (self.place(option), self.stored(item));
        let value = self.decode(option, &mark::visible(&stored), decode)?;
        Ok(Config::new(value, place, Arc::new(stored)))
    }

    pub(crate) fn decode<T>(&self, option: &str, keys: &Item, decode: Decode<T>) -> Result<T> {
        decode(keys).map_err(|misfit| misfitting(self.place(option), misfit))
    }

    /// What stands there, of whatever form.
    pub(crate) fn standing(&self, option: &str, item: Item) -> Config<Item> {
        let stored = self.stored(item);
        let keys = mark::visible(&stored);
        Config::new(keys, self.place(option), Arc::new(stored))
    }

    /// The keys of a value that is to be written.
    pub(crate) fn written(&self, option: &str, written: Result<Written, Unfit>) -> Result<Written> {
        let refused = |key, why| Error::InvalidValue {
            place: self.place(option),
            key,
            why,
        };
        let written = written.map_err(|unfit| refused(unfit.key, unfit.why))?;
        let mut names: Vec<_> = written.keys.keys().chain(&written.empty).collect();
        names.sort();
        for name in names {
            self.check_key(option, name)?;
        }
        Ok(written)
    }

    /// Whether an option may have a key of this name.
    pub(crate) fn check_key(&self, option: &str, name: &str) -> Result<()> {
        let why = if name.is_empty() {
            "a key without a name cannot be stored".to_owned()
        } else if name == self.store_key || name == self.option_key {
            "it is part of the primary key of the table; give the key another name".to_owned()
        } else if mark::is_reserved(name) {
            "names that begin with `_dy_` are those of dyno; give the key another name".to_owned()
        } else {
            return Ok(());
        };
        Err(Error::InvalidValue {
            place: self.place(option),
            key: Some(name.to_owned()),
            why,
        })
    }

    /// Says what a request was sent for.
    pub(crate) fn failed(
        &self,
        what: &'static str,
        option: Option<&str>,
    ) -> impl Fn(dyno_core::Error) -> Error + use<> {
        let place = match option {
            Some(option) => self.place(option).to_string(),
            None => format!(
                "the options of store `{}` in table `{}`",
                self.name, self.table
            ),
        };
        let (table, place) = (self.table.clone(), format!("{what} {place}"));
        move |source| match source.kind() {
            dyno_core::ErrorKind::TableMissing => Error::TableMissing {
                table: table.clone(),
            },
            _ => Error::Store {
                what: place.clone(),
                source,
            },
        }
    }
}

pub(crate) fn misfitting(place: Place, misfit: Misfit) -> Error {
    Error::DoesNotFit {
        place,
        key: misfit.place(),
        why: misfit.why,
    }
}

impl fmt::Debug for ConfigStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfigStore")
            .field("table", &self.shared.table)
            .field("name", &self.shared.name)
            .finish_non_exhaustive()
    }
}
