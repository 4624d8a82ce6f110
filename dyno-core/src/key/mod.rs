//! Primary keys as values, and as text made of fields.

mod fields;
mod part;
mod sortable;
mod template;
#[cfg(test)]
mod tests;
mod value;

pub use fields::{AnyFields, FieldsOf, KeyFields, NoTemplate, PrefixOf, Templated};
pub use part::{IndexKeyPart, KeyPart, Part, SelfDelimiting, utc_text};
pub(crate) use template::Beginning;
pub use template::{PartText, Piece, Template, Templates};
pub use value::{Key, KeyKind, KeyValue};
