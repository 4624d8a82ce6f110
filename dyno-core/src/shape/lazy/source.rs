//! Where lazy shards come from: the store gives a source, the tree a marker.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::Blob;
use dyno_value::{Item, ValueError};

use crate::error::{Error, Result};

/// A boxed future.
pub(crate) type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Reads a shard later, of the snapshot that it was left out of.
pub(crate) trait LazySource: Send + Sync {
    /// The shard's value, verified and in clear, with everything inside it that is not lazy itself.
    ///
    /// It is that of the snapshot, or else [`ErrorKind::SnapshotMoved`](crate::ErrorKind::SnapshotMoved); if the
    /// `latest` is asked for, that of the newest commit.
    fn fetch<'a>(&'a self, id: &'a str, latest: bool) -> Pending<'a, Result<Fetched>>;

    /// What was loaded in this version, written again: a later save compares with it.
    ///
    /// Called once for each field that is loaded, with what the field keeps. Fetches alone say nothing: of several at
    /// the same time, one is kept. Clones of a field are loaded by themselves: a version other than the one noted
    /// before must be refused, or a save could take the older value for a change of the newer one.
    fn note(&self, id: &str, version: [u8; 8], written: AttributeValue) -> Result<()>;

    /// The version of the shard in the snapshot, if it is there.
    fn version(&self, id: &str) -> Option<[u8; 8]>;

    /// The incarnation of the object.
    fn life(&self) -> [u8; 8];
}

/// What a source found.
pub(crate) struct Fetched {
    pub(crate) value: AttributeValue,
    /// The stamp of the shard.
    pub(crate) version: [u8; 8],
    /// Says why the value does not become the field, as seen from the object and without secrets.
    pub(crate) does_not_fit: Box<dyn FnOnce(ValueError) -> Error + Send>,
}

impl fmt::Debug for Fetched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetched")
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

const UNLOADED: &str = "_dy_unloaded";

/// What stands in an object's tree for a shard that is not loaded: `{ "_dy_unloaded": [life, id] }`.
///
/// No object has an attribute of this name, and no map of shards a list as a value, so it is never taken for one.
pub(crate) fn unloaded(life: [u8; 8], id: &str) -> AttributeValue {
    let place = vec![
        AttributeValue::B(Blob::new(life)),
        AttributeValue::S(id.to_owned()),
    ];
    AttributeValue::M(HashMap::from([(
        UNLOADED.to_owned(),
        AttributeValue::L(place),
    )]))
}

/// The life and id that a marker holds.
pub(crate) fn as_unloaded(value: &AttributeValue) -> Option<([u8; 8], &str)> {
    let AttributeValue::M(map) = value else {
        return None;
    };
    let (1, Some(AttributeValue::L(place))) = (map.len(), map.get(UNLOADED)) else {
        return None;
    };
    let [AttributeValue::B(life), AttributeValue::S(id)] = place.as_slice() else {
        return None;
    };
    Some((life.as_ref().try_into().ok()?, id))
}

/// Whether the map is a marker.
pub(crate) fn is_unloaded(map: &Item) -> bool {
    map.len() == 1 && map.contains_key(UNLOADED)
}

thread_local! {
    static PRESENT: RefCell<Option<Arc<dyn LazySource>>> = const { RefCell::new(None) };
}

/// Runs `read`, in which markers are read as values of this source.
pub(crate) fn with_source<T>(source: Arc<dyn LazySource>, read: impl FnOnce() -> T) -> T {
    let _around = Around(PRESENT.replace(Some(source)));
    read()
}

/// The source of the markers that are read now.
pub(super) fn present() -> Option<Arc<dyn LazySource>> {
    PRESENT.with_borrow(Clone::clone)
}

/// The source of the read around this one, put back at its end.
struct Around(Option<Arc<dyn LazySource>>);

impl Drop for Around {
    fn drop(&mut self) {
        PRESENT.set(self.0.take());
    }
}
