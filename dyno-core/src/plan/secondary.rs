//! What the secondary indexes of a table take as keys.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Item};

use super::{Decisions, checked_part};
use crate::error::{Error, ErrorKind, Result};
use crate::key::KeyValue;
use crate::shape::{IndexPart, SecondaryShape, Shape};

/// Refuses an object that an index would not take; `tree` is in clear.
///
/// # Errors
///
/// Those of [`check_index_value`].
pub(crate) fn check_index_values(
    shape: &'static Shape,
    tree: &Item,
    decisions: &Decisions,
) -> Result<()> {
    if shape.secondary().is_empty() {
        return Ok(());
    }
    for part in shape.secondary().iter().flat_map(SecondaryShape::parts) {
        if let Some(value) = tree.get(part.name()) {
            let path = FieldPath::root().key(part.name());
            check_index_value(shape, &path, value, decisions)?;
        }
    }
    Ok(())
}

/// Refuses a value in a place that an index would not take it in.
///
/// # Errors
///
/// [`ErrorKind::KeyRefused`] if it is to be encrypted; [`ErrorKind::InvalidValue`] if it is empty, too long, or of another
/// type than the index says.
pub(crate) fn check_index_value(
    shape: &'static Shape,
    path: &FieldPath,
    value: &AttributeValue,
    decisions: &Decisions,
) -> Result<()> {
    for index in shape.secondary() {
        let parts = [("partition key", index.key()), ("sort key", index.sort())];
        for (what, parts) in parts {
            let part = parts
                .iter()
                .find(|part| *path == FieldPath::root().key(part.name()));
            if let Some(part) = part {
                check_part(index, (what, part), value, decisions)
                    .map_err(|error| error.at_path(path.clone()))?;
            }
        }
    }
    Ok(())
}

fn check_part(
    index: &SecondaryShape,
    (what, part): (&str, &IndexPart),
    value: &AttributeValue,
    decisions: &Decisions,
) -> Result<()> {
    let name = index.name();
    if !decisions.is_empty() && decisions.seals(&FieldPath::root().key(part.name())) {
        let why = format!(
            "is the {what} of index `{name}`, which the service must read, and the loader encrypts it; let the loader leave it in \
             clear, or find equal values by `#[dyno(encrypt, index = \"..\")]`"
        );
        return Err(Error::new(ErrorKind::KeyRefused, why));
    }
    let wanted = part.kind();
    let Some(value) = KeyValue::from_value(value) else {
        let why = format!(
            "is the {what} of index `{name}`, which is {wanted}, and the value is none; an absent value, `None`, keeps the object \
             out of the index"
        );
        return Err(Error::new(ErrorKind::InvalidValue, why));
    };
    let checked = checked_part(what, part.name(), Some(wanted), &value);
    checked.map(drop).map_err(|error| {
        let why =
            format!("does not fit index `{name}`: {error}; `None` keeps an object out of an index");
        Error::new(ErrorKind::InvalidValue, why)
    })
}
