use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{Item, ValueCause, ValueError};

use super::{Attribute, Beside, Body, Codec, FieldShape, Shape};
use crate::reserved;

/// Collects the fields of an object by their index in its shape.
///
/// It keeps the first error until [`done`](Self::done), so that generated code has one exit instead of one for each
/// field, which compiles faster.
#[derive(Debug)]
pub struct ObjectWriter {
    shape: &'static Shape,
    fields: &'static [FieldShape],
    item: Item,
    error: Option<ValueError>,
    wanted: Wanted,
}

/// What of an object is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Everything,
    /// The fields that can be stored, whatever is wrong with others.
    WhatCanBe,
    Keys,
    /// Fields that are texts by themselves.
    Texts,
}

impl ObjectWriter {
    pub(crate) fn new(shape: &'static Shape) -> Self {
        Self::of(shape, Wanted::Everything)
    }

    /// The same, for a part of the fields.
    pub(super) fn of(shape: &'static Shape, wanted: Wanted) -> Self {
        let fields = fields_of(shape);
        Self {
            shape,
            fields,
            item: Item::with_capacity(fields.len()),
            error: None,
            wanted,
        }
    }

    pub(crate) fn finish(self) -> Item {
        self.item
    }

    /// Stores the field at `index` of the shape.
    pub fn field<T>(&mut self, index: usize, value: &T, codec: &Codec<T>) {
        let Some(field) = self.fields.get(index) else {
            return self.refuse(ValueError::new(ValueCause::Missing));
        };
        let is_wanted = match self.wanted {
            Wanted::Everything => self.error.is_none(),
            Wanted::WhatCanBe => true,
            Wanted::Keys => field.is_key(),
            Wanted::Texts => codec.is_text(),
        };
        if is_wanted {
            codec.put(value, field.name(), self);
        }
    }

    /// Adds an attribute, if no other has its name.
    pub(super) fn add(&mut self, name: &str, value: AttributeValue) {
        self.add_under(name.to_owned(), name, value);
    }

    /// The same with a copy of the name that was made before the value: a name that is hashed right after it was copied makes the
    /// processor wait for its own stores.
    #[inline]
    pub(super) fn add_under(&mut self, copy: String, name: &str, value: AttributeValue) {
        if self.item.insert(copy, value).is_some() {
            self.refuse_twice(name);
        }
    }

    #[cold]
    fn refuse_twice(&mut self, name: &str) {
        let why =
            "two fields are stored under this name; rename one with `#[dyno(rename = \"..\")]`";
        self.refuse(ValueError::custom(why).under_key(name));
    }

    #[cold]
    pub(super) fn refuse(&mut self, error: ValueError) {
        self.error.get_or_insert(error);
    }

    /// Stores a flattened field.
    pub fn flatten<T>(&mut self, value: &T, beside: Beside<T>) {
        self.attempt(|this| (beside.write)(value, this));
    }

    /// Chooses the variant at `index` of the shape, whose fields follow.
    pub fn variant(&mut self, index: usize) {
        self.attempt(|this| {
            let Body::Enum(variants) = this.shape.body() else {
                return Err(ValueError::custom("a struct has no variants"));
            };
            let variant = variants
                .get(index)
                .ok_or_else(|| ValueError::custom("no variant at this index"))?;
            this.fields = variant.fields();
            let tag = AttributeValue::S(variant.tag().to_owned());
            this.add(reserved::TYPE, tag);
            Ok(())
        });
    }

    /// Ends the fields of the object.
    ///
    /// # Errors
    ///
    /// The first value that has no form in DynamoDB, or whose name is taken.
    pub fn done(&mut self) -> Result<(), ValueError> {
        self.error.take().map_or(Ok(()), Err)
    }

    fn is_over(&self) -> bool {
        self.error.is_some() && self.wanted == Wanted::Everything
    }

    fn attempt(&mut self, step: impl FnOnce(&mut Self) -> Result<(), ValueError>) {
        if !self.is_over()
            && let Err(error) = step(self)
        {
            self.refuse(error);
        }
    }

    pub(crate) fn with_shape<T>(
        &mut self,
        shape: &'static Shape,
        write: impl FnOnce(&mut Self) -> Result<T, ValueError>,
    ) -> Result<T, ValueError> {
        let outer = (self.shape, self.fields);
        (self.shape, self.fields) = (shape, fields_of(shape));
        let written = write(self);
        (self.shape, self.fields) = outer;
        written
    }

    pub(crate) fn extra<V: Attribute>(&mut self, name: &str, value: &V) -> Result<(), ValueError> {
        if reserved::is_known(name) {
            return Ok(());
        }
        if reserved::is_reserved(name) {
            let why = format!(
                "names that begin with `{}` are dyno's own; rename the key",
                reserved::PREFIX
            );
            return Err(ValueError::custom(why).under_key(name));
        }
        if value.is_absent() {
            return Ok(());
        }
        let value = value.to_value().map_err(|error| error.under_key(name))?;
        self.add(name, value);
        Ok(())
    }
}

fn fields_of(shape: &'static Shape) -> &'static [FieldShape] {
    match shape.body() {
        Body::Struct(fields) => fields,
        Body::Enum(_) => &[],
    }
}
