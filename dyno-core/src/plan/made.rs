//! Keys of secondary indexes that are made of fields, as attributes of the root.
//!
//! ```text
//! status    open             GSI1PK    STATUS#open
//! day, id   9, 2             GSI1SK    AT#0000000009#0000000002
//! ```
//!
//! Each is there if all its fields are, and is compared with what was loaded like any other attribute, so that the next save
//! writes what another program left out.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Item, Segment};

use super::index::Columns;
use crate::error::{Error, ErrorKind, Result};
use crate::expr::{Edit, Verb, same_value};
use crate::key::{PartText, Template};
use crate::reserved;
use crate::shape::{FieldShape, IndexPart, IndexShape, Role, Shape, TableShape};

/// The keys of a type's indexes that are made of fields.
#[derive(Debug)]
pub(crate) struct MadeKeys {
    root: &'static Shape,
    keys: Vec<MadeKey>,
}

/// One of them.
#[derive(Clone, Copy, Debug)]
struct MadeKey {
    index: &'static str,
    part: Part,
    template: Template,
}

#[derive(Clone, Copy, Debug)]
enum Part {
    Partition,
    Sort,
}

/// Why a change in place does not say what a key becomes.
#[derive(Debug)]
pub(crate) enum Unmade {
    /// No object can have it.
    Invalid(Error),
    /// It is made of other fields, too, or of what stands there.
    Unknown(FieldPath, String),
}

/// What is known of a field after a change.
enum Known<'a> {
    Absent,
    Value(&'a AttributeValue),
}

