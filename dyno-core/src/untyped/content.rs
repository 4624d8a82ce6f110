//! What a caller gives to be written: JSON, or attributes.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{Item, ValueError};
use serde_json::Value;

use super::json;

/// A whole document: JSON, or attributes, which are exact.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the two forms that a document has")]
pub enum Content {
    /// Attributes.
    Item(Item),
    /// JSON; an object.
    Json(Value),
}

impl Content {
    /// The attributes.
    pub(crate) fn to_item(&self) -> Result<Item, ValueError> {
        match self {
            Self::Item(item) => Ok(item.clone()),
            Self::Json(Value::Object(object)) => json::merged_item(object, &Item::new()),
            Self::Json(_) => Err(ValueError::custom("a document is a JSON object")),
        }
    }
}

impl From<Item> for Content {
    fn from(item: Item) -> Self {
        Self::Item(item)
    }
}

impl From<Value> for Content {
    fn from(value: Value) -> Self {
        Self::Json(value)
    }
}

/// One value inside a document: JSON, or an attribute, which is exact.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the two forms that a value has")]
pub enum DocumentValue {
    /// An attribute.
    Attribute(AttributeValue),
    /// JSON.
    Json(Value),
}

impl DocumentValue {
    /// The attribute.
    pub(crate) fn to_attribute(&self) -> Result<AttributeValue, ValueError> {
        match self {
            Self::Attribute(value) => Ok(value.clone()),
            Self::Json(value) => json::from_json(value),
        }
    }
}

impl From<AttributeValue> for DocumentValue {
    fn from(value: AttributeValue) -> Self {
        Self::Attribute(value)
    }
}

impl From<Item> for DocumentValue {
    fn from(item: Item) -> Self {
        Self::Attribute(AttributeValue::M(item))
    }
}

impl From<Value> for DocumentValue {
    fn from(value: Value) -> Self {
        Self::Json(value)
    }
}

impl From<&str> for DocumentValue {
    fn from(text: &str) -> Self {
        Self::Attribute(AttributeValue::S(text.to_owned()))
    }
}

impl From<String> for DocumentValue {
    fn from(text: String) -> Self {
        Self::Attribute(AttributeValue::S(text))
    }
}

impl From<bool> for DocumentValue {
    fn from(value: bool) -> Self {
        Self::Attribute(AttributeValue::Bool(value))
    }
}

macro_rules! from_numbers {
    ($($number:ty),*) => {
        $(impl From<$number> for DocumentValue {
            fn from(number: $number) -> Self {
                Self::Attribute(AttributeValue::N(number.to_string()))
            }
        })*
    };
}

from_numbers!(
    i8, u8, i16, u16, i32, u32, i64, u64, i128, u128, isize, usize, f32, f64
);
