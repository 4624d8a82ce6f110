//! What the secondary indexes of a table take as keys.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Item, type_name};

use super::made::index_made_of;
use super::{Bodies, Decisions, ShardBody, ShardField, checked_part};
use crate::error::{Error, ErrorKind, Result};
use crate::key::{KeyValue, Template};
use crate::shape::{IndexPart, SecondaryShape, Shape, TableShape};

/// Why nothing finds by a field in clear, if it is the key of a secondary index: how to query that.
pub(crate) fn not_found_by(shape: &'static Shape, path: &FieldPath) -> Option<Error> {
    let is_it = |part: &IndexPart| FieldPath::root().key(part.name()) == *path;
    let is_key = |index: &&SecondaryShape| index.key().iter().any(is_it);
    let is_sort = |index: &&SecondaryShape| index.sort().first().is_some_and(is_it);
    let indexes = || shape.secondary().iter();
    let index = indexes().find(is_key).or_else(|| indexes().find(is_sort))?;
    let (what, rest) = match is_key(&index) {
        true if index.key().len() > 1 => ("partition key", "key_parts([..])"),
        true => ("partition key", "key(..)"),
        false => ("sort key", "key(..).sort().eq(..)"),
    };
    let (name, object) = (index.name(), shape.name());
    let is_handle = |name: &str| {
        name.chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    };
    let handle = if is_handle(name) && !name.starts_with(|first: char| first.is_ascii_digit()) {
        format!("index({object}::indexes().{name}())")
    } else {
        format!("index_str(\"{name}\")")
    };
    let why = format!(
        "`find` is for encrypted fields, and this one is in clear, the {what} of the secondary index `{name}`: query it, \
         `store.query::<{object}>().{handle}.{rest}`"
    );
    Some(Error::new(ErrorKind::InvalidPath, why).at_path(path.clone()))
}

/// Refuses an object that an index would not take, of its own table or of one that its shards stand in; `bodies` are in clear.
///
/// # Errors
///
/// Those of [`check_index_value`].
pub(crate) fn check_index_values(
    root: &'static Shape,
    bodies: &Bodies,
    decisions: &Decisions,
) -> Result<()> {
    check_body(root, &FieldPath::root(), &bodies.root, decisions)?;
    for ShardBody { field, item } in bodies.shards.values() {
        for shape in shapes_of_indexes(root, Some(field)) {
            check_body(shape, &field.path, item, decisions)?;
        }
    }
    Ok(())
}

/// Refuses to encrypt a field of which the key is made, for the key would show it.
///
/// # Errors
///
/// [`ErrorKind::KeyRefused`] with the field.
pub(crate) fn check_key_in_clear(root: &'static Shape, decisions: &Decisions) -> Result<()> {
    let Some(templates) = root.key_templates() else {
        return Ok(());
    };
    let paths = templates.fields().map(|name| FieldPath::root().key(name));
    match { paths }.find(|path| decisions.seals(path)) {
        Some(path) => {
            let why = format!(
                "is to be encrypted, and the key, which is made of {}, would show it; leave it in clear, or make the key of other \
                 fields",
                templates.text()
            );
            Err(Error::new(ErrorKind::KeyRefused, why)
                .at_path(path)
                .hiding_key())
        }
        None => Ok(()),
    }
}

/// The types whose indexes an item is in: the root's own, or those of the table that a shard stands in.
pub(crate) fn shapes_of_indexes(
    root: &'static Shape,
    shard: Option<&ShardField>,
) -> Vec<&'static Shape> {
    let Some(shard) = shard else {
        return vec![root];
    };
    let declares = |shape: &&'static Shape| {
        let own = shape.table().map(TableShape::name);
        own == Some(shard.table.name())
    };
    [shard.shape, root].into_iter().filter(declares).collect()
}

fn check_body(
    shape: &'static Shape,
    around: &FieldPath,
    body: &Item,
    decisions: &Decisions,
) -> Result<()> {
    for part in shape.secondary().iter().flat_map(SecondaryShape::parts) {
        let fields = part.template().into_iter().flat_map(Template::fields);
        for name in std::iter::once(part.name()).chain(fields) {
            if let Some(value) = body.get(name) {
                check_index_value(shape, (around, name), value, decisions)?;
            }
        }
    }
    Ok(())
}

/// Refuses a value of an attribute that an index would not take.
///
/// # Errors
///
/// [`ErrorKind::KeyRefused`] if it is to be encrypted; [`ErrorKind::InvalidValue`] if it is empty, too long, or of another
/// type than the index says.
pub(crate) fn check_index_value(
    shape: &'static Shape,
    (around, name): (&FieldPath, &str),
    value: &AttributeValue,
    decisions: &Decisions,
) -> Result<()> {
    let path = around.key(name);
    if let Some((index, template)) = index_made_of(shape, name)
        && around.is_root()
        && decisions.seals(&path)
    {
        let why = format!(
            "is to be encrypted, and `{}`, a key of index `{index}` that is made of it, would show it; leave it in clear, or make the \
             key of other fields",
            template.attribute()
        );
        return Err(Error::new(ErrorKind::KeyRefused, why).at_path(path));
    }
    for index in shape.secondary() {
        let parts = [("partition key", index.key()), ("sort key", index.sort())];
        for (what, parts) in parts {
            if let Some(part) = parts.iter().find(|part| part.name() == name) {
                check_part(index, (what, part), (&path, value), decisions)
                    .map_err(|error| error.at_path(path.clone()))?;
            }
        }
    }
    Ok(())
}

fn check_part(
    index: &SecondaryShape,
    (what, part): (&str, &IndexPart),
    (path, value): (&FieldPath, &AttributeValue),
    decisions: &Decisions,
) -> Result<()> {
    let name = index.name();
    if decisions.seals(path) {
        let why = format!(
            "is the {what} of index `{name}`, which the service must read, and it is to be encrypted; leave it in clear, or find equal values by `#[dyno(encrypt, index = \"..\")]`"
        );
        return Err(Error::new(ErrorKind::KeyRefused, why));
    }
    let wanted = part.kind();
    let Some(value) = KeyValue::from_value(value) else {
        let why = format!(
            "is the {what} of index `{name}`, which is {wanted}, and the value is {}; an absent value, `None`, keeps the object \
             out of the index",
            type_name(value)
        );
        return Err(Error::new(ErrorKind::InvalidValue, why));
    };
    let checked = checked_part(what, part.name(), Some(wanted), &value);
    checked.map(drop).map_err(|error| {
        let why =
            format!("does not fit index `{name}`: {error}; `None` keeps an object out of an index");
        Error::new(ErrorKind::InvalidValue, why)
    })
}
