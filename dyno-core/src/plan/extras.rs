//! Attributes that no field claims: taken from what is loaded, and put back into what is saved, so that an older
//! program loses nothing that a newer one wrote. Inside the elements of lists and the entries of maps
//! they are not kept.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::Item;

use super::split::fields_in;
use crate::reserved;
use crate::shape::{Kind, Role, Shape, is_unloaded};

/// The attributes of an object that no field claims, and those of the objects inside it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Extras {
    own: Item,
    /// By the field, and by the entry if it is a collection of shards.
    inside: BTreeMap<(String, Option<String>), Self>,
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
        for_each_object(tree, shape, &mut |place, inner, child| {
            let inside = Self::take(inner, child);
            if !inside.own.is_empty() || !inside.inside.is_empty() {
                extras.inside.insert(place, inside);
            }
        });
        extras
    }

    /// Leaves an attribute of the object out of what is put back.
    pub(crate) fn forget(&mut self, name: &str) {
        self.own.remove(name);
    }

    /// Adds what was found in parts that were loaded later.
    pub(crate) fn add(&mut self, later: Self) {
        self.own.extend(later.own);
        for (place, inside) in later.inside {
            self.inside.entry(place).or_default().add(inside);
        }
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
        for_each_object(tree, shape, &mut |place, inner, child| {
            if let Some(inside) = self.inside.get(&place) {
                inside.restore(inner, child);
            }
        });
    }
}

/// Is shown the name of a field, the key of an entry if the field is a collection, and the object there.
pub(super) type Visit<'a> = &'a mut dyn FnMut((String, Option<String>), &mut Item, &'static Shape);

/// Visits the objects that the fields of an object hold, embedded, as shards or as entries of a collection of shards.
pub(super) fn for_each_object(item: &mut Item, shape: &'static Shape, visit: Visit<'_>) {
    for field in fields_in(item, shape) {
        let name = field.name();
        match (field.field_role(), field.kind()) {
            (Role::Flatten, Kind::Object(child)) => for_each_object(item, child, visit),
            (Role::Flatten, _) => {}
            (_, Kind::Object(child)) => {
                if let Some(AttributeValue::M(inner)) = item.get_mut(name)
                    && !is_unloaded(inner)
                {
                    visit((name.to_owned(), None), inner, child);
                }
            }
            (Role::Shard, Kind::List(element) | Kind::Map(element)) => {
                let (Some(AttributeValue::M(entries)), Kind::Object(child)) =
                    (item.get_mut(name), element.kind())
                else {
                    continue;
                };
                let mut keys: Vec<_> = entries.keys().cloned().collect();
                keys.sort_unstable();
                for key in keys {
                    if let Some(AttributeValue::M(inner)) = entries.get_mut(&key) {
                        visit((name.to_owned(), Some(key)), inner, child);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Whether every attribute that no field claims is taken: by a flattened map, or because no type says otherwise.
pub(super) fn collects_all(shape: &'static Shape) -> bool {
    shape.untyped().is_some()
        || shape
            .all_fields()
            .any(|field| match (field.field_role(), field.kind()) {
                (Role::Flatten, Kind::Object(inner)) => collects_all(inner),
                (Role::Flatten, _) => true,
                _ => false,
            })
}
