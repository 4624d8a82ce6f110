//! Maps of whatever: `#[dyno(with = dyno::compat::raw_map)]` on a `BTreeMap<String, AttributeValue>`.
//!
//! Stored as a map as it is. Null and an absent attribute are read as an empty map. An empty string in the map, or in a map inside it, is
//! refused with its path before anything is sent, as the `MapType` of `cc_dynamodb3` does; one in a list inside it is stored.
//! A field without these conversions stores empty strings anywhere, which DynamoDB takes.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::ValueError;
use serde_json::Value;

use crate::shape::{Attribute, OwnForm};
use crate::untyped::attribute_of_json;

/// What a field with these conversions holds.
pub type RawMap = BTreeMap<String, AttributeValue>;

/// The map as it is.
///
/// # Errors
///
/// There is an empty string in it, with its path.
pub fn to_value(map: &RawMap) -> Result<OwnForm<RawMap>, ValueError> {
    for (name, value) in map {
        refuse_empty(value).map_err(|error| error.under_key(name))?;
    }
    OwnForm::of(map)
}

fn refuse_empty(value: &AttributeValue) -> Result<(), ValueError> {
    match value {
        AttributeValue::S(text) if text.is_empty() => Err(ValueError::custom(
            "an empty string, which `cc_dynamodb3` does not take; leave the entry out, or store null",
        )),
        AttributeValue::M(inner) => {
            let mut names: Vec<_> = inner.iter().collect();
            names.sort_unstable_by_key(|(name, _)| *name);
            names.into_iter().try_for_each(|(name, value)| {
                refuse_empty(value).map_err(|error| error.under_key(name))
            })
        }
        _ => Ok(()),
    }
}

/// The map; an empty one for null and what is absent.
///
/// # Errors
///
/// Something else stands there.
pub fn from_value(value: Option<AttributeValue>) -> Result<RawMap, ValueError> {
    match value {
        None | Some(AttributeValue::Null(_)) => Ok(RawMap::new()),
        Some(value) => RawMap::from_value(value),
    }
}

/// The map of a text of JSON, as `MapType` takes it: objects are maps, arrays are lists, numbers keep their digits.
///
/// # Errors
///
/// The text is no JSON, or no object, or has a number that DynamoDB does not hold.
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// use dyno::{AttributeValue, compat::raw_map};
///
/// let map = raw_map::from_json(r#"{"first_name": "Ada", "visits": 3}"#)?;
/// assert_eq!(map["visits"], AttributeValue::N("3".into()));
/// assert!(raw_map::from_json("[]").is_err());
/// # Ok::<(), dyno::ValueError>(())
/// ```
pub fn from_json(text: &str) -> Result<RawMap, ValueError> {
    let value: Value = serde_json::from_str(text)
        .map_err(|error| ValueError::custom(format!("is no JSON: {error}")))?;
    match attribute_of_json(&value)? {
        AttributeValue::M(map) => Ok(map.into_iter().collect()),
        other => Err(ValueError::expected("a map", &other)),
    }
}
