//! What sealed values are bound to.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_crypto::Binding;

use crate::error::{Error, ErrorKind, Result};
use crate::key::KeyValue;
use crate::plan::address::Address;
use crate::shape::Shape;

/// What every encrypted value of an object is bound to besides its path: context and root key.
///
/// # Errors
///
/// The context or a key attribute's name is too long.
pub(crate) fn binding(shape: &Shape, root: &Address) -> Result<Binding> {
    let values: Vec<_> = root
        .parts()
        .map(|(name, value)| (name, KeyValue::to_value(value)))
        .collect();
    let keys: Vec<_> = values.iter().map(|(name, value)| (*name, value)).collect();
    binding_of(shape.encryption_context(), &keys).map_err(|error| {
        Error::new(
            ErrorKind::InvalidShape,
            format!("type `{}`: {error}", shape.name()),
        )
    })
}

/// The binding to this context and key.
///
/// # Errors
///
/// One of them is too long.
pub(crate) fn binding_of(context: &str, keys: &[(&str, &AttributeValue)]) -> Result<Binding> {
    Binding::new(context, keys)
        .map_err(|error| Error::new(ErrorKind::InvalidShape, error.to_string()))
}
