//! Rows of launchdarkly-dynamo-store, which stored a flag or segment attribute by attribute.
//!
//! ```text
//! namespace S, key S, version N, deleted BOOL, on BOOL, variations L | NULL, rules L | NULL, ..
//! ```
//!
//! It wrote NULL for what was empty. The SDKs want empty lists there, so these are put back. A variation that was `""`, `[]` or
//! `{}` was stored as NULL, too, and stays `null`: what it was is not known.

use dyno_core::{AttributeValue, Item};
use serde_json::{Map, Value, json};

use crate::kind::Kind;

/// The JSON of a row.
pub(crate) fn json(kind: Kind, row: &Item) -> Result<Map<String, Value>, String> {
    let mut names: Vec<_> = row.keys().filter(|name| *name != "namespace").collect();
    names.sort_unstable();
    let mut members = Map::new();
    for name in names {
        let Some(value) = row.get(name) else { continue };
        let value = value_of(value).map_err(|why| format!("attribute `{name}`: {why}"))?;
        members.insert(name.clone(), value);
    }
    match kind {
        Kind::Flag => complete_flag(&mut members),
        Kind::Segment => complete_segment(&mut members),
    }
    Ok(members)
}

fn value_of(value: &AttributeValue) -> Result<Value, String> {
    Ok(match value {
        AttributeValue::Null(_) => Value::Null,
        AttributeValue::Bool(value) => Value::Bool(*value),
        AttributeValue::S(text) => Value::String(text.clone()),
        AttributeValue::N(number) => number_of(number)?,
        AttributeValue::L(list) => list.iter().map(value_of).collect::<Result<_, _>>()?,
        AttributeValue::M(map) => {
            let members = map
                .iter()
                .map(|(name, value)| Ok((name.clone(), value_of(value)?)));
            Value::Object(members.collect::<Result<_, String>>()?)
        }
        AttributeValue::Ss(texts) => texts.iter().cloned().map(Value::String).collect(),
        _ => return Err("expected what JSON has, found binary or a set of numbers".to_owned()),
    })
}

fn number_of(text: &str) -> Result<Value, String> {
    match serde_json::from_str(text) {
        Ok(number @ Value::Number(_)) => Ok(number),
        _ => Err(format!("expected a number, found `{text}`")),
    }
}

fn complete_flag(flag: &mut Map<String, Value>) {
    empty_lists(flag, &["prerequisites", "targets", "rules", "variations"]);
    empty_text(flag, "salt");
    each(flag, "targets", |target| empty_lists(target, &["values"]));
    each(flag, "rules", |rule| {
        complete_rule(rule);
        rule.entry("trackEvents").or_insert(json!(false));
    });
    if let Some(Value::Object(fallthrough)) = flag.get_mut("fallthrough") {
        complete_rollout(fallthrough);
    }
}

fn complete_segment(segment: &mut Map<String, Value>) {
    empty_lists(segment, &["included", "excluded", "rules"]);
    empty_text(segment, "salt");
    each(segment, "rules", complete_rule);
}

fn complete_rule(rule: &mut Map<String, Value>) {
    empty_lists(rule, &["clauses"]);
    each(rule, "clauses", |clause| empty_lists(clause, &["values"]));
    complete_rollout(rule);
}

fn complete_rollout(outcome: &mut Map<String, Value>) {
    if let Some(Value::Object(rollout)) = outcome.get_mut("rollout") {
        empty_lists(rollout, &["variations"]);
    }
}

fn each(
    object: &mut Map<String, Value>,
    list: &str,
    mut change: impl FnMut(&mut Map<String, Value>),
) {
    let Some(Value::Array(elements)) = object.get_mut(list) else {
        return;
    };
    elements
        .iter_mut()
        .filter_map(Value::as_object_mut)
        .for_each(&mut change);
}

fn empty_lists(object: &mut Map<String, Value>, names: &[&str]) {
    for name in names {
        let value = object.entry(*name).or_insert(Value::Null);
        if value.is_null() {
            *value = json!([]);
        }
    }
}

fn empty_text(object: &mut Map<String, Value>, name: &str) {
    let value = object.entry(name).or_insert(Value::Null);
    if value.is_null() {
        *value = json!("");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(attributes: &[(&str, AttributeValue)]) -> Item {
        let attributes = attributes.iter();
        attributes
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect()
    }

    #[test]
    fn what_was_empty_is_empty_again() {
        let null = AttributeValue::Null(true);
        let clause = AttributeValue::M(row(&[
            ("attribute", AttributeValue::S("email".into())),
            ("values", null.clone()),
        ]));
        let rollout = AttributeValue::M(row(&[("variations", null.clone())]));
        let rule = AttributeValue::M(row(&[
            ("clauses", AttributeValue::L(vec![clause])),
            ("rollout", rollout),
        ]));
        let flag = row(&[
            ("namespace", AttributeValue::S("features".into())),
            ("key", AttributeValue::S("f".into())),
            ("version", AttributeValue::N("3".into())),
            ("targets", null.clone()),
            ("salt", null.clone()),
            ("fallthrough", null),
            ("rules", AttributeValue::L(vec![rule])),
        ]);
        let expected = json!({
            "key": "f", "version": 3, "targets": [], "prerequisites": [], "variations": [], "salt": "", "fallthrough": null,
            "rules": [{
                "clauses": [{"attribute": "email", "values": []}],
                "rollout": {"variations": []},
                "trackEvents": false,
            }],
        });
        assert_eq!(Value::Object(json(Kind::Flag, &flag).unwrap()), expected);
    }

    #[test]
    fn a_segment_has_its_lists() {
        let segment = row(&[("key", AttributeValue::S("s".into()))]);
        let expected = json!({"key": "s", "included": [], "excluded": [], "rules": [], "salt": ""});
        assert_eq!(
            Value::Object(json(Kind::Segment, &segment).unwrap()),
            expected
        );
    }

    #[test]
    fn binary_is_named() {
        let flag = row(&[("salt", AttributeValue::B(dyno_core::Blob::new(*b"x")))]);
        let why = json(Kind::Flag, &flag).unwrap_err();
        assert!(why.starts_with("attribute `salt`: "), "{why}");
    }
}
