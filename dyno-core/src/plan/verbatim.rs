//! Objects whose item holds what their fields say, attribute by attribute: nothing of it is sealed, made or kept by the mapper.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_crypto::holds_envelope;
use dyno_value::Item;

use super::address::KeyKinds;
use super::of_type::plain_tag;
use super::root::{Found, RootState};
use crate::key::KeyKind;
use crate::reserved;
use crate::shape::{Body, FieldShape, Kind, ObjectReader, Role, Shape, TableShape};

/// Whether an unmanaged object of the shape is that, where no loader has a say.
pub(super) fn is_verbatim(shape: &'static Shape) -> bool {
    let says_more = |field: &FieldShape| {
        field.field_role() == Role::Flatten
            || field.duty().is_some()
            || field.guards().is_some()
            || field.search().is_some()
    };
    match shape.body() {
        Body::Struct(fields) => shape.untyped().is_none() && !fields.iter().any(says_more),
        Body::Enum(_) => false,
    }
}

/// Tells items of such objects from those that take a closer look.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Verbatim {
    shape: &'static Shape,
    tag: Option<(&'static str, &'static str)>,
    keys: [Option<(&'static str, KeyKind)>; 2],
    /// Whether the key is made of fields that are attributes by themselves.
    has_key_fields: bool,
    /// Whether each field that is a key is read from any text.
    keys_are_texts: bool,
}

impl Verbatim {
    /// Of the shape's own table.
    pub(crate) fn of(shape: &'static Shape, table: &'static TableShape) -> Self {
        let kinds = KeyKinds::of(shape);
        let key = |name, kind: Option<KeyKind>| (name, kind.unwrap_or(KeyKind::S));
        let sort = table.sort_name().map(|name| key(name, kinds.sort));
        Self {
            shape,
            tag: plain_tag(shape),
            keys: [Some(key(table.key_name(), kinds.partition)), sort],
            keys_are_texts: shape
                .all_fields()
                .filter(|field| field.is_key())
                .all(|field| matches!(field.kind(), Kind::Key { is_text: true, .. })),
            has_key_fields: kinds.partition.is_some() && (sort.is_none() || kinds.sort.is_some()),
        }
    }

    /// Who reads an object of the shape, and has no item yet.
    #[inline]
    pub(crate) fn reader<'a>(&self) -> ObjectReader<'a> {
        ObjectReader::of_nothing(self.shape)
    }

    /// Lets it read an item that is that of such an object for certain, and leaves the item without its texts. What is not may be one all the
    /// same, and stays as it is.
    pub(crate) fn read<'a>(&self, item: &'a mut Item, reader: &mut ObjectReader<'a>) -> bool {
        let has_keys = self.has_key_fields || self.has_keys(item);
        let is_of_type =
            self.tag.is_none() || matches!(RootState::read(item, self.shape), Ok(Found::Foreign));
        if !has_keys || !is_of_type {
            return false;
        }
        let takes = |name: &str, value: &AttributeValue, is_claimed: bool| {
            let is_mappers =
                !is_claimed && reserved::is_reserved(name) && !self.is_tag(name, value);
            !(is_mappers || may_hold_envelope(value) && holds_envelope(value))
        };
        reader.drain(item, self.keys_are_texts, takes)
    }

    /// Whether an item has keys of the right types; where fields are keys, reading them tells it.
    fn has_keys(&self, item: &Item) -> bool {
        let mut keys = self.keys.iter().flatten();
        keys.all(|(key, kind)| item.get(*key).is_some_and(|value| is_of(*kind, value)))
    }

    /// Whether the object is written as the item that it was read from, of which so many attributes are those that its fields write.
    pub(crate) fn is_as_written(&self, item: &Item, attributes: usize) -> bool {
        let tags = usize::from(
            self.tag
                .is_some_and(|(attribute, _)| item.contains_key(attribute)),
        );
        self.has_key_fields
            && tags == usize::from(self.tag.is_some())
            && attributes + tags == item.len()
    }

    fn is_tag(&self, name: &str, value: &AttributeValue) -> bool {
        self.tag.is_some_and(|(attribute, tag)| {
            name == attribute && value.as_s().is_ok_and(|said| said == tag)
        })
    }
}

fn may_hold_envelope(value: &AttributeValue) -> bool {
    !matches!(
        value,
        AttributeValue::S(_) | AttributeValue::N(_) | AttributeValue::Bool(_)
    )
}

fn is_of(kind: KeyKind, value: &AttributeValue) -> bool {
    match kind {
        KeyKind::B => value.is_b(),
        KeyKind::N => value.is_n(),
        KeyKind::S => value.is_s(),
    }
}
