//! Which codec a type has, asked by autoref.
//!
//! A [`Probe`] answers by itself when the type is an [`Attribute`], and through a reference otherwise. The derive writes
//! `Probe::<T>::NEW.__dyno_codec::<T>()` once for each type of field, so one that is neither gives one error, on the field, in the words of
//! [`SerdeValue`].

use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Attribute, Codec};

/// Asks of a type, by autoref, which codec it has.
#[derive(Clone, Copy, Debug)]
pub struct Probe<T>(PhantomData<fn() -> T>);

impl<T> Probe<T> {
    /// A probe for `T`.
    pub const NEW: Self = Self(PhantomData);
}

/// Answers for an [`Attribute`], by value.
///
/// The type is named once more at the call, so that an error underlines all of it.
pub trait DirectProbe {
    /// The direct codec.
    fn __dyno_codec<T: Attribute + 'static>(self) -> &'static Codec<T>;
}

impl<P: Attribute> DirectProbe for Probe<P> {
    fn __dyno_codec<T: Attribute + 'static>(self) -> &'static Codec<T> {
        &Codec::DIRECT
    }
}

/// Answers for every other type, by reference.
pub trait SerdeProbe {
    /// The codec through `serde`.
    fn __dyno_codec<T: SerdeValue + 'static>(self) -> &'static Codec<T>;
}

impl<P> SerdeProbe for &Probe<P> {
    fn __dyno_codec<T: SerdeValue + 'static>(self) -> &'static Codec<T> {
        &Codec::SERDE
    }
}

/// What a type must be that is no [`Attribute`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no form as a DynamoDB attribute",
    label = "not an attribute type",
    note = "derive `DyObject` on it, derive serde's `Serialize` and `Deserialize`, or name conversions with `#[dyno(with = module)]`",
    note = "a type parameter needs a bound: `T: Attribute`",
    note = "a `Lazy` is loaded from an item of its own: mark its field `#[dyno(shard)]`"
)]
pub trait SerdeValue: Serialize + DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned> SerdeValue for T {}
