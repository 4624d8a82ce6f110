//! The columns of blind indexes: which a type has, and what they hold for an object.
//!
//! ```text
//! email         sealed                      <field>__idx    under the first index key
//! email__idx    index value of the value    <field>__idx2   under the second
//! ```
//!
//! A column is an attribute of the root item, computed from the clear value at each write of its field. It is compared
//! with what was loaded like any other attribute, so that a new index key makes the next save write it.

mod columns;

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::Blob;
use dyno_crypto::{BlindIndex, IndexError, IndexKey};
use dyno_value::{FieldPath, Item, Segment};

pub(crate) use self::columns::{drop_stale_columns, is_column, possible_columns, stranger_columns};
use super::privacy::Decisions;
use crate::error::{Error, ErrorKind, Result};
use crate::loader::ConfigLoader;
use crate::shape::{FieldShape, IndexShape, Kind, Privacy, Role, Shape, TableShape};

/// What columns hold after a write, by name; `None` for those that hold nothing.
pub(crate) type Columns = BTreeMap<String, Option<AttributeValue>>;

/// The index of one field.
#[derive(Debug)]
pub(crate) struct Index {
    field: &'static str,
    older_names: &'static [&'static str],
    columns: [&'static str; 2],
    blind: BlindIndex,
    context: &'static str,
}

/// The indexes of a type, in the order of its fields.
#[derive(Debug, Default)]
pub(crate) struct Indexes(Vec<Index>);

impl Indexes {
    /// The indexes on the fields of a root.
    ///
    /// # Errors
    ///
    /// One stands where the table has no attribute of its own for it, or its columns are taken by something else.
    pub(crate) fn of(root: &'static Shape, table: &TableShape) -> Result<Self> {
        let mut fields = Vec::new();
        collect(root, &mut fields).map_err(|why| invalid_shape(root, &why))?;
        let mut indexes: BTreeMap<&str, &IndexShape> = BTreeMap::new();
        let mut found = Self::default();
        for field in &fields {
            let Some(index) = field.search() else {
                continue;
            };
            match indexes.insert(field.name(), index) {
                Some(twin) if twin != index => {
                    return Err(invalid_shape(root, &different(field)));
                }
                Some(_) => {}
                None => found.0.push(Index::of(field, index, root)?),
            }
        }
        if found.0.is_empty() {
            return Ok(found);
        }
        for field in &fields {
            if indexes.contains_key(field.name()) && field.search().is_none() {
                return Err(invalid_shape(root, &different(field)));
            }
            let names = std::iter::once(field.name()).chain(field.older_names().iter().copied());
            let taken = names
                .into_iter()
                .find(|name| found.with_column(name).is_some());
            if let Some(name) = taken {
                let why =
                    format!("stores a field under `{name}`, which holds the values of an index");
                return Err(invalid_shape(root, &why));
            }
        }
        let keys = [Some(table.key_name()), table.sort_name()];
        match keys
            .into_iter()
            .flatten()
            .find(|name| found.with_column(name).is_some())
        {
            Some(key) => {
                let why = format!("has the key `{key}`, which holds the values of an index");
                Err(invalid_shape(root, &why))
            }
            None => Ok(found),
        }
    }

