//! Feature-flag store on DynamoDB, in the items of the LaunchDarkly SDKs.
//!
//! [`FeatureStore`] reads and writes flags and segments as the official DynamoDB stores do, so that programs with an SDK of any
//! language share a table with it, and reads what launchdarkly-dynamo-store left there. It needs no SDK; with the feature
//! `launchdarkly` it is the persistent store of the Rust server SDK.
//!
//! Two things go beyond the official stores, each only where it is asked for, because other SDKs do not know them:
//! [`FeatureStore::large_items`] and [`FeatureStore::atomic_init`].
//!
//! ```text
//! kind, names, size, error   ─► tombstone, exploded   ─► descriptor   ─► item, large (pieces)   ─► store
//! store   ─► read, upsert, init, large (sweep), generations   ─► launchdarkly
//! ```

mod descriptor;
mod error;
mod exploded;
mod generations;
mod init;
mod item;
mod kind;
mod large;
#[cfg(feature = "launchdarkly")]
pub mod launchdarkly;
mod names;
mod read;
mod set;
mod size;
mod store;
mod tombstone;
mod upsert;
pub mod webhook;

pub use descriptor::Descriptor;
pub use error::{Error, Result};
pub use kind::Kind;
pub use set::FeatureSet;
pub use store::FeatureStore;
