//! What the derive stores and reads back, seen from outside. One file for each group of attributes.

#![expect(clippy::panic, clippy::unwrap_used, reason = "the helpers of tests")]

mod choice;
mod different;
mod flatten;
mod handles;
mod names;
mod property;
mod recursive;
mod shape;
mod shard;
mod values;
mod wide;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno::Attribute;

/// The value as it is stored, its attributes sorted by name.
fn stored<T: Attribute>(value: &T) -> Vec<(String, AttributeValue)> {
    let AttributeValue::M(item) = value.to_value().unwrap() else {
        panic!("an object is a map")
    };
    let mut attributes: Vec<_> = item.into_iter().collect();
    attributes.sort_by(|(a, _), (b, _)| a.cmp(b));
    attributes
}

/// The names under which the value is stored.
fn names<T: Attribute>(value: &T) -> Vec<String> {
    stored(value).into_iter().map(|(name, _)| name).collect()
}

/// An object read from these attributes.
fn read<T: Attribute>(
    attributes: impl IntoIterator<Item = (&'static str, AttributeValue)>,
) -> Result<T, String> {
    let item = attributes
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    T::from_value(AttributeValue::M(item)).map_err(|error| error.to_string())
}

fn round_trip<T: Attribute>(value: &T) -> T {
    T::from_value(value.to_value().unwrap()).unwrap()
}

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn n(number: u64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}
