//! A shard that is loaded when it is asked for.

mod get;
mod source;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::ValueError;

pub use get::{LazyGet, LazyGetMut};
pub(crate) use source::{
    Fetched, LazySource, Pending, as_unloaded, is_unloaded, unloaded, with_source,
};

use super::{Codec, Element, Kind, ShardField};
use crate::error::{Error, ErrorKind, Result};

/// A shard that is loaded when it is asked for, not with the object around it.
///
/// The field is marked `#[dyno(shard)]`, and its type is a `Lazy` of what it would be without: `Lazy<Photo>`,
/// `Lazy<Vec<Line>>`, `Lazy<Box<Node>>`, `Lazy<BTreeMap<String, Page>>`; where there may be none,
/// `Option<Lazy<Photo>>`. What is stored is the same, so a field can be made lazy, and eager again, at any time.
///
/// | call | of a loaded value | of one that is not loaded |
/// |---|---|---|
/// | [`get`](Self::get), [`get_mut`](Self::get_mut) | no request | one `GetItem`: RCU of the item |
/// | [`into_inner`](Self::into_inner) | no request | one `GetItem` |
/// | [`set`](Self::set) | no request | no request; the stored shard is replaced without being read |
/// | [`loaded`](Self::loaded), [`is_loaded`](Self::is_loaded) | the value | `None` |
/// | saving the object | writes the shard if it changed | leaves the shard as it is |
/// | `clone` | clones the value | the clone loads for itself |
/// | `==` | compares values | equal if both are of one place and version; never equal to a loaded value |
/// | `{:?}` | prints the value | says that it is not loaded |
///
/// A list or map of shards takes as many requests as its size needs: one `Query`, or `BatchGetItem`s.
///
/// # Consistency
///
/// What [`get`](Self::get) loads belongs to the snapshot that the object was loaded from: the shard must carry the
/// stamp that the root named at that time. If somebody changed the shard since, `get` fails with
/// [`ErrorKind::SnapshotMoved`](crate::ErrorKind::SnapshotMoved), and the object should be loaded again.
/// [`latest`](LazyGet::latest) reads the newest committed state instead. Nothing is held or locked in between, and a
/// value that was loaded stays what it is.
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// use dyno::Lazy;
///
/// let mut photo = Lazy::new(vec![1, 2, 3]);
/// assert_eq!(photo.loaded(), Some(&vec![1, 2, 3]));
/// photo.set(vec![4]);
/// assert_eq!(photo, Lazy::new(vec![4]));
/// ```
pub struct Lazy<T>(State<T>);

enum State<T> {
    /// The program's own value.
    Given(T),
    /// A value that is stored.
    Stored(Stored<T>),
}

impl<T> Lazy<T> {
    /// A value that needs no loading; saving the object stores it.
    pub const fn new(value: T) -> Self {
        Self(State::Given(value))
    }

    /// The value, loaded now if it was not yet. Awaited, it is a `&T`.
    ///
    /// Sends one `GetItem` the first time, and nothing later. Calls at the same time load the value more than once, and
    /// answer with the same reference; a call that is dropped leaves nothing behind. With
    /// [`latest`](LazyGet::latest), a shard that was changed in between is loaded as it is now.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::SnapshotMoved`](crate::ErrorKind::SnapshotMoved), and those of a load.
    pub fn get(&self) -> LazyGet<'_, T> {
        LazyGet::new(self)
    }

    /// The value to be changed, loaded now if it was not yet. Awaited, it is a `&mut T`. Saving the object writes the
    /// shard if it did change.
    ///
    /// Requests, consistency and errors are those of [`get`](Self::get).
    pub fn get_mut(&mut self) -> LazyGetMut<'_, T> {
        LazyGetMut::new(self)
    }

    /// The value, loaded now if it was not yet.
    ///
    /// For the newest state of the shard, call `get().latest()` before.
    ///
    /// # Errors
    ///
    /// Those of [`get`](Self::get).
    pub async fn into_inner(self) -> Result<T>
    where
        T: ShardField,
    {
        match self.0 {
            State::Given(value) => Ok(value),
            State::Stored(stored) => stored.into_inner().await,
        }
    }

    /// Puts another value in the place, without loading what is stored there.
    pub fn set(&mut self, value: T) {
        *self = Self::new(value);
    }

    /// Whether the value is here.
    pub fn is_loaded(&self) -> bool {
        self.loaded().is_some()
    }

    /// The value, if it is here.
    pub fn loaded(&self) -> Option<&T> {
        match &self.0 {
            State::Given(value) => Some(value),
            State::Stored(stored) => stored.value.get(),
        }
    }
}

impl<T: ShardField> ShardField for Lazy<T> {
    const CODEC: Codec<Self> = Codec {
        write: |lazy| match &lazy.0 {
            State::Given(value) => T::CODEC.write(value),
            State::Stored(stored) => stored.write(),
        },
        read: |value| match as_unloaded(&value) {
            Some((life, id)) => {
                Place::at(life, id).map(|place| Self(State::Stored(Stored::new(place))))
            }
            None => T::CODEC.read(value).map(Self::new),
        },
        absent: || T::CODEC.absent().map(Self::new),
        kind: || match T::CODEC.kind() {
            lazy @ Kind::Lazy(_) => lazy,
            _ => Kind::Lazy(Element::of(|| T::CODEC.kind())),
        },
        is_foreign: false,
        fills_in: false,
        direct: None,
    };
}

