//! What is asked by names of attributes, as in `time__gt`; looked up in the type before the first request.

use std::collections::BTreeSet;

use dyno_value::FieldPath;

use super::keys::{Keys, Part};
use super::partition::Partition;
use super::sort::SortCondition;
use crate::error::{Error, ErrorKind, Result};
use crate::expr::{Comparator, Condition, KeywordValue, Operator, keyword_node};
use crate::key::{KeyKind, KeyValue};
use crate::plan::{Route, Topology};
use crate::shape::{Kind, Role, SecondaryShape, Shape};

/// A condition by name: `time__gt`, and the value.
#[derive(Clone, Debug)]
pub(super) struct Keyword {
    text: String,
    value: KeywordValue,
}

/// Everything that is asked by name.
#[derive(Clone, Debug, Default)]
pub(super) struct Keywords {
    pub(super) index: Option<String>,
    pub(super) keys: Vec<Keyword>,
    pub(super) filters: Vec<Keyword>,
}

impl Keyword {
    pub(super) fn new(text: impl Into<String>, value: impl Into<KeywordValue>) -> Self {
        Self {
            text: text.into(),
            value: value.into(),
        }
    }

    /// What the name means, and the operator behind it: `__` and an operator behind a name that is known are one, and belong to the
    /// name in all other places.
    fn split<P>(&self, find: impl Fn(&str) -> Option<P>) -> Result<Option<(P, Operator)>> {
        let behind = self.text.rsplit_once("__");
        let behind = behind.and_then(|(name, operator)| Some((find(name)?, operator)));
        let named = behind.map(|(place, operator)| (place, Operator::named(operator), operator));
        if let Some((place, Some(operator), _)) = named {
            return Ok(Some((place, operator)));
        }
        if let Some(place) = find(&self.text) {
            return Ok(Some((place, Operator::Compares(Comparator::Equal))));
        }
        match named {
            None => Ok(None),
            Some((_, _, operator)) => Err(refusal(format!(
                "`{}`: there is no operator `{operator}`; there are {}",
                self.text,
                Operator::names(|_| true)
            ))),
        }
    }
}

impl Keywords {
    /// The index that is meant by name.
    ///
    /// # Errors
    ///
    /// The type has none of this name.
    pub(super) fn index_of(&self, shape: &Shape) -> Result<Option<&'static str>> {
        let Some(asked) = &self.index else {
            return Ok(None);
        };
        let known = || shape.secondary().iter().map(SecondaryShape::name);
        if let Some(name) = known().find(|name| name == asked) {
            return Ok(Some(name));
        }
        let names = list(known());
        let there = if names.is_empty() {
            "it has none".to_owned()
        } else {
            format!("there are {names}")
        };
        let name = shape.name();
        Err(refusal(format!(
            "type `{name}` has no index `{asked}`; {there}"
        )))
    }

    /// What is asked of keys, together with what was said of them otherwise.
    ///
    /// # Errors
    ///
    /// A name is no key, has no such operator, or is asked for twice.
    pub(super) fn partition(&self, keys: Keys, given: Partition) -> Result<Partition> {
        let mut partition = given;
        if self.keys.is_empty() {
            return Ok(partition);
        }
        let (of_partition, of_sort) = (keys.partition(), keys.sort());
        let mut values = vec![None; of_partition.len()];
        let mut conditions = vec![None; of_sort.len()];
        for keyword in &self.keys {
            let text = &keyword.text;
            let find = |parts: &[Part], name: &str| parts.iter().position(|part| part.0 == name);
            let part = keyword.split(|name| find(&of_partition, name))?;
            if let Some((position, operator)) = part {
                if operator != Operator::Compares(Comparator::Equal) {
                    let why = "names the partition key, which takes `eq` only";
                    return Err(refusal(format!("`{text}` {why}")));
                }
                let value = one(keyword, of_partition.get(position))?;
                let slot = values.get_mut(position);
                fill(slot, value, text)?;
                continue;
            }
            let Some((position, operator)) = keyword.split(|name| find(&of_sort, name))? else {
                let names = of_partition.iter().chain(&of_sort).map(|part| part.0);
                return Err(refusal(format!(
                    "`{text}` names no key of {}, which has {}; look at other fields with `filter_str`",
                    keys.place(),
                    list(names)
                )));
            };
            if !operator.is_for_keys() {
                return Err(refusal(format!(
                    "`{text}` names a sort key, which takes {} only",
                    Operator::names(Operator::is_for_keys)
                )));
            }
            let values = parts(keyword, of_sort.get(position))?;
            fill(conditions.get_mut(position), (operator, values), text)?;
        }
        if values.iter().any(Option::is_some) {
            if !partition.key.is_empty() || partition.made.is_some() {
                let why =
                    "the partition key is given twice, by `where_str` and by `key`; give it once";
                return Err(refusal(why));
            }
            partition.key = values.into_iter().flatten().collect();
        }
        if conditions.iter().any(Option::is_some) {
            if partition.sort.is_some() {
                let why = "there is one condition on the sort key, and one was given by `sort` beside `where_str`";
                return Err(refusal(why));
            }
            partition.sort = Some(sorted(conditions, keys)?);
        }
        Ok(partition)
    }

    /// What is asked of other fields.
    ///
    /// # Errors
    ///
    /// A name is no field of the type, or has no such operator.
    pub(super) fn filters<T>(&self, topology: &Topology) -> Result<Vec<Condition<T>>> {
        let condition = |keyword: &Keyword| {
            let found = keyword.split(|name| place(topology, name))?;
            let Some(((path, kind), operator)) = found else {
                let mut names = BTreeSet::new();
                collect_names(topology.root, &mut names);
                return Err(refusal(format!(
                    "`{}` names no field of type `{}`, which stores {}",
                    keyword.text,
                    topology.root.name(),
                    list(names)
                )));
            };
            let node = keyword_node(&path, kind, operator, keyword.value.clone());
            Ok(Condition::new(node))
        };
        self.filters.iter().map(condition).collect()
    }
}

