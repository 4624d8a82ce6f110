//! Two ways to an attribute value: directly, or through `serde`.
//!
//! A field's codec is picked from its type by autoref: [`Probe`] answers [`Direct`] through one reference when the
//! type is an [`Attribute`], and [`Serde`] through two otherwise. The derive writes
//! `fn codec() -> impl Codec<T> { (&&Probe::<T>::new()).__dyno_codec() }` for each type of field, so one that is neither
//! gives one error, on the field, in the words of [`Codec`]. Other roles of a field ask for codecs of their own:
//! [`Shard`], [`KeyPart`] and [`Beside`].

use std::marker::PhantomData;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::ValueError;
use serde::Serialize;
use serde::de::{DeserializeOwned, Visitor};

use super::{Attribute, Flatten, KeyAttribute, Kind, ObjectReader, ObjectWriter, ShardField};

/// How a field of type `T` becomes an attribute value and back.
#[diagnostic::on_unimplemented(
    message = "`{T}` has no form as a DynamoDB attribute",
    label = "not an attribute type",
    note = "derive `DyObject` on `{T}`, derive serde's `Serialize` and `Deserialize`, or name conversions with `#[dyno(with = module)]`"
)]
pub trait Codec<T>: Copy + Send + Sync + 'static {
    /// The value to store; `None` stores no attribute.
    ///
    /// # Errors
    ///
    /// The value has no form in DynamoDB.
    fn write(self, value: &T) -> Result<Option<AttributeValue>, ValueError>;

    /// The value read back.
    ///
    /// # Errors
    ///
    /// The stored value is of another type, or does not fit.
    fn read(self, value: AttributeValue) -> Result<T, ValueError>;

    /// What a field without an attribute means, if it means anything.
    fn absent(self) -> Option<T>;

    /// What the value looks like inside.
    fn kind() -> Kind;
}

/// The codec of types that are an [`Attribute`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Direct;

#[diagnostic::do_not_recommend]
impl<T: Attribute> Codec<T> for Direct {
    fn write(self, value: &T) -> Result<Option<AttributeValue>, ValueError> {
        if value.is_absent() {
            Ok(None)
        } else {
            value.to_value().map(Some)
        }
    }

    fn read(self, value: AttributeValue) -> Result<T, ValueError> {
        T::from_value(value)
    }

    fn absent(self) -> Option<T> {
        T::absent()
    }

    fn kind() -> Kind {
        T::kind()
    }
}

/// The codec of types that only `serde` knows.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Serde;

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned> Codec<T> for Serde {
    fn write(self, value: &T) -> Result<Option<AttributeValue>, ValueError> {
        serde_dynamo::to_attribute_value(value)
            .map(Some)
            .map_err(ValueError::custom)
    }

    fn read(self, value: AttributeValue) -> Result<T, ValueError> {
        serde_dynamo::from_attribute_value(value).map_err(ValueError::custom)
    }

    fn absent(self) -> Option<T> {
        T::deserialize(AbsentValue).ok()
    }

    fn kind() -> Kind {
        Kind::Opaque(|value| Codec::<T>::read(Self, value).map(drop))
    }
}

/// The codec of `#[dyno(with = module)]`: two functions of the user's.
#[derive(Clone, Copy)]
pub struct With<W, R> {
    write: W,
    read: R,
}

/// Makes the codec of two functions, usually `module::to_value` and `module::from_value`.
///
/// The bounds stand here as well, so that a function of another form is reported where it is named.
pub fn with<T, W, R, WE, RE>(write: W, read: R) -> With<W, R>
where
    W: Fn(&T) -> Result<AttributeValue, WE> + Copy + Send + Sync + 'static,
    R: Fn(AttributeValue) -> Result<T, RE> + Copy + Send + Sync + 'static,
    WE: std::fmt::Display,
    RE: std::fmt::Display,
{
    With { write, read }
}

impl<W, R> std::fmt::Debug for With<W, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("With").finish_non_exhaustive()
    }
}

impl<T, W, R, WE, RE> Codec<T> for With<W, R>
where
    W: Fn(&T) -> Result<AttributeValue, WE> + Copy + Send + Sync + 'static,
    R: Fn(AttributeValue) -> Result<T, RE> + Copy + Send + Sync + 'static,
    WE: std::fmt::Display,
    RE: std::fmt::Display,
{
    fn write(self, value: &T) -> Result<Option<AttributeValue>, ValueError> {
        (self.write)(value).map(Some).map_err(ValueError::custom)
    }

    fn read(self, value: AttributeValue) -> Result<T, ValueError> {
        (self.read)(value).map_err(ValueError::custom)
    }

    fn absent(self) -> Option<T> {
        None
    }

    fn kind() -> Kind {
        Kind::Opaque(|_| Ok(()))
    }
}

/// The codec of `#[dyno(shard)]` fields.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "written by the derive")]
pub struct Shard;

