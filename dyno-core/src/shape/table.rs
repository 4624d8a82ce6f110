//! The static description of an object, as the derive prints it: data, no code.

use std::any::TypeId;

use super::places::Places;
use super::{FieldShape, Kind, Role, SecondaryShape};
use crate::key::{KeyKind, Templates};

/// How an object is stored: its fields, and where it lives if it has a table of its own.
///
/// Children are functions, so that recursive types work.
#[derive(Debug)]
pub struct Shape {
    identity: Identity,
    name: &'static str,
    tag: &'static str,
    context: &'static str,
    table: Option<TableShape>,
    seals: bool,
    body: Body,
    places: Places,
    untyped: Option<Untyped>,
    secondary: &'static [SecondaryShape],
    templates: Option<Templates>,
}

/// What is said of an object when no type describes it. Its shape names shards, and the objects around them; every
/// other attribute is taken as it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Untyped {
    /// Whether the root item names a variant.
    pub(crate) is_choice: bool,
    /// The type of the partition key; `None` takes any.
    pub(crate) partition: Option<KeyKind>,
    /// The type of the sort key; `None` takes any.
    pub(crate) sort: Option<KeyKind>,
}

/// What tells shapes apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Identity {
    /// The shape of a type.
    Type(TypeId),
    /// A shape that was made when the program ran.
    Number(u64),
}

/// A struct's fields or an enum's variants.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::exhaustive_enums,
    reason = "Rust has structs and enums; matched by the planner"
)]
pub enum Body {
    /// A struct.
    Struct(&'static [FieldShape]),
    /// An enum; its variant is told by the type tag.
    Enum(&'static [VariantShape]),
}

impl Shape {
    /// The shape of a struct named `name` in Rust.
    pub const fn structure(name: &'static str, fields: &'static [FieldShape]) -> Self {
        Self::new(name, Body::Struct(fields))
    }

    /// The shape of a struct of which no field is said yet.
    pub const fn without_fields(name: &'static str) -> Self {
        Self::structure(name, &[])
    }

    /// The same in a table of its own with this partition key attribute.
    pub const fn in_table(name: &'static str, table: &'static str, key: &'static str) -> Self {
        Self::without_fields(name).stored(TableShape::new(table, key))
    }

    /// The shape of an enum named `name` in Rust.
    pub const fn choice(name: &'static str, variants: &'static [VariantShape]) -> Self {
        Self::new(name, Body::Enum(variants))
    }

    const fn new(name: &'static str, body: Body) -> Self {
        Self {
            identity: Identity::Number(0),
            name,
            tag: name,
            context: name,
            table: None,
            seals: false,
            places: Places::of(&body),
            body,
            untyped: None,
            secondary: &[],
            templates: None,
        }
    }

    /// The same shape, known as that of this type: a constant may stand at several addresses.
    #[must_use]
    pub const fn of<T: 'static>(mut self) -> Self {
        self.identity = Identity::Type(TypeId::of::<T>());
        self
    }

    /// The same shape, of a struct with these fields.
    #[must_use]
    pub(super) const fn fields(mut self, fields: &'static [FieldShape]) -> Self {
        self.body = Body::Struct(fields);
        self.places = Places::of(&self.body);
        self
    }

    /// What tells the shape from others.
    pub const fn identity(&self) -> Identity {
        self.identity
    }

    /// The same shape, known by this number: one that is made when the program runs.
    #[must_use]
    pub(crate) const fn numbered(mut self, number: u64) -> Self {
        self.identity = Identity::Number(number);
        self
    }

    /// The same shape, of an object that no type describes.
    #[must_use]
    pub(crate) const fn with_untyped(mut self, untyped: Untyped) -> Self {
        self.untyped = Some(untyped);
        self
    }

    /// The place of a field of a struct among all of them, by its name.
    pub(crate) fn place_of(&self, fields: &[FieldShape], name: &str) -> Option<usize> {
        self.places.find(fields, name)
    }

    /// What is said of an object that no type describes; `None` if one does.
    pub(crate) const fn untyped(&self) -> Option<Untyped> {
        self.untyped
    }

    /// Whether the type attribute of a root item names a variant, not the type.
    pub(crate) const fn names_variant(&self) -> bool {
        match (self.untyped, self.body) {
            (Some(untyped), _) => untyped.is_choice,
            (None, Body::Enum(_)) => true,
            (None, Body::Struct(_)) => false,
        }
    }

    /// The same shape with a table of its own.
    #[must_use]
    pub const fn stored(mut self, table: TableShape) -> Self {
        self.tag = table.name;
        self.context = table.name;
        self.table = Some(table);
        self
    }

    /// The same shape under another type tag; the encryption context follows it.
    #[must_use]
    pub const fn tag(mut self, tag: &'static str) -> Self {
        self.tag = tag;
        self.context = tag;
        self
    }

    /// The same shape under another encryption context.
    #[must_use]
    pub const fn context(mut self, context: &'static str) -> Self {
        self.context = context;
        self
    }

    /// The same shape, of objects whose items are sealed.
    #[must_use]
    pub const fn sealed(mut self) -> Self {
        self.seals = true;
        self
    }

    /// The same shape with these secondary indexes of its table.
    #[must_use]
    pub const fn indexes(mut self, indexes: &'static [SecondaryShape]) -> Self {
        self.secondary = indexes;
        self
    }

    /// The same shape with keys that are made of fields.
    #[must_use]
    pub const fn templates(mut self, templates: Templates) -> Self {
        self.templates = Some(templates);
        self
    }

    /// What keys are made of, if they are made of fields.
    pub(crate) const fn key_templates(&self) -> Option<&Templates> {
        self.templates.as_ref()
    }

    /// The secondary indexes of the table that fields are keys of.
    pub const fn secondary(&self) -> &'static [SecondaryShape] {
        self.secondary
    }

