use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{Item, ValueCause, ValueError};

use super::{Attribute, Beside, Body, Codec, FieldShape, Role, Shape, VariantShape};
use crate::reserved;

/// Hands out the fields of an object by their index in its shape.
#[derive(Debug)]
pub struct ObjectReader {
    shape: &'static Shape,
    fields: &'static [FieldShape],
    item: Item,
    /// The fields of the objects that this one is flattened into.
    around: Vec<&'static [FieldShape]>,
}

impl ObjectReader {
    pub(crate) fn new(shape: &'static Shape, item: Item) -> Self {
        Self {
            shape,
            fields: struct_fields(shape),
            item,
            around: Vec::new(),
        }
    }

    /// The field at `index` of the shape.
    ///
    /// # Errors
    ///
    /// The attribute is missing, or does not fit.
    pub fn field<T>(&mut self, index: usize, codec: Codec<T>) -> Result<T, ValueError> {
        match self.take(index)? {
            (name, Some(value)) => codec.read(value).map_err(|error| error.under_key(name)),
            (name, None) => codec
                .absent()
                .ok_or_else(|| ValueError::new(ValueCause::Missing).under_key(name)),
        }
    }

    /// A flattened field; asked for after the others, because a map takes what no field claims.
    ///
    /// # Errors
    ///
    /// An attribute is missing, or does not fit.
    pub fn flatten<T>(&mut self, beside: Beside<T>) -> Result<T, ValueError> {
        (beside.read)(self)
    }

    /// The index of the variant that the type tag names, whose fields follow.
    ///
    /// # Errors
    ///
    /// The tag is missing or unknown.
    pub fn variant(&mut self) -> Result<usize, ValueError> {
        let Body::Enum(variants) = self.shape.body() else {
            return Err(ValueError::custom("a struct has no variants"));
        };
        let tag = match self.item.remove(reserved::TYPE) {
            Some(AttributeValue::S(tag)) => tag,
            Some(other) => {
                return Err(ValueError::expected("a string", &other).under_key(reserved::TYPE));
            }
            None => {
                return Err(ValueError::new(ValueCause::VariantMissing {
                    known: variants.iter().map(VariantShape::tag).collect(),
                }));
            }
        };
        for (index, variant) in variants.iter().enumerate() {
            if variant.answers_to(&tag) {
                self.fields = variant.fields();
                return Ok(index);
            }
        }
        Err(ValueError::new(ValueCause::UnknownVariant {
            found: tag,
            known: variants.iter().map(VariantShape::tag).collect(),
        }))
    }

    pub(crate) fn with_shape<T>(
        &mut self,
        shape: &'static Shape,
        read: impl FnOnce(&mut Self) -> Result<T, ValueError>,
    ) -> Result<T, ValueError> {
        let outer = (self.shape, self.fields);
        (self.shape, self.fields) = (shape, struct_fields(shape));
        self.around.push(outer.1);
        let value = read(self);
        self.around.pop();
        (self.shape, self.fields) = outer;
        value
    }

    pub(crate) fn extras<V: Attribute, M: FromIterator<(String, V)>>(
        &mut self,
    ) -> Result<M, ValueError> {
        let claims = |name: &str| {
            let mut objects = self.around.iter().chain([&self.fields]);
            objects.any(|fields| fields.iter().any(|field| flattened_claims(field, name)))
        };
        let names: Vec<String> = self
            .item
            .keys()
            .filter(|name| !claims(name))
            .cloned()
            .collect();
        let mut extras: Vec<_> = names
            .iter()
            .filter_map(|name| self.item.remove_entry(name))
            .collect();
        extras.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        let read = |(name, value): (String, AttributeValue)| match V::from_value(value) {
            Ok(value) => Ok((name, value)),
            Err(error) => Err(error.under_key(&name)),
        };
        extras.into_iter().map(read).collect()
    }

    fn take(&mut self, index: usize) -> Result<(&'static str, Option<AttributeValue>), ValueError> {
        let field = self
            .fields
            .get(index)
            .ok_or_else(|| ValueError::new(ValueCause::Missing))?;
        let mut value = self.item.remove(field.name());
        for older in field.older_names() {
            value = value.or_else(|| self.item.remove(*older));
        }
        Ok((field.name(), value))
    }
}

fn struct_fields(shape: &'static Shape) -> &'static [FieldShape] {
    match shape.body() {
        Body::Struct(fields) => fields,
        Body::Enum(_) => &[],
    }
}

/// Whether an attribute belongs to a flattened object, which may be read after a map that would take it.
fn flattened_claims(field: &FieldShape, name: &str) -> bool {
    field.field_role() == Role::Flatten
        && field.child().is_some_and(|shape| {
            shape
                .all_fields()
                .any(|inner| inner.answers_to(name) || flattened_claims(inner, name))
        })
}
