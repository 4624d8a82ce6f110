//! Key-value store on DynamoDB: versions, expiry, compare-and-put, locks and counters; items of dynastore.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::Duration;
//!
//! use dyno_core::Store;
//! use dyno_kv::Kv;
//!
//! let kv = Kv::new(&Store::embedded()?, "CRMTable");
//! kv.ensure_table().await?;
//! let customers = kv.partition("customers");
//!
//! let ada = customers.create("ada", "Byron").await?; // an error if somebody was first
//! let ada = customers.compare_and_put(&ada, "Lovelace").ttl(Duration::from_secs(3600)).await?;
//! assert_eq!((ada.version(), ada.text()?), (2, "Lovelace"));
//!
//! let guard = customers.lock("export", Duration::from_secs(10)).await?;
//! customers.put("export/last", "ada").fenced(&guard).await?;
//! guard.release().await?;
//! assert_eq!(customers.counter("exports").add(1).await?, 1);
//! # Ok(())
//! # }
//! ```
//!
//! | of a [`Partition`] | request |
//! |---|---|
//! | [`put`](Partition::put), [`touch`](Partition::touch), [`compare_and_put`](Partition::compare_and_put) | one `UpdateItem` |
//! | [`create`](Partition::create) | one `PutItem`, two over an expired record |
//! | [`get`](Partition::get), [`exists`](Partition::exists) | one `GetItem` |
//! | [`delete`](Partition::delete), [`compare_and_delete`](Partition::compare_and_delete) | one `DeleteItem` |
//! | [`list`](Partition::list), [`list_page`](Partition::list_page), also of an [`index`](Partition::index) or [`Kv::global`] | one `Query` for each page |
//! | [`counter`](Partition::counter) | one `UpdateItem` to add, one `GetItem` to read |
//! | [`lock`](Partition::lock) | one `UpdateItem` to acquire, two to make it, one for each renewal, and to release |
//!
//! What is stored is described in `docs/format/kv-v1.md`, why it is so in `docs/design/kv.md`.

mod attempts;
mod attribute;
mod counter;
mod error;
mod expiry;
mod hook;
mod index;
mod index_partition;
mod kv;
mod list;
mod lock;
mod mark;
mod partition;
mod patience;
mod pending;
mod place;
mod read;
mod record;
mod token;
mod value;
mod write;

pub use counter::{Add, Count, Counter};
pub use error::{Error, Result};
pub use hook::{Operation, Request};
pub use index_partition::IndexPartition;
pub use kv::{EnsureTable, Kv};
pub use list::{List, ListPage, Page, Records};
pub use lock::{Lock, LockGuard};
pub use partition::Partition;
pub use place::Place;
pub use read::{Exists, Get, GetOptional};
pub use record::Record;
pub use value::{Serde, Value};
pub use write::{CompareAndDelete, CompareAndPut, Create, Delete, Put, Touch};
