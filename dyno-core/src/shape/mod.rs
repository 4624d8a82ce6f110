//! What a type looks like when it is stored, and the traits that carry its values in and out.
//!
//! [`Object`] is what the derive implements, [`Attribute`] what a single value implements, and [`Codec`] the choice
//! between an [`Attribute`] and any type that `serde` knows. [`Shape`] is the static description that everything
//! else works from.

mod any_codec;
mod attribute;
mod codec;
mod codecs;
mod duty;
mod field;
mod fits;
mod flatten;
mod handle;
mod impls;
mod index;
mod key_attribute;
pub(crate) mod lazy;
mod moment;
mod object;
mod outline;
mod places;
mod probe;
mod question;
mod read;
mod secondary;
mod shard_field;
mod table;
pub(crate) mod uncertain;
mod unique;
mod validity;
mod with;
mod write;

use any_codec::SlotQuestion;
pub use any_codec::{AnyCodec, Viewer};
pub use attribute::Attribute;
pub(crate) use attribute::{
    read_object, restore_drained, write_keys, write_object, write_what_can_be,
};
pub use codec::{Beside, Codec, beside, key, shard};
pub use codecs::{
    Codecs, FieldCodec, Turns, read_all, read_fields, show_codec, write_all, write_fields,
};
pub use duty::{Duty, Reads, Refresh, Stamp, VersionNumber, VersionRange, reads, stamped, version};
pub use field::{Element, FieldList, FieldShape, Kind, Privacy, Role, TextInKey};
pub(crate) use fits::{fits, fits_object};
pub use flatten::Flatten;
pub(crate) use handle::root;
pub use handle::{IntoPath, ListLike, MapLike, Navigate, Path, PathBase, TypedPath};
pub use impls::SetElement;
pub use index::{IndexShape, Searchable, searchable};
pub use key_attribute::KeyAttribute;
pub use lazy::{Lazy, LazyGet, LazyGetMut};
pub(crate) use lazy::{as_unloaded, is_unloaded, unloaded};
pub(crate) use moment::seconds_of;
pub use moment::{Moment, expiry};
pub use object::{Object, Stored};
pub use outline::{Outline, ShapeSource};
pub use probe::{Probe, SerdeProbe, SerdeValue};
pub use read::ObjectReader;
pub(crate) use secondary::Holds;
pub use secondary::{
    AsMap, Hydrated, Index, IndexAttribute, IndexPart, NoIndexes, NoMap, Parts, SecondaryShape,
    Whole, WholeIndex,
};
pub use shard_field::ShardField;
pub(crate) use table::Untyped;
pub use table::{Body, Identity, Shape, TableShape, VariantShape};
pub use unique::UniqueShape;
pub use validity::{Invalid, validated};
pub(crate) use validity::{Unwritten, write_valid};
pub use with::{
    Form, Given, KeyForm, NumberForm, OrNull, OwnForm, TextForm, explained, given, stored, with,
};
pub use write::ObjectWriter;
