//! Key-value store on DynamoDB: versions, expiry, compare-and-put, locks and counters; items of dynastore.
#![warn(missing_docs)]

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
