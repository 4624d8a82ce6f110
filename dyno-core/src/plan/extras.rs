//! Attributes that no field claims: taken from what is loaded, and put back into what is saved, so that an older
//! program loses nothing that a newer one wrote. Inside the elements of lists and the entries of maps
//! they are not kept.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::Item;

use super::split::fields_in;
use crate::reserved;
use crate::shape::{Kind, Role, Shape};

/// The attributes of an object that no field claims, and those of the objects inside it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Extras {
    own: Item,
    inside: BTreeMap<String, Self>,
}

impl Extras {
    /// Moves the attributes out of a tree in clear.
    pub(crate) fn take(tree: &mut Item, shape: &'static Shape) -> Self {
        let mut extras = Self::default();
        let mut later: Vec<_> = tree
            .keys()
            .filter(|name| reserved::is_reserved(name) && !reserved::is_known(name))
            .cloned()
            .collect();
        later.sort_unstable();
        extras.own = later
            .into_iter()
            .filter_map(|name| tree.remove_entry(&name))
            .collect();
        if !collects_all(shape) {
            let claimed = |name: &str| {
                reserved::is_reserved(name)
                    || shape.find_field(|field| field.answers_to(name)).is_some()
            };
            let mut unclaimed: Vec<_> =
                tree.keys().filter(|name| !claimed(name)).cloned().collect();
            unclaimed.sort_unstable();
            let unclaimed = unclaimed
                .into_iter()
                .filter_map(|name| tree.remove_entry(&name));
            extras.own.extend(unclaimed);
        }
        for_each_object(tree, shape, &mut |name, inner, child| {
            let inside = Self::take(inner, child);
            if !inside.own.is_empty() || !inside.inside.is_empty() {
                extras.inside.insert(name.to_owned(), inside);
            }
        });
        extras
    }

    /// Puts the attributes back where the objects around them still are, and their names are free.
    pub(crate) fn restore(&self, tree: &mut Item, shape: &'static Shape) {
        let mut names: Vec<_> = self
            .own
            .keys()
            .filter(|name| !tree.contains_key(*name))
            .collect();
        names.sort_unstable();
        tree.extend(
            names
                .into_iter()
                .filter_map(|name| self.own.get_key_value(name))
                .map(|(name, value)| (name.clone(), value.clone())),
        );
        if self.inside.is_empty() {
            return;
        }
        for_each_object(tree, shape, &mut |name, inner, child| {
            if let Some(inside) = self.inside.get(name) {
                inside.restore(inner, child);
            }
        });
    }
}

/// Visits the objects that the fields of an object hold, embedded or as shards.
pub(super) fn for_each_object(
    item: &mut Item,
    shape: &'static Shape,
    visit: &mut dyn FnMut(&str, &mut Item, &'static Shape),
) {
    for field in fields_in(item, shape) {
        let Some(child) = field.child() else { continue };
        if field.field_role() == Role::Flatten {
            for_each_object(item, child, visit);
        } else if let Some(AttributeValue::M(inner)) = item.get_mut(field.name()) {
            visit(field.name(), inner, child);
        }
    }
}

/// Whether every attribute that no field claims is taken: by a flattened map, or because no type says otherwise.
fn collects_all(shape: &'static Shape) -> bool {
    shape.untyped().is_some()
        || shape
            .all_fields()
            .any(|field| match (field.field_role(), field.kind()) {
                (Role::Flatten, Kind::Object(inner)) => collects_all(inner),
                (Role::Flatten, _) => true,
                _ => false,
            })
}
