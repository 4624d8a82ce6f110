//! Which fields can be unique.

use std::collections::HashSet;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::Blob;

use super::invalid_shape;
use crate::error::Result;
use crate::key::KeyKind;
use crate::plan::address::KeyKinds;
use crate::plan::expiry::expiry_attribute;
use crate::plan::unique::unique_fields;
use crate::shape::{FieldShape, Identity, Kind, Shape, TableShape};

/// Refuses unique fields whose values cannot be guarded.
pub(super) fn check_unique(root: &'static Shape, table: &TableShape) -> Result<()> {
    let kinds = KeyKinds::of(root);
    let is_text = |kind: Option<KeyKind>| kind.is_none_or(|kind| kind == KeyKind::S);
    for (field, unique) in unique_fields(root) {
        let name = field.name();
        let why = if let Some(attribute) = expiry_attribute(root) {
            format!(
                "has the unique field `{name}`, and expires by `{attribute}`: the service would remove the object and leave the item \
                 that guards its value; take `ttl` or `unique` off"
            )
        } else if matches!(
            field.kind(),
            Kind::List(_) | Kind::Map(_) | Kind::Object(_) | Kind::Lazy(_)
        ) {
            format!(
                "has the unique field `{name}`, which is no single value; mark a string, a number or a binary"
            )
        } else if never_in_a_key(field.kind()) {
            format!(
                "has the unique field `{name}`, which is no string, number or binary; mark another field, or convert it `with` a module \
                 of yours"
            )
        } else if root
            .all_fields()
            .any(|other| other.name() == name && other.guards().is_none())
        {
            format!(
                "has the field `{name}` in several variants, unique in some of them only; mark it in all, or give it another name \
                 where it is not"
            )
        } else if unique.table().is_none() && !(is_text(kinds.partition) && is_text(kinds.sort)) {
            format!(
                "has the unique field `{name}`, and the keys of table `{}` are not strings, which those of the items that guard its \
                 values are; give these a table of their own: `unique(table = \"..\", key = \"..\")`",
                table.name()
            )
        } else {
            continue;
        };
        return Err(invalid_shape(root, &why));
    }
    Ok(())
}

/// Whether values of this kind are booleans or sets.
fn never_in_a_key(kind: Kind) -> bool {
    let text = || vec!["1".to_owned()];
    let samples = [
        AttributeValue::Bool(true),
        AttributeValue::Ss(text()),
        AttributeValue::Ns(text()),
        AttributeValue::Bs(vec![Blob::new("1")]),
    ];
    let Kind::Scalar(fits) = kind else {
        return false;
    };
    samples.into_iter().any(|sample| fits(sample).is_ok())
}

/// Refuses unique fields of objects that are not stored by themselves, however deep they are.
#[derive(Default)]
pub(super) struct UniqueInside {
    seen: HashSet<Identity>,
}

impl UniqueInside {
    pub(super) fn object(&mut self, owner: &'static Shape) -> Result<()> {
        if !self.seen.insert(owner.identity()) {
            return Ok(());
        }
        let mut fields = owner.all_fields();
        fields.try_for_each(|field| self.kind(owner, field, field.kind()))
    }

    fn kind(
        &mut self,
        owner: &'static Shape,
        field: &'static FieldShape,
        kind: Kind,
    ) -> Result<()> {
        match kind {
            Kind::Lazy(element) | Kind::List(element) | Kind::Map(element) => {
                self.kind(owner, field, element.kind())
            }
            Kind::Object(child) => match unique_fields(child).next() {
                None => self.object(child),
                Some((unique, _)) => {
                    let why = format!(
                        "holds a `{}` in `{}`, whose field `{}` is unique; only fields of an object that is saved by itself can be: \
                         take `unique` off, or store a type without it",
                        child.name(),
                        field.name(),
                        unique.name()
                    );
                    Err(invalid_shape(owner, &why))
                }
            },
            Kind::Key { .. } | Kind::Opaque(_) | Kind::Scalar(_) => Ok(()),
        }
    }
}
