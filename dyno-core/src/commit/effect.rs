//! What an update makes of an item, worked out without sending it.
//!
//! It understands what the commits write, which is a part of the language of updates:
//!
//! ```text
//! update  = "SET" set { "," set } [ "REMOVE" place { "," place } ]  |  "REMOVE" ...
//! set     = place "=" value
//! value   = ":" name  |  place  |  place "+" ":" name
//! place   = "#" name { "." "#" name | "[" index "]" }
//! ```

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::Item;

use super::step::Expressions;

/// The item after the update. `None`: the update is in words that are not understood here, or does not fit the item.
pub(crate) fn updated(before: &Item, expressions: &Expressions) -> Option<Item> {
    let update = Update::parse(expressions)?;
    let mut after = before.clone();
    // Every right-hand side sees the item as it was.
    let values: Option<Vec<_>> = update
        .sets
        .iter()
        .map(|(_, value)| value.evaluate(before))
        .collect();
    for ((place, _), value) in update.sets.iter().zip(values?) {
        set(&mut after, place, value)?;
    }
    // From the back, so that an element that goes does not move those still to go.
    let mut removed = update.removes;
    removed.sort_unstable();
    for place in removed.iter().rev() {
        remove(&mut after, place)?;
    }
    Some(after)
}

/// The values that the update writes, of those that its condition compares with too.
pub(crate) fn written(expressions: &Expressions) -> Vec<&AttributeValue> {
    let Some(update) = Update::parse(expressions) else {
        return Vec::new();
    };
    let values = update.sets.into_iter().map(|(_, value)| value);
    values
        .filter_map(|value| match value {
            Value::Given(value) => Some(value),
            Value::Copied(_) | Value::Increased(..) => None,
        })
        .collect()
}

/// An update, its placeholders resolved.
struct Update<'a> {
    sets: Vec<(Place<'a>, Value<'a>)>,
    removes: Vec<Place<'a>>,
}

type Place<'a> = Vec<Step<'a>>;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step<'a> {
    Index(usize),
    Name(&'a str),
}

enum Value<'a> {
    Given(&'a AttributeValue),
    Copied(Place<'a>),
    Increased(Place<'a>, &'a AttributeValue),
}

impl<'a> Update<'a> {
    fn parse(expressions: &'a Expressions) -> Option<Self> {
        let text = expressions.update.as_deref()?;
        let (sets, removes) = match text.split_once("REMOVE ") {
            Some((sets, removes)) => (sets.trim(), removes),
            None => (text, ""),
        };
        let sets = match sets.strip_prefix("SET ") {
            Some(sets) => sets,
            None if sets.is_empty() => "",
            None => return None,
        };
        Some(Self {
            sets: list(sets)
                .map(|set| {
                    let (place, value) = set.split_once('=')?;
                    Some((
                        parse_place(place, expressions)?,
                        Value::parse(value, expressions)?,
                    ))
                })
                .collect::<Option<_>>()?,
            removes: list(removes)
                .map(|place| parse_place(place, expressions))
                .collect::<Option<_>>()?,
        })
    }
}

impl<'a> Value<'a> {
    fn parse(text: &str, expressions: &'a Expressions) -> Option<Self> {
        let given = |name: &str| expressions.values.get(name);
        let text = text.trim();
        if text.starts_with(':') {
            return given(text).map(Self::Given);
        }
        match text.split_once('+') {
            Some((place, more)) => Some(Self::Increased(
                parse_place(place, expressions)?,
                given(more.trim())?,
            )),
            None => parse_place(text, expressions).map(Self::Copied),
        }
    }

    fn evaluate(&self, before: &Item) -> Option<AttributeValue> {
        match self {
            Self::Given(value) => Some((*value).clone()),
            Self::Copied(place) => find(before, place).cloned(),
            Self::Increased(place, more) => {
                let number = |value: &AttributeValue| value.as_n().ok()?.parse::<i128>().ok();
                let sum = number(find(before, place)?)?.checked_add(number(more)?)?;
                Some(AttributeValue::N(sum.to_string()))
            }
        }
    }
}

fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split(',')
        .map(str::trim)
        .filter(|text| !text.is_empty())
}

fn parse_place<'a>(text: &str, expressions: &'a Expressions) -> Option<Place<'a>> {
    let mut place = Vec::new();
    for part in text.trim().split('.') {
        let mut pieces = part.split('[');
        let name = expressions.names.get(pieces.next()?)?;
        place.push(Step::Name(name));
        for index in pieces {
            place.push(Step::Index(index.strip_suffix(']')?.parse().ok()?));
        }
    }
    Some(place)
}

