//! Keys that are made of fields: `USER#{tenant}`.

use dyno_value::ValueError;

use super::part::empty_part;
use super::sortable;
use super::{Key, KeyValue};
use crate::limits;

/// The key templates of a type.
#[derive(Clone, Copy, Debug)]
pub struct Templates {
    partition: Template,
    sort: Option<Template>,
}

/// One key attribute, made of texts and fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Template {
    attribute: &'static str,
    text: &'static str,
    pieces: &'static [Piece],
}

/// A piece of a [`Template`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "printed by the derive, matched here"
)]
pub enum Piece {
    /// The value of the field stored under this name: the one at this place among all fields of the templates of the key, or
    /// among those of this template if it is an index's.
    Field(&'static str, usize),
    /// As it stands.
    Text(&'static str),
}

/// The text of a field's value, or why it has none.
pub type PartText = Result<String, ValueError>;

impl Template {
    /// The attribute of this name, made of these pieces; `text` is how the program writes it.
    pub const fn new(
        attribute: &'static str,
        text: &'static str,
        pieces: &'static [Piece],
    ) -> Self {
        Self {
            attribute,
            text,
            pieces,
        }
    }

    /// The name of the attribute.
    pub(crate) const fn attribute(&self) -> &'static str {
        self.attribute
    }

    /// The names of its fields.
    pub(crate) fn fields(self) -> impl Iterator<Item = &'static str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Field(name, _) => Some(*name),
            Piece::Text(_) => None,
        })
    }

    /// How the program writes it.
    pub(crate) const fn text(self) -> &'static str {
        self.text
    }

    /// What every key begins with.
    pub(crate) fn head(self) -> &'static str {
        match self.pieces.first() {
            Some(Piece::Text(text)) => text,
            Some(Piece::Field(..)) | None => "",
        }
    }

    /// Whether it has no fields, so that there is one key.
    pub(crate) fn is_fixed(self) -> bool {
        self.fields().next().is_none()
    }

    /// Whether a key may be made by it, as far as its first piece tells.
    pub(crate) fn may_make(self, key: &str) -> bool {
        if self.is_fixed() {
            key == self.head()
        } else {
            key.starts_with(self.head())
        }
    }

    /// The key with these values in its fields.
    fn whole(self, parts: &[PartText], part: &str, limit: usize) -> Result<KeyValue, String> {
        let text = self.joined(parts, |_, slot| slot)?;
        self.checked(text.text, part, limit).map(KeyValue::S)
    }

    /// The partition key with these values in its fields.
    ///
    /// # Errors
    ///
    /// A value has no text, or the key would be too long; in words.
    pub(crate) fn partition_of(self, parts: &[PartText]) -> Result<KeyValue, String> {
        self.whole(parts, "partition key", limits::PARTITION_KEY_BYTES)
    }

    /// The sort key with these values in its fields.
    ///
    /// # Errors
    ///
    /// Those of [`partition_of`](Self::partition_of).
    pub(crate) fn sort_of(self, parts: &[PartText]) -> Result<KeyValue, String> {
        self.whole(parts, "sort key", limits::SORT_KEY_BYTES)
    }

    /// What the keys begin with whose first fields have these values.
    pub(crate) fn beginning(self, parts: &[PartText]) -> Result<Beginning, String> {
        let beginning = self.joined(parts, |position, _| position)?;
        let text = self.checked(beginning.text, "sort key", limits::SORT_KEY_BYTES)?;
        Ok(Beginning { text, ..beginning })
    }

    /// What all keys begin with.
    pub(crate) fn every(self) -> Beginning {
        Beginning {
            text: self.head().to_owned(),
            is_whole: self.is_fixed(),
        }
    }

    fn joined(
        self,
        parts: &[PartText],
        slot: impl Fn(usize, usize) -> usize,
    ) -> Result<Beginning, String> {
        let mut text = String::new();
        let mut position = 0;
        for (index, piece) in self.pieces.iter().enumerate() {
            match piece {
                Piece::Text(literal) => text.push_str(literal),
                Piece::Field(name, its) => {
                    let Some(part) = parts.get(slot(position, *its)) else {
                        return Ok(Beginning {
                            text,
                            is_whole: false,
                        });
                    };
                    let part = part.as_ref().map_err(|error| self.fault(name, error))?;
                    if part.is_empty() {
                        return Err(self.fault(name, &empty_part()));
                    }
                    if index + 1 == self.pieces.len() {
                        text.push_str(part);
                    } else {
                        text.push_str(&sortable::escaped(part));
                    }
                    position += 1;
                }
            }
        }
        Ok(Beginning {
            text,
            is_whole: true,
        })
    }

    fn fault(self, field: &str, error: &ValueError) -> String {
        format!(
            "field `{field}` of the key template `{}` of `{}`: {error}",
            self.text, self.attribute
        )
    }

    fn checked(self, text: String, part: &str, limit: usize) -> Result<String, String> {
        match text.len() {
            length if length > limit => Err(format!(
                "the {part} `{}`, made of `{}`, has {length} bytes, DynamoDB allows {limit}",
                self.attribute, self.text
            )),
            _ => Ok(text),
        }
    }
}