    /// The names of all columns.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().flat_map(|index| index.columns)
    }

    /// The index on the field at a path.
    ///
    /// # Errors
    ///
    /// The field has none.
    pub(crate) fn on(&self, path: &FieldPath) -> Result<&Index> {
        if let (Some(index), 1) = (self.around(path), path.depth()) {
            return Ok(index);
        }
        let known: Vec<_> = self
            .0
            .iter()
            .map(|index| format!("`{}`", index.field))
            .collect();
        let known = if known.is_empty() {
            "the type has none".to_owned()
        } else {
            format!("the type has indexes on {}", known.join(", "))
        };
        let why = format!(
            "the field has no index to be found by, and {known}; mark it `#[dyno(encrypt, index = \"..\")]`. A \
             secondary index of a field in clear is searched with `query().index(..)`"
        );
        Err(Error::new(ErrorKind::InvalidPath, why).at_path(path.clone()))
    }

    /// The index on the field that a path names or goes into.
    pub(crate) fn around(&self, path: &FieldPath) -> Option<&Index> {
        let Segment::Key(name) = path.segments().first()? else {
            return None;
        };
        self.0.iter().find(|index| index.field == name)
    }

    /// Moves the columns out of a stored root.
    pub(crate) fn take(&self, root: &mut Item) -> Item {
        self.columns()
            .filter_map(|column| root.remove_entry(column))
            .collect()
    }

    /// Refuses a loader that gives no key for an index, as a search asks for it: shown no object.
    ///
    /// # Errors
    ///
    /// That, with the path of the field.
    pub(crate) fn check_keys(&self, loader: Option<&dyn ConfigLoader>) -> Result<()> {
        for index in &self.0 {
            let path = FieldPath::root().key(index.field);
            let keys = loader.and_then(|loader| loader.index_keys(&path, &Item::new()));
            if keys.is_none() {
                return Err(no_key().at_path(path));
            }
        }
        Ok(())
    }

    /// What the columns of a whole object hold: `tree` is in clear, `view` what the loader is shown of it.
    ///
    /// # Errors
    ///
    /// The loader gives no index key, a value has no index value, or something of the object's stands in a column.
    pub(crate) fn expected(
        &self,
        tree: &Item,
        view: &Item,
        loader: Option<&dyn ConfigLoader>,
    ) -> Result<Columns> {
        let mut columns = Columns::new();
        for index in &self.0 {
            let taken = index
                .columns
                .iter()
                .find(|column| tree.contains_key(**column));
            if let Some(column) = taken {
                let why = format!(
                    "this name holds the values of the index on `{}`; rename what is stored under it",
                    index.field
                );
                return Err(Error::new(ErrorKind::InvalidValue, why)
                    .at_path(FieldPath::root().key(*column)));
            }
            columns.extend(index.expected(tree.get(index.stored_as(tree)), view, loader)?);
        }
        Ok(columns)
    }

    /// The index that has a column of this name.
    pub(crate) fn with_column(&self, name: &str) -> Option<&Index> {
        self.0.iter().find(|index| index.columns.contains(&name))
    }
}

impl Index {
    fn of(field: &FieldShape, index: &IndexShape, root: &'static Shape) -> Result<Self> {
        let refuse = |why: String| {
            let why = format!("indexes `{}`, but {why}", field.name());
            Err(invalid_shape(root, &why))
        };
        if field.privacy() != Privacy::Encrypted || field.field_role() != Role::Inline {
            return refuse("an index is on an attribute that is encrypted".to_owned());
        }
        let blind = BlindIndex::parse(index.name()).and_then(|blind| match index.bit_count() {
            Some(bits) => blind.with_bits(bits),
            None => Ok(blind),
        });
        let blind = match blind {
            Ok(blind) if index.takes_low_entropy() => blind.allow_low_entropy(),
            Ok(blind) => blind,
            Err(error) => return refuse(error.to_string()),
        };
        Ok(Self {
            field: field.name(),
            older_names: field.older_names(),
            columns: index.columns(),
            blind,
            context: root.encryption_context(),
        })
    }

