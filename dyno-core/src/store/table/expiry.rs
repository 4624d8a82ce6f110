//! The attribute by which the objects of a table expire.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Item};

use crate::error::{Error, ErrorKind, Result};
use crate::key::KeyKind;
use crate::plan::{Decisions, expiry_attribute, unique_fields};
use crate::shape::{FieldShape, Kind, Privacy, Role, Shape, TableShape, fits};
use crate::store::operation::Operation;

/// A time that every field by which objects expire can hold, in seconds since 1970.
const SOME_TIME: &str = "1700000000";

/// Refuses an attribute that never holds a time that the service could read.
///
/// # Errors
///
/// [`ErrorKind::InvalidShape`].
pub(super) fn check(operation: &Operation, attribute: &str) -> Result<()> {
    let root = operation.topology.root;
    let refuse = |why: &str| {
        let name = root.name();
        let why = format!("objects cannot expire by `{attribute}`: type `{name}` {why}");
        Err(Error::new(ErrorKind::InvalidShape, why))
    };
    let Some(field) = root.find_field(|field| field.name() == attribute) else {
        return match root.untyped() {
            Some(_) => Ok(()),
            None => refuse("stores no field of that name"),
        };
    };
    if field.field_role() == Role::Shard {
        return refuse(
            "stores that field in an item of its own, and the service looks at the root's; keep the time in the root",
        );
    }
    if is_encrypted(operation, field) {
        return refuse(
            "encrypts that field, and the service sees no time; keep the time in a field in clear",
        );
    }
    if !holds_a_time(field.kind()) {
        return refuse(
            "has a field of that name that cannot hold a time as the service reads it, a number of seconds since 1970; \
             keep the time in a field of type `u64`",
        );
    }
    if !field.says_expiry() && holds_parts_of_seconds(field.kind()) {
        return refuse(
            "has a field of that name that stores parts of a second, and the service reads a number of seconds since 1970 without; \
             mark the field `#[dyno(ttl)]`, or keep the time in a field of type `u64`",
        );
    }
    Ok(())
}

/// Refuses an attribute that objects with guards store: the service would remove them, and leave the guards.
///
/// # Errors
///
/// [`ErrorKind::InvalidShape`].
pub(super) fn check_unguarded(shape: &'static Shape, attribute: &str) -> Result<()> {
    let stores_it = shape
        .find_field(|field| field.name() == attribute)
        .is_some();
    match unique_fields(shape).next() {
        Some((unique, _)) if stores_it => {
            let why = format!(
                "objects cannot expire by `{attribute}`: type `{}` stores it and has the unique field `{}`, and the service would \
                 remove the object and leave the item that guards its value; take `unique` off, or keep the time in another attribute",
                shape.name(),
                unique.name()
            );
            Err(Error::new(ErrorKind::InvalidShape, why))
        }
        Some(_) | None => Ok(()),
    }
}

/// Refuses another attribute than that of the type's field.
///
/// # Errors
///
/// [`ErrorKind::InvalidShape`].
pub(super) fn check_declared(operation: &Operation, attribute: &str) -> Result<()> {
    let root = operation.topology.root;
    match expiry_attribute(root) {
        Some(declared) if declared != attribute => {
            let name = root.name();
            let why = format!(
                "objects cannot expire by `{attribute}`: type `{name}` says that they do by `{declared}` (`#[dyno(ttl)]`), and a \
                 table has one such attribute; leave out what the call says"
            );
            Err(Error::new(ErrorKind::InvalidShape, why))
        }
        Some(_) | None => Ok(()),
    }
}

/// Refuses types of one table of which one expires by an attribute that another stores, too: the service would remove both.
///
/// # Errors
///
/// [`ErrorKind::InvalidShape`].
pub(super) fn check_together(shapes: &[&'static Shape]) -> Result<()> {
    let expiring = shapes
        .iter()
        .filter_map(|shape| Some((shape, expiry_attribute(shape)?)));
    for (expires, attribute) in expiring {
        let (name, table) = (expires.name(), expires.table().map(TableShape::name));
        let in_table = |other: &&&'static Shape| other.table().map(TableShape::name) == table;
        for other in shapes.iter().filter(in_table) {
            let field = other.find_field(|field| field.name() == attribute);
            let removed = field.filter(|field| {
                !field.says_expiry()
                    && field.field_role() != Role::Shard
                    && field.privacy() != Privacy::Encrypted
                    && holds_a_time(field.kind())
            });
            if removed.is_some() {
                let why = format!(
                    "types `{name}` and `{}` share a table, and `{name}` expires by `{attribute}`, which `{}` stores without `ttl`: \
                     the service would remove its objects, too; rename one of the fields, `#[dyno(rename = \"..\")]`",
                    other.name(),
                    other.name()
                );
                let error = Error::new(ErrorKind::InvalidShape, why);
                return Err(error.in_table(table.unwrap_or_default()));
            }
        }
    }
    Ok(())
}

fn holds_a_time(kind: Kind) -> bool {
    match kind {
        Kind::Key { kind, .. } => kind == KeyKind::N,
        kind => fits(kind, AttributeValue::N(SOME_TIME.to_owned())).is_ok(),
    }
}

fn holds_parts_of_seconds(kind: Kind) -> bool {
    let with_half = format!("{SOME_TIME}.5");
    matches!(kind, Kind::Scalar(_)) && fits(kind, AttributeValue::N(with_half)).is_ok()
}

/// Whether the mark of the field says so, or the loader, of objects of any key.
fn is_encrypted(operation: &Operation, field: &FieldShape) -> bool {
    if operation.topology.table.has_key(field.name()) {
        return false;
    }
    let path = FieldPath::root().key(field.name());
    let nothing = Item::new();
    let marked = !Decisions::is_clear(&path, None, &nothing, operation.topology.root, None);
    let asked = operation.loader().is_some_and(|loader| {
        loader.encryption_key(&path, &nothing).is_some()
            || loader.encryption_key_id(&path, &nothing).is_some()
    });
    marked || (asked && field.privacy() != Privacy::Plain)
}
