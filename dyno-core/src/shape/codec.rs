//! Two ways to an attribute value: directly, or through `serde`.
//!
//! A [`Codec`] is a handful of functions, so that everything that carries values is generic over the value's type only. Which
//! functions a field gets is picked from its type by a [`Probe`](super::Probe). Fields in other roles ask for [`shard`], [`key`], [`beside`]
//! or [`with`](super::with()).

use std::fmt;
use std::mem;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::ValueError;
use serde::Serialize;
use serde::de::{DeserializeOwned, Visitor};

use super::{
    Attribute, Flatten, KeyAttribute, Kind, ObjectReader, ObjectWriter, ShardField, uncertain,
};

/// How a field of type `T` becomes an attribute value and back.
pub struct Codec<T> {
    pub(super) write: fn(&T) -> Result<Option<AttributeValue>, ValueError>,
    pub(super) read: fn(AttributeValue) -> Result<T, ValueError>,
    pub(super) absent: fn() -> Option<T>,
    pub(super) kind: fn() -> Kind,
    /// Whether values are stored in a form that their type does not know.
    pub(super) is_foreign: bool,
    /// Whether an absent attribute means a value that would be stored.
    pub(super) fills_in: bool,
    /// What else is known of a type that is an [`Attribute`].
    pub(super) direct: Option<Direct<T>>,
}

/// What takes fewer moves than to write or read a value, and what is known of the values.
pub(super) struct Direct<T> {
    /// Hands a value to the writer under a name, unless it is stored as no attribute.
    put: fn(&T, &'static str, &mut ObjectWriter),
    /// Reads a value that is kept.
    view: fn(&AttributeValue) -> Result<T, ValueError>,
    /// Whether values are owned data, each always written in the same way and read back as it was.
    is_plain: bool,
    /// Reads a value of which anything may be left.
    take: fn(&mut AttributeValue) -> Result<T, ValueError>,
    /// Whether a text that is stored is the value, so that all that is left of it is an empty one.
    is_text: bool,
    /// Whether what is read from a value would be written as this value, for certain.
    is_as_written: fn(&AttributeValue) -> bool,
}

impl<T> Codec<T> {
    /// Hands the value to the writer, under this name.
    #[inline]
    pub(super) fn put(&self, value: &T, name: &'static str, writer: &mut ObjectWriter) {
        match &self.direct {
            Some(direct) if direct.is_plain && !self.fills_in => (direct.put)(value, name, writer),
            _ => self.put_uncertain(value, name, writer),
        }
    }

    /// The same of what may be otherwise the next time.
    fn put_uncertain(&self, value: &T, name: &'static str, writer: &mut ObjectWriter) {
        let written = self.write(value);
        if !self.is_plain() || matches!(written, Ok(None)) {
            uncertain::note();
        }
        match written {
            Ok(Some(value)) => writer.add(name, value),
            Ok(None) => {}
            Err(error) => writer.refuse(error.under_key(name)),
        }
    }

    /// The value to store; `None` stores no attribute.
    ///
    /// # Errors
    ///
    /// The value has no form in DynamoDB.
    pub(crate) fn write(&self, value: &T) -> Result<Option<AttributeValue>, ValueError> {
        (self.write)(value)
    }

    /// The value read back.
    ///
    /// # Errors
    ///
    /// The stored value is of another type, or does not fit.
    pub(crate) fn read(&self, value: AttributeValue) -> Result<T, ValueError> {
        (self.read)(value)
    }

    /// The same of a value that is kept.
    ///
    /// # Errors
    ///
    /// Those of [`read`](Self::read).
    pub(crate) fn view(&self, value: &AttributeValue) -> Result<T, ValueError> {
        match &self.direct {
            Some(direct) => (direct.view)(value),
            None => self.read(value.clone()),
        }
    }

    /// The same of a value of which anything may be left.
    ///
    /// # Errors
    ///
    /// Those of [`read`](Self::read).
    #[inline]
    pub(super) fn take(&self, value: &mut AttributeValue) -> Result<T, ValueError> {
        match &self.direct {
            Some(direct) => (direct.take)(value),
            None => self.read(mem::replace(value, AttributeValue::Null(true))),
        }
    }

    /// The same of a value that is kept, but for a text that need not stay, in whose place an empty one does.
    ///
    /// # Errors
    ///
    /// Those of [`read`](Self::read).
    #[inline]
    pub(super) fn drain(&self, value: &mut AttributeValue, stays: bool) -> Result<T, ValueError> {
        match &self.direct {
            Some(direct) if direct.is_text && !stays => (direct.take)(value),
            Some(direct) => (direct.view)(value),
            None => self.read(value.clone()),
        }
    }

    /// Whether a text that is stored is the value.
    #[inline]
    pub(super) fn is_text(&self) -> bool {
        self.direct.as_ref().is_some_and(|direct| direct.is_text)
    }

    /// Whether what is read from the value would be written as this value, for certain.
    #[inline]
    pub(super) fn is_as_written(&self, value: &AttributeValue) -> bool {
        match &self.direct {
            Some(direct) => (direct.is_as_written)(value),
            None => false,
        }
    }

    /// Whether values are owned data, each always written in the same way and read back as it was.
    pub(crate) fn is_plain(&self) -> bool {
        self.direct.as_ref().is_some_and(|direct| direct.is_plain)
    }

