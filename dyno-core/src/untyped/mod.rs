//! Objects without a Rust type: a shape that is declared when the program runs, or read from a stored object, and
//! the same values as attributes and as JSON. Pure: no I/O.
//!
//! ```text
//! shape    a declaration: tables, keys, shards      steps    the text of a path, step by step
//! intern   a declaration as the planner's shape     layout   a declaration read from a stored root
//! content  what a caller gives to be written        json     attributes as JSON and back
//! query    JSONPath, and the values it finds        places   what stands where a shard is declared
//! differ   where code and stored layout disagree
//! ```

mod content;
mod differ;
mod intern;
mod json;
mod layout;
mod places;
mod query;
mod shape;
mod steps;

pub use content::{Content, DocumentValue};
pub use differ::{Difference, Place};
pub(crate) use intern::interned;
pub(crate) use json::{from_json as attribute_of_json, merged_item, view};
pub(crate) use layout::StoredLayout;
pub(crate) use places::check_places;
pub(crate) use query::Parsed;
pub use query::{DocumentPath, Match};
pub use shape::Shape;
