//! The persistent store of the Rust server SDK of LaunchDarkly.
//!
//! ```
//! use std::sync::Arc;
//!
//! use dyno_core::Store;
//! use dyno_flags::FeatureStore;
//! use dyno_flags::launchdarkly::DynoDataStoreFactory;
//! use launchdarkly_server_sdk::{ConfigBuilder, PersistentDataStoreBuilder};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let flags = FeatureStore::new(&Store::embedded()?, "launchdarkly").prefix("production");
//! let factory = DynoDataStoreFactory::new(flags);
//! let store = PersistentDataStoreBuilder::new(Arc::new(factory));
//! let config = ConfigBuilder::new("sdk key").data_store(&store);
//! # drop(config);
//! # Ok(())
//! # }
//! ```
//!
//! The SDK calls its store from inside asynchronous tasks and waits. The store therefore has a thread with a runtime of its own, which
//! ends with the store.

mod data_store;
mod factory;
mod worker;

pub use self::factory::DynoDataStoreFactory;
