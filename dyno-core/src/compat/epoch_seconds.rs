//! Times as seconds since 1970: `#[dyno(with = dyno::compat::epoch_seconds)]` on a `SystemTime`, a type of a time library or any
//! other [`Moment`], or an `Option` of one.
//!
//! What is below a second is cut off, towards the past; times before 1970 are negative numbers. The field has the order of time in
//! conditions, and can be a `key` or `sort`.
//!
//! `None` is stored as `0`, as `cc_dynamodb3` does, and `0`, null and an absent attribute are read as `None`. So a condition `lt` holds for
//! objects without a time, too. The first second of 1970 in an `Option` would be read as `None`: `cc_dynamodb3` loses it without a word,
//! here it is refused before anything is sent. A field that is no `Option` keeps it. To a `unique` field `0` is a value like others. Where neither is wanted, use
//! [`epoch_seconds_or_null`](super::epoch_seconds_or_null), which `cc_dynamodb3` reads as well.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::ValueError;

use crate::key::KeyValue;
use crate::shape::{Attribute, Moment, NumberForm};

/// The seconds; `0` for none.
///
/// # Errors
///
/// The time is too far from 1970, or is what would be read as none.
pub fn to_value<T: Moment>(time: &T) -> Result<NumberForm, ValueError> {
    seconds(time).map(NumberForm::from)
}

/// The time; none for `0`, null and what is absent, if the type has it.
///
/// # Errors
///
/// Another value stands there, or none where one must be.
pub fn from_value<T: Moment>(value: Option<AttributeValue>) -> Result<T, ValueError> {
    let seconds = match value {
        None | Some(AttributeValue::Null(_)) => None,
        Some(number) => Some(i64::from_value(number)?),
    };
    match (seconds, T::never()) {
        (None | Some(0), Some(never)) => Ok(never),
        (Some(seconds), _) => T::from_epoch_seconds(seconds),
        (None, None) => Err(ValueError::custom("there are no seconds since 1970")),
    }
}

/// The time as a key, or as a bound of sort keys: `.sort().ge(epoch_seconds::key(&since)?)`.
///
/// # Errors
///
/// Those of [`to_value`].
pub fn key<T: Moment>(time: &T) -> Result<KeyValue, ValueError> {
    seconds(time).map(KeyValue::from)
}

fn seconds<T: Moment>(time: &T) -> Result<i64, ValueError> {
    let seconds = time.epoch_seconds()?;
    if seconds == Some(0) && T::never().is_some() {
        return Err(ValueError::custom(
            "the first second of 1970 is stored like no time at all; take the `Option` off, or use `epoch_seconds_or_null`",
        ));
    }
    Ok(seconds.unwrap_or(0))
}
