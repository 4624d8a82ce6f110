//! Which items of a table are of a type: by their tags, and by what their keys begin with.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::Item;

use super::format::damaged;
use crate::error::{Error, ErrorKind, Result};
use crate::expr::Node;
use crate::key::{Key, KeyValue, Template};
use crate::limits;
use crate::reserved;
use crate::shape::{Body, Shape, VariantShape};

/// What an item says of its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said<'a> {
    Ours,
    Nothing,
    Other(&'a str),
    Damaged(&'static str),
}

/// Whether an item is one of a shard, of whatever type.
pub(crate) fn is_of_shard(item: &Item) -> bool {
    [reserved::STAMP, reserved::PIECE]
        .iter()
        .any(|name| item.contains_key(*name))
}

/// Refuses a plain item that is of another type, if plain items of this one say of which they are.
///
/// # Errors
///
/// [`ErrorKind::TypeMismatch`], or [`ErrorKind::Corrupt`] if it says it by something other than a text.
pub(super) fn check_plain(item: &Item, shape: &'static Shape) -> Result<()> {
    if shape.key_templates().is_none() {
        return Ok(());
    }
    match said(item, shape) {
        Said::Other(tag) => Err(of_another_type(tag, shape)),
        Said::Ours | Said::Nothing => check_beginning_of_item(item, shape),
        Said::Damaged(attribute) => {
            check_beginning_of_item(item, shape)?;
            Err(damaged(attribute))
        }
    }
}

/// Refuses a managed root that is of another type.
///
/// # Errors
///
/// [`ErrorKind::TypeMismatch`], or [`ErrorKind::Corrupt`] if it does not say of which type it is.
pub(super) fn check_managed(item: &Item, shape: &'static Shape) -> Result<()> {
    match said(item, shape) {
        Said::Ours => check_beginning_of_item(item, shape),
        Said::Other(tag) => Err(of_another_type(tag, shape)),
        Said::Nothing => Err(damaged(tag_attribute(shape))),
        Said::Damaged(attribute) => Err(damaged(attribute)),
    }
}

/// An enum's `_dy_tag` is its tag, and its `_dy_type` a variant; a struct's `_dy_type` is its tag, and it has no `_dy_tag`.
fn said<'a>(item: &'a Item, shape: &'static Shape) -> Said<'a> {
    let is_tag = |tag: &str| tag == shape.type_tag();
    if shape.untyped().is_some() {
        return said_by(item, tag_attribute(shape), is_tag);
    }
    match shape.body() {
        Body::Struct(_) => match said_by(item, reserved::TAG, |_| false) {
            Said::Nothing => said_by(item, reserved::TYPE, is_tag),
            other => other,
        },
        Body::Enum(variants) => match said_by(item, reserved::TAG, is_tag) {
            Said::Nothing => match said_by(item, reserved::TYPE, |tag| names(variants, tag)) {
                Said::Ours => Said::Nothing,
                other => other,
            },
            tagged => tagged,
        },
    }
}

fn said_by<'a>(
    item: &'a Item,
    attribute: &'static str,
    is_ours: impl FnOnce(&str) -> bool,
) -> Said<'a> {
    match item.get(attribute) {
        None => Said::Nothing,
        Some(AttributeValue::S(tag)) if is_ours(tag) => Said::Ours,
        Some(AttributeValue::S(tag)) => Said::Other(tag),
        Some(_) => Said::Damaged(attribute),
    }
}

fn tags(variants: &'static [VariantShape]) -> impl Iterator<Item = &'static str> {
    let tags = |variant: &'static VariantShape| {
        std::iter::once(variant.tag()).chain(variant.older_tags().iter().copied())
    };
    variants.iter().flat_map(tags)
}

fn names(variants: &'static [VariantShape], tag: &str) -> bool {
    tags(variants).any(|known| known == tag)
}

/// What holds of the tags of exactly those plain items that are of the type; `None` if its plain items do not say it.
pub(crate) fn plain_of_type(shape: &'static Shape) -> Option<Node> {
    shape.key_templates()?;
    let (own_tag, no_tag) = (
        Node::equal(reserved::TYPE, tag(shape)),
        Node::missing(reserved::TAG),
    );
    Some(match shape.body() {
        Body::Struct(_) => Node::All(vec![
            no_tag,
            Node::Any(vec![Node::missing(reserved::TYPE), own_tag]),
        ]),
        Body::Enum(variants) => {
            let tags: Vec<_> = tags(variants)
                .map(|tag| AttributeValue::S(tag.to_owned()))
                .collect();
            let one_of = tags
                .chunks(limits::IN_VALUES)
                .map(|tags| Node::one_of(reserved::TYPE, tags.to_vec()));
            let by_variant = std::iter::once(Node::missing(reserved::TYPE))
                .chain(one_of)
                .collect();
            Node::Any(vec![
                Node::equal(reserved::TAG, tag(shape)),
                Node::All(vec![no_tag, Node::Any(by_variant)]),
            ])
        }
    })
}