fn find<'a>(item: &'a Item, place: &[Step<'_>]) -> Option<&'a AttributeValue> {
    let (first, rest) = place.split_first()?;
    let Step::Name(name) = first else { return None };
    rest.iter()
        .try_fold(item.get(*name)?, |value, step| match (value, step) {
            (AttributeValue::M(entries), Step::Name(name)) => entries.get(*name),
            (AttributeValue::L(elements), Step::Index(index)) => elements.get(*index),
            _ => None,
        })
}

/// Where the last step of a place is taken.
enum Holder<'a> {
    List(&'a mut Vec<AttributeValue>, usize),
    Map(&'a mut Item, &'a str),
}

fn holder<'a>(item: &'a mut Item, place: &'a [Step<'_>]) -> Option<Holder<'a>> {
    let (first, rest) = place.split_first()?;
    let Step::Name(name) = first else { return None };
    let mut holder = Holder::Map(item, name);
    for step in rest {
        let value = match holder {
            Holder::List(elements, index) => elements.get_mut(index)?,
            Holder::Map(entries, name) => entries.get_mut(name)?,
        };
        holder = match (value, step) {
            (AttributeValue::M(entries), Step::Name(name)) => Holder::Map(entries, name),
            (AttributeValue::L(elements), Step::Index(index)) => Holder::List(elements, *index),
            _ => return None,
        };
    }
    Some(holder)
}

fn set(item: &mut Item, place: &[Step<'_>], value: AttributeValue) -> Option<()> {
    match holder(item, place)? {
        Holder::Map(entries, name) => {
            entries.insert(name.to_owned(), value);
        }
        Holder::List(elements, index) => match elements.get_mut(index) {
            Some(element) => *element = value,
            // Beyond its end, a list grows by one.
            None => elements.push(value),
        },
    }
    Some(())
}

fn remove(item: &mut Item, place: &[Step<'_>]) -> Option<()> {
    match holder(item, place)? {
        Holder::Map(entries, name) => {
            entries.remove(name);
        }
        Holder::List(elements, index) => {
            if index < elements.len() {
                elements.remove(index);
            }
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn s(text: &str) -> AttributeValue {
        AttributeValue::S(text.to_owned())
    }

    fn n(number: u32) -> AttributeValue {
        AttributeValue::N(number.to_string())
    }

    fn list_of(texts: &[&str]) -> AttributeValue {
        AttributeValue::L(texts.iter().copied().map(s).collect())
    }

    fn map_of(name: &str, value: AttributeValue) -> AttributeValue {
        AttributeValue::M(HashMap::from([(name.to_owned(), value)]))
    }

    fn item() -> Item {
        Item::from([
            ("COUNT".to_owned(), n(9)),
            ("LIST".to_owned(), list_of(&["a", "b", "c"])),
            ("MAP".to_owned(), map_of("IN", s("old"))),
        ])
    }

    fn update(text: &str) -> Expressions {
        let mut expressions = Expressions::default()
            .name("#c", "COUNT")
            .name("#l", "LIST")
            .name("#m", "MAP")
            .name("#i", "IN")
            .name("#x", "X")
            .value(":1", n(1))
            .value(":v", s("new"));
        expressions.update = Some(text.to_owned());
        expressions
    }

    #[test]
    fn updates_do_to_an_item_what_they_say() {
        for (text, name, expected) in [
            ("SET #c=#c+:1", "COUNT", Some(n(10))),
            ("SET #x=:v, #c=#c+:1", "X", Some(s("new"))),
            ("SET #x = #l[1]", "X", Some(s("b"))),
            ("SET #m.#i=:v", "MAP", Some(map_of("IN", s("new")))),
            (
                "SET #l[1]=#l[0],#l[0]=#l[1]",
                "LIST",
                Some(list_of(&["b", "a", "c"])),
            ),
            (
                "SET #l[7]=:v",
                "LIST",
                Some(list_of(&["a", "b", "c", "new"])),
            ),
            ("REMOVE #l[0], #l[2]", "LIST", Some(list_of(&["b"]))),
            ("SET #c=:1 REMOVE #m", "MAP", None),
            ("REMOVE #x", "X", None),
        ] {
            let after = updated(&item(), &update(text)).unwrap();
            assert_eq!(after.get(name), expected.as_ref(), "{text}");
        }
    }

    #[test]
    fn what_is_not_understood_is_not_guessed() {
        for text in [
            "ADD #c :1",
            "SET #l = list_append(#l, :v)",
            "SET #x = if_not_exists(#x, :v)",
            "SET #c = #c - :1",
            "SET #m = #m + :1",
            "SET #m.#x.#i = :v",
            "SET #unknown = :v",
            "SET #x = :unknown",
        ] {
            assert_eq!(updated(&item(), &update(text)), None, "{text}");
        }
    }

    #[test]
    fn written_values_are_those_of_the_update() {
        assert_eq!(written(&update("SET #x=:v, #c=#c+:1")), [&s("new")]);
        assert!(written(&update("REMOVE #x")).is_empty());
    }
}