    /// Whether the items of an object are sealed: of this one and of all its shards.
    pub const fn seals(&self) -> bool {
        self.seals
    }

    /// The type's name in Rust, for error messages.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The tag stored with the object, and the first part of its shards' keys.
    pub const fn type_tag(&self) -> &'static str {
        self.tag
    }

    /// The logical name that encrypted values are bound to.
    pub const fn encryption_context(&self) -> &'static str {
        self.context
    }

    /// The table, if the type has one.
    pub const fn table(&self) -> Option<&TableShape> {
        self.table.as_ref()
    }

    /// Fields or variants.
    pub const fn body(&self) -> Body {
        self.body
    }

    /// The fields of a struct, or of the variant with this tag.
    pub fn fields_of(&self, variant_tag: Option<&str>) -> &'static [FieldShape] {
        match self.body {
            Body::Struct(fields) => fields,
            Body::Enum(variants) => variant_tag
                .and_then(|tag| variants.iter().find(|variant| variant.answers_to(tag)))
                .map_or(&[], |variant| variant.fields),
        }
    }

    /// The first field that is wanted, also among those of flattened objects.
    pub fn find_field(
        &self,
        wanted: impl Fn(&FieldShape) -> bool + Copy,
    ) -> Option<&'static FieldShape> {
        self.all_fields()
            .find_map(|field| match (field.field_role(), field.child()) {
                (Role::Flatten, Some(inner)) => inner.find_field(wanted),
                (Role::Flatten, None) => None,
                _ => wanted(field).then_some(field),
            })
    }

    /// The field that an attribute belongs to, also among those of flattened objects: of the variant that a stored tag names,
    /// or, where none does, of any, and then the most private one.
    pub(crate) fn field_of(&self, name: &str, tag: Option<&str>) -> Option<&'static FieldShape> {
        let named =
            self.fields_under(tag)
                .filter_map(|field| match (field.field_role(), field.child()) {
                    (Role::Flatten, Some(inner)) => inner.field_of(name, tag),
                    (Role::Flatten, None) => None,
                    _ => field.answers_to(name).then_some(field),
                });
        named.reduce(|most, field| {
            if field.is_more_private_than(most) {
                field
            } else {
                most
            }
        })
    }

    /// Shows every field of the name, of all variants, also among those of flattened objects.
    pub(crate) fn each_called(&self, name: &str, see: &mut dyn FnMut(&'static FieldShape)) {
        for field in self.all_fields() {
            match (field.field_role(), field.child()) {
                (Role::Flatten, Some(inner)) => inner.each_called(name, see),
                (Role::Flatten, None) => {}
                _ if field.answers_to(name) => see(field),
                _ => {}
            }
        }
    }

    /// What a flattened map holds, which takes the attributes that no field claims: that of the variant that a stored tag names,
    /// or, where none does, of any, and then the most private one.
    pub(crate) fn collected(&self, tag: Option<&str>) -> Option<Kind> {
        let maps =
            self.fields_under(tag)
                .filter_map(|field| match (field.field_role(), field.kind()) {
                    (Role::Flatten, Kind::Map(element)) => Some(element.kind()),
                    (Role::Flatten, Kind::Object(inner)) => inner.collected(tag),
                    _ => None,
                });
        maps.reduce(|most, map| if most.holds_encrypted() { most } else { map })
    }

    /// The fields of the variant that a stored tag names, or, where none does, of all.
    fn fields_under(&self, tag: Option<&str>) -> impl Iterator<Item = &'static FieldShape> + use<> {
        let variants = match self.body {
            Body::Struct(_) => &[],
            Body::Enum(variants) => variants,
        };
        let mut named = variants.iter();
        let named = tag.and_then(|tag| named.find(|variant| variant.answers_to(tag)));
        let all = named.is_none().then(|| self.all_fields());
        let named = named.map(VariantShape::fields);
        named.into_iter().flatten().chain(all.into_iter().flatten())
    }

    /// Every field of the struct, or of every variant: of each its keys, and then the others in the order of the type.
    pub fn all_fields(&self) -> impl Iterator<Item = &'static FieldShape> + use<> {
        let (fields, variants): (&'static [FieldShape], &'static [VariantShape]) = match self.body {
            Body::Struct(fields) => (fields, &[]),
            Body::Enum(variants) => (&[], variants),
        };
        fields
            .iter()
            .chain(variants.iter().flat_map(|variant| variant.fields))
    }
}

