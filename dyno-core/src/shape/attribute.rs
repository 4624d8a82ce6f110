use std::cell::Cell;
use std::mem;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{Item, ValueCause, ValueError};

use super::write::Wanted;
use super::{Kind, Object, ObjectReader, ObjectWriter};

/// A type with a form of its own as an attribute value.
///
/// Implemented for the scalars, times and collections of `std`, `uuid`, `Blob`, [`AttributeValue`] itself and every derived
/// object. Other types that implement serde's `Serialize` and `DeserializeOwned` need no implementation: fields use
/// `serde_dynamo` for them.
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// use aws_sdk_dynamodb::types::AttributeValue;
/// use dyno::{Attribute, ValueError};
///
/// struct Cents(i64);
///
/// impl Attribute for Cents {
///     fn to_value(&self) -> Result<AttributeValue, ValueError> {
///         self.0.to_value()
///     }
///     fn from_value(value: AttributeValue) -> Result<Self, ValueError> {
///         i64::from_value(value).map(Cents)
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no form as a DynamoDB attribute",
    label = "not an attribute type",
    note = "derive `DyObject` on it, derive serde's `Serialize` and `Deserialize`, or name conversions with `#[dyno(with = module)]`"
)]
pub trait Attribute: Sized {
    /// Whether it is owned data of which each value is always written in the same way and read back as it was.
    #[doc(hidden)]
    const __DYNO_IS_PLAIN: bool = false;

    /// Whether it is the text that is stored, which can be moved out of an item and put back as it was.
    #[doc(hidden)]
    const __DYNO_IS_TEXT: bool = false;

    /// The value to store.
    ///
    /// # Errors
    ///
    /// The value has no form in DynamoDB: NaN, an empty set, a number beyond 38 digits.
    fn to_value(&self) -> Result<AttributeValue, ValueError>;

    /// The value read back.
    ///
    /// # Errors
    ///
    /// The stored value is of another type, or does not fit.
    fn from_value(value: AttributeValue) -> Result<Self, ValueError>;

    /// The same of a value that is kept. Worth implementing where it takes less than a clone of the value.
    ///
    /// # Errors
    ///
    /// Those of [`from_value`](Self::from_value).
    fn from_ref(value: &AttributeValue) -> Result<Self, ValueError> {
        Self::from_value(value.clone())
    }

    /// The same of a value of which anything may be left; of a text that is the value, an empty one.
    #[doc(hidden)]
    fn __dyno_take(value: &mut AttributeValue) -> Result<Self, ValueError> {
        Self::from_value(mem::replace(value, AttributeValue::Null(true)))
    }

    /// Whether what is read from the value would be written as this value, for certain.
    #[doc(hidden)]
    fn __dyno_is_as_written(_: &AttributeValue) -> bool {
        false
    }

    /// Whether a field with this value is stored as no attribute at all.
    fn is_absent(&self) -> bool {
        false
    }

    /// What a field without an attribute means, if it means anything.
    fn absent() -> Option<Self> {
        None
    }

    /// What the value looks like inside.
    fn kind() -> Kind {
        Kind::Opaque(|value| Self::from_value(value).map(drop))
    }
}

impl<T: Object> Attribute for T {
    /// Its fields say so themselves.
    const __DYNO_IS_PLAIN: bool = true;

    fn to_value(&self) -> Result<AttributeValue, ValueError> {
        write_object(self).map(AttributeValue::M)
    }

    fn from_value(value: AttributeValue) -> Result<Self, ValueError> {
        match value {
            AttributeValue::M(item) => read_object(item),
            other => Err(ValueError::expected("a map", &other)),
        }
    }

    fn from_ref(value: &AttributeValue) -> Result<Self, ValueError> {
        match value {
            AttributeValue::M(item) => view_object(item),
            other => Err(ValueError::expected("a map", other)),
        }
    }

    fn __dyno_take(value: &mut AttributeValue) -> Result<Self, ValueError> {
        match value {
            AttributeValue::M(item) => take_object(item),
            other => Err(ValueError::expected("a map", other)),
        }
    }

    fn kind() -> Kind {
        Kind::Object(T::SHAPE)
    }
}

/// The object as one map, its shards inside it.
pub(crate) fn write_object<T: Object>(object: &T) -> Result<Item, ValueError> {
    let _level = Level::enter()?;
    super::validity::check(object)?;
    let mut writer = ObjectWriter::new(T::SHAPE);
    object.write(&mut writer)?;
    Ok(writer.finish())
}

/// The keys of an object that are fields of it.
pub(crate) fn write_keys<T: Object>(object: &T) -> Item {
    write_part(object, Wanted::Keys)
}

/// The fields of an object that are texts by themselves, which are moved to it.
fn write_texts<T: Object>(object: &T) -> Item {
    write_part(object, Wanted::Texts)
}

/// Those fields of an object that can be stored.
pub(crate) fn write_what_can_be<T: Object>(object: &T) -> Item {
    write_part(object, Wanted::WhatCanBe)
}

fn write_part<T: Object>(object: &T, wanted: Wanted) -> Item {
    let mut writer = ObjectWriter::of(T::SHAPE, wanted);
    // What is wrong with a field is told where all of them are written.
    drop(object.write(&mut writer));
    writer.finish()
}

/// The object from one map, its shards inside it.
pub(crate) fn read_object<T: Object>(mut item: Item) -> Result<T, ValueError> {
    take_object(&mut item)
}

/// The same of a map of which anything may be left.
fn take_object<T: Object>(item: &mut Item) -> Result<T, ValueError> {
    let mut reader = ObjectReader::new(T::SHAPE, item);
    T::read(&mut reader).map_err(|error| reader.placed(error))
}

/// Puts the texts back that were moved to the object.
pub(crate) fn restore_drained<T: Object>(object: &T, item: &mut Item) {
    #[expect(clippy::iter_over_hash_type, reason = "each has a place of its own")]
    for (name, written) in write_texts(object) {
        if let Some(AttributeValue::S(text)) = item.get_mut(&name)
            && text.is_empty()
            && let AttributeValue::S(written) = written
        {
            *text = written;
        }
    }
}

/// The same of a map that is kept.
fn view_object<T: Object>(item: &Item) -> Result<T, ValueError> {
    let mut reader = ObjectReader::of_kept(T::SHAPE, item);
    T::read(&mut reader).map_err(|error| reader.placed(error))
}

/// How deep objects may stand in each other: far more than items and transactions can hold, far less than a stack.
const MOST_LEVELS: usize = 300;

thread_local! {
    static LEVEL: Cell<usize> = const { Cell::new(0) };
}

/// One object being written inside others.
struct Level;

impl Level {
    fn enter() -> Result<Self, ValueError> {
        let level = LEVEL.get();
        if level >= MOST_LEVELS {
            return Err(ValueError::new(ValueCause::TooDeep { limit: MOST_LEVELS }));
        }
        LEVEL.set(level + 1);
        Ok(Self)
    }
}

impl Drop for Level {
    fn drop(&mut self) {
        LEVEL.set(LEVEL.get() - 1);
    }
}
