//! Fields that the mapper writes itself.

use std::time::SystemTime;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{Item, ValueError};

use super::{Codec, Moment};

/// What the mapper does with a field of a root when it writes.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Duty {
    /// Says when it was first saved, and keeps a stored time that it reads.
    Created(Stamp, Reads),
    /// Says when it was last written.
    Updated(Stamp),
    /// Counts it up.
    Version(VersionRange),
}

/// What a field holds that says a time, in the form of its type; `None` is no attribute.
pub type Stamp = fn(SystemTime) -> Result<Option<AttributeValue>, ValueError>;

/// Whether a field reads a stored value.
pub type Reads = fn(&AttributeValue) -> bool;

/// The largest number that a version can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VersionRange {
    largest: i128,
}

impl VersionRange {
    /// The largest version.
    pub const fn largest(self) -> i128 {
        self.largest
    }
}

/// A field type that can count the saves of an object, `#[dyno(version)]`: the integers, and `Option` of them, where `None` is
/// an object that was never saved.
///
/// Implement it for a type of your own that is an [`Attribute`](crate::Attribute) and stored as an integer.
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// use dyno::{Attribute, AttributeValue, ValueError, VersionNumber};
///
/// struct Revision(u32);
///
/// impl Attribute for Revision {
///     fn to_value(&self) -> Result<AttributeValue, ValueError> {
///         self.0.to_value()
///     }
///     fn from_value(value: AttributeValue) -> Result<Self, ValueError> {
///         u32::from_value(value).map(Revision)
///     }
/// }
///
/// impl VersionNumber for Revision {
///     const LARGEST: i128 = u32::MAX as i128;
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a version",
    label = "no integer",
    note = "a version is counted up with every save: use an integer, `u64`, or an `Option` of one",
    note = "implement `VersionNumber` for a type of your own that is stored as an integer"
)]
pub trait VersionNumber {
    /// The largest version: a save after it is refused.
    const LARGEST: i128;
}

/// The integers up to here are all stored: DynamoDB's numbers have 38 digits.
const EXACT: i128 = 10_i128.pow(38) - 1;

macro_rules! versions {
    ($($type:ty),*) => {
        $(impl VersionNumber for $type {
            const LARGEST: i128 = <$type>::MAX as i128;
        })*
    };
}

versions!(u8, u16, u32, u64, usize, i8, i16, i32, i64, isize);

impl VersionNumber for u128 {
    const LARGEST: i128 = EXACT;
}

impl VersionNumber for i128 {
    const LARGEST: Self = EXACT;
}

impl<T: VersionNumber> VersionNumber for Option<T> {
    const LARGEST: i128 = T::LARGEST;
}

/// What versions of type `T` can be.
pub const fn version<T: VersionNumber>() -> VersionRange {
    VersionRange {
        largest: T::LARGEST,
    }
}

/// What a field with this codec holds that says a time.
///
/// # Errors
///
/// The type does not reach so far, or the value has no form in DynamoDB.
pub fn stamped<T: Moment>(
    time: SystemTime,
    codec: &Codec<T>,
) -> Result<Option<AttributeValue>, ValueError> {
    codec.write(&T::at(time)?)
}

/// Whether a field with this codec reads a stored value.
pub fn reads<T>(value: &AttributeValue, codec: &Codec<T>) -> bool {
    codec.read(value.clone()).is_ok()
}

/// What a write put into the fields that the mapper writes, to be taken into the object.
#[derive(Debug)]
pub struct Refresh<'a> {
    written: &'a Item,
}

impl<'a> Refresh<'a> {
    pub(crate) fn new(written: &'a Item) -> Self {
        Self { written }
    }

    /// Takes the value of the attribute into the field, if it has one.
    pub fn field<T>(&self, name: &str, field: &mut T, codec: &Codec<T>) {
        let written: Option<&AttributeValue> = self.written.get(name);
        // The value has the form that the codec gave it.
        if let Some(Ok(value)) = written.map(|value| codec.read(value.clone())) {
            *field = value;
        }
    }
}
