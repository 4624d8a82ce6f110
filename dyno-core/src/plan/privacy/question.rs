//! What a shape says about encryption before any value is seen.

use crate::shape::{FieldShape, Kind, Privacy, Role, Shape};

/// Whether sealing the object as one value would also seal a part that must stay apart: a shard, or a plain field.
pub(super) fn must_stay_in_parts(shape: &'static Shape, seen: &mut Vec<*const Shape>) -> bool {
    any_field(shape, seen, |field| {
        field.field_role() == Role::Shard || field.privacy() == Privacy::Plain
    })
}

/// Whether objects of the shape have values that must be encrypted.
pub(crate) fn demands_encryption(shape: &'static Shape, seen: &mut Vec<*const Shape>) -> bool {
    any_field(shape, seen, |field| field.privacy() == Privacy::Encrypted)
}

fn any_field(
    shape: &'static Shape,
    seen: &mut Vec<*const Shape>,
    wanted: impl Fn(&FieldShape) -> bool + Copy,
) -> bool {
    if seen.contains(&std::ptr::from_ref(shape)) {
        return false;
    }
    seen.push(shape);
    shape
        .all_fields()
        .any(|field| wanted(field) || any_field_inside(field.kind(), seen, wanted))
}

fn any_field_inside(
    kind: Kind,
    seen: &mut Vec<*const Shape>,
    wanted: impl Fn(&FieldShape) -> bool + Copy,
) -> bool {
    match kind {
        Kind::List(element) | Kind::Map(element) => any_field_inside(element(), seen, wanted),
        Kind::Object(shape) => any_field(shape, seen, wanted),
        Kind::Key(_) | Kind::Opaque(_) => false,
    }
}
