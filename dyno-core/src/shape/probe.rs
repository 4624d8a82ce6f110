//! Which codec a type has, asked by the order of method lookup.
//!
//! A [`Probe`] answers itself when the type is an [`Attribute`]; otherwise what it derefs to does. The derive writes
//! `Probe::<T>::NEW.__dyno_codec::<T>()` once for each type of field, so one that is neither gives one error, on the field, in the
//! words of [`SerdeValue`].

use std::marker::PhantomData;
use std::ops::Deref;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Attribute, Codec};

/// Asks of a type which codec it has.
#[derive(Clone, Copy, Debug)]
pub struct Probe<P>(SerdeProbe<P>);

impl<P> Probe<P> {
    /// A probe for `P`.
    pub const NEW: Self = Self(SerdeProbe(PhantomData));
}

impl<P: Attribute> Probe<P> {
    /// The direct codec of an [`Attribute`].
    ///
    /// The type is named once more at the call, so that an error underlines all of it.
    #[expect(clippy::unused_self, reason = "method lookup is the question")]
    pub fn __dyno_codec<T: Attribute + 'static>(self) -> &'static Codec<T> {
        &Codec::DIRECT
    }
}

impl<P> Deref for Probe<P> {
    type Target = SerdeProbe<P>;

    fn deref(&self) -> &SerdeProbe<P> {
        &self.0
    }
}

/// Answers for every type that is no [`Attribute`].
#[derive(Clone, Copy, Debug)]
pub struct SerdeProbe<P>(PhantomData<fn() -> P>);

impl<P> SerdeProbe<P> {
    /// The codec through `serde`.
    #[expect(clippy::unused_self, reason = "method lookup is the question")]
    pub fn __dyno_codec<T: SerdeValue + 'static>(&self) -> &'static Codec<T> {
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
