//! The secondary indexes that fields are keys of.

use proc_macro2::Span;

use super::object::Body;
use super::{Field, Name, Template, TypeTokens};
use crate::attributes::{
    Given, IndexPartAttributes, KeyAttributes, ObjectAttributes, ProjectionAttributes, Slot,
};
use crate::diagnostics::Diagnostics;

/// A secondary index of the type's table.
pub(crate) struct SecondaryIndex {
    pub(crate) name: Name,
    pub(crate) is_local: bool,
    /// The attributes of its partition key, in the order of fields; none if it is local.
    pub(crate) key: Vec<IndexPart>,
    pub(crate) sort: Vec<IndexPart>,
    pub(crate) projection: Projection,
}

/// An attribute of a secondary index's key.
pub(crate) struct IndexPart {
    /// The attribute's name.
    pub(crate) name: String,
    pub(crate) form: Form,
    /// Where the field says that it is one.
    pub(crate) place: Span,
}

/// As what a key attribute is stored.
pub(crate) enum Form {
    /// As the field's type says.
    OfType(TypeTokens),
    /// As the attribute says: a variant of `KeyKind`.
    Said(&'static str),
    /// As text that is made of fields.
    Made(Template),
}

/// What an index holds beside keys.
pub(crate) enum Projection {
    All,
    /// The attributes of these names.
    Include(Vec<String>),
    KeysOnly,
}

impl SecondaryIndex {
    pub(super) fn all_of(
        body: &Body,
        given: &ObjectAttributes,
        diagnostics: &Diagnostics,
    ) -> Vec<Self> {
        let mut indexes: Vec<Self> = Vec::new();
        for field in body.fields() {
            for part in &field.given.secondary {
                let Some(name) = part.value.name.given().map(Name::from) else {
                    continue;
                };
                if let Some(index) = Self::of_name(name, &mut indexes, body, given) {
                    index.add(field, &part.value, part.word.span());
                }
            }
        }
        for words in &given.projections {
            let is_made = words.value.keys().into_iter().any(Slot::is_present);
            let name = words.value.name.given().filter(|_| is_made);
            let Some(name) = name.map(Name::from) else {
                continue;
            };
            if let Some(index) = Self::of_name(name, &mut indexes, body, given) {
                index.add_made(words, diagnostics);
            }
        }
        indexes
    }

    /// The index of this name, which is a new one if it is not known.
    fn of_name<'i>(
        name: Name,
        indexes: &'i mut Vec<Self>,
        body: &Body,
        given: &ObjectAttributes,
    ) -> Option<&'i mut Self> {
        let known = indexes
            .iter()
            .position(|known| known.name.text == name.text);
        let at = known.unwrap_or_else(|| {
            let projection = Projection::of(&name.text, body, given);
            indexes.push(Self::new(name, projection));
            indexes.len() - 1
        });
        indexes.get_mut(at)
    }

    fn new(name: Name, projection: Projection) -> Self {
        Self {
            name,
            is_local: false,
            key: Vec::new(),
            sort: Vec::new(),
            projection,
        }
    }

    fn add(&mut self, field: &Field, given: &IndexPartAttributes, place: Span) {
        self.is_local |= given.local.is_present();
        let parts = if given.sort.is_present() || given.local.is_present() {
            &mut self.sort
        } else {
            &mut self.key
        };
        // Variants of an enum share an attribute.
        if parts.iter().all(|part| part.name != field.name.text) {
            parts.push(IndexPart {
                name: field.name.text.clone(),
                form: Form::of(field, given),
                place,
            });
        }
    }

    /// The keys that the type says to be made of fields.
    fn add_made(&mut self, given: &Given<ProjectionAttributes>, diagnostics: &Diagnostics) {
        self.is_local |= given.value.local.is_present();
        let capitals = self.name.text.to_uppercase();
        let part = |slot: &Slot<KeyAttributes>, suffix: &str| {
            let template = Template::of(slot, diagnostics)?;
            let place = template.text.place;
            let otherwise = || Name {
                text: format!("{capitals}{suffix}"),
                place,
            };
            let name = Name::given(&slot.value()?.name).unwrap_or_else(otherwise);
            Some(IndexPart {
                name: name.text,
                form: Form::Made(template),
                place: name.place,
            })
        };
        self.key.extend(part(&given.value.key, "PK"));
        self.sort.extend(part(&given.value.sort, "SK"));
    }

    /// The attributes of both of its keys.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &IndexPart> {
        self.key.iter().chain(&self.sort)
    }

    /// What its partition key is made of, if it is no field.
    pub(crate) fn key_template(&self) -> Option<&Template> {
        self.key.first()?.template()
    }

    /// What its sort key is made of, if it is no field.
    pub(crate) fn sort_template(&self) -> Option<&Template> {
        self.sort.first()?.template()
    }

    /// What its keys are made of.
    pub(crate) fn templates(&self) -> impl Iterator<Item = &Template> {
        self.parts().filter_map(IndexPart::template)
    }

    /// What its handle is called: its name, as far as Rust takes it.
    pub(crate) fn handle(&self) -> String {
        let letter = |letter: char| {
            if letter.is_ascii_alphanumeric() {
                letter
            } else {
                '_'
            }
        };
        let name: String = self.name.text.chars().map(letter).collect();
        if name.starts_with(|first: char| first.is_ascii_digit()) {
            format!("_{name}")
        } else {
            name
        }
    }
}

impl IndexPart {
    /// What it is made of, if it is no field.
    pub(crate) fn template(&self) -> Option<&Template> {
        match &self.form {
            Form::Made(template) => Some(template),
            Form::OfType(_) | Form::Said(_) => None,
        }
    }
}

impl Form {
    fn of(field: &Field, given: &IndexPartAttributes) -> Self {
        let said = [
            (&given.binary, "B"),
            (&given.number, "N"),
            (&given.string, "S"),
        ];
        let said = said.into_iter().find(|(slot, _)| slot.is_present());
        said.map_or_else(
            || Self::OfType(field.type_tokens.clone()),
            |(_, kind)| Self::Said(kind),
        )
    }
}

impl Projection {
    fn of(index: &str, body: &Body, given: &ObjectAttributes) -> Self {
        let is_of = |name: Option<&String>| name.is_some_and(|name| name == index);
        let mut given = given.projections.iter().map(|given| &given.value);
        let Some(given) = given.find(|given| is_of(given.name.value())) else {
            return Self::All;
        };
        if given.keys_only.is_present() {
            return Self::KeysOnly;
        }
        let Some(names) = given.include.value() else {
            return Self::All;
        };
        let stored = |name| {
            let mut fields = body.fields();
            fields.find(|field| field.ident.as_ref() == Some(name))
        };
        let names = names.iter().filter_map(stored);
        Self::Include(names.map(|field| field.name.text.clone()).collect())
    }
}
