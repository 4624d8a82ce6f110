//! Whether stored values fit a shape.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{Item, ValueError};

use super::field::Kind;
use super::table::Shape;
use crate::reserved;

/// Whether a stored value of this kind could be read back as the field.
pub(crate) fn fits(kind: Kind, value: AttributeValue) -> Result<(), ValueError> {
    match kind {
        Kind::Opaque(check) | Kind::Scalar(check) => check(value),
        Kind::Key { .. } => Ok(()),
        Kind::Lazy(inside) => fits(inside.kind(), value),
        Kind::List(element) => match value {
            AttributeValue::L(elements) => {
                elements
                    .into_iter()
                    .enumerate()
                    .try_for_each(|(index, value)| {
                        fits(element.kind(), value).map_err(|error| error.under_index(index))
                    })
            }
            AttributeValue::Null(_) => Ok(()),
            other => Err(ValueError::expected("a list", &other)),
        },
        Kind::Map(element) => match value {
            AttributeValue::M(inner) => {
                let mut entries: Vec<_> = inner.into_iter().collect();
                entries.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
                entries.into_iter().try_for_each(|(name, value)| {
                    fits(element.kind(), value).map_err(|error| error.under_key(&name))
                })
            }
            AttributeValue::Null(_) => Ok(()),
            other => Err(ValueError::expected("a map", &other)),
        },
        Kind::Object(shape) => match value {
            AttributeValue::M(inner) => fits_object(shape, &inner),
            AttributeValue::Null(_) => Ok(()),
            other => Err(ValueError::expected("a map", &other)),
        },
    }
}

/// Whether a stored item could be read back as an object of this shape.
pub(crate) fn fits_object(shape: &'static Shape, item: &Item) -> Result<(), ValueError> {
    let tag = item.get(reserved::TYPE).and_then(|tag| tag.as_s().ok());
    for field in shape.fields_of(tag.map(String::as_str)) {
        if let Some(value) = item.get(field.name()) {
            fits(field.kind(), value.clone()).map_err(|error| error.under_key(field.name()))?;
        }
    }
    Ok(())
}
