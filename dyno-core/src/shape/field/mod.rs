//! One field, as the derive prints it.

mod list;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::ValueError;

use super::{Duty, IndexShape, Object, Shape, UniqueShape};
use crate::key::KeyKind;

pub use self::list::FieldList;

/// One field of a struct or variant.
#[derive(Clone, Copy, Debug)]
pub struct FieldShape {
    name: &'static str,
    aliases: &'static [&'static str],
    role: Role,
    privacy: Privacy,
    index: Option<IndexShape>,
    duty: Option<Duty>,
    says_expiry: bool,
    unique: Option<UniqueShape>,
    text: Option<TextInKey>,
    kind: KindSource,
    placing: Placing,
}

/// The text of a stored value of a field in a key; `None` if the value is absent.
pub type TextInKey = fn(AttributeValue) -> Result<Option<String>, ValueError>;

/// How a shard field departs from what its type says.
#[derive(Clone, Copy, Debug, Default)]
struct Placing {
    table: Option<&'static str>,
    independent: bool,
    chunked: bool,
}

/// Where the kind of a field comes from: a function of its own, or that of its type.
#[derive(Clone, Copy, Debug)]
enum KindSource {
    Alone(fn() -> Kind),
    Known(Kind),
    Slot(fn(usize) -> Kind, usize),
}

impl FieldShape {
    /// A field stored under `name`, of the kind that its codec says.
    pub const fn new(name: &'static str, kind: fn() -> Kind) -> Self {
        Self::of_source(name, KindSource::Alone(kind))
    }

    /// A field stored under `name`, of a kind that is known when the program runs.
    pub const fn known(name: &'static str, kind: Kind) -> Self {
        Self::of_source(name, KindSource::Known(kind))
    }

    /// A field of a `T` stored under `name`, with the codec in this slot of the type's.
    pub const fn of<T: Object>(name: &'static str, slot: usize) -> Self {
        Self::of_source(name, KindSource::Slot(kind_at::<T>, slot))
    }

    const fn of_source(name: &'static str, kind: KindSource) -> Self {
        Self {
            name,
            aliases: &[],
            role: Role::Inline,
            privacy: Privacy::AskLoader,
            index: None,
            duty: None,
            says_expiry: false,
            unique: None,
            text: None,
            kind,
            placing: Placing {
                table: None,
                independent: false,
                chunked: false,
            },
        }
    }

    /// The same field, also read under these older names.
    #[must_use]
    pub const fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    /// The same field in another role.
    #[must_use]
    pub const fn role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }

    /// The same field, never stored in clear.
    #[must_use]
    pub const fn encrypted(mut self) -> Self {
        self.privacy = Privacy::Encrypted;
        self
    }

    /// The same field, never encrypted.
    #[must_use]
    pub const fn plain(mut self) -> Self {
        self.privacy = Privacy::Plain;
        self
    }

    /// The same field, whose values can be searched.
    #[must_use]
    pub const fn index(mut self, index: IndexShape) -> Self {
        self.index = Some(index);
        self
    }

    /// The same field, which the mapper writes.
    #[must_use]
    pub const fn kept(mut self, duty: Duty) -> Self {
        self.duty = Some(duty);
        self
    }

    /// The same field, by which objects expire.
    #[must_use]
    pub const fn expiry(mut self) -> Self {
        self.says_expiry = true;
        self
    }

    /// The same field, of which no two objects have the same value.
    #[must_use]
    pub const fn unique(mut self, unique: UniqueShape) -> Self {
        self.unique = Some(unique);
        self
    }

    /// The same field, of which the key of a secondary index is made.
    #[must_use]
    pub const fn in_key(mut self, text: TextInKey) -> Self {
        self.text = Some(text);
        self
    }

    /// The same shard, in this table instead of its type's.
    #[must_use]
    pub const fn in_table(mut self, table: &'static str) -> Self {
        self.placing.table = Some(table);
        self
    }

    /// The same shard, with a version of its own.
    #[must_use]
    pub const fn independent(mut self) -> Self {
        self.placing.independent = true;
        self
    }

    /// The same shard, always stored in pieces.
    #[must_use]
    pub const fn chunked(mut self) -> Self {
        self.placing.chunked = true;
        self
    }

    /// The table of the shard, if the field names one.
    pub const fn table(&self) -> Option<&'static str> {
        self.placing.table
    }

    /// Whether the shard has a version of its own, outside the object's snapshot.
    pub const fn is_independent(&self) -> bool {
        self.placing.independent
    }

    /// Whether the shard is stored in pieces whatever its size.
    pub const fn is_chunked(&self) -> bool {
        self.placing.chunked
    }

    /// The attribute name written.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Older attribute names, read when `name` is absent.
    pub const fn older_names(&self) -> &'static [&'static str] {
        self.aliases
    }

    /// What the field is to its object.
    pub const fn field_role(&self) -> Role {
        self.role
    }

    /// Who decides whether the field is encrypted.
    pub const fn privacy(&self) -> Privacy {
        self.privacy
    }

    /// How the field's values are searched, if they are.
    pub const fn search(&self) -> Option<&IndexShape> {
        self.index.as_ref()
    }

    /// What the mapper does with the field, if it is one that it writes.
    pub const fn duty(&self) -> Option<Duty> {
        self.duty
    }

    /// Whether objects expire by the field.
    pub const fn says_expiry(&self) -> bool {
        self.says_expiry
    }

    /// Where the items stand that keep its values unique, if they are.
    pub const fn guards(&self) -> Option<&UniqueShape> {
        self.unique.as_ref()
    }

    /// What stands for a value of it in keys of secondary indexes, if one is made of it.
    pub(crate) const fn text_in_key(&self) -> Option<TextInKey> {
        self.text
    }

    /// What the field's value looks like inside, once it is loaded.
    pub fn kind(&self) -> Kind {
        match self.declared_kind() {
            Kind::Lazy(inside) => inside.kind(),
            kind => kind,
        }
    }

    /// Whether the field's value is loaded when it is asked for, not with the object.
    pub fn is_lazy(&self) -> bool {
        matches!(self.declared_kind(), Kind::Lazy(_))
    }

    /// Where its codec stands among those of the type.
    pub(super) fn slot(&self) -> Option<usize> {
        match self.kind {
            KindSource::Alone(_) | KindSource::Known(_) => None,
            KindSource::Slot(_, slot) => Some(slot),
        }
    }

    fn declared_kind(&self) -> Kind {
        match self.kind {
            KindSource::Alone(kind) => kind(),
            KindSource::Known(kind) => kind,
            KindSource::Slot(kinds, slot) => kinds(slot),
        }
    }

    /// The shape of the object that the field holds, if it holds one.
    pub fn child(&self) -> Option<&'static Shape> {
        match self.kind() {
            Kind::Object(shape) => Some(shape),
            _ => None,
        }
    }

    /// Whether it is a part of the object's key.
    pub(crate) fn is_key(&self) -> bool {
        self.role.is_key()
    }

    /// Whether an attribute of this name belongs to the field.
    pub fn answers_to(&self, name: &str) -> bool {
        self.name == name || self.aliases.contains(&name)
    }
}

