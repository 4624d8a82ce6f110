//! Configuration store on DynamoDB: options read directly, or from a snapshot that refreshes itself.
//!
//! A *store* is a partition of a table, an *option* is one item of it, and a *key* is one attribute of an option. The items are those of
//! dynamodb-config-store, the Python library: both programs can work on one table. `docs/format/config-v1.md` describes them.
//!
//! # Examples
//!
//! ```
//! use std::time::Duration;
//!
//! use dyno_config::ConfigStore;
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize, Deserialize)]
//! struct Database { host: String, port: u16, replica: Option<String> }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let store = dyno_core::Store::embedded()?;
//! let config = ConfigStore::open(&store, "Config", "prod").create_if_missing().await?;
//!
//! config.set("db", &Database { host: "db1".into(), port: 5432, replica: None }).await?;
//! config.set_key("db", "replica", "db2").await?;
//! assert_eq!(config.get::<Database>("db").await?.replica.as_deref(), Some("db2"));
//!
//! let watch = config.watch().interval(Duration::from_secs(60)).await?;
//! let database: Database = watch.snapshot().get("db")?; // no request, and never half an update
//! assert_eq!(database.port, 5432);
//! # Ok(())
//! # }
//! ```
//!
//! | module | holds |
//! |---|---|
//! | `form` | pure: values of serde as attributes, and back |
//! | `mark` | pure: which attributes are no keys |
//! | `digest` | pure: whether keys are the same |
//! | `place`, `config`, `error` | where an option stands; an option that was read; what can go wrong |
//! | `name` | pure: which names are refused |
//! | `store` | names and settings, and the items behind them |
//! | `open` | how they come about |
//! | `read` | the verbs that read |
//! | `conditional` | on what condition is written, and what is known after a lost answer |
//! | `history` | options with versions |
//! | `write` | the verbs that write |
//! | `watch` | snapshots that refresh themselves |
//! | `loader` | encryption by an option |

mod conditional;
mod config;
mod digest;
mod error;
mod form;
mod history;
mod loader;
mod mark;
mod name;
mod open;
mod place;
mod read;
mod store;
mod watch;
mod write;

pub use self::conditional::Receipt;
pub use self::config::Config;
pub use self::error::{Error, Result};
pub use self::history::{GetVersion, ListVersions, Restore, Version};
pub use self::loader::{RulesStatus, StoredRules};
pub use self::open::Open;
pub use self::place::Place;
pub use self::read::{Get, GetAll, GetKeys, GetOptional, Options};
pub use self::store::ConfigStore;
pub use self::watch::{Changes, ChangesStream, Snapshot, Status, Watch, WatchBuilder};
pub use self::write::{Delete, Set};
