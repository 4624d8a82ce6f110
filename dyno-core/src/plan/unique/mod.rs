//! The items that keep the values of fields unique: one for each value that an object has.
//!
//! `docs/format/unique-v1.md` describes them.

mod key;

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Item};

use self::key::{BEGINNING, key_beginning, key_text};
use super::{Address, Format};
use crate::error::{Error, ErrorKind, Result};
use crate::expr::Node;
use crate::key::{Key, KeyValue};
use crate::reserved;
use crate::shape::{Body, FieldShape, Shape, TableShape, UniqueShape};

/// The type tag of a guard, which no type has.
const TAG: &str = "#unique";

/// The sort key of guards in a table that has one.
const SORT: &str = "#";

/// The guards of one object.
#[derive(Clone, Debug)]
pub(crate) struct Guards {
    shape: &'static Shape,
    table: &'static TableShape,
    owner: AttributeValue,
}

/// The values of an object's unique fields, by field.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Claims(BTreeMap<&'static str, Claim>);

/// A value of a unique field.
#[derive(Clone, Debug, PartialEq)]
struct Claim {
    value: AttributeValue,
    /// Where its guard stands; a stored value of which there cannot be one has none.
    guard: Option<Address>,
}

/// A guard that is needed, or needed no more.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UniqueGuard<'a> {
    pub(crate) field: &'static str,
    pub(crate) address: &'a Address,
}

/// The unique fields of a type.
pub(crate) fn unique_fields(
    shape: &'static Shape,
) -> impl Iterator<Item = (&'static FieldShape, &'static UniqueShape)> {
    let fields = shape.all_fields();
    fields.filter_map(|field| Some((field, field.guards()?)))
}

/// Whether values of the type have guards.
pub(crate) fn has_unique_fields(shape: &'static Shape) -> bool {
    unique_fields(shape).next().is_some()
}

/// The values of the unique fields of an item.
pub(crate) fn unique_values(shape: &'static Shape, item: &Item) -> Item {
    let fields = fields_of(shape, item);
    let values = fields.filter_map(|(field, _)| item.get_key_value(field.name()));
    let values = values.map(|(name, value)| (name.clone(), value.clone()));
    let tag = item.get_key_value(reserved::TYPE);
    let tag = tag.map(|(name, value)| (name.clone(), value.clone()));
    values.chain(tag).collect()
}

/// Refuses to have the program write a unique field by itself.
///
/// # Errors
///
/// The path is that of one, of any variant.
pub(crate) fn check_unique_write(shape: &'static Shape, path: &FieldPath) -> Result<()> {
    let mut fields = unique_fields(shape);
    let root = FieldPath::root();
    match fields.find(|(field, _)| path.starts_with(&root.key(field.name()))) {
        None => Ok(()),
        Some(_) => Err(Error::new(
            ErrorKind::InvalidPath,
            "is unique, and whoever writes it must know the value that it has, to give that up; load, change and save the object",
        )
        .at_path(path.clone())),
    }
}

/// The unique fields of the struct, or of the item's variant.
fn fields_of(
    shape: &'static Shape,
    item: &Item,
) -> impl Iterator<Item = (&'static FieldShape, &'static UniqueShape)> {
    let tag = item.get(reserved::TYPE).and_then(|tag| tag.as_s().ok());
    let fields = shape.fields_of(tag.map(String::as_str)).iter();
    fields.filter_map(|field| Some((field, field.guards()?)))
}

/// Refuses to store an object where a guard of its type could stand, which would then guard nothing.
///
/// # Errors
///
/// [`ErrorKind::InvalidKey`].
pub(crate) fn check_not_a_guard(shape: &'static Shape, key: &Key) -> Result<()> {
    let is_guarded = has_unique_fields(shape);
    match key.partition() {
        KeyValue::S(text) if is_guarded && text.starts_with(BEGINNING) => Err(Error::new(
            ErrorKind::InvalidKey,
            format!(
                "the key begins with `{BEGINNING}`, as those of the items that guard unique values do; take another one"
            ),
        )),
        KeyValue::B(_) | KeyValue::N(_) | KeyValue::S(_) => Ok(()),
    }
}

impl Guards {
    /// Those of the object at this place; `None` if its type has no unique fields.
    pub(crate) fn of(
        shape: &'static Shape,
        table: &'static TableShape,
        root: &Address,
    ) -> Option<Self> {
        unique_fields(shape).next()?;
        let owner = root.parts().map(|(_, value)| value.to_value());
        Some(Self {
            shape,
            table,
            owner: AttributeValue::L(owner.collect()),
        })
    }

