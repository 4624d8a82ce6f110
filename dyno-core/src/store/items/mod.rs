//! Items as they are stored: by key, without a type.
//!
//! ```text
//! handle     a table and its keys          select     pages of a query or scan
//! get        one item                      page       one request of these
//! write      one item written              draft      what a write is before it is sent
//! many       many items by key             together   several items in one transaction
//! verbs      which verb makes which
//! ```

mod draft;
mod get;
mod handle;
mod many;
mod page;
mod select;
mod together;
mod verbs;
mod write;

pub use self::get::Get;
pub use self::handle::{Index, Items};
pub use self::many::{Change, GetMany, WriteMany, WriteManyError};
pub use self::select::{ItemPage, ItemStream, Select};
pub use self::together::{Refusal, Transacted, WriteItems, WritePart};
pub use self::write::{Check, Delete, Put, Update, When, Written};
