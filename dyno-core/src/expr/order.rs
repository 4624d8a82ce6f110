//! The order of values in DynamoDB.

use std::cmp::Ordering;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{encoding, number};

/// Refuses bounds of which the lower one does not come first, and says why.
pub(crate) fn check_bounds(
    lower: &AttributeValue,
    upper: &AttributeValue,
) -> Result<(), &'static str> {
    if is_after(lower, upper) {
        return Err("the bounds of `between` are the wrong way round; the lower one comes first");
    }
    Ok(())
}

/// Whether two values are the same to the service, which keeps neither the order of a set nor the form of a number.
pub(crate) fn same_value(a: &AttributeValue, b: &AttributeValue) -> bool {
    encoding::encode(a).is_ok_and(|a| encoding::encode(b).is_ok_and(|b| a == b))
}

/// The order of two values of one type that has an order.
pub(super) fn compare(one: &AttributeValue, other: &AttributeValue) -> Option<Ordering> {
    match (one, other) {
        (AttributeValue::S(one), AttributeValue::S(other)) => {
            Some(one.as_bytes().cmp(other.as_bytes()))
        }
        (AttributeValue::B(one), AttributeValue::B(other)) => {
            Some(one.as_ref().cmp(other.as_ref()))
        }
        (AttributeValue::N(one), AttributeValue::N(other)) => number::compare(one, other).ok(),
        _ => None,
    }
}

/// Whether one value comes after another of the same type.
pub(crate) fn is_after(one: &AttributeValue, other: &AttributeValue) -> bool {
    compare(one, other).is_some_and(Ordering::is_gt)
}
