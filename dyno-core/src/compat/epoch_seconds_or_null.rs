//! Times as seconds since 1970, and null for none: `#[dyno(with = dyno::compat::epoch_seconds_or_null)]` on an `Option` of a
//! [`Moment`].
//!
//! As [`epoch_seconds`](super::epoch_seconds), but `None` is stored as null, so that `0` is the beginning of 1970, and conditions on the
//! order of times hold for objects with a time only. Null and an absent attribute are read as `None`. `cc_dynamodb3` reads null as none,
//! too, and writes `0` for it: read with this, that is 1970.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::ValueError;

use crate::shape::{Attribute, Moment, NumberForm, OrNull};

/// The seconds, or null.
///
/// # Errors
///
/// The time is too far from 1970.
#[expect(clippy::ref_option, reason = "the form that `with` asks for")]
pub fn to_value<T: Moment>(time: &Option<T>) -> Result<OrNull<NumberForm>, ValueError> {
    let seconds = time.epoch_seconds()?.map(NumberForm::from);
    Ok(seconds.map_or(OrNull::Null, OrNull::Value))
}

/// The time; `None` for null and what is absent.
///
/// # Errors
///
/// Another value stands there.
pub fn from_value<T: Moment>(value: Option<AttributeValue>) -> Result<Option<T>, ValueError> {
    match value {
        None | Some(AttributeValue::Null(_)) => Ok(None),
        Some(number) => T::from_epoch_seconds(i64::from_value(number)?).map(Some),
    }
}
