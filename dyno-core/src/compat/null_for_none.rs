//! Null for `None`: `#[dyno(with = dyno::compat::null_for_none)]` on an `Option` of any type that is an attribute.
//!
//! Without it `None` is stored as no attribute. Null and an absent attribute are read as `None` either way. Of a value that is there
//! everything is as without it, conditions too; `eq(None)` holds for both forms.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::ValueError;

use crate::shape::{Attribute, OwnForm};

/// The value in its own form, or null.
///
/// # Errors
///
/// The value has no form in DynamoDB.
#[expect(clippy::ref_option, reason = "the form that `with` asks for")]
pub fn to_value<T: Attribute>(value: &Option<T>) -> Result<OwnForm<T>, ValueError> {
    value
        .as_ref()
        .map_or_else(|| Ok(OwnForm::null()), OwnForm::of)
}

/// The value; `None` for null and what is absent.
///
/// # Errors
///
/// A value of another type stands there.
pub fn from_value<T: Attribute>(value: Option<AttributeValue>) -> Result<Option<T>, ValueError> {
    value.map_or(Ok(None), Option::from_value)
}