/// What holds of the tags of exactly those managed roots that are of the type.
pub(crate) fn managed_of_type(shape: &'static Shape) -> Node {
    let tagged = Node::equal(tag_attribute(shape), tag(shape));
    match no_other_tag(shape) {
        Some(no_other) => Node::All(vec![tagged, no_other]),
        None => tagged,
    }
}

/// What holds of the type's items besides that [`tag_attribute`] is their tag: an enum's variant may have a struct's name.
pub(crate) fn no_other_tag(shape: &'static Shape) -> Option<Node> {
    let is_struct = shape.key_templates().is_some() && !shape.names_variant();
    is_struct.then(|| Node::missing(reserved::TAG))
}

fn tag(shape: &Shape) -> AttributeValue {
    AttributeValue::S(shape.type_tag().to_owned())
}

/// Refuses a key that no object of the type has, by what the type's key templates begin with.
///
/// # Errors
///
/// [`ErrorKind::TypeMismatch`].
pub(crate) fn check_beginning(key: &Key, shape: &'static Shape) -> Result<()> {
    let parts = std::iter::once(key.partition()).chain(key.sort());
    let texts: Vec<_> = parts.map(text_of).collect();
    check_beginnings("the key", &texts, shape)
}

fn text_of(part: &KeyValue) -> Option<&str> {
    match part {
        KeyValue::S(text) => Some(text),
        _ => None,
    }
}

fn check_beginning_of_item(item: &Item, shape: &'static Shape) -> Result<()> {
    let Some(table) = shape.table() else {
        return Ok(());
    };
    let text = |name| item.get(name)?.as_s().ok().map(String::as_str);
    let texts: Vec<_> = table.key_names().into_iter().map(text).collect();
    check_beginnings("the item with this key", &texts, shape)
}

fn check_beginnings(whose: &str, texts: &[Option<&str>], shape: &'static Shape) -> Result<()> {
    let (Some(templates), Some(table)) = (shape.key_templates(), shape.table()) else {
        return Ok(());
    };
    let mut keys = table
        .key_names()
        .into_iter()
        .zip(templates.all())
        .zip(texts.iter().copied());
    let begins_otherwise = |((_, template), text): &((&str, Template), Option<&str>)| {
        text.is_some_and(|text| !template.may_make(text))
    };
    match keys.find(begins_otherwise) {
        None => Ok(()),
        Some(((name, template), _)) => {
            let (differs, does) = if template.is_fixed() {
                ("is not that", "")
            } else {
                ("does not begin as that", " does")
            };
            let why = format!(
                "the `{name}` of {whose} {differs} of a `{}`{does}, `{}`",
                shape.type_tag(),
                template.text()
            );
            Err(Error::new(ErrorKind::TypeMismatch, why))
        }
    }
}

/// The error of an item that is not of the type that was asked for.
fn of_another_type(found: &str, shape: &Shape) -> Error {
    let why = format!(
        "the item with this key is a `{found}`, not a `{}`",
        shape.type_tag()
    );
    Error::new(ErrorKind::TypeMismatch, why)
}

/// The type tag that a plain item of this type has, and the attribute that holds it: types with key templates share tables.
pub(crate) fn plain_tag(shape: &Shape) -> Option<(&'static str, &'static str)> {
    shape
        .key_templates()
        .map(|_| (tag_attribute(shape), shape.type_tag()))
}

/// Adds the type tag that a plain item of this type has.
pub(crate) fn write_plain_tag(item: &mut Item, shape: &Shape) {
    if let Some((attribute, tag)) = plain_tag(shape) {
        item.insert(attribute.to_owned(), AttributeValue::S(tag.to_owned()));
    }
}

/// The attribute of a root item that holds its type tag: an enum's `_dy_type` holds the variant.
pub(crate) fn tag_attribute(shape: &Shape) -> &'static str {
    if shape.names_variant() {
        reserved::TAG
    } else {
        reserved::TYPE
    }
}