impl MadeKeys {
    /// Whether no key is made.
    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Those of objects of the shape.
    ///
    /// # Errors
    ///
    /// The attribute of one is taken by something else.
    pub(crate) fn of(root: &'static Shape, table: &TableShape) -> Result<Self> {
        let parts = root.secondary().iter().flat_map(|index| {
            let part = |part, of: &'static [IndexPart]| {
                let made = of.iter().filter_map(IndexPart::template);
                made.map(move |template| (index.name(), part, template))
            };
            part(Part::Partition, index.key()).chain(part(Part::Sort, index.sort()))
        });
        let mut keys: Vec<MadeKey> = Vec::new();
        for (index, part, template) in parts {
            let name = template.attribute();
            let is_field = root.find_field(|field| {
                let column = field.search().map(IndexShape::columns);
                field.answers_to(name) || column.is_some_and(|columns| columns.contains(&name))
            });
            let is_made = keys.iter().any(|key| key.template.attribute() == name);
            if table.has_key(name) || is_field.is_some() || is_made {
                let why = format!(
                    "type `{}` stores something else under `{name}`, which holds a key of index `{index}`; give the key another \
                     name: `key(name = \"..\", template = \"..\")`",
                    root.name()
                );
                return Err(Error::new(ErrorKind::InvalidShape, why));
            }
            let key = MadeKey {
                index,
                part,
                template,
            };
            if let Some(field) = key.field_in_flattened(root) {
                let why = format!(
                    "`{name}`, a key of index `{index}`, is made of `{field}` by `{}`, and a variant of type `{}` has it in a \
                     flattened object, where it is not looked for; name the field in each variant that has it, or call one of the two \
                     otherwise",
                    template.text(),
                    root.name()
                );
                return Err(Error::new(ErrorKind::InvalidShape, why));
            }
            keys.push(key);
        }
        Ok(Self { root, keys })
    }

    /// Moves the keys out of a stored root.
    pub(crate) fn take(&self, root: &mut Item) -> Item {
        let names = self.keys.iter().map(|key| key.template.attribute());
        names.filter_map(|name| root.remove_entry(name)).collect()
    }

    /// What they are for a whole object: `tree` is in clear, with its key.
    ///
    /// # Errors
    ///
    /// A value has no text, a key would be too long, or something of the object's stands in its place.
    pub(crate) fn expected(&self, tree: &Item) -> Result<Columns> {
        let variant = tree.get(reserved::TYPE).and_then(|tag| tag.as_s().ok());
        let fields = self.root.fields_of(variant.map(String::as_str));
        let made = self.keys.iter().map(|key| {
            let name = key.template.attribute();
            if tree.contains_key(name) {
                let why = format!(
                    "this name holds a key of index `{}`; rename what is stored under it",
                    key.index
                );
                let error = Error::new(ErrorKind::InvalidValue, why);
                return Err(error.at_path(FieldPath::root().key(name)));
            }
            let value = |name: &str| {
                let field = fields.iter().find(|field| field.name() == name)?;
                Some((field, tree.get(name)?))
            };
            let made = key.made_of(value)?;
            Ok((name.to_owned(), made))
        });
        made.collect()
    }

    /// Adds to the changes of a stored root the fields that do not stand there as a key is made of them, if that key or another of
    /// its fields is changed. Gives all that must be as it was: what such keys are made of, and they themselves. If each
    /// of two programs changed one field of a key that neither of them found, nobody would write it.
    pub(crate) fn complete(
        &self,
        stored: &Item,
        next: &Item,
        changes: &mut BTreeMap<String, Option<AttributeValue>>,
    ) -> BTreeSet<&'static str> {
        loop {
            let names = self.keys.iter().map(MadeKey::names);
            let touched =
                names.filter(|names| names.iter().any(|name| changes.contains_key(*name)));
            let touched: BTreeSet<_> = touched.flatten().collect();
            let differs = |name: &&str| {
                let value = next.get(*name).filter(|_| !changes.contains_key(*name))?;
                let stands = stored.get(*name).is_some_and(|old| same_value(old, value));
                (!stands).then(|| ((*name).to_owned(), Some(value.clone())))
            };
            let more: Vec<_> = touched.iter().filter_map(differs).collect();
            if more.is_empty() {
                return touched;
            }
            changes.extend(more);
        }
    }

    /// What those become that are made of what is changed; `keys` are the attributes of the object's key.
    ///
    /// # Errors
    ///
    /// Those of [`Unmade`].
    pub(crate) fn after(&self, edits: &[Edit], keys: &Item) -> Result<Columns, Unmade> {
        let mut columns = Columns::new();
        for key in &self.keys {
            if let Some(edit) = edits.iter().find(|edit| key.is_made_of(&edit.path)) {
                let name = key.template.attribute().to_owned();
                columns.insert(name, self.made_after(*key, edit, edits, keys)?);
            }
        }
        Ok(columns)
    }

    fn made_after(
        &self,
        key: MadeKey,
        changed: &Edit,
        edits: &[Edit],
        keys: &Item,
    ) -> Result<Option<AttributeValue>, Unmade> {
        let mut values = Vec::new();
        let mut unknown = Vec::new();
        for name in key.template.fields() {
            let path = FieldPath::root().key(name);
            match edits.iter().find(|edit| edit.path.starts_with(&path)) {
                Some(Edit { path: at, verb }) if *at == path => match verb {
                    Verb::Set(value) => values.push((name, Known::Value(value))),
                    Verb::Remove { .. } => values.push((name, Known::Absent)),
                    _ => return Err(key.depends_on_what_stands(at)),
                },
                Some(edit) => return Err(key.depends_on_what_stands(&edit.path)),
                None => match keys.get(name) {
                    Some(value) => values.push((name, Known::Value(value))),
                    None => unknown.push(name),
                },
            }
        }
        let is_absent = |(_, known): &(&str, Known<'_>)| match known {
            Known::Absent => true,
            Known::Value(value) => value.is_null(),
        };
        if values.iter().any(is_absent) {
            return Ok(None);
        }
        if !unknown.is_empty() {
            let templates = self.root.key_templates();
            let is_of_key = |name: &&str| templates.is_some_and(|all| all.with_field(name));
            let can_be_set = !unknown.iter().any(is_of_key);
            return Err(key.lacks(&changed.path, &unknown, can_be_set));
        }
        let value = |name: &str| {
            let field = self.root.all_fields().find(|field| field.name() == name)?;
            let known = values.iter().find(|(known, _)| *known == name);
            match known?.1 {
                Known::Absent => None,
                Known::Value(value) => Some((field, value)),
            }
        };
        key.made_of(value).map_err(Unmade::Invalid)
    }
}

