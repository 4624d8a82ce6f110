//! Null for what is empty: `#[dyno(with = dyno::compat::null_for_empty)]` on a `String` or a set.
//!
//! `cc_dynamodb3` takes the empty string for none, and DynamoDB has no empty sets. Null and an absent attribute are read as empty. Of
//! what is not empty everything is as without it, conditions too; an empty one is compared as null or absent.

use std::collections::{BTreeSet, HashSet};
use std::hash::BuildHasher;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::ValueError;

use crate::shape::{Attribute, OwnForm};

/// A type that may be empty: strings and sets.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is never empty",
    label = "`null_for_empty` is for strings and sets",
    note = "for an `Option` use `null_for_none`"
)]
pub trait MayBeEmpty: Attribute + Default {
    /// Whether it is.
    fn is_empty(&self) -> bool;
}

impl MayBeEmpty for String {
    fn is_empty(&self) -> bool {
        self.is_empty()
    }
}

impl<T> MayBeEmpty for BTreeSet<T>
where
    Self: Attribute + Default,
{
    fn is_empty(&self) -> bool {
        self.is_empty()
    }
}

impl<T, S: BuildHasher> MayBeEmpty for HashSet<T, S>
where
    Self: Attribute + Default,
{
    fn is_empty(&self) -> bool {
        self.is_empty()
    }
}

/// The value in its own form, or null.
///
/// # Errors
///
/// The value has no form in DynamoDB.
pub fn to_value<T: MayBeEmpty>(value: &T) -> Result<OwnForm<T>, ValueError> {
    if value.is_empty() {
        return Ok(OwnForm::null());
    }
    OwnForm::of(value)
}

/// The value; an empty one for null and what is absent.
///
/// # Errors
///
/// A value of another type stands there.
pub fn from_value<T: MayBeEmpty>(value: Option<AttributeValue>) -> Result<T, ValueError> {
    match value {
        None | Some(AttributeValue::Null(_)) => Ok(T::default()),
        Some(value) => T::from_value(value),
    }
}
