//! What can be added to a field, and taken away from it.

use std::collections::{BTreeSet, HashSet};
use std::hash::{BuildHasher, Hash};

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::ValueError;

use super::assign::Assign;
use super::edit::{Sign, Verb, Wrong};
use crate::shape::{Attribute, Codec, SetElement};

/// A field type that is stored as a number, and can be counted up and down by the service.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no number that DynamoDB can count with",
    label = "not a number",
    note = "implement `Numeric` for a type of your own that is stored as a number"
)]
pub trait Numeric: Attribute {
    /// The least number that the type holds, if it has one: an update that would leave less is refused.
    const LEAST: Option<i128> = None;
    /// The largest number that the type holds, if it has one: an update that would leave more is refused.
    const LARGEST: Option<i128> = None;
}

/// The integers up to here are all stored: DynamoDB's numbers have 38 digits.
const EXACT: i128 = 10_i128.pow(38) - 1;

macro_rules! integers {
    ($($type:ty),*) => {
        $(impl Numeric for $type {
            const LEAST: Option<i128> = Some(<$type>::MIN as i128);
            const LARGEST: Option<i128> = Some(<$type>::MAX as i128);
        })*
    };
}

integers!(u8, u16, u32, u64, usize, i8, i16, i32, i64, isize);

impl Numeric for u128 {
    const LEAST: Option<i128> = Some(0);
    const LARGEST: Option<i128> = Some(EXACT);
}

impl Numeric for i128 {
    const LEAST: Option<Self> = Some(-EXACT);
    const LARGEST: Option<Self> = Some(EXACT);
}

impl Numeric for f32 {
    const LEAST: Option<i128> = Some(-EXACT);
    const LARGEST: Option<i128> = Some(EXACT);
}

impl Numeric for f64 {}

/// What can be added to a field of type `T`: a number to a number, elements to a set.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` cannot be added to a field of type `{T}`",
    label = "not to be added to a `{T}`",
    note = "numbers take a number of their type, sets take their elements: `.add(field, [\"a\", \"b\"])`; lists have `append`"
)]
pub trait Addend<T> {
    /// The change of a field with this codec.
    #[doc(hidden)]
    fn __dyno_sum(self, codec: &Codec<T>) -> Added;
}

/// A change, or why there is none.
#[doc(hidden)]
#[derive(Debug)]
pub struct Added(pub(crate) Result<Verb, Wrong>);

impl<N: Numeric> Addend<N> for N {
    fn __dyno_sum(self, codec: &Codec<N>) -> Added {
        Added(counted(&self, codec, Sign::Plus))
    }
}

impl<N: Numeric> Addend<Option<N>> for N {
    fn __dyno_sum(self, codec: &Codec<Option<N>>) -> Added {
        Added(counted_inside(self, codec, Sign::Plus))
    }
}

/// What can be taken away from a field of type `T`: a number from a number.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` cannot be subtracted from a field of type `{T}`",
    label = "not to be subtracted from a `{T}`",
    note = "numbers take a number of their type; sets have `delete`"
)]
pub trait Subtrahend<T> {
    /// The change of a field with this codec.
    #[doc(hidden)]
    fn __dyno_difference(self, codec: &Codec<T>) -> Added;
}

impl<N: Numeric> Subtrahend<N> for N {
    fn __dyno_difference(self, codec: &Codec<N>) -> Added {
        Added(counted(&self, codec, Sign::Minus))
    }
}

impl<N: Numeric> Subtrahend<Option<N>> for N {
    fn __dyno_difference(self, codec: &Codec<Option<N>>) -> Added {
        Added(counted_inside(self, codec, Sign::Minus))
    }
}

fn counted<N: Numeric>(amount: &N, codec: &Codec<N>, sign: Sign) -> Result<Verb, Wrong> {
    let stored = direct(codec, |codec| codec.write(amount))?;
    number::<N>(stored, sign)
}

fn counted_inside<N: Numeric>(
    amount: N,
    codec: &Codec<Option<N>>,
    sign: Sign,
) -> Result<Verb, Wrong> {
    let stored = direct(codec, |codec| codec.write(&Some(amount)))?;
    number::<N>(stored, sign)
}

fn number<N: Numeric>(stored: Option<AttributeValue>, sign: Sign) -> Result<Verb, Wrong> {
    match stored {
        Some(AttributeValue::N(amount)) => Verb::count(amount, sign, (N::LEAST, N::LARGEST)),
        _ => Err(Wrong::Use(OWN_FORM)),
    }
}

/// A value as the field stores it, if that is the form that the service knows of its type.
fn direct<T>(
    codec: &Codec<T>,
    write: impl FnOnce(&Codec<T>) -> Result<Option<AttributeValue>, ValueError>,
) -> Result<Option<AttributeValue>, Wrong> {
    if codec.is_foreign() {
        return Err(Wrong::Use(OWN_FORM));
    }
    write(codec).map_err(Wrong::Value)
}

