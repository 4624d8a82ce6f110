//! The value at a path.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Item, Segment};

/// The value at a path inside an item.
pub(crate) fn value_at<'a>(item: &'a Item, path: &FieldPath) -> Option<&'a AttributeValue> {
    let (Segment::Key(first), rest) = path.segments().split_first()? else {
        return None;
    };
    rest.iter()
        .try_fold(item.get(first)?, |value, segment| match (value, segment) {
            (AttributeValue::M(inner), Segment::Key(name)) => inner.get(name),
            (AttributeValue::L(elements), Segment::Index(index)) => {
                elements.get(usize::try_from(*index).ok()?)
            }
            _ => None,
        })
}

/// The same, to be changed.
pub(crate) fn value_at_mut<'a>(
    item: &'a mut Item,
    path: &FieldPath,
) -> Option<&'a mut AttributeValue> {
    let (Segment::Key(first), rest) = path.segments().split_first()? else {
        return None;
    };
    rest.iter()
        .try_fold(item.get_mut(first)?, |value, segment| {
            match (value, segment) {
                (AttributeValue::M(inner), Segment::Key(name)) => inner.get_mut(name),
                (AttributeValue::L(elements), Segment::Index(index)) => {
                    elements.get_mut(usize::try_from(*index).ok()?)
                }
                _ => None,
            }
        })
}

/// The same, out of an item that is not needed any more; the item itself at the root.
pub(crate) fn take_value_at(item: Item, path: &FieldPath) -> Option<AttributeValue> {
    let mut value = AttributeValue::M(item);
    for segment in path.segments() {
        value = match (value, segment) {
            (AttributeValue::M(mut inner), Segment::Key(name)) => inner.remove(name)?,
            (AttributeValue::L(elements), Segment::Index(index)) => {
                elements.into_iter().nth(usize::try_from(*index).ok()?)?
            }
            _ => return None,
        };
    }
    Some(value)
}

/// The values at a path of which an index stands for every index, each with its place.
pub(crate) fn values_at<'a>(
    item: &'a Item,
    path: &FieldPath,
) -> Vec<(FieldPath, &'a AttributeValue)> {
    let mut found = Vec::new();
    let Some((Segment::Key(first), rest)) = path.segments().split_first() else {
        return found;
    };
    if let Some(value) = item.get(first) {
        collect(value, FieldPath::root().key(first), rest, &mut found);
    }
    found
}

fn collect<'a>(
    value: &'a AttributeValue,
    place: FieldPath,
    rest: &[Segment],
    found: &mut Vec<(FieldPath, &'a AttributeValue)>,
) {
    match (rest.split_first(), value) {
        (None, value) => found.push((place, value)),
        (Some((Segment::Key(name), rest)), AttributeValue::M(inner)) => {
            if let Some(value) = inner.get(name) {
                collect(value, place.key(name), rest, found);
            }
        }
        (Some((Segment::Index(_), rest)), AttributeValue::L(elements)) => {
            for (index, value) in (0..).zip(elements) {
                collect(value, place.index(index), rest, found);
            }
        }
        (Some(_), _) => {}
    }
}
