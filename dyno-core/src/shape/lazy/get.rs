use super::Lazy;
use super::source::Pending;
use crate::error::Result;
use crate::shape::ShardField;

/// The value of a [`Lazy`], loaded when it is awaited; see [`Lazy::get`].
#[derive(Debug)]
#[must_use = "nothing is loaded until it is awaited"]
pub struct LazyGet<'a, T> {
    lazy: &'a Lazy<T>,
    latest: bool,
}

impl<'a, T> LazyGet<'a, T> {
    pub(super) const fn new(lazy: &'a Lazy<T>) -> Self {
        Self {
            lazy,
            latest: false,
        }
    }

    /// Loads the newest committed state of the shard, where it was changed since the object was loaded, in place of
    /// [`ErrorKind::SnapshotMoved`](crate::ErrorKind::SnapshotMoved). A value that is loaded already stays as it is.
    ///
    /// The value is then newer than the rest of the object: what the two say may not fit together.
    pub const fn latest(mut self) -> Self {
        self.latest = true;
        self
    }
}

impl<'a, T: ShardField> IntoFuture for LazyGet<'a, T> {
    type Output = Result<&'a T>;
    type IntoFuture = Pending<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.lazy.load(self.latest))
    }
}

/// The value of a [`Lazy`] to be changed, loaded when it is awaited; see [`Lazy::get_mut`].
#[derive(Debug)]
#[must_use = "nothing is loaded until it is awaited"]
pub struct LazyGetMut<'a, T> {
    lazy: &'a mut Lazy<T>,
    latest: bool,
}

impl<'a, T> LazyGetMut<'a, T> {
    pub(super) const fn new(lazy: &'a mut Lazy<T>) -> Self {
        Self {
            lazy,
            latest: false,
        }
    }

    /// As [`LazyGet::latest`].
    pub const fn latest(mut self) -> Self {
        self.latest = true;
        self
    }
}

impl<'a, T: ShardField> IntoFuture for LazyGetMut<'a, T> {
    type Output = Result<&'a mut T>;
    type IntoFuture = Pending<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.lazy.load_mut(self.latest))
    }
}