/// What the values with the codec in this slot of the type's look like inside; anything, if it has not so many.
fn kind_at<T: Object>(slot: usize) -> Kind {
    let mut kind = Kind::Opaque(|_| Ok(()));
    T::show_codec(slot, &mut |codec| kind = codec.kind());
    kind
}

/// What a field is to its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Role {
    /// Its attributes stand beside those of the object.
    Flatten,
    /// An attribute of the object.
    Inline,
    /// The partition key.
    PartitionKey,
    /// An item of its own.
    Shard,
    /// The sort key.
    SortKey,
}

impl Role {
    const fn is_key(self) -> bool {
        matches!(self, Self::PartitionKey | Self::SortKey)
    }
}

/// Who decides whether a field is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Privacy {
    /// The loader decides by path.
    AskLoader,
    /// Always encrypted: without a key nothing is saved, and plaintext is not loaded.
    Encrypted,
    /// Never encrypted, whatever the loader says.
    Plain,
}

/// What a value looks like inside, as far as its type tells.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Kind {
    /// A key attribute.
    Key {
        /// Its type in the table.
        kind: KeyKind,
        /// Whether the text that is stored is the value, so that every text is one.
        is_text: bool,
    },
    /// A value that is loaded when it is asked for.
    Lazy(Element),
    /// A list of values of one kind.
    List(Element),
    /// A map with free keys and values of one kind.
    Map(Element),
    /// An object with a shape.
    Object(&'static Shape),
    /// A document without a shape, or a value of which the type does not tell what it is, with a check that a stored value fits.
    Opaque(fn(AttributeValue) -> Result<(), ValueError>),
    /// A string, number, boolean, binary or set, which has no parts, with a check that a stored value fits.
    Scalar(fn(AttributeValue) -> Result<(), ValueError>),
}

/// The kind of what stands inside: asked of a type, so that types may contain themselves, or known.
#[derive(Clone, Copy, Debug)]
pub struct Element(ElementSource);

#[derive(Clone, Copy, Debug)]
enum ElementSource {
    Asked(fn() -> Kind),
    Known(&'static Kind),
}

impl Element {
    /// The kind that a type says.
    pub const fn of(kind: fn() -> Kind) -> Self {
        Self(ElementSource::Asked(kind))
    }

    /// This kind.
    pub const fn known(kind: &'static Kind) -> Self {
        Self(ElementSource::Known(kind))
    }

    /// The kind.
    pub fn kind(self) -> Kind {
        match self.0 {
            ElementSource::Asked(kind) => kind(),
            ElementSource::Known(kind) => *kind,
        }
    }
}
