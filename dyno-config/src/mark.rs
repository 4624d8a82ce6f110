//! Which attributes are not keys of an option.

use dyno_core::Item;

/// Every attribute of dyno begins so.
pub(crate) const RESERVED: &str = "_dy_";
/// The number of the version that an item holds.
pub(crate) const VERSION: &str = "_dy_version";
/// What tells the write of a version from every other.
pub(crate) const WRITE: &str = "_dy_write";
/// Of the keys that a version left: what has other keys, another program wrote.
pub(crate) const DIGEST: &str = "_dy_digest";
/// When a version was written: milliseconds since 1970.
pub(crate) const WRITTEN: &str = "_dy_written";
/// A version that says that the option was deleted.
pub(crate) const DELETED: &str = "_dy_deleted";

pub(crate) fn is_reserved(name: &str) -> bool {
    name.starts_with(RESERVED)
}

/// The keys of an option, without the attributes of dyno.
pub(crate) fn visible(stored: &Item) -> Item {
    let keys = stored.iter().filter(|(name, _)| !is_reserved(name));
    keys.map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
