//! Attributes as JSON, and JSON as attributes. JSON has fewer types, so the way there loses some, and the way back
//! looks at what was there before:
//!
//! ```text
//! S       string             a string
//! N       number             i64, u64, or an f64 whose shortest text is this number; otherwise a string of its digits
//! B       string             base64
//! BOOL    true, false
//! NULL    null
//! L       array
//! M       object
//! SS NS BS  array            of their elements
//! ```

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::{Blob, base64};
use dyno_value::{Item, ValueCause, ValueError, number};
use serde_json::{Map, Number, Value};

/// Deeper than any object that can be stored, shards inside shards included; so that recursion ends.
const MOST_LEVELS: usize = 256;

/// An attribute as JSON.
pub(super) fn to_json(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => Value::String(text.clone()),
        AttributeValue::N(text) => number_to_json(text),
        AttributeValue::B(bytes) => blob_to_json(bytes),
        AttributeValue::Bool(value) => Value::Bool(*value),
        AttributeValue::L(elements) => Value::Array(elements.iter().map(to_json).collect()),
        AttributeValue::M(inner) => view(inner),
        AttributeValue::Ss(texts) => {
            Value::Array(texts.iter().cloned().map(Value::String).collect())
        }
        AttributeValue::Ns(texts) => {
            Value::Array(texts.iter().map(|text| number_to_json(text)).collect())
        }
        AttributeValue::Bs(blobs) => Value::Array(blobs.iter().map(blob_to_json).collect()),
        // Null, and types that this version of the SDK does not know.
        _ => Value::Null,
    }
}

/// A map of attributes as a JSON object, in the order of names.
pub(crate) fn view(item: &Item) -> Value {
    let mut names: Vec<_> = item.iter().collect();
    names.sort_unstable_by_key(|(name, _)| *name);
    let entry = |(name, value): (&String, &AttributeValue)| (name.clone(), to_json(value));
    Value::Object(names.into_iter().map(entry).collect())
}

fn number_to_json(text: &str) -> Value {
    let exact = || {
        let normal = number::normalize(text).ok()?;
        if let Ok(integer) = normal.parse::<i64>() {
            return Some(integer.into());
        }
        if let Ok(integer) = normal.parse::<u64>() {
            return Some(integer.into());
        }
        let float: f64 = normal.parse().ok()?;
        let json = Number::from_f64(float)?;
        // Of two shortest texts, Rust and JSON may choose different ones; both mean this number.
        let same = |text: String| number::normalize(&text).is_ok_and(|text| text == normal);
        (same(float.to_string()) || same(json.to_string())).then_some(json)
    };
    exact().map_or_else(|| Value::String(text.to_owned()), Value::Number)
}

fn blob_to_json(blob: &Blob) -> Value {
    Value::String(base64::encode(blob.as_ref()))
}

/// JSON as an attribute.
///
/// # Errors
///
/// A number that DynamoDB does not hold, or a nesting that no object has.
pub(crate) fn from_json(value: &Value) -> Result<AttributeValue, ValueError> {
    attribute(value, None, 0)
}

/// A JSON object as attributes, where it differs from `before` as JSON. What is the same keeps its type; a set stays
/// a set while its elements allow it, and binary stays binary.
///
/// # Errors
///
/// Those of [`from_json`]; and a string in the place of binary is not base64.
pub(crate) fn merged_item(object: &Map<String, Value>, before: &Item) -> Result<Item, ValueError> {
    entries(object, Some(before), 0)
}

fn attribute(
    value: &Value,
    before: Option<&AttributeValue>,
    level: usize,
) -> Result<AttributeValue, ValueError> {
    if level > MOST_LEVELS {
        return Err(ValueError::new(ValueCause::TooDeep { limit: MOST_LEVELS }));
    }
    Ok(match (value, before) {
        (Value::Null, _) => AttributeValue::Null(true),
        (Value::Bool(value), _) => AttributeValue::Bool(*value),
        (Value::Number(number), before) => number_attribute(number, before)?,
        (Value::String(text), before) => string_attribute(text, before)?,
        (Value::Object(object), Some(AttributeValue::M(before))) => {
            AttributeValue::M(entries(object, Some(before), level)?)
        }
        (Value::Object(object), _) => AttributeValue::M(entries(object, None, level)?),
        (Value::Array(elements), Some(AttributeValue::L(before))) => {
            AttributeValue::L(list(elements, before, level)?)
        }
        (value, Some(before)) if is_set(before) && to_json(before) == *value => before.clone(),
        (Value::Array(elements), Some(before)) if is_set(before) => match set(elements, before) {
            Some(set) => set,
            None => AttributeValue::L(list(elements, &[], level)?),
        },
        (Value::Array(elements), _) => AttributeValue::L(list(elements, &[], level)?),
    })
}

