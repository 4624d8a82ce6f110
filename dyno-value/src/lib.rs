//! What DynamoDB attribute values are: paths to them, their numbers, their exact size, their canonical bytes.
//!
//! The value type is the SDK's [`AttributeValue`](aws_sdk_dynamodb::types::AttributeValue); this crate adds
//! pure functions on it and no type of its own for values. Everything here is free of I/O.

pub mod encoding;
pub mod number;
pub mod size;

mod error;
mod item;
mod measure;
mod path;

pub use error::{ValueCause, ValueError};
pub use item::{Item, type_name};
pub use measure::{MAX_DEPTH, MAX_NAME_LENGTH, measure, measure_value, validate, validate_item};
pub use path::{FieldPath, ParsePathError, Segment};
pub use size::{MAX_ITEM_SIZE, attribute_size, item_size};
