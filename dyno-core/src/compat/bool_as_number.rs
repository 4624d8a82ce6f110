//! Booleans as the numbers 1 and 0: `#[dyno(with = dyno::compat::bool_as_number)]` on a `bool` or an `Option<bool>`.
//!
//! `None` is stored as no attribute, as a boolean of `cc_dynamodb3` that was never assigned, and an absent attribute or a null is read
//! as `None`. (There, a boolean that is *set* to none is stored as `0`, and read as false.) An absent attribute for a `bool` is an
//! error, unless the field has a `default`.
//!
//! Real booleans are read too, so that a table may be changed to them item by item; conditions find numbers only.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::ValueError;

use crate::shape::{Attribute, NumberForm};

/// A `bool`, or an `Option` of one.
pub trait Flag: Sized {
    /// What it says, if anything.
    #[doc(hidden)]
    fn __dyno_flag(&self) -> Option<bool>;

    /// What says this.
    #[doc(hidden)]
    fn __dyno_of(flag: Option<bool>) -> Option<Self>;
}

impl Flag for bool {
    fn __dyno_flag(&self) -> Option<bool> {
        Some(*self)
    }

    fn __dyno_of(flag: Option<bool>) -> Option<Self> {
        flag
    }
}

impl Flag for Option<bool> {
    fn __dyno_flag(&self) -> Option<bool> {
        *self
    }

    fn __dyno_of(flag: Option<bool>) -> Option<Self> {
        Some(flag)
    }
}

/// 1, 0, or no attribute.
///
/// # Errors
///
/// None; the form is that of all conversions.
#[expect(clippy::unnecessary_wraps, reason = "the form that `with` asks for")]
pub fn to_value<T: Flag>(flag: &T) -> Result<Option<NumberForm>, ValueError> {
    let number = flag.__dyno_flag().map(u64::from);
    Ok(number.map(NumberForm::from))
}

/// The boolean of a 1 or 0.
///
/// # Errors
///
/// Another value stands there, or none where one must be.
pub fn from_value<T: Flag>(value: Option<AttributeValue>) -> Result<T, ValueError> {
    let flag = match value {
        None | Some(AttributeValue::Null(_)) => None,
        Some(AttributeValue::Bool(flag)) => Some(flag),
        Some(number @ AttributeValue::N(_)) => match i64::from_value(number)? {
            0 => Some(false),
            1 => Some(true),
            _ => return Err(ValueError::custom("a boolean as a number is 0 or 1")),
        },
        Some(other) => return Err(ValueError::expected("0 or 1", &other)),
    };
    T::__dyno_of(flag).ok_or_else(|| ValueError::custom("there is no 0 or 1"))
}
