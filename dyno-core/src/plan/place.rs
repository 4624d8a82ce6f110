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

/// Puts a value at a path, or takes away what stands there; `false` if there is nothing around that place.
pub(crate) fn set_value(item: &mut Item, path: &FieldPath, value: Option<AttributeValue>) -> bool {
    let mut around = path.clone();
    match (around.pop(), value) {
        (Some(Segment::Key(name)), value) => {
            let map = if around.is_root() {
                item
            } else if let Some(AttributeValue::M(inner)) = value_at_mut(item, &around) {
                inner
            } else {
                return false;
            };
            match value {
                Some(value) => map.insert(name, value),
                None => map.remove(&name),
            };
            true
        }
        (Some(Segment::Index(_)), Some(value)) => match value_at_mut(item, path) {
            Some(slot) => {
                *slot = value;
                true
            }
            None => false,
        },
        (Some(Segment::Index(_)) | None, _) => false,
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn number(number: u8) -> AttributeValue {
        AttributeValue::N(number.to_string())
    }

    fn item() -> Item {
        let list = AttributeValue::L(vec![number(1), number(2)]);
        let inner = Item::from([("list".to_owned(), list)]);
        Item::from([("map".to_owned(), AttributeValue::M(inner))])
    }

    #[test]
    fn a_value_is_put_where_something_is_around_it() {
        for (path, is_place) in [
            ("new", true),
            ("map.new", true),
            ("map.list[1]", true),
            ("map.list[2]", false),
            ("map.list.name", false),
            ("map[0]", false),
            ("none.new", false),
        ] {
            let (mut changed, path) = (item(), path.parse().unwrap());
            assert_eq!(
                set_value(&mut changed, &path, Some(number(9))),
                is_place,
                "{path}"
            );
            let found = value_at(&changed, &path).cloned();
            assert_eq!(found, is_place.then(|| number(9)), "{path}");
        }
        assert!(!set_value(&mut item(), &FieldPath::root(), Some(number(9))));
    }

    #[test]
    fn a_value_is_taken_away_but_not_out_of_a_list() {
        for (path, is_place) in [("map", true), ("map.list", true), ("map.list[0]", false)] {
            let (mut changed, path) = (item(), path.parse().unwrap());
            assert_eq!(set_value(&mut changed, &path, None), is_place, "{path}");
            assert_eq!(value_at(&changed, &path).is_none(), is_place, "{path}");
        }
    }
}
