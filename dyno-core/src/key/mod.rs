//! Primary keys as values.

mod value;

pub use value::{Key, KeyKind, KeyValue};
