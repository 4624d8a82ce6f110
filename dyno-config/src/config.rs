//! An option that was read.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use dyno_core::Item;

use crate::digest::digest_of;
use crate::mark;
use crate::place::Place;

/// An option as it was read: its value, and what is needed to write it back only if it is unchanged.
///
/// It is its value, by `Deref`. It prints without values.
#[derive(Clone)]
pub struct Config<T> {
    value: T,
    pub(crate) place: Place,
    /// With the attributes of versions, and without those of the key.
    pub(crate) stored: Arc<Item>,
}

impl<T> Config<T> {
    pub(crate) fn new(value: T, place: Place, stored: Arc<Item>) -> Self {
        Self {
            value,
            place,
            stored,
        }
    }

    /// Where it was read.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Its version, if it was written with [`history`](crate::Open::history) and no program without one has changed it since.
    pub fn version(&self) -> Option<u64> {
        version_of(&self.stored)
    }

    /// Its keys as they are stored.
    pub fn keys(&self) -> Item {
        mark::visible(&self.stored)
    }

    /// The same with another value: what was read can still be compared.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Config<U> {
        Config {
            value: change(self.value),
            place: self.place,
            stored: self.stored,
        }
    }

    /// The value, and what is needed to write it back only if it is unchanged.
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
    /// config.set_key("limits", "users", &10).await?;
    ///
    /// let (mut limits, read) = config.get::<BTreeMap<String, u32>>("limits").await?.into_parts();
    /// limits.insert("admins".into(), 2);
    /// config.set("limits", &limits).if_unchanged(&read).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn into_parts(self) -> (T, Config<()>) {
        let rest = Config {
            value: (),
            place: self.place,
            stored: self.stored,
        };
        (self.value, rest)
    }

    /// The value.
    pub fn into_value(self) -> T {
        self.value
    }
}

impl<T> Deref for Config<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> fmt::Debug for Config<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut keys: Vec<_> = self.stored.keys().collect();
        keys.sort();
        f.debug_struct("Config")
            .field("place", &self.place)
            .field("keys", &keys)
            .finish_non_exhaustive()
    }
}

/// The version that an item holds: a program may keep the marks and change the keys.
pub(crate) fn version_of(stored: &Item) -> Option<u64> {
    let number = stored.get(mark::VERSION)?.as_n().ok()?;
    let marked = stored.get(mark::DIGEST)?.as_s().ok()?;
    let digest = digest_of(&mark::visible(stored))?;
    (*marked == digest).then(|| number.parse().ok())?
}
