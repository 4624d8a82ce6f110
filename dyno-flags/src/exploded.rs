//! Rows of launchdarkly-dynamo-store, which stored a flag or segment attribute by attribute.
//!
//! ```text
//! namespace S, key S, version N, deleted BOOL, on BOOL, variations L | NULL, rules L | NULL, ..
//! ```
//!
//! It wrote NULL for what was empty. The SDKs want empty lists and texts there, so these are put back: the Rust SDK reads all flags
//! or none, and one null too many loses them all. A variation or a value of a clause that was `""`, `[]` or `{}` was stored as NULL, too,
//! and stays `null`: what it was is not known.

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
    each(flag, "targets", |target| {
        empty_lists(target, &["values"]);
        empty_texts_in(target, "values");
    });
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
    empty_texts_in(segment, "included");
    empty_texts_in(segment, "excluded");
    empty_text(segment, "salt");
    each(segment, "rules", complete_rule);
}

fn complete_rule(rule: &mut Map<String, Value>) {
    empty_lists(rule, &["clauses"]);
    each(rule, "clauses", |clause| {
        empty_text(clause, "attribute");
        empty_lists(clause, &["values"]);
    });
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

/// Of a list whose elements are texts.
fn empty_texts_in(object: &mut Map<String, Value>, list: &str) {
    let Some(Value::Array(elements)) = object.get_mut(list) else {
        return;
    };
    for element in elements.iter_mut().filter(|element| element.is_null()) {
        *element = json!("");
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
    fn texts_that_were_empty_are_empty_again() {
        let null = AttributeValue::Null(true);
        let list = |elements: &[AttributeValue]| AttributeValue::L(elements.to_vec());
        let texts = list(&[null.clone(), AttributeValue::S("ada".into())]);
        let matching = AttributeValue::M(row(&[
            ("attribute", null.clone()),
            ("values", texts.clone()),
        ]));
        let silent = AttributeValue::M(row(&[("values", texts.clone())]));
        let rule = AttributeValue::M(row(&[("clauses", list(&[matching, silent]))]));
        let target = AttributeValue::M(row(&[("values", texts.clone())]));
        let flag = row(&[
            ("targets", list(&[target])),
            ("rules", list(std::slice::from_ref(&rule))),
            ("variations", list(std::slice::from_ref(&null))),
        ]);
        let flag = json(Kind::Flag, &flag).unwrap();
        // A clause compares with what JSON has, null among it.
        let clause = json!({"attribute": "", "values": [null, "ada"]});
        assert_eq!(flag["rules"][0]["clauses"], json!([clause, clause]));
        assert_eq!(flag["targets"], json!([{"values": ["", "ada"]}]));
        assert_eq!(flag["variations"], json!([null]));

        let segment = row(&[
            ("included", texts.clone()),
            ("excluded", texts),
            ("rules", list(&[rule])),
        ]);
        let segment = json(Kind::Segment, &segment).unwrap();
        assert_eq!(segment["included"], json!(["", "ada"]));
        assert_eq!(segment["excluded"], json!(["", "ada"]));
        assert_eq!(segment["rules"][0]["clauses"], json!([clause, clause]));
    }

    #[test]
    fn binary_is_named() {
        let flag = row(&[("salt", AttributeValue::B(dyno_core::Blob::new(*b"x")))]);
        let why = json(Kind::Flag, &flag).unwrap_err();
        assert!(why.starts_with("attribute `salt`: "), "{why}");
    }
}