impl MadeKey {
    /// Its attribute, and those that it is made of.
    fn names(&self) -> Vec<&'static str> {
        let own = std::iter::once(self.template.attribute());
        own.chain(self.template.fields()).collect()
    }

    /// A field of it that a flattened object stores, too: no key is made of that.
    fn field_in_flattened(&self, root: &Shape) -> Option<&'static str> {
        let is_flat = |field: &&FieldShape| field.field_role() == Role::Flatten;
        let flat = root
            .all_fields()
            .filter(is_flat)
            .filter_map(FieldShape::child);
        let flat: Vec<_> = flat.collect();
        let mut fields = self.template.fields();
        fields.find(|name| {
            let stores = |inner: &&'static Shape| inner.find_field(|field| field.answers_to(name));
            flat.iter().any(|inner| stores(inner).is_some())
        })
    }

    fn is_made_of(&self, path: &FieldPath) -> bool {
        let Some(Segment::Key(first)) = path.segments().first() else {
            return false;
        };
        self.template.fields().any(|name| name == first)
    }

    /// The key of these values; `None` if there is one of which there is none.
    fn made_of<'v>(
        &self,
        value: impl Fn(&str) -> Option<(&'static FieldShape, &'v AttributeValue)>,
    ) -> Result<Option<AttributeValue>> {
        let mut parts: Vec<PartText> = Vec::new();
        for name in self.template.fields() {
            let Some((field, value)) = value(name) else {
                return Ok(None);
            };
            let text = field.text_in_key().map(|text| text(value.clone()));
            match text.and_then(Result::transpose) {
                Some(text) => parts.push(text),
                None => return Ok(None),
            }
        }
        let made = match self.part {
            Part::Partition => self.template.partition_of(&parts),
            Part::Sort => self.template.sort_of(&parts),
        };
        match made {
            Ok(made) => Ok(Some(made.to_value())),
            Err(why) => {
                let why = format!(
                    "it makes no key of index `{}`: {why}; an `Option` that is `None` keeps an object out of an index",
                    self.index
                );
                Err(Error::new(ErrorKind::InvalidValue, why))
            }
        }
    }

    fn depends_on_what_stands(&self, path: &FieldPath) -> Unmade {
        let why = format!(
            "is part of `{}`, a key of index `{}`, which is made of the value that stands there afterwards, and only a `set` says \
             which that is; set it, or load, change and save",
            self.template.attribute(),
            self.index
        );
        Unmade::Unknown(path.clone(), why)
    }

    /// It is made of fields that the change does not set, or cannot, because the object's own key is made of them.
    fn lacks(&self, path: &FieldPath, unknown: &[&str], can_be_set: bool) -> Unmade {
        let way = if can_be_set {
            "set them in the same update, or load, change and save, as `write_path` does"
        } else {
            "load, change and save, as `write_path` does"
        };
        let unknown: Vec<_> = unknown.iter().map(|name| format!("`{name}`")).collect();
        let why = format!(
            "is part of `{}`, a key of index `{}`, which is made of {}, too, by `{}`; {way}",
            self.template.attribute(),
            self.index,
            unknown.join(" and "),
            self.template.text()
        );
        Unmade::Unknown(path.clone(), why)
    }
}

/// Whether a key of an index of the object's table is made of the field of this name, and which.
pub(crate) fn index_made_of(root: &Shape, name: &str) -> Option<(&'static str, Template)> {
    root.secondary().iter().find_map(|index| {
        let mut made = index.parts().filter_map(IndexPart::template);
        let made = made.find(|template| template.fields().any(|field| field == name))?;
        Some((index.name(), made))
    })
}

/// The index of which an attribute of this name is a key that is made of fields.
pub(crate) fn index_with_made(shape: &Shape, name: &str) -> Option<&'static str> {
    let mut indexes = shape.secondary().iter();
    let has_it = |part: &IndexPart| part.template().is_some() && part.name() == name;
    let index = indexes.find(|index| index.parts().any(has_it))?;
    Some(index.name())
}
