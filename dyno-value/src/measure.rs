//! One walk over values that refuses what DynamoDB would refuse, and counts their size on the way.

use std::collections::HashSet;
use std::hash::Hash;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::size::{CONTAINER_OVERHEAD, ELEMENT_OVERHEAD, flat_size};
use crate::{Item, ValueCause, ValueError, number, type_name};

/// How many levels values may nest, the attribute's own value being the first.
pub const MAX_DEPTH: usize = 32;

/// The longest name of an attribute or map key, in bytes of UTF-8.
pub const MAX_NAME_LENGTH: usize = 65_535;

/// The size of an item, if DynamoDB would accept each of its values.
///
/// The size itself is not judged: whoever writes the item compares it with
/// [`MAX_ITEM_SIZE`](crate::size::MAX_ITEM_SIZE).
///
/// # Errors
///
/// The path of a value that DynamoDB would refuse, with one of these causes:
/// * [`DuplicateInSet`](ValueCause::DuplicateInSet): numbers are compared by value
/// * [`EmptyName`](ValueCause::EmptyName), [`NameTooLong`](ValueCause::NameTooLong)
/// * [`EmptySet`](ValueCause::EmptySet)
/// * [`FalseNull`](ValueCause::FalseNull)
/// * [`NotANumber`](ValueCause::NotANumber), [`NumberOutOfRange`](ValueCause::NumberOutOfRange),
///   [`TooManyDigits`](ValueCause::TooManyDigits)
/// * [`TooDeep`](ValueCause::TooDeep): no deeper value is looked at
/// * [`UnexpectedType`](ValueCause::UnexpectedType): a type that this version of the SDK does not know
///
/// # Examples
///
/// ```
/// use aws_sdk_dynamodb::types::AttributeValue;
/// use dyno_value::{Item, measure};
///
/// let tags = AttributeValue::Ss(vec![]);
/// let item = Item::from([("tags".to_owned(), tags)]);
/// let error = measure(&item).unwrap_err();
/// assert!(error.to_string().starts_with("field `tags`: a set is empty"));
/// ```
pub fn measure(item: &Item) -> Result<usize, ValueError> {
    measure_entries(item, 1)
}

/// The size of one attribute's value, without its name, if DynamoDB would accept it.
///
/// # Errors
///
/// As [`measure`]; paths begin at the value.
pub fn measure_value(value: &AttributeValue) -> Result<usize, ValueError> {
    measure_at(value, 1)
}

/// Refuses a value that DynamoDB would refuse.
///
/// # Errors
///
/// As [`measure`]; paths begin at the value.
pub fn validate(value: &AttributeValue) -> Result<(), ValueError> {
    measure_value(value).map(drop)
}

/// Refuses an item with a value or name that DynamoDB would refuse.
///
/// # Errors
///
/// As [`measure`].
pub fn validate_item(item: &Item) -> Result<(), ValueError> {
    measure(item).map(drop)
}

/// The size of names and values; `depth` is the level of the values.
fn measure_entries(entries: &Item, depth: usize) -> Result<usize, ValueError> {
    entries.iter().try_fold(0, |size, (name, value)| {
        check_name(name)?;
        let value = measure_at(value, depth).map_err(|error| error.under_key(name))?;
        Ok(size + name.len() + value)
    })
}

fn measure_at(value: &AttributeValue, depth: usize) -> Result<usize, ValueError> {
    if depth > MAX_DEPTH {
        return refuse(ValueCause::TooDeep { limit: MAX_DEPTH });
    }
    match value {
        AttributeValue::L(elements) => {
            let contents = elements
                .iter()
                .enumerate()
                .try_fold(0, |size, (index, element)| {
                    let element =
                        measure_at(element, depth + 1).map_err(|error| error.under_index(index))?;
                    Ok::<_, ValueError>(size + element)
                })?;
            Ok(CONTAINER_OVERHEAD + ELEMENT_OVERHEAD * elements.len() + contents)
        }
        AttributeValue::M(entries) => {
            let contents = measure_entries(entries, depth + 1)?;
            Ok(CONTAINER_OVERHEAD + ELEMENT_OVERHEAD * entries.len() + contents)
        }
        flat => {
            check_flat(flat)?;
            Ok(flat_size(flat))
        }
    }
}

/// Refuses a value without elements of its own, or a set, that DynamoDB would refuse.
fn check_flat(value: &AttributeValue) -> Result<(), ValueError> {
    match value {
        AttributeValue::B(_)
        | AttributeValue::Bool(_)
        | AttributeValue::Null(true)
        | AttributeValue::S(_) => Ok(()),
        AttributeValue::Bs(elements) => check_set(elements, |bytes| Ok(bytes.as_ref())),
        AttributeValue::N(text) => number::normalized(text).map(drop),
        AttributeValue::Ns(elements) => check_set(elements, |text| number::normalized(text)),
        AttributeValue::Null(false) => refuse(ValueCause::FalseNull),
        AttributeValue::Ss(elements) => check_set(elements, Ok),
        unknown => Err(unknown_type(unknown)),
    }
}

/// Refuses an empty set and one with two elements that count as the same.
fn check_set<'a, T, K: Hash + Eq>(
    elements: &'a [T],
    counts_as: impl Fn(&'a T) -> Result<K, ValueError>,
) -> Result<(), ValueError> {
    if elements.is_empty() {
        return refuse(ValueCause::EmptySet);
    }
    let mut seen = HashSet::with_capacity(elements.len());
    for element in elements {
        if !seen.insert(counts_as(element)?) {
            return refuse(ValueCause::DuplicateInSet);
        }
    }
    Ok(())
}

pub(crate) fn check_name(name: &str) -> Result<(), ValueError> {
    match name.len() {
        0 => refuse(ValueCause::EmptyName),
        1..=MAX_NAME_LENGTH => Ok(()),
        bytes => refuse(ValueCause::NameTooLong {
            bytes,
            limit: MAX_NAME_LENGTH,
        }),
    }
}

pub(crate) fn unknown_type(value: &AttributeValue) -> ValueError {
    ValueError::new(ValueCause::UnexpectedType {
        expected: "one of the ten types of DynamoDB",
        found: type_name(value),
    })
}

pub(crate) fn refuse<T>(cause: ValueCause) -> Result<T, ValueError> {
    Err(ValueError::new(cause))
}