/// What keys begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Beginning {
    pub(crate) text: String,
    /// Whether it is all of a key.
    pub(crate) is_whole: bool,
}

impl Beginning {
    /// The least text that comes after all keys with this beginning, or this one if it is a whole key.
    pub(crate) fn upper_bound(&self) -> Option<String> {
        if self.is_whole {
            return Some(self.text.clone());
        }
        sortable::after_all_of(&self.text)
    }
}

impl Templates {
    /// A partition key made of fields.
    pub const fn new(partition: Template) -> Self {
        Self {
            partition,
            sort: None,
        }
    }

    /// With a sort key made of fields, too.
    #[must_use]
    pub const fn sort(mut self, sort: Template) -> Self {
        self.sort = Some(sort);
        self
    }

    /// The template of the partition key.
    pub(crate) const fn partition_template(&self) -> Template {
        self.partition
    }

    /// The template of the sort key, if there is one.
    pub(crate) const fn sort_template(&self) -> Option<Template> {
        self.sort
    }

    /// Both.
    pub(crate) fn all(&self) -> impl Iterator<Item = Template> + use<> {
        std::iter::once(self.partition).chain(self.sort)
    }

    /// Whether a key is made of the field with this name.
    pub(crate) fn with_field(&self, name: &str) -> bool {
        self.fields().any(|field| field == name)
    }

    /// The names of the fields of both.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.all().flat_map(Template::fields)
    }

    /// The partition key with these values in its fields.
    ///
    /// # Errors
    ///
    /// A value has no text, or the key would be too long; in words.
    pub(crate) fn partition_of(&self, parts: &[PartText]) -> Result<KeyValue, String> {
        self.partition.partition_of(parts)
    }

    /// The key with these values in its fields.
    ///
    /// # Errors
    ///
    /// Those of [`partition_of`](Self::partition_of).
    pub(crate) fn key_of(&self, parts: &[PartText]) -> Result<Key, String> {
        let key = Key::new(self.partition_of(parts)?);
        match self.sort {
            Some(sort) => Ok(key.with_sort(sort.sort_of(parts)?)),
            None => Ok(key),
        }
    }

    /// How the program writes both, for error messages.
    pub(crate) fn text(&self) -> String {
        let all: Vec<_> = self
            .all()
            .map(|template| format!("`{}`", template.text))
            .collect();
        all.join(" and ")
    }

    /// What the key is called where it cannot be made.
    pub(crate) fn shown(&self) -> Key {
        let key = Key::new(self.partition.text);
        match self.sort {
            Some(sort) => key.with_sort(sort.text),
            None => key,
        }
    }
}
