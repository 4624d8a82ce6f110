//! From an object's tree to items, and back. Pure: no I/O, no clock.
//!
//! ```text
//! address     where an item lives                 topology   which shards a shape can have
//! manifest    which copy of each shard counts     root       identity and history of an object
//! etag        the identity of a commit            format     which versions may read and write
//! layout      where shards are, without the type  extras     what no field claims
//! split       a tree cut into bodies              join       items verified and joined to a tree
//! privacy     what is encrypted, with which key   digest     what changed since a load
//! route       a path followed through a shape  pieces     a body too large for one item
//! entries     which entry of a list is which
//! ```

mod address;
mod digest;
#[cfg_attr(not(test), expect(dead_code, reason = "nothing uses it yet"))]
#[expect(unused_imports, reason = "nothing uses it yet")]
mod entries;
mod etag;
mod extras;
mod format;
mod join;
mod layout;
mod manifest;
#[cfg_attr(not(test), expect(dead_code, reason = "nothing uses it yet"))]
#[expect(unused_imports, reason = "nothing uses it yet")]
mod pieces;
mod privacy;
mod root;
mod route;
mod split;
mod topology;

pub(crate) use address::{Address, KeyKinds, owner};
pub(crate) use digest::Digests;
pub(crate) use etag::Etag;
pub(crate) use extras::Extras;
pub(crate) use format::Format;
pub(crate) use join::{Loaded, Mismatch, join, mismatches};
pub(crate) use layout::layout;
pub(crate) use manifest::{Entry, Manifest};
pub(crate) use privacy::{Decisions, binding};
pub(crate) use root::{Found, PAST_ETAGS, RootState, tag_attribute, write_type};
pub(crate) use route::Route;
pub(crate) use split::{Bodies, ShardBody, split};
pub(crate) use topology::{ShardField, Topology};
