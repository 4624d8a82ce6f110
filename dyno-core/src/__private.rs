//! Everything that generated code may name. Not part of the public API.

pub use std::marker::PhantomData;
pub use std::option::Option::Some;
pub use std::result::Result::Ok;
use std::sync::Arc;

use dyno_value::ValueError;

pub use crate::key::KeyKind;
use crate::loader::ConfigLoader;
pub use crate::shape::{
    Beside, Codec, DirectProbe, Duty, FieldShape, Index, IndexPart, IndexShape, Invalid, Kind,
    NoIndexes, Object, ObjectReader, ObjectWriter, Parts, Path, PathBase, PathSet, Probe, Refresh,
    Role, SecondaryShape, SerdeProbe, SerdeValue, Shape, Stored, TableShape, VariantShape, Whole,
    beside, expiry, explained, key, searchable, shard, stamped, stored, validated, version, with,
};

/// What `Object::write` and `Object::read` return.
pub type Result<T> = std::result::Result<T, ValueError>;

/// What `Object::validate` returns.
pub type Checked = std::result::Result<(), Invalid>;

/// What `Object::loader` returns.
pub type Loader = Option<Arc<dyn ConfigLoader>>;

/// The loader that a type names, ready to be shared.
#[expect(clippy::unnecessary_wraps, reason = "what `Object::loader` returns")]
pub fn loader(loader: impl ConfigLoader) -> Loader {
    Some(Arc::new(loader))
}