    /// The name that the field is stored under.
    pub(crate) fn field(&self) -> &'static str {
        self.field
    }

    /// The name under which a root holds the field; the one of today if it does not.
    pub(crate) fn stored_as(&self, root: &Item) -> &'static str {
        let mut names = std::iter::once(&self.field).chain(self.older_names);
        names
            .find(|name| root.contains_key(**name))
            .map_or(self.field, |name| *name)
    }

    /// Whether two values are equal for the index.
    pub(crate) fn same(&self, one: &AttributeValue, other: &AttributeValue) -> bool {
        self.blind.same(one, other)
    }

    /// What both columns hold for a value of the field.
    ///
    /// # Errors
    ///
    /// The loader gives no index key, or the value has no index value.
    pub(crate) fn expected(
        &self,
        value: Option<&AttributeValue>,
        view: &Item,
        loader: Option<&dyn ConfigLoader>,
    ) -> Result<Columns> {
        let none = self.columns.map(|column| (column.to_owned(), None));
        let mut columns = Columns::from(none);
        if let Some(value) = value.filter(|value| self.has_index_value(value)) {
            for (column, value) in self.values(value, view, loader)? {
                columns.insert(column.to_owned(), Some(value));
            }
        }
        Ok(columns)
    }

    /// The columns that are in use, with what they hold for a value.
    ///
    /// # Errors
    ///
    /// The loader gives no index key, or the value has no index value.
    pub(crate) fn values(
        &self,
        value: &AttributeValue,
        view: &Item,
        loader: Option<&dyn ConfigLoader>,
    ) -> Result<Vec<(&'static str, AttributeValue)>> {
        let path = FieldPath::root().key(self.field);
        let keys = loader.and_then(|loader| loader.index_keys(&path, view));
        let Some(keys) = keys else {
            return Err(no_key().at_path(path));
        };
        let [first, second] = self.columns;
        let in_use = [(first, keys.first()), (second, keys.second())];
        let in_use = in_use
            .into_iter()
            .filter_map(|(column, key)| Some((column, key?)));
        in_use
            .map(|(column, key)| Ok((column, self.compute(key, value, &path)?)))
            .collect()
    }

    fn compute(
        &self,
        key: &IndexKey,
        value: &AttributeValue,
        path: &FieldPath,
    ) -> Result<AttributeValue> {
        match self.blind.compute(key, self.context, value) {
            Ok(bytes) => Ok(AttributeValue::B(Blob::new(bytes))),
            Err(error) => {
                let kind = match &error {
                    dyno_crypto::Error::Index(IndexError::Context { .. }) => {
                        ErrorKind::InvalidShape
                    }
                    _ => ErrorKind::InvalidValue,
                };
                Err(Error::new(kind, error.to_string())
                    .at_path(path.clone())
                    .with_source(error))
            }
        }
    }

    /// A null says that there is nothing, unless the index is told to take it.
    fn has_index_value(&self, value: &AttributeValue) -> bool {
        !value.is_null() || self.blind.same(value, value)
    }
}

/// Whether a value at the top of an object, or part of it, is sealed.
pub(crate) fn seals_attribute(
    name: &str,
    decisions: &Decisions,
    view: &Item,
    loader: Option<&dyn ConfigLoader>,
) -> bool {
    let path = FieldPath::root().key(name);
    decisions
        .sealed()
        .any(|(sealed, _)| sealed.starts_with(&path))
        || loader.is_some_and(|loader| {
            loader.encryption_key_id(&path, view).is_some()
                || loader.encryption_key(&path, view).is_some()
        })
}

/// Every field whose attribute stands at the top of the root item.
fn collect(shape: &'static Shape, fields: &mut Vec<&'static FieldShape>) -> Result<(), String> {
    for field in shape.all_fields() {
        match (field.field_role(), field.kind()) {
            (Role::Flatten, Kind::Object(inner)) => collect(inner, fields)?,
            (role, kind) => {
                if kind.holds_index() {
                    return Err(format!(
                        "has an index inside `{}`, and only attributes at the top of the root item can be searched; \
                         move the indexed field to the root, or `flatten` the object that holds it",
                        field.name()
                    ));
                }
                if role != Role::Flatten {
                    fields.push(field);
                }
            }
        }
    }
    Ok(())
}

fn different(field: &FieldShape) -> String {
    format!(
        "has several fields `{}` that are not indexed alike; rename one, `#[dyno(rename = \"..\")]`",
        field.name()
    )
}

fn no_key() -> Error {
    Error::new(
        ErrorKind::KeyRefused,
        "has an index, and the loader gives no index key; give one with `Rules::index_with`, or answer \
         `ConfigLoader::index_keys` for it",
    )
}

fn invalid_shape(shape: &Shape, why: &str) -> Error {
    Error::new(
        ErrorKind::InvalidShape,
        format!("type `{}` {why}", shape.name()),
    )
}