/// A field type that is stored as a set, or an `Option` of one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no set",
    label = "elements are taken out of sets",
    note = "`delete` is for sets of strings, numbers or binary; `remove` takes a field away, `subtract` counts down"
)]
pub trait SetField: Sized {
    /// What it holds.
    type Element;

    /// The set of these.
    #[doc(hidden)]
    fn __dyno_of(elements: Vec<Self::Element>) -> Self;
}

/// A field type that is stored as a list, or an `Option` of one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no list",
    label = "elements are appended to lists",
    note = "`append` and `prepend` are for a `Vec`; sets and numbers have `add`"
)]
pub trait ListField: Sized {
    /// What it holds.
    type Element;

    /// The list of these.
    #[doc(hidden)]
    fn __dyno_of(elements: Vec<Self::Element>) -> Self;
}

impl<E> ListField for Vec<E> {
    type Element = E;

    fn __dyno_of(elements: Self) -> Self {
        elements
    }
}

impl<L: ListField> ListField for Option<L> {
    type Element = L::Element;

    fn __dyno_of(elements: Vec<L::Element>) -> Self {
        Some(L::__dyno_of(elements))
    }
}

impl<L: SetField> SetField for Option<L> {
    type Element = L::Element;

    fn __dyno_of(elements: Vec<L::Element>) -> Self {
        Some(L::__dyno_of(elements))
    }
}

impl<E: SetElement + Eq + Hash, S: BuildHasher + Default> SetField for HashSet<E, S> {
    type Element = E;

    fn __dyno_of(elements: Vec<E>) -> Self {
        elements.into_iter().collect()
    }
}

impl<E: SetElement + Ord> SetField for BTreeSet<E> {
    type Element = E;

    fn __dyno_of(elements: Vec<E>) -> Self {
        elements.into_iter().collect()
    }
}

impl<I, E, S> Addend<HashSet<E, S>> for I
where
    I: IntoIterator<Item: Assign<E>>,
    E: SetElement + Eq + Hash,
    S: BuildHasher + Default,
{
    fn __dyno_sum(self, codec: &Codec<HashSet<E, S>>) -> Added {
        Added(set_of(self, codec).map(Verb::Unite))
    }
}

impl<I, E, S> Addend<Option<HashSet<E, S>>> for I
where
    I: IntoIterator<Item: Assign<E>>,
    E: SetElement + Eq + Hash,
    S: BuildHasher + Default,
{
    fn __dyno_sum(self, codec: &Codec<Option<HashSet<E, S>>>) -> Added {
        Added(set_of(self, codec).map(Verb::Unite))
    }
}

impl<I, E> Addend<BTreeSet<E>> for I
where
    I: IntoIterator<Item: Assign<E>>,
    E: SetElement + Ord,
{
    fn __dyno_sum(self, codec: &Codec<BTreeSet<E>>) -> Added {
        Added(set_of(self, codec).map(Verb::Unite))
    }
}

impl<I, E> Addend<Option<BTreeSet<E>>> for I
where
    I: IntoIterator<Item: Assign<E>>,
    E: SetElement + Ord,
{
    fn __dyno_sum(self, codec: &Codec<Option<BTreeSet<E>>>) -> Added {
        Added(set_of(self, codec).map(Verb::Unite))
    }
}

/// The set of these elements, as the field stores it.
pub(crate) fn set_of<T: SetField>(
    elements: impl IntoIterator<Item: Assign<T::Element>>,
    codec: &Codec<T>,
) -> Result<AttributeValue, Wrong> {
    let is_set = |value: &AttributeValue| {
        matches!(
            value,
            AttributeValue::Ss(_) | AttributeValue::Ns(_) | AttributeValue::Bs(_)
        )
    };
    stored(elements, T::__dyno_of, codec, is_set)
}

/// The list of these elements, as the field stores it.
pub(crate) fn list_of<T: ListField>(
    elements: impl IntoIterator<Item: Assign<T::Element>>,
    codec: &Codec<T>,
) -> Result<AttributeValue, Wrong> {
    let is_list = |value: &AttributeValue| matches!(value, AttributeValue::L(_));
    stored(elements, T::__dyno_of, codec, is_list)
}

fn stored<T, E>(
    elements: impl IntoIterator<Item: Assign<E>>,
    collect: impl FnOnce(Vec<E>) -> T,
    codec: &Codec<T>,
    is_expected: impl FnOnce(&AttributeValue) -> bool,
) -> Result<AttributeValue, Wrong> {
    let elements: Vec<E> = elements.into_iter().map(Assign::__dyno_assigned).collect();
    if elements.is_empty() {
        return Err(Wrong::Use("is changed by no element; give one at least"));
    }
    match direct(codec, |codec| codec.write(&collect(elements)))? {
        Some(value) if is_expected(&value) => Ok(value),
        _ => Err(Wrong::Use(OWN_FORM)),
    }
}

const OWN_FORM: &str = "is stored in a form of its own (`with`), which the service cannot count with or put together; set it, or load, \
     change and save";