/// Loaded, a clone has a value of its own; not loaded, it loads for itself.
impl<T: Clone> Clone for Lazy<T> {
    fn clone(&self) -> Self {
        Self(match &self.0 {
            State::Given(value) => State::Given(value.clone()),
            State::Stored(stored) => match stored.value.get() {
                Some(value) => State::Given(value.clone()),
                None => State::Stored(Stored::new(stored.place.clone())),
            },
        })
    }
}

impl<T: Default> Default for Lazy<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> From<T> for Lazy<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

/// Equal are loaded values that are equal, and values not loaded that are of one place and version. A loaded value is
/// never equal to one that is not: nothing is loaded to compare.
impl<T: PartialEq> PartialEq for Lazy<T> {
    fn eq(&self, other: &Self) -> bool {
        match (self.loaded(), other.loaded(), &self.0, &other.0) {
            (Some(one), Some(other), ..) => one == other,
            (None, None, State::Stored(one), State::Stored(other)) => one.place.is_as(&other.place),
            _ => false,
        }
    }
}

impl<T: Eq> Eq for Lazy<T> {}

/// Prints a loaded value; loads nothing.
impl<T: fmt::Debug> fmt::Debug for Lazy<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut tuple = f.debug_tuple("Lazy");
        match self.loaded() {
            Some(value) => tuple.field(value),
            None => tuple.field(&format_args!("not loaded")),
        };
        tuple.finish()
    }
}

/// A stored value, here or not.
struct Stored<T> {
    value: OnceLock<T>,
    place: Place,
    /// Held while one of several loads becomes the value: what the source notes must be what is kept.
    turn: Mutex<()>,
}

impl<T> Stored<T> {
    fn new(place: Place) -> Self {
        Self {
            value: OnceLock::new(),
            place,
            turn: Mutex::new(()),
        }
    }
}

impl<T: ShardField> Stored<T> {
    async fn load(&self, latest: bool) -> Result<&T> {
        if let Some(value) = self.value.get() {
            return Ok(value);
        }
        let fetched = self.place.fetch(latest).await?;
        let (value, version, written) = self.place.read(fetched)?;
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        if self.value.get().is_none() {
            self.place.source.note(&self.place.id, version, written)?;
        }
        Ok(self.value.get_or_init(|| value))
    }

    async fn into_inner(self) -> Result<T> {
        if let Some(value) = self.value.into_inner() {
            return Ok(value);
        }
        let fetched = self.place.fetch(false).await?;
        self.place.read(fetched).map(|(value, ..)| value)
    }

    fn write(&self) -> Result<Option<AttributeValue>, ValueError> {
        match self.value.get() {
            Some(value) => T::CODEC.write(value),
            None => Ok(Some(unloaded(self.place.source.life(), &self.place.id))),
        }
    }
}

/// Where a value is loaded from.
#[derive(Clone)]
struct Place {
    source: Arc<dyn LazySource>,
    id: String,
}

impl Place {
    /// The place of the shard that a marker stands for.
    fn at(life: [u8; 8], id: &str) -> Result<Self, ValueError> {
        match source::present() {
            Some(source) if source.life() == life => Ok(Self {
                source,
                id: id.to_owned(),
            }),
            Some(_) => Err(ValueError::custom(
                "the shard was left out of the snapshot of another object",
            )),
            None => Err(ValueError::custom(
                "the shard was left out of the snapshot, and there is nothing to load it from",
            )),
        }
    }

    fn is_as(&self, other: &Self) -> bool {
        let version = |place: &Self| place.source.version(&place.id);
        self.id == other.id
            && self.source.life() == other.source.life()
            && version(self) == version(other)
    }

    async fn fetch(&self, latest: bool) -> Result<Fetched> {
        self.source.fetch(&self.id, latest).await
    }

    /// The value, its version, and the value written again. Lazy shards inside it are left to the same source.
    fn read<T: ShardField>(&self, fetched: Fetched) -> Result<(T, [u8; 8], AttributeValue)> {
        let Fetched {
            value,
            version,
            does_not_fit,
        } = fetched;
        let both = || {
            let value = T::CODEC.read(value)?;
            let written = T::CODEC.write(&value)?;
            Ok((value, written.unwrap_or(AttributeValue::Null(true))))
        };
        with_source(Arc::clone(&self.source), both)
            .map(|(value, written)| (value, version, written))
            .map_err(does_not_fit)
    }
}

impl<T: ShardField> Lazy<T> {
    async fn load(&self, latest: bool) -> Result<&T> {
        match &self.0 {
            State::Given(value) => Ok(value),
            State::Stored(stored) => stored.load(latest).await,
        }
    }

    async fn load_mut(&mut self, latest: bool) -> Result<&mut T> {
        self.load(latest).await?;
        match &mut self.0 {
            State::Given(value) => Ok(value),
            State::Stored(stored) => stored.value.get_mut().ok_or_else(|| {
                Error::new(ErrorKind::Corrupt, "a value that was just loaded is gone")
            }),
        }
    }
}
