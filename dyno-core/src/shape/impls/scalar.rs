//! Strings, booleans, binary, `Uuid`, and attribute values themselves.

use std::mem;
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::Blob;
use dyno_value::ValueError;
use uuid::Uuid;

use crate::shape::{Attribute, Kind};

impl Attribute for AttributeValue {
    #[inline]
    fn to_value(&self) -> Result<AttributeValue, ValueError> {
        Ok(self.clone())
    }

    #[inline]
    fn from_value(value: AttributeValue) -> Result<Self, ValueError> {
        Ok(value)
    }
}

impl Attribute for bool {
    const __DYNO_IS_PLAIN: Self = true;

    #[inline]
    fn to_value(&self) -> Result<AttributeValue, ValueError> {
        Ok(AttributeValue::Bool(*self))
    }

    #[inline]
    fn from_value(value: AttributeValue) -> Result<Self, ValueError> {
        match value {
            AttributeValue::Bool(boolean) => Ok(boolean),
            other => Err(ValueError::expected("a boolean", &other)),
        }
    }

    #[inline]
    fn from_ref(value: &AttributeValue) -> Result<Self, ValueError> {
        match value {
            AttributeValue::Bool(boolean) => Ok(*boolean),
            other => Err(ValueError::expected("a boolean", other)),
        }
    }

    #[inline]
    fn __dyno_take(value: &mut AttributeValue) -> Result<Self, ValueError> {
        Self::from_ref(value)
    }

    #[inline]
    fn __dyno_is_as_written(value: &AttributeValue) -> bool {
        value.is_bool()
    }

    fn kind() -> Kind {
        Kind::Scalar(|value| Self::from_value(value).map(drop))
    }
}

impl Attribute for Blob {
    const __DYNO_IS_PLAIN: bool = true;

    #[inline]
    fn to_value(&self) -> Result<AttributeValue, ValueError> {
        Ok(AttributeValue::B(self.clone()))
    }

    #[inline]
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
    const __DYNO_IS_PLAIN: bool = true;

    const __DYNO_IS_TEXT: bool = true;

    #[inline]
    fn to_value(&self) -> Result<AttributeValue, ValueError> {
        Ok(AttributeValue::S(self.as_str().to_owned()))
    }

    #[inline]
    fn from_value(value: AttributeValue) -> Result<Self, ValueError> {
        text_of(value)
    }

    #[inline]
    fn from_ref(value: &AttributeValue) -> Result<Self, ValueError> {
        text_in(value).map(str::to_owned)
    }

    #[inline]
    fn __dyno_take(value: &mut AttributeValue) -> Result<Self, ValueError> {
        match value {
            AttributeValue::S(text) => Ok(mem::take(text)),
            other => Err(ValueError::expected("a string", other)),
        }
    }

    #[inline]
    fn __dyno_is_as_written(value: &AttributeValue) -> bool {
        value.is_s()
    }

    fn kind() -> Kind {
        Kind::Scalar(|value| Self::from_value(value).map(drop))
    }
}

macro_rules! strings {
    ($($string:ty),*) => {
        $(impl Attribute for $string {
            const __DYNO_IS_PLAIN: bool = true;

            #[inline]
            fn to_value(&self) -> Result<AttributeValue, ValueError> {
                Ok(AttributeValue::S(self.to_string()))
            }

            #[inline]
            fn from_value(value: AttributeValue) -> Result<Self, ValueError> {
                text_of(value).map(Self::from)
            }

            #[inline]
            fn from_ref(value: &AttributeValue) -> Result<Self, ValueError> {
                text_in(value).map(Self::from)
            }

            #[inline]
            fn __dyno_is_as_written(value: &AttributeValue) -> bool {
                value.is_s()
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
            const __DYNO_IS_PLAIN: bool = true;

            #[inline]
            fn to_value(&self) -> Result<AttributeValue, ValueError> {
                Ok(AttributeValue::S(self.to_string()))
            }

            #[inline]
            fn from_value(value: AttributeValue) -> Result<Self, ValueError> {
                Self::from_ref(&value)
            }

            #[inline]
            fn from_ref(value: &AttributeValue) -> Result<Self, ValueError> {
                text_in(value)?.parse().map_err(ValueError::custom)
            }

            fn kind() -> Kind {
                Kind::Scalar(|value| Self::from_value(value).map(drop))
            }
        })*
    };
}

parsed!(char, Uuid);

pub(super) fn text_in(value: &AttributeValue) -> Result<&str, ValueError> {
    match value {
        AttributeValue::S(text) => Ok(text),
        other => Err(ValueError::expected("a string", other)),
    }
}

pub(super) fn text_of(value: AttributeValue) -> Result<String, ValueError> {
    match value {
        AttributeValue::S(text) => Ok(text),
        other => Err(ValueError::expected("a string", &other)),
    }
}