/// Where an object lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TableShape {
    name: &'static str,
    key: &'static str,
    sort: Option<&'static str>,
    region: Option<&'static str>,
}

impl TableShape {
    /// A table with this name and this partition key attribute.
    pub const fn new(name: &'static str, key: &'static str) -> Self {
        Self {
            name,
            key,
            sort: None,
            region: None,
        }
    }

    /// A table with this name and the same keys.
    #[must_use]
    pub const fn named(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }

    /// The same table with a sort key attribute.
    #[must_use]
    pub const fn sort(mut self, sort: &'static str) -> Self {
        self.sort = Some(sort);
        self
    }

    /// The same table in a region of its own.
    #[must_use]
    pub const fn region(mut self, region: &'static str) -> Self {
        self.region = Some(region);
        self
    }

    /// The table's name.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The partition key's attribute name.
    pub const fn key_name(&self) -> &'static str {
        self.key
    }

    /// The sort key's attribute name, if the table has one.
    pub const fn sort_name(&self) -> Option<&'static str> {
        self.sort
    }

    /// The attributes of the key.
    pub(crate) fn key_names(&self) -> Vec<&'static str> {
        std::iter::once(self.key).chain(self.sort).collect()
    }

    /// Whether an attribute is part of the key.
    pub(crate) fn has_key(&self, name: &str) -> bool {
        name == self.key || Some(name) == self.sort
    }

    /// The region, if the type names one.
    pub const fn region_name(&self) -> Option<&'static str> {
        self.region
    }
}

/// A variant of an enum.
#[derive(Debug)]
pub struct VariantShape {
    tag: &'static str,
    aliases: &'static [&'static str],
    fields: &'static [FieldShape],
}

impl VariantShape {
    /// A variant stored under this tag.
    pub const fn new(tag: &'static str, fields: &'static [FieldShape]) -> Self {
        Self {
            tag,
            aliases: &[],
            fields,
        }
    }

    /// The same variant, also read under these older tags.
    #[must_use]
    pub const fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    /// The tag written.
    pub const fn tag(&self) -> &'static str {
        self.tag
    }

    /// Older tags that are read as well.
    pub const fn older_tags(&self) -> &'static [&'static str] {
        self.aliases
    }

    /// The variant's fields.
    pub const fn fields(&self) -> &'static [FieldShape] {
        self.fields
    }

    /// Whether a stored tag means this variant.
    pub fn answers_to(&self, tag: &str) -> bool {
        self.tag == tag || self.aliases.contains(&tag)
    }
}
