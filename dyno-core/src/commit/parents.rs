//! Maps around the values of an update that the stored item lacks.
//!
//! The service changes `a.b.c` only inside a map `a.b` that is there. One update cannot make the map and change something in it, so
//! the map is set whole, with the value in it, on the condition that it is still absent.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Item};

use crate::expr::{Edit, Guard, Verb};
use crate::plan::{set_value, value_at};

/// The outermost maps that the item lacks around the values of these edits; `maps` are those that can be made.
///
/// `None`: something is missing that cannot be made.
pub(super) fn absent(
    edits: &[Edit],
    item: &Item,
    maps: &BTreeSet<FieldPath>,
) -> Option<BTreeSet<FieldPath>> {
    let mut absent = BTreeSet::new();
    for edit in edits {
        let mut parents = parents(&edit.path);
        let missing = parents.find(|parent| value_at(item, parent).is_none());
        let Some(missing) = missing else { continue };
        let inside = std::iter::once(missing.clone()).chain(parents);
        if !inside.into_iter().all(|parent| maps.contains(&parent)) {
            return None;
        }
        absent.insert(missing);
    }
    Some(absent)
}

/// The edits with these maps made, and what must hold for that. A change that takes something away makes no map.
pub(super) fn made(edits: &[Edit], absent: &BTreeSet<FieldPath>) -> (Vec<Edit>, Vec<Guard>) {
    let is_inside = |edit: &Edit, map: &FieldPath| edit.path.starts_with(map);
    let kept = edits.iter();
    let kept = kept.filter(|edit| !absent.iter().any(|map| is_inside(edit, map)));
    let mut made: Vec<Edit> = kept.cloned().collect();
    let mut guards = Vec::new();
    for map in absent {
        let mut value = Item::new();
        for edit in edits.iter().filter(|edit| is_inside(edit, map)) {
            if let (Some(place), Some(begun)) = (edit.path.strip_prefix(map), edit.verb.begun()) {
                put(&mut value, &place, begun);
            }
        }
        guards.extend(
            edits
                .iter()
                .filter(|edit| is_inside(edit, map))
                .flat_map(|edit| {
                    let guards = edit.guards().into_iter();
                    guards.filter(|guard| matches!(guard, Guard::Within(..)))
                }),
        );
        if !value.is_empty() {
            guards.push(Guard::Missing(map.clone()));
            made.push(Edit {
                path: map.clone(),
                verb: Verb::Set(AttributeValue::M(value)),
            });
        }
    }
    (made, guards)
}

/// Puts a value at a place, and the maps around it where they are not yet.
fn put(item: &mut Item, place: &FieldPath, value: AttributeValue) {
    for parent in parents(place) {
        if value_at(item, &parent).is_none() {
            set_value(item, &parent, Some(AttributeValue::M(Item::new())));
        }
    }
    set_value(item, place, Some(value));
}

/// The places around a path, from the outermost.
fn parents(path: &FieldPath) -> impl Iterator<Item = FieldPath> + '_ {
    let depths = 1..path.depth().max(1);
    let parent = |depth| path.segments().iter().take(depth).cloned().collect();
    depths.map(parent)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(path: &str, verb: Verb) -> Edit {
        Edit {
            path: path.parse().unwrap(),
            verb,
        }
    }

    fn n(number: &str) -> AttributeValue {
        AttributeValue::N(number.to_owned())
    }

    fn set(paths: &[&str]) -> BTreeSet<FieldPath> {
        paths.iter().map(|path| path.parse().unwrap()).collect()
    }

    #[test]
    fn the_outermost_missing_map_is_made_with_all_that_is_to_be_in_it() {
        let edits = [
            edit("a.b.c", Verb::Set(n("1"))),
            edit("a.b.d", Verb::Set(n("2"))),
            edit("a.e", Verb::Remove { optional: true }),
            edit("f", Verb::Set(n("3"))),
            edit("g.h", Verb::Set(n("4"))),
        ];
        let there = AttributeValue::M(Item::new());
        let item = Item::from([("g".to_owned(), there)]);
        let maps = set(&["a", "a.b", "g"]);
        let absent = absent(&edits, &item, &maps).unwrap();
        assert_eq!(absent, set(&["a"]));
        let (made, guards) = made(&edits, &absent);
        assert_eq!(guards, [Guard::Missing("a".parse().unwrap())]);
        let paths: Vec<_> = made.iter().map(|edit| edit.path.to_string()).collect();
        assert_eq!(paths, ["f", "g.h", "a"]);
        let mut expected = Item::new();
        put(&mut expected, &"b.c".parse().unwrap(), n("1"));
        put(&mut expected, &"b.d".parse().unwrap(), n("2"));
        assert_eq!(made[2].verb, Verb::Set(AttributeValue::M(expected)));
    }

    #[test]
    fn what_is_no_free_map_is_not_made() {
        let edits = [edit("a.b.c", Verb::Set(n("1")))];
        assert_eq!(absent(&edits, &Item::new(), &set(&["a.b"])), None);
        assert_eq!(absent(&edits, &Item::new(), &set(&["a"])), None);
        let there = AttributeValue::M(Item::new());
        let item = Item::from([("a".to_owned(), there)]);
        assert_eq!(absent(&edits, &item, &set(&["a.b"])), Some(set(&["a.b"])));
    }
}
