//! The names of columns, and columns of indexes that a type does not have: another version of it has them, or had.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::Item;

use crate::plan::digest::Digests;
use crate::plan::extras::collects_all;
use crate::shape::{FieldShape, Role, Shape};

const SUFFIXES: [&str; 2] = ["__idx", "__idx2"];

/// The columns that an index on an attribute of this name would have.
pub(crate) fn possible_columns(field: &str) -> [String; 2] {
    SUFFIXES.map(|suffix| format!("{field}{suffix}"))
}

/// Whether an attribute is called like a column.
pub(crate) fn is_column(name: &str) -> bool {
    field_of_column(name).is_some()
}

fn field_of_column(name: &str) -> Option<&str> {
    let mut fields = SUFFIXES.iter();
    fields
        .find_map(|suffix| name.strip_suffix(suffix))
        .filter(|field| !field.is_empty())
}

/// A column of an index that the type does not have, by its name and by its form.
pub(crate) struct Stranger {
    pub(crate) column: String,
    /// The attribute that it would be of.
    pub(crate) attribute: String,
    /// The name that a field of the type has today which is stored in that attribute.
    field: Option<&'static str>,
}

/// What looks like a column in a root, and is nothing that the type knows: no key, no attribute of a field, and nothing for
/// a map that takes what no field does.
pub(crate) fn stranger_columns(root: &Item, shape: &'static Shape) -> Vec<Stranger> {
    if shape.untyped().is_none() && collects_all(shape) {
        return Vec::new();
    }
    let field_in = |attribute: &str| shape.find_field(|field| field.answers_to(attribute));
    let is_key = |name: &str| shape.table().is_some_and(|table| table.has_key(name));
    let is_known = |name: &str| is_key(name) || field_in(name).is_some();
    let mut strangers: Vec<_> = root
        .iter()
        .filter(|(name, value)| is_index_value(value) && !is_known(name))
        .filter_map(|(column, _)| {
            let attribute = field_of_column(column)?;
            let field = field_in(attribute).filter(|field| field.field_role() == Role::Inline);
            Some(Stranger {
                column: column.clone(),
                attribute: attribute.to_owned(),
                field: field.map(FieldShape::name),
            })
        })
        .collect();
    strangers.sort_unstable_by(|one, other| one.column.cmp(&other.column));
    strangers
}

fn is_index_value(value: &AttributeValue) -> bool {
    value
        .as_b()
        .is_ok_and(|bytes| (1..=32).contains(&bytes.as_ref().len()))
}

impl Stranger {
    /// Whether the attribute that it would be of is that of a field.
    pub(crate) fn is_of_field(&self) -> bool {
        self.field.is_some()
    }
}

/// Takes the columns out of a root whose attributes are not as they were when it was read.
pub(crate) fn drop_stale_columns(
    root: &mut Item,
    digests: &mut Digests,
    before: Option<&Digests>,
    columns: Vec<Stranger>,
) {
    for stranger in columns {
        let field = stranger.field.unwrap_or(&stranger.attribute);
        let kept = before.is_some_and(|before| before.root.get(field) == digests.root.get(field));
        if !kept {
            root.remove(&stranger.column);
            digests.root.remove(&stranger.column);
        }
    }
}