    /// The value that is read after this one was stored.
    ///
    /// # Errors
    ///
    /// The value has no form in DynamoDB, or what is stored of it cannot be read.
    pub(crate) fn as_loaded(&self, value: &T) -> Result<T, ValueError> {
        match self.write(value)? {
            Some(stored) => self.read(stored),
            None => self
                .absent()
                .ok_or_else(|| ValueError::custom("it is stored as no attribute at all")),
        }
    }

    /// What a field without an attribute means, if it means anything.
    pub(crate) fn absent(&self) -> Option<T> {
        (self.absent)()
    }

    /// What the value looks like inside.
    pub fn kind(&self) -> Kind {
        (self.kind)()
    }

    /// Whether values are stored in a form that their type does not know: by the conversions of `#[dyno(with = ..)]`.
    pub(crate) fn is_foreign(&self) -> bool {
        self.is_foreign
    }

    /// The codec of a `#[dyno(default)]` field.
    #[must_use]
    pub fn or_default(self) -> Self
    where
        T: Default,
    {
        self.or(|| Some(T::default()))
    }

    /// The codec of a `#[dyno(default = path)]` field.
    #[must_use]
    pub fn or(mut self, absent: fn() -> Option<T>) -> Self {
        self.absent = absent;
        self.fills_in = true;
        self
    }
}

impl<T: Attribute> Codec<T> {
    /// The codec of types that are an [`Attribute`].
    pub(crate) const DIRECT: Self = Self {
        write: |value| {
            if value.is_absent() {
                Ok(None)
            } else {
                value.to_value().map(Some)
            }
        },
        read: T::from_value,
        absent: T::absent,
        kind: T::kind,
        is_foreign: false,
        fills_in: false,
        direct: Some(Direct {
            put: |value, name, writer| {
                if !value.is_absent() {
                    put_present(value, name, writer);
                }
            },
            view: T::from_ref,
            take: T::__dyno_take,
            is_text: T::__DYNO_IS_TEXT,
            is_plain: T::__DYNO_IS_PLAIN,
            is_as_written: T::__dyno_is_as_written,
        }),
    };
}

fn put_present<T: Attribute>(value: &T, name: &'static str, writer: &mut ObjectWriter) {
    let copy = name.to_owned();
    match value.to_value() {
        Ok(value) => writer.add_under(copy, name, value),
        Err(error) => writer.refuse(error.under_key(name)),
    }
}

impl<T: Serialize + DeserializeOwned> Codec<T> {
    /// The codec of types that only `serde` knows.
    pub(super) const SERDE: Self = Self {
        write: |value| match serde_dynamo::to_attribute_value(value) {
            // A `None`, which is stored as no attribute for every type.
            Ok(AttributeValue::Null(_)) if Self::SERDE.absent().is_some() => Ok(None),
            Ok(value) => Ok(Some(value)),
            Err(error) => Err(ValueError::custom(error)),
        },
        read: |value| serde_dynamo::from_attribute_value(value).map_err(ValueError::custom),
        absent: || T::deserialize(AbsentValue).ok(),
        kind: || Kind::Opaque(|value| Self::SERDE.read(value).map(drop)),
        is_foreign: false,
        fills_in: false,
        direct: None,
    };
}

impl<T: KeyAttribute> Codec<T> {
    /// The codec of key attributes, which are never absent.
    const KEY: Self = Self {
        write: |value| value.to_value().map(Some),
        read: T::from_value,
        absent: || None,
        kind: || Kind::Key {
            kind: T::KEY_KIND,
            is_text: T::__DYNO_IS_TEXT,
        },
        is_foreign: false,
        fills_in: false,
        direct: Some(Direct {
            put: put_present,
            view: T::from_ref,
            take: T::__dyno_take,
            is_text: T::__DYNO_IS_TEXT,
            is_plain: T::__DYNO_IS_PLAIN,
            is_as_written: T::__dyno_is_as_written,
        }),
    };
}

impl<T> Clone for Codec<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Codec<T> {}

impl<T> Clone for Direct<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Direct<T> {}

impl<T> fmt::Debug for Codec<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Codec")
            .field("kind", &self.kind())
            .finish_non_exhaustive()
    }
}

/// The codec of a `#[dyno(shard)]` field.
pub fn shard<T: ShardField>() -> &'static Codec<T> {
    &T::CODEC
}

/// The codec of a `#[dyno(key)]` or `#[dyno(sort)]` field.
pub fn key<T: KeyAttribute + 'static>() -> &'static Codec<T> {
    &Codec::KEY
}

/// How a `#[dyno(flatten)]` field, or the content of a newtype variant, stands beside the other attributes.
#[derive(Debug)]
pub struct Beside<T> {
    pub(crate) write: fn(&T, &mut ObjectWriter) -> Result<(), ValueError>,
    pub(crate) read: fn(&mut ObjectReader<'_>) -> Result<T, ValueError>,
    /// For a value that is addressed as a whole.
    pub(crate) whole: Codec<T>,
}

impl<T> Beside<T> {
    /// What the value looks like inside.
    pub fn kind(&self) -> Kind {
        self.whole.kind()
    }
}

impl<T> Clone for Beside<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Beside<T> {}

/// The functions of a flattened type.
pub fn beside<T: Flatten>() -> Beside<T> {
    Beside {
        write: T::write_beside,
        read: T::read_beside,
        whole: Codec::DIRECT,
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
