//! Names of the attributes of a record: `docs/format/kv-v1.md`.

/// The partition.
pub(crate) const ID: &str = "id";
/// The key in the partition.
pub(crate) const NAME: &str = "name";
/// How often the record was written.
pub(crate) const VERSION: &str = "version";
/// When the record expires, in seconds since 1970.
pub(crate) const EXPIRES: &str = "expires";
/// The value.
pub(crate) const PAYLOAD: &str = "payload";

/// Who wrote last on a condition; see [`Mark`](crate::mark::Mark).
pub(crate) const WRITE: &str = "_dy_write";
/// The highest token of a lock under which the record was written.
pub(crate) const FENCE: &str = "_dy_fence";
/// Of a lock, the nonce of its holder.
pub(crate) const HOLDER: &str = "_dy_holder";
/// Of a lock, for how many milliseconds it is held from its last version.
pub(crate) const LEASE: &str = "_dy_lease";

/// What the mapper's attributes begin with.
const PREFIX: &str = "_dy_";

/// Whether no field can be called so.
pub(crate) fn is_reserved(name: &str) -> bool {
    [ID, NAME, VERSION, EXPIRES, PAYLOAD].contains(&name) || name.starts_with(PREFIX)
}
