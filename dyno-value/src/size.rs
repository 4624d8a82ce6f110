//! How large DynamoDB takes values to be, without checking them.

use aws_sdk_dynamodb::types::AttributeValue;

use crate::{Item, number};

/// The most bytes an item may have, names and values together.
pub const MAX_ITEM_SIZE: usize = 400 * 1024;

/// What a list or map costs before its contents.
pub(crate) const CONTAINER_OVERHEAD: usize = 3;

/// What each element of a list or entry of a map costs before its contents.
pub(crate) const ELEMENT_OVERHEAD: usize = 1;

/// How many bytes DynamoDB counts for a value, without its name.
///
/// Values are taken as they are; [`measure_value`](crate::measure_value) also refuses those that DynamoDB would.
///
/// # Examples
///
/// ```
/// use aws_sdk_dynamodb::types::AttributeValue;
/// use dyno_value::attribute_size;
///
/// assert_eq!(attribute_size(&AttributeValue::S("Kyoto".into())), 5);
/// assert_eq!(attribute_size(&AttributeValue::N("-12345".into())), 5);
/// assert_eq!(attribute_size(&AttributeValue::L(vec![AttributeValue::Bool(true)])), 3 + 1 + 1);
/// ```
pub fn attribute_size(value: &AttributeValue) -> usize {
    // A list of values still to count, not recursion: values of any depth are counted.
    let mut pending = Vec::new();
    let mut size = own_size(value, &mut pending);
    while let Some(value) = pending.pop() {
        size += own_size(value, &mut pending);
    }
    size
}

/// How many bytes DynamoDB counts for an item: its names and values. The limit is [`MAX_ITEM_SIZE`].
///
/// # Examples
///
/// ```
/// use aws_sdk_dynamodb::types::AttributeValue;
/// use dyno_value::{Item, item_size};
///
/// let item = Item::from([("city".to_owned(), AttributeValue::S("Kyoto".into()))]);
/// assert_eq!(item_size(&item), 4 + 5);
/// ```
pub fn item_size(item: &Item) -> usize {
    item.iter()
        .map(|(name, value)| name.len() + attribute_size(value))
        .sum()
}

/// The size of a scalar or set, or of a container without its elements, which are put aside.
fn own_size<'a>(value: &'a AttributeValue, pending: &mut Vec<&'a AttributeValue>) -> usize {
    match value {
        AttributeValue::L(elements) => {
            pending.extend(elements);
            CONTAINER_OVERHEAD + ELEMENT_OVERHEAD * elements.len()
        }
        AttributeValue::M(entries) => {
            pending.extend(entries.values());
            let names: usize = entries.keys().map(String::len).sum();
            CONTAINER_OVERHEAD + ELEMENT_OVERHEAD * entries.len() + names
        }
        flat => flat_size(flat),
    }
}

/// The size of a value that holds no other values.
pub(crate) fn flat_size(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        AttributeValue::Bool(_) | AttributeValue::Null(_) => 1,
        AttributeValue::Bs(elements) => elements.iter().map(|bytes| bytes.as_ref().len()).sum(),
        AttributeValue::N(text) => number::size(text),
        AttributeValue::Ns(elements) => elements.iter().map(|text| number::size(text)).sum(),
        AttributeValue::S(text) => text.len(),
        AttributeValue::Ss(elements) => elements.iter().map(String::len).sum(),
        _ => 0,
    }
}
