//! Secondary indexes of a type's table, as the derive prints them.

use std::fmt;
use std::marker::PhantomData;

use super::{KeyAttribute, Object};
use crate::key::{KeyFields, KeyKind, NoTemplate, Template};

/// A secondary index of a type's table: its keys, and what it holds.
#[derive(Debug)]
pub struct SecondaryShape {
    name: &'static str,
    is_local: bool,
    key: &'static [IndexPart],
    sort: &'static [IndexPart],
    holds: Holds,
}

/// What an index holds beside its keys and those of its table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Holds {
    Everything,
    /// The attributes of these names.
    Some(&'static [&'static str]),
    Nothing,
}

impl SecondaryShape {
    /// A global index, of all attributes.
    pub const fn global(
        name: &'static str,
        key: &'static [IndexPart],
        sort: &'static [IndexPart],
    ) -> Self {
        Self {
            name,
            is_local: false,
            key,
            sort,
            holds: Holds::Everything,
        }
    }

    /// A local index, of all attributes.
    pub const fn local(name: &'static str, sort: &'static [IndexPart]) -> Self {
        Self {
            name,
            is_local: true,
            key: &[],
            sort,
            holds: Holds::Everything,
        }
    }

    /// The same index, of keys only.
    #[must_use]
    pub const fn keys_only(mut self) -> Self {
        self.holds = Holds::Nothing;
        self
    }

    /// The same index, of keys and these attributes.
    #[must_use]
    pub const fn include(mut self, names: &'static [&'static str]) -> Self {
        self.holds = Holds::Some(names);
        self
    }

    /// The index's name.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Whether it has the partition key of its table.
    pub(crate) const fn is_local(&self) -> bool {
        self.is_local
    }

    /// The attributes of its partition key; none if it is local.
    pub(crate) const fn key(&self) -> &'static [IndexPart] {
        self.key
    }

    /// The attributes of its sort key.
    pub(crate) const fn sort(&self) -> &'static [IndexPart] {
        self.sort
    }

    /// What its partition key is made of, if it is no field.
    pub(crate) fn key_template(&self) -> Option<Template> {
        self.key.first()?.template()
    }

    /// What its sort key is made of, if it is no field.
    pub(crate) fn sort_template(&self) -> Option<Template> {
        self.sort.first()?.template()
    }

    /// What it holds beside keys.
    pub(crate) const fn holds(&self) -> Holds {
        self.holds
    }

    /// Every attribute of its keys.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &'static IndexPart> + use<> {
        self.key.iter().chain(self.sort)
    }

    /// Whether the items in it have everything.
    pub(crate) fn is_whole(&self) -> bool {
        self.holds == Holds::Everything
    }
}

/// An attribute of a secondary index's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexPart {
    name: &'static str,
    kind: KeyKind,
    template: Option<Template>,
}

impl IndexPart {
    /// The attribute of this name, stored as this.
    pub const fn new(name: &'static str, kind: KeyKind) -> Self {
        Self {
            name,
            kind,
            template: None,
        }
    }

    /// The attribute that this template makes.
    pub const fn made(template: Template) -> Self {
        Self {
            name: template.attribute(),
            kind: KeyKind::S,
            template: Some(template),
        }
    }

    /// The attribute of this name, stored as a `T` is.
    pub const fn of<T: IndexAttribute>(name: &'static str) -> Self {
        Self::new(name, T::INDEX_KIND)
    }

    /// The attribute's name.
    pub(crate) const fn name(&self) -> &'static str {
        self.name
    }

    /// As what it is stored.
    pub(crate) const fn kind(&self) -> KeyKind {
        self.kind
    }

    /// What it is made of, if it is no field.
    pub(crate) const fn template(&self) -> Option<Template> {
        self.template
    }
}

/// A type of fields that can be keys of a secondary index: those that can be [keys](KeyAttribute) of a table, floating-point
/// numbers, and an `Option` of any of these, whose objects are not in the index while it is `None`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a key of an index",
    label = "not a type of index keys",
    note = "a key of an index is a string, a number, binary (`Blob`), a `Uuid`, a `SystemTime`, a `Duration`, or an `Option` of one",
    note = "for any other type that is stored as one of these, say which: `index(name = \"..\", number)`, `string` or `binary`",
    note = "what derives `DyObject` is stored as a map, also an enum without data: derive serde's `Serialize` and `Deserialize` on that in place of `DyObject`, and it is a string"
)]
pub trait IndexAttribute {
    /// As what it is stored.
    const INDEX_KIND: KeyKind;
}

