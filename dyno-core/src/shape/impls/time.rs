//! Times and durations, stored as numbers of seconds.
//!
//! They were maps once, as `serde` writes them, and are still read as such.

use std::time::{Duration, SystemTime};

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::ValueError;
use serde::de::DeserializeOwned;

use super::number::text_of;
use crate::epoch;
use crate::shape::{Attribute, Kind};

impl Attribute for SystemTime {
    fn to_value(&self) -> Result<AttributeValue, ValueError> {
        Ok(AttributeValue::N(epoch::time_text(*self)))
    }

    fn from_value(value: AttributeValue) -> Result<Self, ValueError> {
        seconds_or_map(value, epoch::time_of)
    }

    fn kind() -> Kind {
        Kind::Scalar(|value| Self::from_value(value).map(drop))
    }
}

impl Attribute for Duration {
    fn to_value(&self) -> Result<AttributeValue, ValueError> {
        Ok(AttributeValue::N(epoch::duration_text(*self)))
    }

    fn from_value(value: AttributeValue) -> Result<Self, ValueError> {
        seconds_or_map(value, epoch::duration_of)
    }

    fn kind() -> Kind {
        Kind::Scalar(|value| Self::from_value(value).map(drop))
    }
}

fn seconds_or_map<T: DeserializeOwned>(
    value: AttributeValue,
    of_text: fn(&str) -> Result<T, ValueError>,
) -> Result<T, ValueError> {
    match value {
        map @ AttributeValue::M(_) => {
            serde_dynamo::from_attribute_value(map).map_err(ValueError::custom)
        }
        other => of_text(&text_of(other)?),
    }
}
