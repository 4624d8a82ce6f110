//! Whether a condition holds of an item that is at hand, as the service judges it.

use std::cmp::Ordering;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Item, number};

use super::node::{Comparator, Node, Term};
use super::order::{compare, same_value};

/// What stands at a path of an item.
pub(crate) type ValueAt = for<'a> fn(&'a Item, &FieldPath) -> Option<&'a AttributeValue>;

impl Node {
    /// Whether it holds of the item.
    pub(crate) fn holds(&self, item: &Item, value_at: ValueAt) -> bool {
        let at = |path| value_at(item, path);
        let value_of = |term: &Term| term.value_in(item, value_at);
        match self {
            Self::All(nodes) => nodes.iter().all(|node| node.holds(item, value_at)),
            Self::Any(nodes) => nodes.iter().any(|node| node.holds(item, value_at)),
            Self::Not(node) => !node.holds(item, value_at),
            Self::Exists(path) => at(path).is_some(),
            Self::Missing(path) => at(path).is_none(),
            Self::HasType(path, name) => at(path).is_some_and(|value| type_of(value) == *name),
            Self::BeginsWith(path, beginning) => {
                at(path).is_some_and(|value| begins_with(value, beginning))
            }
            Self::Contains(path, element) => at(path).is_some_and(|value| contains(value, element)),
            Self::Between(term, lower, upper) => value_of(term).is_some_and(|value| {
                let is =
                    |bound, order: fn(Ordering) -> bool| compare(&value, bound).is_some_and(order);
                is(lower, Ordering::is_ge) && is(upper, Ordering::is_le)
            }),
            Self::In(term, values) => {
                value_of(term).is_some_and(|value| values.iter().any(|one| same_value(&value, one)))
            }
            Self::Compare(left, comparator, right) => match (value_of(left), value_of(right)) {
                (Some(left), Some(right)) => comparator.holds(&left, &right),
                _ => *comparator == Comparator::NotEqual,
            },
        }
    }
}

impl Term {
    fn value_in(&self, item: &Item, value_at: ValueAt) -> Option<AttributeValue> {
        match self {
            Self::Value(value) => Some(value.clone()),
            Self::Field(path) => value_at(item, path).cloned(),
            Self::Size(path) => {
                let size = size_of(value_at(item, path)?)?;
                Some(AttributeValue::N(size.to_string()))
            }
        }
    }
}

impl Comparator {
    fn holds(self, left: &AttributeValue, right: &AttributeValue) -> bool {
        let ordered = |order: fn(Ordering) -> bool| compare(left, right).is_some_and(order);
        match self {
            Self::Equal => same_value(left, right),
            Self::NotEqual => !same_value(left, right),
            Self::Greater => ordered(Ordering::is_gt),
            Self::GreaterOrEqual => ordered(Ordering::is_ge),
            Self::Less => ordered(Ordering::is_lt),
            Self::LessOrEqual => ordered(Ordering::is_le),
        }
    }
}

fn begins_with(value: &AttributeValue, beginning: &AttributeValue) -> bool {
    match (value, beginning) {
        (AttributeValue::S(value), AttributeValue::S(beginning)) => value.starts_with(beginning),
        (AttributeValue::B(value), AttributeValue::B(beginning)) => {
            value.as_ref().starts_with(beginning.as_ref())
        }
        _ => false,
    }
}

fn contains(value: &AttributeValue, element: &AttributeValue) -> bool {
    match (value, element) {
        (AttributeValue::S(text), AttributeValue::S(part)) => text.contains(part.as_str()),
        (AttributeValue::L(elements), element) => {
            elements.iter().any(|one| same_value(one, element))
        }
        (AttributeValue::Ss(texts), AttributeValue::S(text)) => texts.contains(text),
        (AttributeValue::Bs(blobs), AttributeValue::B(blob)) => blobs.contains(blob),
        (AttributeValue::Ns(numbers), AttributeValue::N(number)) => {
            let is_it = |one: &String| number::compare(one, number).is_ok_and(Ordering::is_eq);
            numbers.iter().any(is_it)
        }
        _ => false,
    }
}

fn size_of(value: &AttributeValue) -> Option<usize> {
    Some(match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::B(blob) => blob.as_ref().len(),
        AttributeValue::L(elements) => elements.len(),
        AttributeValue::M(entries) => entries.len(),
        AttributeValue::Ss(elements) | AttributeValue::Ns(elements) => elements.len(),
        AttributeValue::Bs(elements) => elements.len(),
        _ => return None,
    })
}

/// As DynamoDB calls it.
fn type_of(value: &AttributeValue) -> &'static str {
    match value {
        AttributeValue::S(_) => "S",
        AttributeValue::N(_) => "N",
        AttributeValue::B(_) => "B",
        AttributeValue::Bool(_) => "BOOL",
        AttributeValue::Null(_) => "NULL",
        AttributeValue::M(_) => "M",
        AttributeValue::L(_) => "L",
        AttributeValue::Ss(_) => "SS",
        AttributeValue::Ns(_) => "NS",
        AttributeValue::Bs(_) => "BS",
        _ => "",
    }
}
