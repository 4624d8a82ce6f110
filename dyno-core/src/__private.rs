//! Everything that generated code may name. Not part of the public API.

pub use std::marker::PhantomData;
pub use std::option::Option::{None, Some};
pub use std::result::Result::{Err, Ok};
use std::sync::Arc;
pub use std::vec::Vec;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::ValueError;

pub use crate::key::{
    AnyFields, KeyKind, NoTemplate, PartText, Piece, Template, Templated, Templates,
};
use crate::key::{IndexKeyPart, KeyPart, SelfDelimiting};
use crate::loader::ConfigLoader;
pub use crate::shape::{
    AnyCodec, AsMap, Beside, Codec, Codecs, Duty, FieldCodec, FieldList, FieldShape, Index,
    IndexPart, IndexShape, Invalid, Kind, NoIndexes, NoMap, Object, ObjectReader, ObjectWriter,
    Outline, Parts, Path, PathBase, Probe, Refresh, Role, SecondaryShape, SerdeProbe, SerdeValue,
    Shape, ShapeSource, Stored, TableShape, Turns, UniqueShape, VariantShape, Viewer, Whole,
    beside, expiry, explained, given, key, read_all, read_fields, reads, searchable, shard,
    show_codec, stamped, stored, validated, version, with, write_all, write_fields,
};

/// What `Object::write` and `Object::read` return.
pub type Result<T> = std::result::Result<T, ValueError>;

/// What `Object::validate` returns.
pub type Checked = std::result::Result<(), Invalid>;

/// What `Object::loader` returns.
pub type Loader = Option<Arc<dyn ConfigLoader>>;

/// What `Stored::key_parts` returns.
pub fn key_parts<const COUNT: usize>(parts: [PartText; COUNT]) -> Vec<PartText> {
    parts.into()
}

/// The text of a field in a key: of the value that a load will see, where the stored form keeps less than the field.
pub fn key_part<T: KeyPart>(value: &T, codec: &Codec<T>) -> PartText {
    codec.as_loaded(value)?.key_text().map(Into::into)
}

/// The text of a field in a key, behind which something other than `#` stands.
pub fn delimited_key_part<T: SelfDelimiting>(value: &T, codec: &Codec<T>) -> PartText {
    key_part(value, codec)
}

/// What stands for a stored value of a field in the key of an index; `None` for one that keeps its object out.
///
/// # Errors
///
/// The value is none of the field, or has no text.
pub fn index_part<T: IndexKeyPart>(value: AttributeValue, codec: &Codec<T>) -> IndexPartText {
    let value = codec.read(value)?;
    let text = value.in_key().map(KeyPart::key_text).transpose()?;
    Ok(text.map(Into::into))
}

/// The same, where something other than `#` stands behind it.
///
/// # Errors
///
/// Those of [`index_part`].
pub fn delimited_index_part<T: IndexKeyPart<Value: SelfDelimiting>>(
    value: AttributeValue,
    codec: &Codec<T>,
) -> IndexPartText {
    index_part(value, codec)
}

/// What [`index_part`] returns.
pub type IndexPartText = std::result::Result<Option<String>, ValueError>;

/// The loader that a type names, ready to be shared.
#[expect(clippy::unnecessary_wraps, reason = "what `Object::loader` returns")]
pub fn loader(loader: impl ConfigLoader) -> Loader {
    Some(Arc::new(loader))
}