/// The conditions on the attributes of a sort key: all but the last are equal to something.
fn sorted(conditions: Vec<Option<(Operator, Vec<KeyValue>)>>, keys: Keys) -> Result<SortCondition> {
    let count = conditions.iter().flatten().count();
    let mut within = Vec::new();
    for (position, condition) in conditions.into_iter().enumerate() {
        match condition {
            Some((operator, values)) if position + 1 == count => {
                return SortCondition::asked(within, operator, values);
            }
            Some((Operator::Compares(Comparator::Equal), values)) => within.extend(values),
            _ => break,
        }
    }
    Err(refusal(format!(
        "of the sort key of {} the first attributes are given with `eq`, and only the last of those given with another operator",
        keys.place()
    )))
}

fn fill<V>(slot: Option<&mut Option<V>>, value: V, text: &str) -> Result<()> {
    match slot {
        Some(slot @ None) => {
            *slot = Some(value);
            Ok(())
        }
        _ => Err(refusal(format!(
            "`{text}` is the second condition on that part of the key, which has one"
        ))),
    }
}

fn one(keyword: &Keyword, part: Option<&Part>) -> Result<KeyValue> {
    match <[KeyValue; 1]>::try_from(parts(keyword, part)?) {
        Ok([value]) => Ok(value),
        Err(_) => Err(refusal(format!("`{}` takes one value", keyword.text))),
    }
}

fn parts(keyword: &Keyword, part: Option<&Part>) -> Result<Vec<KeyValue>> {
    let takes_numbers = part.is_some_and(|part| part.1 == Some(KeyKind::N));
    let values = keyword.value.clone().into_key_values(takes_numbers);
    values.map_err(|error| refusal(format!("`{}`: {}", keyword.text, error.cause())))
}

/// The field of this name, or at this path, and what it looks like.
fn place(topology: &Topology, name: &str) -> Option<(FieldPath, Kind)> {
    let kind_at = |path: &FieldPath| Route::of(topology, path, None).ok()?.kind;
    let whole = FieldPath::root().key(name);
    if let Some(kind) = kind_at(&whole) {
        return Some((whole, kind));
    }
    let path: FieldPath = name.parse().ok()?;
    let kind = kind_at(&path)?;
    Some((path, kind))
}

fn collect_names(shape: &Shape, names: &mut BTreeSet<&'static str>) {
    for field in shape.all_fields() {
        match (field.field_role(), field.child()) {
            (Role::Flatten, Some(inner)) => collect_names(inner, names),
            (Role::Flatten, None) => {}
            _ => {
                names.insert(field.name());
            }
        }
    }
}

fn list(names: impl IntoIterator<Item = &'static str>) -> String {
    let names: Vec<_> = names.into_iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

fn refusal(why: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidExpression, why.into())
}
