//! Strings, booleans, binary, `Uuid`, and attribute values themselves.

use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::Blob;
use dyno_value::ValueError;
use uuid::Uuid;

use crate::shape::{Attribute, Kind};

impl Attribute for AttributeValue {
    fn to_value(&self) -> Result<AttributeValue, ValueError> {
        Ok(self.clone())
    }

    fn from_value(value: AttributeValue) -> Result<Self, ValueError> {
        Ok(value)
    }
}

impl Attribute for bool {
    fn to_value(&self) -> Result<AttributeValue, ValueError> {
        Ok(AttributeValue::Bool(*self))
    }

    fn from_value(value: AttributeValue) -> Result<Self, ValueError> {
        match value {
            AttributeValue::Bool(boolean) => Ok(boolean),
            other => Err(ValueError::expected("a boolean", &other)),
        }
    }

    fn kind() -> Kind {
        Kind::Scalar(|value| Self::from_value(value).map(drop))
    }
}

impl Attribute for Blob {
    fn to_value(&self) -> Result<AttributeValue, ValueError> {
        Ok(AttributeValue::B(self.clone()))
    }

    fn from_value(value: AttributeValue) -> Result<Self, ValueError> {
        match value {
            AttributeValue::B(blob) => Ok(blob),
            other => Err(ValueError::expected("binary", &other)),
        }
    }

    fn kind() -> Kind {
        Kind::Scalar(|value| Self::from_value(value).map(drop))
    }
}

impl Attribute for String {
    fn to_value(&self) -> Result<AttributeValue, ValueError> {
        Ok(AttributeValue::S(self.clone()))
    }

    fn from_value(value: AttributeValue) -> Result<Self, ValueError> {
        text_of(value)
    }

    fn kind() -> Kind {
        Kind::Scalar(|value| Self::from_value(value).map(drop))
    }
}

macro_rules! strings {
    ($($string:ty),*) => {
        $(impl Attribute for $string {
            fn to_value(&self) -> Result<AttributeValue, ValueError> {
                Ok(AttributeValue::S(self.to_string()))
            }

            fn from_value(value: AttributeValue) -> Result<Self, ValueError> {
                text_of(value).map(Self::from)
            }

            fn kind() -> Kind {
                Kind::Scalar(|value| Self::from_value(value).map(drop))
            }
        })*
    };
}

strings!(Box<str>, Arc<str>);

macro_rules! parsed {
    ($($type:ty),*) => {
        $(impl Attribute for $type {
            fn to_value(&self) -> Result<AttributeValue, ValueError> {
                Ok(AttributeValue::S(self.to_string()))
            }

            fn from_value(value: AttributeValue) -> Result<Self, ValueError> {
                text_of(value)?.parse().map_err(ValueError::custom)
            }

            fn kind() -> Kind {
                Kind::Scalar(|value| Self::from_value(value).map(drop))
            }
        })*
    };
}

parsed!(char, Uuid);

pub(super) fn text_of(value: AttributeValue) -> Result<String, ValueError> {
    match value {
        AttributeValue::S(text) => Ok(text),
        other => Err(ValueError::expected("a string", &other)),
    }
}
