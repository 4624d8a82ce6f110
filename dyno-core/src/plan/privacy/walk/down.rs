//! The way down to one value that is to be written.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Segment};

use super::state::{Must, Walk};
use super::tree::stays_in_parts;
use crate::error::Result;
use crate::plan::shard::Collection;
use crate::shape::{FieldShape, Kind, Privacy, Role, Shape};

/// How a value is stored that others lie inside of.
enum Around {
    /// In clear, as far as the value itself goes.
    Clear,
    /// Sealed part by part.
    InParts(Must),
    /// In clear, with all inside.
    Plain,
    /// Sealed as one value.
    Whole,
}

impl Walk<'_> {
    /// Follows a path to the value that is to be written at its end; `false` if one around it is sealed as a whole.
    pub(in crate::plan::privacy) fn down(
        &mut self,
        shape: &'static Shape,
        path: &FieldPath,
        stored: &FieldPath,
        value: Option<&AttributeValue>,
    ) -> Result<bool> {
        let mut kind = Some(Kind::Object(shape));
        let mut in_collection = false;
        let mut spread = None;
        let steps = path.segments().iter().zip(stored.segments());
        for (index, (segment, stored)) in steps.enumerate() {
            let (around, field) = match (kind, segment) {
                (Some(Kind::Object(shape)), Segment::Key(name)) => {
                    (Some(shape), shape.field_of(name, None))
                }
                _ => (None, None),
            };
            kind = match kind {
                Some(Kind::List(element) | Kind::Map(element)) => Some(element.kind()),
                _ => field.map_or_else(|| around?.collected(None), |field| Some(field.kind())),
            };
            let is_entry = in_collection;
            in_collection = field.is_some_and(|field| {
                field.field_role() == Role::Shard && Collection::of(field).is_some()
            });
            self.path.push(segment.clone());
            self.stored.push(stored.clone());
            if index + 1 == path.depth() {
                let absent = AttributeValue::Null(true);
                self.value(value.unwrap_or(&absent), kind, field, spread.as_ref())?;
            } else {
                match self.around(kind, field, is_entry, spread.take().as_ref())? {
                    Around::Clear => {}
                    Around::InParts(must) => spread = Some(must),
                    Around::Plain => return Ok(true),
                    Around::Whole => return Ok(false),
                }
            }
        }
        Ok(true)
    }

    /// How a value is stored that others lie inside of.
    fn around(
        &mut self,
        kind: Option<Kind>,
        field: Option<&'static FieldShape>,
        is_entry: bool,
        spread: Option<&Must>,
    ) -> Result<Around> {
        let privacy = field.map_or(Privacy::AskLoader, FieldShape::privacy);
        if privacy == Privacy::Plain {
            return Ok(Around::Plain);
        }
        match self.must(spread, privacy)? {
            Some(must) if is_entry || stays_in_parts(kind, field) => Ok(Around::InParts(must)),
            Some(_) => Ok(Around::Whole),
            None => Ok(Around::Clear),
        }
    }
}
