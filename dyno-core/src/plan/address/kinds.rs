//! The types of an object's key.

use std::borrow::Cow;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{Item, number};

use super::invalid;
use crate::error::Result;
use crate::key::{Key, KeyKind, KeyValue};
use crate::limits;
use crate::shape::{Kind, Role, Shape};

/// The types of an object's key attributes; strings where no field says otherwise.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyKinds {
    pub(crate) partition: Option<KeyKind>,
    pub(crate) sort: Option<KeyKind>,
}

impl KeyKinds {
    pub(crate) fn of(shape: &'static Shape) -> Self {
        if let Some(untyped) = shape.untyped() {
            return Self {
                partition: untyped.partition,
                sort: untyped.sort,
            };
        }
        let kind_of = |role| {
            let mut fields = shape.all_fields();
            let field = fields.find(|field| field.field_role() == role)?;
            match field.kind() {
                Kind::Key { kind, .. } => Some(kind),
                _ => None,
            }
        };
        Self {
            partition: kind_of(Role::PartitionKey),
            sort: kind_of(Role::SortKey),
        }
    }
}

impl KeyKinds {
    /// The types that this key must have; any, where neither a field nor the declaration of an object without a type
    /// says.
    pub(super) fn for_key(shape: &'static Shape, key: &Key) -> Self {
        let kinds = Self::of(shape);
        if shape.untyped().is_none() {
            return kinds;
        }
        Self {
            partition: kinds.partition.or_else(|| Some(key.partition().kind())),
            sort: kinds.sort.or_else(|| key.sort().map(KeyValue::kind)),
        }
    }
}

/// A key part, borrowed; of a number, which has many forms, the one that addresses have.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part<'a> {
    S(&'a str),
    N(Cow<'a, str>),
    B(&'a [u8]),
}

impl<'a> Part<'a> {
    /// Of a stored item.
    pub(super) fn of(item: &'a Item, name: &str) -> Option<Self> {
        match item.get(name)? {
            AttributeValue::S(text) => Some(Self::S(text)),
            AttributeValue::N(text) => Some(Self::N(
                number::normalized(text).unwrap_or(Cow::Borrowed(text)),
            )),
            AttributeValue::B(blob) => Some(Self::B(blob.as_ref())),
            _ => None,
        }
    }

    pub(super) fn into_value(self) -> KeyValue {
        match self {
            Self::S(text) => KeyValue::S(text.to_owned()),
            Self::N(text) => KeyValue::N(text.into_owned()),
            Self::B(bytes) => KeyValue::B(bytes.to_vec()),
        }
    }
}

impl<'a> From<&'a KeyValue> for Part<'a> {
    fn from(part: &'a KeyValue) -> Self {
        match part {
            KeyValue::S(text) => Self::S(text),
            KeyValue::N(text) => Self::N(Cow::Borrowed(text)),
            KeyValue::B(bytes) => Self::B(bytes),
        }
    }
}

/// A key part of the wanted type; without a key field, a type may be addressed by a string only.
///
/// # Errors
///
/// It is empty, too long, or of the wrong type.
pub(crate) fn checked_part(
    part: &str,
    name: &str,
    kind: Option<KeyKind>,
    value: &KeyValue,
) -> Result<KeyValue> {
    let normal = normal_part(part, name, kind, value)?;
    Ok(normal.unwrap_or_else(|| value.clone()))
}

/// The normal form of a part of a key, where it has another.
///
/// # Errors
///
/// Those of [`checked_part`].
pub(crate) fn normal_part(
    part: &str,
    name: &str,
    kind: Option<KeyKind>,
    value: &KeyValue,
) -> Result<Option<KeyValue>> {
    let wanted = kind.unwrap_or(KeyKind::S);
    if value.kind() != wanted {
        return Err(invalid(format!(
            "the {part} `{name}` is {wanted}, found {}",
            value.kind()
        )));
    }
    let limit = if part == "sort key" {
        limits::SORT_KEY_BYTES
    } else {
        limits::PARTITION_KEY_BYTES
    };
    let length = match value {
        KeyValue::S(text) => text.len(),
        KeyValue::B(bytes) => bytes.len(),
        KeyValue::N(text) => {
            let normal = number::normalize(text)
                .map_err(|error| invalid(format!("the {part} `{name}`: {error}")))?;
            return Ok(Some(KeyValue::N(normal)));
        }
    };
    match length {
        0 => Err(invalid(format!(
            "the {part} `{name}` is empty; DynamoDB wants at least one byte"
        ))),
        length if length > limit => Err(invalid(format!(
            "the {part} `{name}` has {length} bytes, DynamoDB allows {limit}"
        ))),
        _ => Ok(None),
    }
}
