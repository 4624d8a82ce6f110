//! From an object's tree to items, and back. Pure: no I/O, no clock.
//!
//! ```text
//! address     where an item lives                 topology   which shards a shape can have
//! manifest    which copy of each shard counts     root       identity and history of an object
//! split       a tree cut into bodies              join       items verified and joined to a tree
//! privacy     what is encrypted, with which key   digest     what changed since a load
//! route       a path followed through a shape
//! ```

mod address;
mod digest;
mod join;
mod manifest;
mod privacy;
mod root;
mod route;
mod split;
mod topology;

pub(crate) use address::{Address, KeyKinds, owner};
pub(crate) use digest::Digests;
pub(crate) use join::{Extras, Loaded, Mismatch, join, mismatches};
pub(crate) use manifest::{Entry, Manifest};
pub(crate) use privacy::{Decisions, binding, crypto_error};
pub(crate) use root::{
    Etag, FORMAT, Found, PAST_ETAGS, RootState, check_writable, tags_of, write_type,
};
pub(crate) use route::Route;
pub(crate) use split::{Bodies, split};
pub(crate) use topology::{ShardField, Topology};
