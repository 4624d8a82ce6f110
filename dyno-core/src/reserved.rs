//! Names of the attributes that the mapper keeps beside the user's: `docs/format/object-v1.md` describes each.

/// Every reserved name begins so; the derive refuses such a field.
pub(crate) const PREFIX: &str = "_dy_";

/// Format version: `10 * oldest reader + oldest writer`.
pub(crate) const FORMAT: &str = "_dy_format";
/// Type tag of a root or shard item, or a variant's tag.
pub(crate) const TYPE: &str = "_dy_type";
/// Type tag of an enum's root item, whose `_dy_type` names the variant.
pub(crate) const TAG: &str = "_dy_tag";
/// Etag of the object: identity of the last commit.
pub(crate) const ETAG: &str = "_dy_etag";
/// Fence counter: one more with each commit.
pub(crate) const SEQUENCE: &str = "_dy_seq";
/// Incarnation: the first bytes of the creating commit's etag.
pub(crate) const LIFE: &str = "_dy_life";
/// The four etags before the present one.
pub(crate) const PAST: &str = "_dy_past";
/// The manifest: shard ids with their slot and stamp.
pub(crate) const SHARDS: &str = "_dy_shards";
/// Where each shard field is stored, for readers without the type.
pub(crate) const LAYOUT: &str = "_dy_layout";
/// Shards that wait to be removed.
pub(crate) const TRASH: &str = "_dy_trash";
/// Absent while the object is live.
pub(crate) const STATE: &str = "_dy_state";
/// When a state or trash mark was set.
pub(crate) const SINCE: &str = "_dy_since";
/// Time to live of tombstones.
pub(crate) const TTL: &str = "_dy_ttl";
/// Stamp of a shard item: the commit that wrote it.
pub(crate) const STAMP: &str = "_dy_stamp";

/// The order of the entries of each collection of shards, in the root.
pub(crate) const ENTRIES: &str = "_dy_entries";
/// How many pieces a body is stored in, in the first of them.
pub(crate) const PIECES: &str = "_dy_pieces";
/// Bytes of a body stored in pieces, before compression.
pub(crate) const LENGTH: &str = "_dy_length";
/// How a body stored in pieces is compressed.
pub(crate) const CODEC: &str = "_dy_codec";
/// SHA-256 of a body stored in pieces, before compression.
pub(crate) const DIGEST: &str = "_dy_digest";
/// The seal over all other attributes of its item (`docs/format/item-seal-v1.md`); a writer that cannot renew it leaves
/// such an object alone.
pub(crate) const SEAL: &str = "_dy_seal";
/// The bytes of one piece.
pub(crate) const DATA: &str = "_dy_data";
/// Number of a piece, in all but the first.
pub(crate) const PIECE: &str = "_dy_piece";

/// The key of the object that has the value that an item guards (`docs/format/unique-v1.md`).
pub(crate) const OWNER: &str = "_dy_owner";

/// Whether an attribute belongs to the mapper.
pub(crate) fn is_reserved(name: &str) -> bool {
    name.starts_with(PREFIX)
}

/// Whether an attribute is one that this version writes: an object that kept its metadata brings them back.
pub(crate) fn is_known(name: &str) -> bool {
    const KNOWN: [&str; 22] = [
        FORMAT, TYPE, TAG, ETAG, SEQUENCE, LIFE, PAST, SHARDS, LAYOUT, TRASH, STATE, SINCE, TTL,
        STAMP, ENTRIES, PIECES, LENGTH, CODEC, DIGEST, DATA, PIECE, SEAL,
    ];
    KNOWN.contains(&name)
}
