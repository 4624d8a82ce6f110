//! What stands where a shard is declared, and under names that are not the document's.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{Item, ValueError, type_name};

use crate::reserved;
use crate::shape::{Kind, Role, Shape};

/// Refuses a document whose parts cannot be stored as its shape says.
///
/// # Errors
///
/// The place of what does not fit.
pub(crate) fn check_places(item: &Item, shape: &'static Shape) -> Result<(), ValueError> {
    let mut names: Vec<_> = item.keys().collect();
    names.sort_unstable();
    for name in names {
        if reserved::is_reserved(name) && name != reserved::TYPE {
            let why = format!(
                "names that begin with `{}` are dyno's own; rename the attribute",
                reserved::PREFIX
            );
            return Err(ValueError::custom(why).under_key(name));
        }
    }
    if let Some(tag) = item.get(reserved::TYPE).filter(|tag| !tag.is_s()) {
        return Err(ValueError::expected("a string", tag).under_key(reserved::TYPE));
    }
    for field in shape.all_fields() {
        if let Some(value) = item.get(field.name()) {
            let is_shard = field.field_role() == Role::Shard;
            check_value(value, field.kind(), is_shard)
                .map_err(|error| error.under_key(field.name()))?;
        }
    }
    Ok(())
}

fn check_value(value: &AttributeValue, kind: Kind, is_shard: bool) -> Result<(), ValueError> {
    match (value, kind) {
        (AttributeValue::Null(_), _) => Ok(()),
        (AttributeValue::M(inner), Kind::Object(shape)) => check_places(inner, shape),
        (AttributeValue::L(elements), Kind::List(element)) => {
            let check = |(index, value): (usize, &AttributeValue)| {
                check_value(value, element.kind(), is_shard)
                    .map_err(|error| error.under_index(index))
            };
            elements.iter().enumerate().try_for_each(check)
        }
        (AttributeValue::M(inner), Kind::Map(element)) => {
            let mut entries: Vec<_> = inner.iter().collect();
            entries.sort_unstable_by_key(|(name, _)| *name);
            entries.into_iter().try_for_each(|(name, value)| {
                check_value(value, element.kind(), is_shard).map_err(|error| error.under_key(name))
            })
        }
        (other, Kind::List(_)) => Err(misplaced("a list of shards", other)),
        (other, Kind::Map(_)) => Err(misplaced("a map of shards", other)),
        (other, _) if is_shard => Err(misplaced("a shard, which is a map", other)),
        // An object around shards may be anything while it has none.
        (_, _) => Ok(()),
    }
}

fn misplaced(declared: &str, found: &AttributeValue) -> ValueError {
    ValueError::custom(format!(
        "declared as {declared}, found {}; a null says that there is none",
        type_name(found)
    ))
}