/// The role of `#[dyno(shard)]`, which asks more of a type than [`Codec`].
#[diagnostic::on_unimplemented(
    message = "`{T}` cannot be a shard",
    label = "not a shard type",
    note = "a shard is a `T`, `Option<T>` or `Box<T>` where `T` derives `DyObject` and names its table: `#[dyno(table = \"..\", key = \"..\")]`"
)]
pub trait ShardCodec<T>: Codec<T> {}

#[diagnostic::do_not_recommend]
impl<T: ShardField> Codec<T> for Shard {
    fn write(self, value: &T) -> Result<Option<AttributeValue>, ValueError> {
        Direct.write(value)
    }

    fn read(self, value: AttributeValue) -> Result<T, ValueError> {
        Direct.read(value)
    }

    fn absent(self) -> Option<T> {
        T::absent()
    }

    fn kind() -> Kind {
        T::kind()
    }
}

#[diagnostic::do_not_recommend]
impl<T: ShardField> ShardCodec<T> for Shard {}

/// The codec of `#[dyno(key)]` and `#[dyno(sort)]` fields.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "written by the derive")]
pub struct KeyPart;

/// The role of `#[dyno(key)]` and `#[dyno(sort)]`, which asks more of a type than [`Codec`].
#[diagnostic::on_unimplemented(
    message = "`{T}` cannot be a key",
    label = "not a key type",
    note = "a key is a string, a number, binary (`Blob`) or a `Uuid`; implement `KeyAttribute` for a type of your own"
)]
pub trait KeyPartCodec<T>: Codec<T> {}

#[diagnostic::do_not_recommend]
impl<T: KeyAttribute> Codec<T> for KeyPart {
    fn write(self, value: &T) -> Result<Option<AttributeValue>, ValueError> {
        value.to_value().map(Some)
    }

    fn read(self, value: AttributeValue) -> Result<T, ValueError> {
        T::from_value(value)
    }

    fn absent(self) -> Option<T> {
        None
    }

    fn kind() -> Kind {
        Kind::Key(T::KEY_KIND)
    }
}

#[diagnostic::do_not_recommend]
impl<T: KeyAttribute> KeyPartCodec<T> for KeyPart {}

/// The codec of `#[dyno(flatten)]` fields and of newtype variants.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "written by the derive")]
pub struct Beside;

/// The role of `#[dyno(flatten)]`, which asks more of a type than [`Codec`].
#[diagnostic::on_unimplemented(
    message = "`{T}` cannot be flattened",
    label = "not an object or map",
    note = "flatten a type that derives `DyObject`, or a map with `String` keys",
    note = "a newtype variant is flattened too: to hold a single value, name its field, `Variant {{ value: {T} }}`"
)]
pub trait FlattenCodec<T>: Codec<T> {
    /// Adds the attributes to those of the object around.
    ///
    /// # Errors
    ///
    /// A value has no form in DynamoDB, or a name is taken.
    fn write_beside(self, value: &T, outer: &mut ObjectWriter) -> Result<(), ValueError>;

    /// Takes the attributes from those of the object around.
    ///
    /// # Errors
    ///
    /// An attribute is missing or does not fit.
    fn read_beside(self, outer: &mut ObjectReader) -> Result<T, ValueError>;
}

#[diagnostic::do_not_recommend]
impl<T: Flatten> Codec<T> for Beside {
    fn write(self, value: &T) -> Result<Option<AttributeValue>, ValueError> {
        Direct.write(value)
    }

    fn read(self, value: AttributeValue) -> Result<T, ValueError> {
        Direct.read(value)
    }

    fn absent(self) -> Option<T> {
        T::absent()
    }

    fn kind() -> Kind {
        T::kind()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Flatten> FlattenCodec<T> for Beside {
    fn write_beside(self, value: &T, outer: &mut ObjectWriter) -> Result<(), ValueError> {
        value.write_beside(outer)
    }

    fn read_beside(self, outer: &mut ObjectReader) -> Result<T, ValueError> {
        T::read_beside(outer)
    }
}

/// Asks of a type, by autoref, which codec it has.
#[derive(Clone, Copy, Debug)]
pub struct Probe<T>(PhantomData<fn() -> T>);

impl<T> Probe<T> {
    /// A probe for `T`.
    #[expect(
        clippy::new_without_default,
        reason = "written by the derive, in one way"
    )]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

/// Answers for an [`Attribute`], through one reference.
pub trait DirectProbe {
    /// The direct codec.
    fn __dyno_codec(&self) -> Direct;
}

impl<T: Attribute> DirectProbe for &Probe<T> {
    fn __dyno_codec(&self) -> Direct {
        Direct
    }
}

/// Answers for every other type, with no reference.
pub trait SerdeProbe {
    /// The codec through `serde`.
    fn __dyno_codec(&self) -> Serde;
}

impl<T> SerdeProbe for Probe<T> {
    fn __dyno_codec(&self) -> Serde {
        Serde
    }
}

/// What `serde` finds where an attribute is absent: nothing, which only an `Option` accepts.
struct AbsentValue;

impl<'de> serde::Deserializer<'de> for AbsentValue {
    type Error = serde::de::value::Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(serde::de::Error::custom("absent"))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_none()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}
