//! The fields of a root that the mapper writes itself, and what it writes into them.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Item, Segment, number};

use crate::error::{Error, ErrorKind, Result};
use crate::expr::{Edit, Verb};
use crate::reserved;
use crate::shape::{Body, Duty, FieldShape, Shape, VersionRange};

/// The fields of one root that the mapper writes: of a struct, or of a variant.
#[derive(Debug)]
pub(crate) struct Kept(Vec<(&'static str, Duty)>);

impl Kept {
    /// Those of the object with this tree.
    pub(crate) fn of(shape: &'static Shape, tree: &Item) -> Self {
        let tag = tree.get(reserved::TYPE).and_then(|tag| tag.as_s().ok());
        Self::among(shape.fields_of(tag.map(String::as_str)))
    }

    /// Those of any object of the shape, if they are known without it.
    pub(crate) fn of_all(shape: &'static Shape) -> Self {
        match shape.body() {
            Body::Struct(fields) => Self::among(fields),
            Body::Enum(_) => Self(Vec::new()),
        }
    }

    /// Whether objects of the shape have a version.
    pub(crate) fn counts(shape: &'static Shape) -> bool {
        let mut duties = shape.all_fields().filter_map(FieldShape::duty);
        duties.any(|duty| matches!(duty, Duty::Version(_)))
    }

    fn among(fields: &'static [FieldShape]) -> Self {
        let kept = fields
            .iter()
            .filter_map(|field| Some((field.name(), field.duty()?)));
        Self(kept.collect())
    }

    /// What the object has in these fields.
    pub(crate) fn held(&self, tree: &Item) -> Item {
        let held = self
            .0
            .iter()
            .filter_map(|(name, _)| tree.get_key_value(*name));
        held.map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }

    /// Puts back what the program changed of what was there when the object was loaded or saved.
    pub(crate) fn restore(&self, tree: &mut Item, held: &Item) {
        for (name, _) in &self.0 {
            if let Some(value) = held.get(*name) {
                tree.insert((*name).to_owned(), value.clone());
            }
        }
    }

    /// The field that is counted up, and its value; `None` as a value is an object that was never saved, as 0 is.
    pub(crate) fn version(&self, tree: &Item) -> Option<(&'static str, Option<AttributeValue>)> {
        let (name, _) = self.counted()?;
        let version = tree.get(name).filter(|version| !is_zero(version));
        Some((name, version.cloned()))
    }

    fn counted(&self) -> Option<(&'static str, VersionRange)> {
        let mut versions = self.0.iter().map(|(name, duty)| match duty {
            Duty::Version(range) => (*name, *range),
        });
        versions.next()
    }

    /// What a write of the object puts into these fields.
    ///
    /// # Errors
    ///
    /// The version is the largest that its type holds.
    pub(crate) fn next(&self, tree: &Item) -> Result<BTreeMap<String, AttributeValue>> {
        let next = self.0.iter().map(|(name, duty)| {
            let value = match duty {
                Duty::Version(range) => counted_up(name, *range, tree.get(*name))?,
            };
            Ok(((*name).to_owned(), value))
        });
        next.collect()
    }

    /// The changes of these fields that an update in place makes, too.
    pub(crate) fn edits(&self) -> Vec<Edit> {
        let edits = self.0.iter().map(|(name, duty)| Edit {
            path: FieldPath::root().key(*name),
            verb: match duty {
                Duty::Version(range) => Verb::count_up(range.largest()),
            },
        });
        edits.collect()
    }

    /// Refuses to have the program write one of these fields by itself.
    ///
    /// # Errors
    ///
    /// The path is that of one, of any variant.
    pub(crate) fn check_write(shape: &'static Shape, path: &FieldPath) -> Result<()> {
        let [Segment::Key(first), ..] = path.segments() else {
            return Ok(());
        };
        let mut called = shape.all_fields().filter(|field| field.answers_to(first));
        let Some(duty) = called.find_map(FieldShape::duty) else {
            return Ok(());
        };
        let why = match duty {
            Duty::Version(_) => {
                "is the version, which is counted up with every write; leave it out"
            }
        };
        Err(Error::new(ErrorKind::InvalidPath, why).at_path(path.clone()))
    }
}

fn is_zero(version: &AttributeValue) -> bool {
    let normal = version
        .as_n()
        .ok()
        .and_then(|text| number::normalize(text).ok());
    normal.is_some_and(|normal| normal == "0")
}

fn counted_up(
    name: &str,
    range: VersionRange,
    before: Option<&AttributeValue>,
) -> Result<AttributeValue> {
    let before = match before {
        None => 0,
        Some(before) => integer(before).ok_or_else(|| {
            let why = "is the version, and is not stored as an integer, so that it cannot be counted up; use an integer type";
            Error::new(ErrorKind::InvalidValue, why).at_path(FieldPath::root().key(name))
        })?,
    };
    let next = before
        .checked_add(1)
        .filter(|next| *next <= range.largest());
    let next = next.ok_or_else(|| {
        let why = "is the version, and has come to the largest number that its type holds; use a larger type, `u64`";
        Error::new(ErrorKind::InvalidValue, why).at_path(FieldPath::root().key(name))
    })?;
    Ok(AttributeValue::N(next.to_string()))
}

fn integer(value: &AttributeValue) -> Option<i128> {
    let text = value.as_n().ok()?;
    text.parse()
        .ok()
        .or_else(|| number::normalize(text).ok()?.parse().ok())
}
