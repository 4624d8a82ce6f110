//! From a value to attributes.

use std::collections::BTreeSet;

use dyno_core::{AttributeValue, Item};
use serde::Serialize;

use super::Form;
use super::serialize::{Formless, attribute};

/// The keys of a value.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Written {
    pub(crate) keys: Item,
    /// Keys whose values are stored as no attribute, but for those that are `None`.
    pub(crate) empty: BTreeSet<String>,
}

/// A value that cannot be stored: the key, if it is one, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unfit {
    pub(crate) key: Option<String>,
    pub(crate) why: String,
}

/// The keys of a struct or map.
pub(crate) fn write<T: Serialize + ?Sized>(value: &T, form: Form) -> Result<Written, Unfit> {
    let unfit = |formless: Formless| Unfit {
        key: formless.place(),
        why: formless.why,
    };
    match attribute(value).map_err(unfit)? {
        AttributeValue::M(item) => write_item(item, form),
        _ => Err(Unfit {
            key: None,
            why: "an option is a struct or a map of keys".to_owned(),
        }),
    }
}

/// The keys of attributes.
pub(crate) fn write_item(item: Item, form: Form) -> Result<Written, Unfit> {
    let mut attributes: Vec<_> = item.into_iter().collect();
    attributes.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut written = Written::default();
    for (name, value) in attributes {
        check(&value).map_err(|why| Unfit {
            key: Some(name.clone()),
            why,
        })?;
        if matches!(value, AttributeValue::Null(_)) {
            continue;
        }
        match form {
            Form::Compatible if is_empty(&value) => {
                written.empty.insert(name);
            }
            Form::Compatible => {
                written.keys.insert(name, compatible(value));
            }
            Form::Own => {
                written.keys.insert(name, value);
            }
        }
    }
    Ok(written)
}

/// Refuses what is no number, in attributes that a program made.
fn check(value: &AttributeValue) -> Result<(), String> {
    match value {
        AttributeValue::N(number) if number.parse::<f64>().is_ok_and(|n| !n.is_finite()) => {
            Err(format!("DynamoDB has no number `{number}`"))
        }
        AttributeValue::L(elements) => elements.iter().try_for_each(check),
        AttributeValue::M(entries) => {
            let mut names: Vec<_> = entries.iter().collect();
            names.sort_by_key(|(name, _)| *name);
            names.into_iter().try_for_each(|(_, value)| check(value))
        }
        _ => Ok(()),
    }
}

fn is_empty(value: &AttributeValue) -> bool {
    match value {
        AttributeValue::S(text) => text.is_empty(),
        AttributeValue::B(bytes) => bytes.as_ref().is_empty(),
        AttributeValue::L(elements) => elements.is_empty(),
        AttributeValue::M(entries) => entries.is_empty(),
        AttributeValue::Ss(elements) | AttributeValue::Ns(elements) => elements.is_empty(),
        AttributeValue::Bs(elements) => elements.is_empty(),
        _ => false,
    }
}

/// boto2 has no booleans, at no depth.
fn compatible(value: AttributeValue) -> AttributeValue {
    match value {
        AttributeValue::Bool(flag) => AttributeValue::N(u8::from(flag).to_string()),
        AttributeValue::L(elements) => {
            AttributeValue::L(elements.into_iter().map(compatible).collect())
        }
        AttributeValue::M(entries) => {
            let entries = entries.into_iter();
            AttributeValue::M(
                entries
                    .map(|(name, value)| (name, compatible(value)))
                    .collect(),
            )
        }
        other => other,
    }
}
