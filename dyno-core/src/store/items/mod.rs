//! Items as they are stored: by key, without a type.
//!
//! ```text
//! handle     a table and its keys          select     pages of a query or scan
//! get        one item                      many       many items by key
//! write      one item written              together   several items in one transaction
//! ```

mod get;
mod handle;
mod many;
mod select;
mod together;
mod write;

pub use self::get::Get;
pub use self::handle::{Index, Items};
pub use self::many::{Change, GetMany, WriteMany, WriteManyError};
pub use self::select::{ItemPage, ItemStream, Select};
pub use self::together::{Refusal, Transacted, WriteItems, WritePart};
pub use self::write::{Check, Delete, Put, Update, Written};
