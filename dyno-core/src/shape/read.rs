use std::mem;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{Item, ValueCause, ValueError};

use super::{
    Attribute, Beside, Body, Codec, FieldShape, Object, Role, Shape, SlotQuestion, VariantShape,
    Viewer, uncertain,
};
use crate::reserved;

/// Hands out the fields of an object by their index in its shape.
#[derive(Debug)]
pub struct ObjectReader<'a> {
    shape: &'static Shape,
    fields: &'static [FieldShape],
    /// The name of the field that is being read, of which an error says what is wrong.
    field: Option<&'static str>,
    source: Source<'a>,
    /// How many fields of a drained item would be written as they stand there.
    as_written: usize,
    /// The fields of the objects that this one is flattened into.
    around: Vec<&'static [FieldShape]>,
}

/// How many fields an object may have whose attributes are told apart in one pass.
const SLOTS: usize = 16;

#[derive(Debug)]
enum Source<'a> {
    /// All attributes by their names, which are taken out one by one.
    Item(Item),
    /// Those of an item that is kept, by the index of the field that claims them.
    Kept(Slots<&'a AttributeValue>),
    /// The same of an item of which something is left.
    Taken(Slots<&'a mut AttributeValue>, Left),
    /// No attributes: a codec is asked for.
    Question(SlotQuestion<'a>),
}

/// What stands there for a field.
enum Found<'a> {
    Nothing,
    Loose(AttributeValue),
    Kept(&'a AttributeValue),
    Taken(&'a mut AttributeValue),
    /// Whether it stays also if it is a text.
    Drained(&'a mut AttributeValue, bool),
}

type Slots<V> = [Option<V>; SLOTS];

/// What is left of an item that was read.
#[derive(Clone, Copy, Debug)]
enum Left {
    Anything,
    AllButTexts,
    AllButTextsThatAreNoKeys,
}

impl<'a> ObjectReader<'a> {
    /// Of an item of which anything may be left.
    pub(crate) fn new(shape: &'static Shape, item: &'a mut Item) -> Self {
        let source = if are_told_apart_by_name(shape) {
            Source::Taken(by_field(shape, item), Left::Anything)
        } else {
            Source::Item(mem::take(item))
        };
        Self::from_source(shape, source)
    }

    /// Of an item that is kept.
    pub(crate) fn of_kept(shape: &'static Shape, item: &'a Item) -> Self {
        let source = if are_told_apart_by_name(shape) {
            Source::Kept(by_field(shape, item))
        } else {
            Source::Item(item.clone())
        };
        Self::from_source(shape, source)
    }

    /// Of no item yet, see [`drain`](Self::drain).
    #[inline]
    pub(crate) fn of_nothing(shape: &'static Shape) -> Self {
        let slots = [const { None }; SLOTS];
        Self::from_source(shape, Source::Taken(slots, Left::AllButTextsThatAreNoKeys))
    }

    /// Reads from an item that is kept, but for texts, in whose place empty ones stay; not if an attribute is refused, of which is told
    /// whether a field claims it. Keys stay, too, unless they are read from any text, after all other fields: who cannot read one of those
    /// looks for the key in the item.
    pub(crate) fn drain(
        &mut self,
        item: &'a mut Item,
        keys_are_texts: bool,
        mut takes: impl FnMut(&str, &AttributeValue, bool) -> bool,
    ) -> bool {
        let fields = self.fields;
        let Source::Taken(slots, left) = &mut self.source else {
            return false;
        };
        if !are_told_apart_by_name(self.shape) {
            let claims = |name: &str| fields.iter().any(|field| field.answers_to(name));
            let is_taken =
                |(name, value): (&String, &AttributeValue)| takes(name, value, claims(name));
            let takes_all = item.iter().all(is_taken);
            if takes_all {
                self.source = Source::Item(item.clone());
            }
            return takes_all;
        }
        let takes =
            |name: &str, value: &&mut AttributeValue, is_claimed| takes(name, value, is_claimed);
        if !place_each(self.shape, item, slots, takes) {
            return false;
        }
        let is_text = |(field, value): (&FieldShape, &Option<&mut AttributeValue>)| {
            !field.is_key() || value.as_ref().is_some_and(|value| value.is_s())
        };
        if keys_are_texts && fields.iter().zip(&*slots).all(is_text) {
            *left = Left::AllButTexts;
        }
        true
    }

    /// Shows the codec in this slot of a type of which all fields are read by one call, which knows them all.
    pub(crate) fn ask<T: Object>(slot: usize, to: Viewer<'a>) {
        if T::SHAPE.all_fields().next().is_none() {
            return;
        }
        let question = SlotQuestion { slot, to };
        let mut this = Self::from_source(T::SHAPE, Source::Question(question));
        drop(T::read(&mut this));
    }

    /// What is asked in place of the values.
    #[inline]
    pub(super) fn question(&mut self) -> Option<&mut SlotQuestion<'a>> {
        match &mut self.source {
            Source::Question(question) => Some(question),
            Source::Item(_) | Source::Kept(_) | Source::Taken(..) => None,
        }
    }

    fn from_source(shape: &'static Shape, source: Source<'a>) -> Self {
        Self {
            shape,
            fields: struct_fields(shape),
            field: None,
            source,
            as_written: 0,
            around: Vec::new(),
        }
    }

    /// The field at `index` of the shape.
    ///
    /// # Errors
    ///
    /// The attribute is missing, or does not fit. The reading is over then; who began it adds the name of the field.
    pub fn field<T>(&mut self, index: usize, codec: &Codec<T>) -> Result<T, ValueError> {
        if !codec.is_plain() {
            uncertain::note();
        }
        match self.find(index) {
            Found::Nothing => absent(codec),
            Found::Loose(mut value) => codec.take(&mut value),
            Found::Kept(value) => codec.view(value),
            Found::Taken(value) => codec.take(value),
            Found::Drained(value, stays) => {
                self.as_written += usize::from(codec.is_as_written(value));
                codec.drain(value, stays)
            }
        }
    }

    #[inline]
    fn find(&mut self, index: usize) -> Found<'a> {
        let Some(field) = self.fields.get(index) else {
            return Found::Nothing;
        };
        self.field = Some(field.name());
        let found = match &mut self.source {
            Source::Item(item) => take(item, field).map(Found::Loose),
            Source::Kept(slots) => slots.get(index).copied().flatten().map(Found::Kept),
            Source::Taken(slots, left) => {
                let value = slots.get_mut(index).and_then(Option::take);
                value.map(|value| match left {
                    Left::Anything => Found::Taken(value),
                    Left::AllButTexts => Found::Drained(value, false),
                    Left::AllButTextsThatAreNoKeys => Found::Drained(value, field.is_key()),
                })
            }
            Source::Question(_) => None,
        };
        found.unwrap_or(Found::Nothing)
    }

    /// The error that ended the reading, seen from the object.
    #[cold]
    pub(crate) fn placed(&self, error: ValueError) -> ValueError {
        match self.field {
            Some(name) => error.under_key(name),
            None => error,
        }
    }

    /// A flattened field; asked for after the others, because a map takes what no field claims.
    ///
    /// # Errors
    ///
    /// An attribute is missing, or does not fit.
    pub fn flatten<T>(&mut self, beside: Beside<T>) -> Result<T, ValueError> {
        self.field = None;
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
        let tag = match self.item()?.remove(reserved::TYPE) {
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
        let Source::Item(item) = &mut self.source else {
            return Ok(M::from_iter([]));
        };
        let names: Vec<String> = item.keys().filter(|name| !claims(name)).cloned().collect();
        let mut extras: Vec<_> = names
            .iter()
            .filter_map(|name| item.remove_entry(name))
            .collect();
        extras.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        let read = |(name, value): (String, AttributeValue)| match V::from_value(value) {
            Ok(value) => Ok((name, value)),
            Err(error) => Err(error.under_key(&name)),
        };
        extras.into_iter().map(read).collect()
    }

    /// How many fields of a drained item would be written as they stand there, for certain.
    pub(crate) fn as_written(&self) -> usize {
        self.as_written
    }

    /// The attributes by their names: enums and objects with flattened fields are read from them only.
    fn item(&mut self) -> Result<&mut Item, ValueError> {
        match &mut self.source {
            Source::Item(item) => Ok(item),
            Source::Kept(_) | Source::Question(_) | Source::Taken(..) => Err(ValueError::custom(
                "a struct without flattened fields has no attributes beside its own",
            )),
        }
    }
}

/// Whether each attribute belongs to one field at most, which its name tells.
fn are_told_apart_by_name(shape: &'static Shape) -> bool {
    let fields = struct_fields(shape);
    fields.len() <= SLOTS
        && matches!(shape.body(), Body::Struct(_))
        && fields
            .iter()
            .all(|field| field.field_role() != Role::Flatten && field.older_names().is_empty())
}

/// The attributes of fields, each at the index of its field.
fn by_field<N: AsRef<str>, V>(
    shape: &'static Shape,
    attributes: impl IntoIterator<Item = (N, V)>,
) -> Slots<V> {
    let mut slots = [const { None }; SLOTS];
    place_each(shape, attributes, &mut slots, |_, _, _| true);
    slots
}

/// Puts each attribute at the index of its field, until one is refused, of which is told whether a field claims it; whether none was.
#[inline]
fn place_each<N: AsRef<str>, V>(
    shape: &'static Shape,
    attributes: impl IntoIterator<Item = (N, V)>,
    slots: &mut Slots<V>,
    mut takes: impl FnMut(&str, &V, bool) -> bool,
) -> bool {
    let fields = struct_fields(shape);
    for (name, value) in attributes {
        let place = shape.place_of(fields, name.as_ref());
        if !takes(name.as_ref(), &value, place.is_some()) {
            return false;
        }
        if let Some(slot) = place.and_then(|place| slots.get_mut(place)) {
            *slot = Some(value);
        }
    }
    true
}

fn take(item: &mut Item, field: &FieldShape) -> Option<AttributeValue> {
    let mut value = item.remove(field.name());
    for older in field.older_names() {
        value = value.or_else(|| item.remove(*older));
    }
    value
}

fn absent<T>(codec: &Codec<T>) -> Result<T, ValueError> {
    if codec.fills_in {
        uncertain::note();
    }
    codec
        .absent()
        .ok_or_else(|| ValueError::new(ValueCause::Missing))
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
