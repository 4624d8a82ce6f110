//! From an object's tree to items, and back. Pure: no I/O, no clock.
//!
//! ```text
//! shard       which field is stored by itself     topology   which shards a shape can have
//! address     where an item lives                 manifest   which copy of each shard counts
//! entries     which entry of a list is which      pieces     a body in several items
//! root        identity and history of an object   etag       the identity of a commit
//! of_type     which items are of a type
//! format      which versions may read and write   layout     where shards are, without the type
//! split       a tree cut into bodies              join       items verified and joined to a tree
//! privacy     what is encrypted, with which key   extras     what no field claims
//! digest      what changed since a load           route      a path followed through a shape
//! index       by what sealed values are found
//! stale       what a save would encrypt otherwise pattern    a path without the data in it
//! place       the value at a path
//! expiry      what expired, and is still there
//! kept        fields that the mapper writes itself
//! unique      items that keep values unique          earlier    what earlier builds stored in another form
//! ```

mod address;
mod digest;
mod earlier;
mod entries;
mod etag;
mod expiry;
mod extras;
mod format;
mod index;
mod join;
mod kept;
mod layout;
mod made;
mod manifest;
mod of_type;
mod pattern;
mod pieces;
mod place;
mod privacy;
mod root;
mod route;
mod secondary;
mod shard;
mod split;
mod stale;
mod topology;
mod unique;
mod verbatim;

pub(crate) use address::{
    Address, KeyKinds, Owner, Places, Range, SortRange, checked_part, normal_part, path_of,
    same_key,
};
pub(crate) use digest::{Digest, Digests, own_attributes};
pub(crate) use earlier::Earlier;
pub(crate) use entries::{Entries, Keyed, KnownEntries, Numbering, Seed, unkey_lists};
pub(crate) use etag::Etag;
pub(crate) use expiry::{Expiry, expiry_attribute};
pub(crate) use extras::Extras;
pub(crate) use format::Format;
pub(crate) use index::{
    Columns, Index, drop_stale_columns, is_column, possible_columns, seals_attribute,
    stranger_columns,
};
pub(crate) use join::{
    Listed, Loaded, Mismatch, join, join_sealed, order_damaged, shown, shown_whole,
};
pub(crate) use kept::{Beginning, Kept, KeptValues};
pub(crate) use layout::layout;
pub(crate) use made::Unmade;
pub(crate) use manifest::{Entry, Form, Manifest, Stamp};
pub(crate) use of_type::{
    check_beginning, is_of_shard, managed_of_type, no_other_tag, plain_of_type, plain_tag,
    tag_attribute, write_plain_tag,
};
pub(crate) use pattern::pattern_of;
pub(crate) use pieces::{Codec, PIECE_ATTRIBUTES, cut};
pub(crate) use place::{set_value, take_value_at, value_at, values_at};
pub(crate) use privacy::{
    Decisions, How, ItemSeals, Rehearsal, Verifier, binding, binding_of, report_exceptions,
    seal_key_id,
};
pub(crate) use root::{Found, PAST_ETAGS, RootState, write_type};
pub(crate) use route::Route;
pub(crate) use secondary::{
    check_index_value, check_index_values, check_key_in_clear, not_found_by, shapes_of_indexes,
};
pub(crate) use shard::{Place, Placing, ShardField, Span};
pub(crate) use split::{Bodies, ShardBody, mark_unloaded, split, unloaded_ids};
#[cfg(test)]
pub(crate) use stale::Guard;
pub(crate) use stale::{Change, Part, Stale};
pub(crate) use topology::Topology;
pub(crate) use unique::{
    Claims, Guards, UniqueGuard, check_not_a_guard, check_unique_write, guard_tables,
    has_unique_fields, is_guard, owner_of, unique_fields, unique_values,
};
pub(crate) use verbatim::Verbatim;