    /// What an object claims that is to be written.
    ///
    /// # Errors
    ///
    /// A value cannot be guarded: it is no string, number or binary, or its guard would have too long a key.
    pub(crate) fn claims(&self, item: &Item) -> Result<Claims> {
        let fields = fields_of(self.shape, item);
        let claim = |(field, unique): (&'static FieldShape, &UniqueShape)| {
            let value = item.get(field.name()).filter(|value| !value.is_null())?;
            let guard = self.guard(field.name(), unique, value);
            let guard = guard.map_err(|error| error.at_path(Self::path(field.name())));
            Some(guard.map(|guard| (field.name(), Claim::new(value, Some(guard)))))
        };
        fields.filter_map(claim).collect::<Result<_>>().map(Claims)
    }

    /// What an object claims that is stored.
    pub(crate) fn claims_of_stored(&self, item: &Item) -> Claims {
        let fields = fields_of(self.shape, item);
        let claim = |(field, unique): (&'static FieldShape, &UniqueShape)| {
            let value = item.get(field.name())?;
            let guard = self.guard(field.name(), unique, value).ok();
            Some((field.name(), Claim::new(value, guard)))
        };
        Claims(fields.filter_map(claim).collect())
    }

    /// Whether the stored object has the value of this guard, of whatever variant it is.
    pub(crate) fn may_claim(&self, item: &Item, guard: &Address) -> bool {
        unique_fields(self.shape).any(|(field, unique)| {
            let value = item.get(field.name());
            let own = value.map(|value| self.guard(field.name(), unique, value));
            matches!(own, Some(Ok(own)) if own == *guard)
        })
    }

    /// Refuses an object with values of which nobody knows whether they are unique.
    ///
    /// # Errors
    ///
    /// It is of a variant that the enum does not have, or has values and says none.
    pub(crate) fn check_variant(&self, item: &Item) -> Result<()> {
        let Body::Enum(variants) = self.shape.body() else {
            return Ok(());
        };
        let tag = item.get(reserved::TYPE);
        let has_values =
            || unique_fields(self.shape).any(|(field, _)| item.contains_key(field.name()));
        let what = match tag.map(AttributeValue::as_s) {
            None if !has_values() => return Ok(()),
            Some(Ok(tag)) if variants.iter().any(|variant| variant.answers_to(tag)) => {
                return Ok(());
            }
            Some(Ok(tag)) => format!("is of the variant `{tag}`, which the type does not have"),
            None | Some(Err(_)) => "does not say of which variant it is".to_owned(),
        };
        Err(Error::new(
            ErrorKind::TypeMismatch,
            format!(
                "the stored object {what}, so that its values cannot be guarded; the guards that they have were left. Guard the values with \
                 the program that stored it, or save the object with this one"
            ),
        ))
    }

    /// That what stands at the object's place claims this, and nothing else.
    pub(crate) fn supposing(&self, claims: &Claims) -> Vec<Node> {
        let value = |name: &str| claims.0.get(name).map(|claim| &claim.value);
        has_exactly(self.shape, value)
    }

    /// That the values of all unique fields are those of this item, and the type that it says, or that there are none.
    pub(crate) fn as_read(shape: &'static Shape, item: Option<&Item>) -> Node {
        let read = |name: &str| item?.get(name);
        let kind = [reserved::TYPE, reserved::TAG, reserved::STATE];
        let kind = kind.map(|name| has(name, read(name)));
        Node::All(has_exactly(shape, read).into_iter().chain(kind).collect())
    }

    /// The item of a guard.
    pub(crate) fn item(&self, address: &Address) -> Item {
        let tag = AttributeValue::S(TAG.to_owned());
        let own = [
            (reserved::FORMAT, Format::PRESENT.to_value()),
            (reserved::TYPE, tag.clone()),
            (reserved::TAG, tag),
            (reserved::OWNER, self.owner.clone()),
        ];
        let mut item = address.to_item();
        item.extend(own.map(|(name, value)| (name.to_owned(), value)));
        item
    }

    /// The key of the object, as its guards hold it.
    pub(crate) fn owner(&self) -> &AttributeValue {
        &self.owner
    }