fn entries(
    object: &Map<String, Value>,
    before: Option<&Item>,
    level: usize,
) -> Result<Item, ValueError> {
    let entry = |(name, value): (&String, &Value)| {
        let before = before.and_then(|before| before.get(name));
        match attribute(value, before, level + 1) {
            Ok(value) => Ok((name.clone(), value)),
            Err(error) => Err(error.under_key(name)),
        }
    };
    object.iter().map(entry).collect()
}

fn list(
    elements: &[Value],
    before: &[AttributeValue],
    level: usize,
) -> Result<Vec<AttributeValue>, ValueError> {
    // Elements move when others come and go. Where JSON does not tell all, one that moved is looked for.
    let views: Vec<_> = if before.iter().any(is_lossy) {
        before.iter().map(|before| Some(to_json(before))).collect()
    } else {
        Vec::new()
    };
    let same_length = elements.len() == before.len();
    let element = |(index, value): (usize, &Value)| {
        let is_same = |view: &Option<Value>| view.as_ref() == Some(value);
        let at_home = views.get(index).is_some_and(is_same);
        let moved = || views.iter().position(is_same);
        let index_before = if at_home { Some(index) } else { moved() };
        let before = before.get(index_before.unwrap_or(index));
        // Where elements came or went, one that only stands at the same index says nothing of this one's type.
        let before =
            before.filter(|before| same_length || index_before.is_some() || !is_scalar(before));
        attribute(value, before, level + 1).map_err(|error| error.under_index(index))
    };
    elements.iter().enumerate().map(element).collect()
}

fn number_attribute(
    number: &Number,
    before: Option<&AttributeValue>,
) -> Result<AttributeValue, ValueError> {
    match before {
        Some(AttributeValue::N(text)) if number_to_json(text).as_number() == Some(number) => {
            Ok(AttributeValue::N(text.clone()))
        }
        _ => number::normalize(&number.to_string()).map(AttributeValue::N),
    }
}

fn string_attribute(
    text: &str,
    before: Option<&AttributeValue>,
) -> Result<AttributeValue, ValueError> {
    match before {
        Some(AttributeValue::B(_)) => base64::decode(text)
            .map(|bytes| AttributeValue::B(Blob::new(bytes)))
            .map_err(|_| {
                ValueError::custom(
                    "binary is stored here, which is base64 in JSON, and the new text is not; \
                     give an `AttributeValue` to store another type",
                )
            }),
        Some(AttributeValue::N(before))
            if !number_to_json(before).is_number() && number::normalize(text).is_ok() =>
        {
            Ok(AttributeValue::N(text.to_owned()))
        }
        _ => Ok(AttributeValue::S(text.to_owned())),
    }
}

/// The elements as a set of the kind that was there, if they can be one.
fn set(elements: &[Value], before: &AttributeValue) -> Option<AttributeValue> {
    let texts = || {
        let texts: Option<Vec<_>> = elements
            .iter()
            .map(|element| element.as_str().map(str::to_owned))
            .collect();
        texts.filter(|texts| are_distinct(texts))
    };
    match before {
        AttributeValue::Ss(_) => texts().map(AttributeValue::Ss),
        AttributeValue::Ns(before) => {
            let number = |element: &Value| {
                let same = before.iter().find(|text| number_to_json(text) == *element);
                match (same, element) {
                    (Some(same), _) => Some(same.clone()),
                    (None, Value::Number(number)) => number::normalize(&number.to_string()).ok(),
                    (None, Value::String(digits)) => number::normalize(digits).ok(),
                    (None, _) => None,
                }
            };
            let numbers: Option<Vec<_>> = elements.iter().map(number).collect();
            numbers
                .filter(|numbers| are_distinct(numbers))
                .map(AttributeValue::Ns)
        }
        AttributeValue::Bs(_) => {
            let blob = |text: &String| base64::decode(text).ok().map(Blob::new);
            let blobs: Option<Vec<_>> = texts()?.iter().map(blob).collect();
            blobs.map(AttributeValue::Bs)
        }
        _ => None,
    }
}

fn are_distinct(texts: &[String]) -> bool {
    let distinct: std::collections::BTreeSet<_> = texts.iter().collect();
    !texts.is_empty() && distinct.len() == texts.len()
}

fn is_set(value: &AttributeValue) -> bool {
    matches!(
        value,
        AttributeValue::Ss(_) | AttributeValue::Ns(_) | AttributeValue::Bs(_)
    )
}

fn is_scalar(value: &AttributeValue) -> bool {
    !matches!(value, AttributeValue::L(_) | AttributeValue::M(_))
}

/// Whether JSON does not tell all of a value.
fn is_lossy(value: &AttributeValue) -> bool {
    match value {
        AttributeValue::L(elements) => elements.iter().any(is_lossy),
        AttributeValue::M(inner) => inner.values().any(is_lossy),
        AttributeValue::N(_) => from_json(&to_json(value)).ok().as_ref() != Some(value),
        AttributeValue::B(_) => true,
        other => is_set(other),
    }
}
