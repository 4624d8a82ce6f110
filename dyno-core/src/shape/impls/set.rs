//! Sets of strings, numbers and binary.
//!
//! DynamoDB has no empty set: an empty one is refused, with the advice to use an `Option`.

use std::collections::{BTreeSet, HashSet};
use std::hash::{BuildHasher, Hash};
use std::time::{Duration, SystemTime};

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::Blob;
use dyno_value::{ValueCause, ValueError};
use uuid::Uuid;

use crate::shape::{Attribute, Kind};

/// A scalar that can stand in a set.
pub trait SetElement: Attribute {}

macro_rules! set_elements {
    ($($type:ty),*) => {
        $(impl SetElement for $type {})*
    };
}

set_elements!(
    String, Uuid, Blob, u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize, SystemTime,
    Duration
);

impl<T: SetElement + Eq + Hash, S: BuildHasher + Default> Attribute for HashSet<T, S> {
    fn to_value(&self) -> Result<AttributeValue, ValueError> {
        set_value(self)
    }

    fn from_value(value: AttributeValue) -> Result<Self, ValueError> {
        set_elements(value)
    }

    fn kind() -> Kind {
        Kind::Scalar(|value| Self::from_value(value).map(drop))
    }
}

impl<T: SetElement + Ord> Attribute for BTreeSet<T> {
    fn to_value(&self) -> Result<AttributeValue, ValueError> {
        set_value(self)
    }

    fn from_value(value: AttributeValue) -> Result<Self, ValueError> {
        set_elements(value)
    }

    fn kind() -> Kind {
        Kind::Scalar(|value| Self::from_value(value).map(drop))
    }
}

fn set_value<'a, T: SetElement + 'a>(
    elements: impl IntoIterator<Item = &'a T>,
) -> Result<AttributeValue, ValueError> {
    let mut strings = Vec::new();
    let mut numbers = Vec::new();
    let mut blobs = Vec::new();
    for element in elements {
        match element.to_value()? {
            AttributeValue::S(string) => strings.push(string),
            AttributeValue::N(number) => numbers.push(number),
            AttributeValue::B(blob) => blobs.push(blob),
            other => return Err(ValueError::expected("a string, a number or binary", &other)),
        }
    }
    strings.sort_unstable();
    numbers.sort_unstable();
    blobs.sort_unstable_by(|a, b| a.as_ref().cmp(b.as_ref()));
    match (strings.is_empty(), numbers.is_empty(), blobs.is_empty()) {
        (false, true, true) => Ok(AttributeValue::Ss(strings)),
        (true, false, true) => Ok(AttributeValue::Ns(numbers)),
        (true, true, false) => Ok(AttributeValue::Bs(blobs)),
        (true, true, true) => Err(ValueError::new(ValueCause::EmptySet)),
        _ => Err(ValueError::custom(
            "the elements of a set must have one type",
        )),
    }
}

fn set_elements<T: SetElement, C: FromIterator<T>>(value: AttributeValue) -> Result<C, ValueError> {
    match value {
        AttributeValue::Ss(strings) => strings
            .into_iter()
            .map(|s| T::from_value(AttributeValue::S(s)))
            .collect(),
        AttributeValue::Ns(numbers) => numbers
            .into_iter()
            .map(|n| T::from_value(AttributeValue::N(n)))
            .collect(),
        AttributeValue::Bs(blobs) => blobs
            .into_iter()
            .map(|b| T::from_value(AttributeValue::B(b)))
            .collect(),
        // Sets of times and durations were lists once.
        AttributeValue::L(elements) => elements.into_iter().map(T::from_value).collect(),
        other => Err(ValueError::expected("a set", &other)),
    }
}