#[diagnostic::do_not_recommend]
impl<T: KeyAttribute> IndexAttribute for T {
    const INDEX_KIND: KeyKind = T::KEY_KIND;
}

impl<T: IndexAttribute> IndexAttribute for Option<T> {
    const INDEX_KIND: KeyKind = T::INDEX_KIND;
}

impl IndexAttribute for f32 {
    const INDEX_KIND: KeyKind = KeyKind::N;
}

impl IndexAttribute for f64 {
    const INDEX_KIND: KeyKind = KeyKind::N;
}

/// Asks of a type whether it is stored as the map of an object, which is no key of an index: an inherent constant, if its bound
/// holds, comes before that of [`NoMap`].
#[derive(Debug)]
pub struct AsMap<T>(PhantomData<fn() -> T>);

impl<T: Object> AsMap<T> {
    /// It is an object.
    pub const IS_OBJECT: bool = true;
}

impl<T: Object> AsMap<Option<T>> {
    /// It is an object, if it is there.
    pub const IS_OBJECT: bool = true;
}

/// The answer of [`AsMap`] for every other type.
pub trait NoMap {
    /// It is no object.
    const IS_OBJECT: bool = false;
}

impl<T> NoMap for AsMap<T> {}

/// A secondary index of objects of type `T`, known to the compiler: `User::indexes().by_email()`.
///
/// `H` says what it holds: [`Whole`] objects' items, or [`Parts`] of them. `K` are the fields that its keys are made of, if they are
/// made of fields.
pub struct Index<T, H, K = NoTemplate> {
    name: &'static str,
    of: PhantomData<fn() -> T>,
    queried: PhantomData<fn() -> (H, K)>,
}

/// An [`Index`] of all attributes.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Whole;

/// An [`Index`] of keys only, or of some attributes.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Parts;

impl<T, H, K> Index<T, H, K> {
    /// The index of this name.
    #[doc(hidden)]
    pub const fn named(name: &'static str) -> Self {
        Self {
            name,
            of: PhantomData,
            queried: PhantomData,
        }
    }

    /// The index's name.
    pub fn name(&self) -> &'static str {
        self.name
    }
}

impl<T, K> Index<T, Parts, K> {
    /// The same index, whose objects are read from the table by the keys that it holds: with one `BatchGetItem` for each
    /// hundred, at the cost of reading them there, beside that of the index.
    pub fn hydrated(self) -> Hydrated<T, K> {
        Hydrated { index: self }
    }
}

/// An [`Index`] of [`Parts`], whose objects are read from the table; see [`Index::hydrated`].
pub struct Hydrated<T, K = NoTemplate> {
    index: Index<T, Parts, K>,
}

impl<T, H, K> Clone for Index<T, H, K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, H, K> Copy for Index<T, H, K> {}

impl<T, H, K> fmt::Debug for Index<T, H, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Index({})", self.name)
    }
}

impl<T, K> fmt::Debug for Hydrated<T, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hydrated({})", self.index.name)
    }
}

/// An index that a scan or query may go over: one of whole objects, or one that is [`hydrated`](Index::hydrated).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no index of whole objects of type `{T}`",
    label = "of another type, or holds only parts of objects",
    note = "where it holds parts, read the objects from the table, `{T}::indexes().by_email().hydrated()`, or let it hold everything"
)]
pub trait WholeIndex<T> {
    /// The types of the fields of its key templates.
    #[doc(hidden)]
    type Keys: KeyFields;

    /// The index's name.
    #[doc(hidden)]
    fn __dyno_name(&self) -> &'static str;
}

impl<T, K: KeyFields> WholeIndex<T> for Index<T, Whole, K> {
    type Keys = K;

    fn __dyno_name(&self) -> &'static str {
        self.name
    }
}

impl<T, K: KeyFields> WholeIndex<T> for Hydrated<T, K> {
    type Keys = K;

    fn __dyno_name(&self) -> &'static str {
        self.index.name
    }
}

/// The indexes of a type that has none.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct NoIndexes;
