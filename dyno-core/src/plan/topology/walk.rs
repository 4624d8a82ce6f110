//! Finds the shards of a shape.

use super::invalid_shape;
use crate::error::Result;
use crate::key::KeyKind;
use crate::plan::shard::{Collection, Place, Placing, ShardField};
use crate::shape::{Body, Element, FieldShape, Identity, Kind, Role, Shape};

/// The walk over a shape that finds its shards.
pub(super) struct Walk {
    pub(super) root_sort: Option<KeyKind>,
    pub(super) found: Vec<ShardField>,
    pub(super) recursive: bool,
    pub(super) stack: Vec<Identity>,
}

impl Walk {
    pub(super) fn object(&mut self, shape: &'static Shape, place: &Place) -> Result<()> {
        self.stack.push(shape.identity());
        for field in shape.all_fields() {
            self.field(shape, field, place)?;
        }
        self.stack.pop();
        Ok(())
    }

    fn field(
        &mut self,
        owner: &'static Shape,
        field: &'static FieldShape,
        around: &Place,
    ) -> Result<()> {
        let role = field.field_role();
        if field.is_lazy() && role != Role::Shard {
            let why = format!(
                "has the lazy field `{}`, which is no shard; mark it `#[dyno(shard)]`",
                field.name()
            );
            return Err(invalid_shape(owner, &why));
        }
        let place = if role == Role::Flatten {
            around.clone()
        } else {
            around.field(field)
        };
        match field.kind() {
            Kind::Object(child) if role == Role::Shard => self.shard(owner, field, child, &place),
            Kind::List(element) if role == Role::Shard => {
                self.collection(owner, field, element, &place.each(Collection::List))
            }
            Kind::Map(element) if role == Role::Shard => {
                self.collection(owner, field, element, &place.each(Collection::Map))
            }
            Kind::Object(child) if role == Role::Flatten => {
                if matches!(child.body(), Body::Enum(_)) && matches!(owner.body(), Body::Struct(_))
                {
                    let why = format!(
                        "flattens the enum `{}`, whose tag has no place of its own",
                        child.name()
                    );
                    return Err(invalid_shape(owner, &why));
                }
                self.embedded(child, &place)
            }
            Kind::Object(child) => self.embedded(child, &place),
            Kind::List(element) | Kind::Map(element) => check_element(owner, field, element),
            Kind::Key { .. } | Kind::Lazy(_) | Kind::Opaque(_) | Kind::Scalar(_) => Ok(()),
        }
    }

    fn embedded(&mut self, child: &'static Shape, place: &Place) -> Result<()> {
        if self.stack.contains(&child.identity()) {
            self.recursive |= Kind::Object(child).holds_shards();
            return Ok(());
        }
        self.object(child, place)
    }

    fn collection(
        &mut self,
        owner: &'static Shape,
        field: &'static FieldShape,
        element: Element,
        each: &Place,
    ) -> Result<()> {
        let Kind::Object(child) = element.kind() else {
            let why = format!(
                "keeps values without a table in the shards `{}`; derive `DyObject` on their type and name a table",
                field.name()
            );
            return Err(invalid_shape(owner, &why));
        };
        self.shard(owner, field, child, each)
    }

    fn shard(
        &mut self,
        owner: &'static Shape,
        field: &'static FieldShape,
        child: &'static Shape,
        place: &Place,
    ) -> Result<()> {
        let Some(shard) = ShardField::at(place, field, child) else {
            return Err(invalid_shape(child, "is a shard without a table"));
        };
        check_shard(owner, child, &shard, self.root_sort)?;
        let inside = place.inside(&shard);
        self.found.push(shard);
        if self.stack.contains(&child.identity()) {
            self.recursive = true;
            return Ok(());
        }
        self.object(child, &inside)
    }
}

fn check_shard(
    owner: &'static Shape,
    child: &'static Shape,
    shard: &ShardField,
    root_sort: Option<KeyKind>,
) -> Result<()> {
    let table = &shard.table;
    let key_field = child
        .all_fields()
        .find(|field| matches!(field.field_role(), Role::PartitionKey | Role::SortKey));
    let names = [Some(table.key_name()), table.sort_name()];
    let taken = names
        .into_iter()
        .flatten()
        .find_map(|name| child.find_field(|field| field.answers_to(name)));
    if let Some(field) = key_field.or(taken) {
        let why = format!(
            "is a shard of `{}`, so its key `{}` holds the shard's place and cannot be a field",
            owner.name(),
            field.name()
        );
        return Err(invalid_shape(child, &why));
    }
    if let Some(templates) = child.key_templates() {
        let why = format!(
            "is a shard of `{}`, so its key holds the shard's place and cannot be made of {}",
            owner.name(),
            templates.text()
        );
        return Err(invalid_shape(child, &why));
    }
    if shard.placing == Placing::Beside && root_sort.is_some_and(|kind| kind != KeyKind::S) {
        let why = format!(
            "keeps shard `{}` in the table of the root, whose sort key is no string and cannot hold the shard's id; \
             give the shard a table of its own",
            shard.id
        );
        return Err(invalid_shape(owner, &why));
    }
    if shard.independent && Kind::Object(child).holds_shards() {
        let why = format!(
            "has the independent shard `{}` with shards of its own; a version of its own covers one item only",
            shard.id
        );
        return Err(invalid_shape(owner, &why));
    }
    Ok(())
}

fn check_element(
    owner: &'static Shape,
    field: &'static FieldShape,
    element: Element,
) -> Result<()> {
    if element.kind().holds_shards() {
        let why = format!(
            "keeps objects with shards in the list or map `{}`; mark the field `#[dyno(shard)]`, so that each \
             of them has an identity",
            field.name()
        );
        return Err(invalid_shape(owner, &why));
    }
    Ok(())
}