    /// The field as an error names it.
    pub(crate) fn path(field: &str) -> FieldPath {
        FieldPath::root().key(field)
    }

    fn guard(&self, field: &str, unique: &UniqueShape, value: &AttributeValue) -> Result<Address> {
        let (table, own) = stands(unique, self.table);
        let text = key_text(own, self.shape.type_tag(), field, value)?;
        let mut key = Key::new(text);
        if table.sort_name().is_some() {
            key = key.with_sort(SORT);
        }
        Address::of_text(table, self.table.region_name(), &key)
    }
}

impl Claim {
    fn new(value: &AttributeValue, guard: Option<Address>) -> Self {
        Self {
            value: value.clone(),
            guard,
        }
    }
}

impl Claims {
    /// The guards that these need and those do not have.
    pub(crate) fn beyond<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = UniqueGuard<'a>> {
        let has = |field: &str, address: &Address| {
            let claim = other.0.get(field);
            claim.and_then(|claim| claim.guard.as_ref()) == Some(address)
        };
        let claims = self.0.iter().filter_map(|(field, claim)| {
            Some(UniqueGuard {
                field,
                address: claim.guard.as_ref()?,
            })
        });
        claims.filter(move |guard| !has(guard.field, guard.address))
    }

    /// Takes out what the object claims without having its guard.
    pub(crate) fn give_up(&mut self, field: &str) {
        if let Some(claim) = self.0.get_mut(field) {
            claim.guard = None;
        }
    }

    /// Whether both have the same values.
    pub(crate) fn are_values_of(&self, other: &Self) -> bool {
        let values = |claims: &Self| {
            let claims = claims.0.iter();
            let values = claims.map(|(field, claim)| (*field, claim.value.clone()));
            values.collect::<Vec<_>>()
        };
        values(self) == values(other)
    }
}

/// The key of the object that has the guard.
pub(crate) fn owner_of(guard: &Item) -> Option<Key> {
    let parts = guard.get(reserved::OWNER)?.as_l().ok()?;
    let mut parts = parts.iter().map(KeyValue::from_value);
    let key = Key::new(parts.next()??);
    match parts.next() {
        None => Some(key),
        Some(sort) => Some(key.with_sort(sort?)),
    }
}

/// That every unique field, of any variant, has this value, or none.
fn has_exactly<'a>(
    shape: &'static Shape,
    value: impl Fn(&str) -> Option<&'a AttributeValue>,
) -> Vec<Node> {
    let names: BTreeSet<_> = unique_fields(shape)
        .map(|(field, _)| field.name())
        .collect();
    names
        .into_iter()
        .map(|name| has(name, value(name)))
        .collect()
}

fn has(name: &str, value: Option<&AttributeValue>) -> Node {
    match value {
        None => Node::missing(name),
        Some(value) => Node::equal(name, value.clone()),
    }
}

/// The table of a field's guards, and the name in their keys, of that of the objects.
fn stands<'a>(
    unique: &'a UniqueShape,
    objects: &'a TableShape,
) -> (&'a TableShape, Option<&'a str>) {
    match unique.table() {
        None => (objects, None),
        Some(apart) => (apart, Some(objects.name())),
    }
}

/// The tables of guards that hold no objects.
pub(crate) fn guard_tables(shape: &'static Shape) -> Vec<&'static TableShape> {
    let objects = shape.table().map(TableShape::name);
    let apart = unique_fields(shape).filter_map(|(_, unique)| unique.table());
    let apart = apart.filter(|table| Some(table.name()) != objects);
    let by_name: BTreeMap<_, _> = apart.map(|table| (table.name(), table)).collect();
    by_name.into_values().collect()
}

/// Whether an item of a table is a guard of this type.
pub(crate) fn is_guard(
    shape: &'static Shape,
    objects: &'static TableShape,
    table: &TableShape,
    item: &Item,
) -> bool {
    let Some(Ok(key)) = item.get(table.key_name()).map(AttributeValue::as_s) else {
        return false;
    };
    let says_so = item.get(reserved::TYPE).and_then(|tag| tag.as_s().ok());
    (item.contains_key(reserved::OWNER) || says_so.is_some_and(|tag| tag == TAG))
        && unique_fields(shape).any(|(field, unique)| {
            let (stands, own) = stands(unique, objects);
            let begins = key_beginning(own, shape.type_tag(), field.name());
            stands.name() == table.name() && key.starts_with(&begins)
        })
}
