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
//! let factory = DynoDataStoreFactory::connect(|| async {
//!     let store = Store::embedded()?; // over the network: Store::from_env().await?
//!     Ok::<_, dyno_core::Error>(FeatureStore::new(&store, "launchdarkly").prefix("production"))
//! });
//! let store = PersistentDataStoreBuilder::new(Arc::new(factory));
//! let config = ConfigBuilder::new("sdk key").data_store(&store);
//! # drop(config);
//! # Ok(())
//! # }
//! ```
//!
//! The SDK calls its store from inside asynchronous tasks and waits. The store therefore has a thread with a runtime of its own, which
//! ends with the store, and makes the store, so that nothing of it waits for the tasks that wait.

mod data_store;
mod factory;
mod worker;

pub use self::factory::DynoDataStoreFactory;
