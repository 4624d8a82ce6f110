//! Lists and maps of shards: which entry is which, and in what order.
//!
//! ```text
//! id         the identity of an entry, which it keeps wherever it moves
//! matching   which entry each element of a list is, at a save
//! order      the attribute `_dy_entries`
//! keyed      lists as maps by entry id, and back
//! ```
//!
//! The reasons are in `docs/design/collections.md`.

mod id;
mod keyed;
mod matching;
mod order;

pub(crate) use id::{EntryId, EntryIds};
pub(crate) use keyed::{
    Keyed, KnownEntries, Numbering, Seed, key_lists, unkey_collection, unkey_lists,
};
pub(crate) use matching::match_entries;
pub(crate) use order::{Collected, Entries};
