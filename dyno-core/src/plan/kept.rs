//! The fields of a root that the mapper writes itself, and what it writes into them.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Item, Segment, number};

use crate::error::{Error, ErrorKind, Result};
use crate::expr::{Edit, Verb};
use crate::reserved;
use crate::shape::{Body, Duty, FieldShape, Reads, Shape, Stamp, VersionRange};

/// The fields of one root that the mapper writes: of a struct, or of a variant.
#[derive(Debug)]
pub(crate) struct Kept(Vec<(&'static FieldShape, Duty)>);

/// What an object has in the fields that the mapper writes.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeptValues {
    fields: Item,
    variant: Option<String>,
}

impl KeptValues {
    /// The same after a write that put these in.
    pub(crate) fn take(&mut self, written: &BTreeMap<String, AttributeValue>) {
        let written = written.iter();
        self.fields
            .extend(written.map(|(name, value)| (name.clone(), value.clone())));
    }

    /// What stands in the same fields of this item.
    pub(crate) fn again(&self, item: &Item) -> BTreeMap<String, AttributeValue> {
        let names = self.fields.keys().cloned();
        let values = names.filter_map(|name| Some((name.clone(), item.get(&name)?.clone())));
        values.collect()
    }

    pub(crate) fn fields(&self) -> &Item {
        &self.fields
    }
}

impl Kept {
    /// Those of the object with this tree.
    pub(crate) fn of(shape: &'static Shape, tree: &Item) -> Self {
        Self::among(shape.fields_of(variant_of(tree).as_deref()))
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
            .filter_map(|field| Some((field, field.duty()?)));
        Self(kept.collect())
    }

    /// What the object has in these fields.
    pub(crate) fn held(&self, tree: &Item) -> KeptValues {
        let held = self
            .0
            .iter()
            .filter_map(|(field, _)| tree.get_key_value(field.name()));
        let fields = held.map(|(name, value)| (name.clone(), value.clone()));
        KeptValues {
            fields: fields.collect(),
            variant: variant_of(tree),
        }
    }

    /// Puts back what the program changed of what was there when the object was loaded or saved.
    pub(crate) fn restore(&self, tree: &mut Item, held: &KeptValues) {
        let is_same_variant = held.variant == variant_of(tree);
        for (field, _) in &self.0 {
            match held.fields.get(field.name()) {
                Some(value) => drop(tree.insert(field.name().to_owned(), value.clone())),
                // A variant that it was not has no value to put back.
                None if is_same_variant => drop(tree.remove(field.name())),
                None => {}
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
        self.0.iter().find_map(|(field, duty)| match duty {
            Duty::Version(range) => Some((field.name(), *range)),
            Duty::Created(..) | Duty::Updated(_) => None,
        })
    }

    /// What a write of the object at this time puts into these fields, if it is the first one or not.
    ///
    /// # Errors
    ///
    /// The version is the largest that its type holds, or a type does not reach to this time.
    pub(crate) fn next(
        &self,
        tree: &Item,
        now: SystemTime,
        is_first: bool,
    ) -> Result<BTreeMap<String, AttributeValue>> {
        let mut next = BTreeMap::new();
        for (field, duty) in &self.0 {
            let name = field.name();
            let value = match duty {
                Duty::Created(stamp, _) if is_first && is_unset(*stamp, tree.get(name)) => {
                    stamped(name, *stamp, now)?
                }
                Duty::Created(..) => None,
                Duty::Updated(stamp) => stamped(name, *stamp, now)?,
                Duty::Version(range) => Some(counted_up(name, *range, tree.get(name))?),
            };
            next.extend(value.map(|value| (name.to_owned(), value)));
        }
        Ok(next)
    }

    /// The changes of these fields that an update in place at this time makes, too.
    ///
    /// # Errors
    ///
    /// A type does not reach to this time.
    pub(crate) fn edits(&self, now: SystemTime) -> Result<Vec<Edit>> {
        let mut edits = Vec::new();
        for (field, duty) in &self.0 {
            let name = field.name();
            let verb = match duty {
                Duty::Created(..) => None,
                Duty::Updated(stamp) => stamped(name, *stamp, now)?.map(Verb::Set),
                Duty::Version(range) => Some(Verb::count_up(range.largest())),
            };
            let path = FieldPath::root().key(name);
            edits.extend(verb.map(|verb| Edit { path, verb }));
        }
        Ok(edits)
    }

    /// The field that says when the object was first saved, if a write that puts these in sets it.
    pub(crate) fn beginning(&self, next: &BTreeMap<String, AttributeValue>) -> Option<Beginning> {
        self.0.iter().find_map(|(field, duty)| match duty {
            Duty::Created(stamp, reads) => Some(Beginning {
                attribute: field.name(),
                stamp: *stamp,
                reads: *reads,
                first: next.get(field.name())?.clone(),
            }),
            Duty::Updated(_) | Duty::Version(_) => None,
        })
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
            Duty::Created(..) => {
                "says when the object was first saved, and is kept as it is; delete the object and save it anew for another time"
            }
            Duty::Updated(_) => {
                "says when the object was last written, and is set with every write; leave it out"
            }
            Duty::Version(_) => {
                "is the version, which is counted up with every write; leave it out"
            }
        };
        Err(Error::new(ErrorKind::InvalidPath, why).at_path(path.clone()))
    }
}

/// The variant that a tree of an enum names.
fn variant_of(tree: &Item) -> Option<String> {
    let tag = tree.get(reserved::TYPE)?.as_s().ok()?;
    Some(tag.clone())
}

/// What an object says of its first save, where it may replace an older one.
#[derive(Debug)]
pub(crate) struct Beginning {
    attribute: &'static str,
    stamp: Stamp,
    reads: Reads,
    /// What it says if it replaces none.
    first: AttributeValue,
}

impl Beginning {
    pub(crate) fn attribute(&self) -> &'static str {
        self.attribute
    }

    /// What it says over this item: what stands there, if it is a time that the field can hold.
    pub(crate) fn over(&self, standing: Option<&Item>) -> AttributeValue {
        let stands = standing.and_then(|item| item.get(self.attribute));
        let says = |value: &&AttributeValue| {
            !value.is_null() && !is_unset(self.stamp, Some(value)) && (self.reads)(value)
        };
        stands.filter(says).unwrap_or(&self.first).clone()
    }
}

/// Whether a field says no time yet: it has no value, or the beginning of 1970.
fn is_unset(stamp: Stamp, value: Option<&AttributeValue>) -> bool {
    value.is_none_or(|value| stamp(UNIX_EPOCH).is_ok_and(|unset| unset.as_ref() == Some(value)))
}

fn stamped(name: &str, stamp: Stamp, now: SystemTime) -> Result<Option<AttributeValue>> {
    Ok(stamp(now).map_err(|error| error.under_key(name))?)
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
    if before < 0 {
        let why =
            "is the version, and is below 0, where none is; a first save counts from 0 or `None`";
        return Err(Error::new(ErrorKind::InvalidValue, why).at_path(FieldPath::root().key(name)));
    }
    let next = before
        .checked_add(1)
        .filter(|next| *next <= range.largest());
    let next = next.ok_or_else(|| {
        let why = "is the version, and has come to the largest number that its type holds; a larger type counts on";
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
