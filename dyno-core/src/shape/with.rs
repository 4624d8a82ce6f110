//! Conversions of a program's own: `#[dyno(with = module)]`.
//!
//! What `module::to_value` returns says what is known of the stored form, and what `module::from_value` takes says whether it reads
//! absent attributes. The derive prints both functions inside closures, so that types are compared at the module's name.

use std::fmt;
use std::marker::PhantomData;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{ValueCause, ValueError};

use super::{Attribute, Codec, Kind, fits};
use crate::key::KeyKind;

/// What `to_value` of a `#[dyno(with = module)]` gives: an [`AttributeValue`], of which nothing more is known than whether two are
/// the same; a [`NumberForm`] or [`TextForm`], which have an order and can be keys, or one [`OrNull`]; an [`OwnForm`]; or an `Option` of
/// one, whose `None` is stored as no attribute.
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// # #[cfg(feature = "embedded")]
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # use dyno_derive::DyObject;
/// use dyno::{DyObject, Store};
///
/// mod cents {
///     use dyno::shape::NumberForm;
///     use dyno::{Attribute, AttributeValue, ValueError};
///
///     pub fn to_value(dollars: &f64) -> Result<NumberForm, ValueError> {
///         Ok(NumberForm::from((dollars * 100.0).round() as i64))
///     }
///
///     pub fn from_value(value: AttributeValue) -> Result<f64, ValueError> {
///         Ok(f64::from_value(value)? / 100.0)
///     }
/// }
///
/// #[derive(DyObject)]
/// #[dyno(table = "Prices", key = "ID")]
/// struct Price {
///     #[dyno(key)]
///     id: String,
///     #[dyno(with = cents)]
///     price: f64,
/// }
///
/// let store = Store::embedded()?;
/// store.ensure_tables::<Price>().await?;
/// store.save(Price { id: "tea".into(), price: 2.5 }).await?;
/// let dear = Price::fields().price().gt(2.0);
/// assert_eq!(dear.to_string(), "price > 200");
/// assert_eq!(store.scan::<Price>().filter(dear).await?.len(), 1);
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "embedded"))]
/// # fn main() {}
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no stored form",
    label = "`to_value` does not return a stored form",
    note = "return `Result<AttributeValue, E>`, or `Result<NumberForm, E>` where it is always a number"
)]
pub trait Form {
    /// Whether nothing is known of it.
    #[doc(hidden)]
    const IS_FOREIGN: bool;

    /// What is known of it.
    #[doc(hidden)]
    fn __dyno_kind() -> Kind;

    /// The value; `None` is no attribute.
    #[doc(hidden)]
    fn __dyno_value(self) -> Option<AttributeValue>;
}

/// A [`Form`] that a key can have: [`NumberForm`] and [`TextForm`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a key",
    label = "conversions of a key return a number or a text",
    note = "return `Result<NumberForm, E>` or `Result<TextForm, E>` from `to_value`, or implement `KeyAttribute` for the type of the field"
)]
pub trait KeyForm: Form {
    /// The type of the key attribute.
    #[doc(hidden)]
    const KEY_KIND: KeyKind;
}

impl Form for AttributeValue {
    const IS_FOREIGN: bool = true;

    fn __dyno_kind() -> Kind {
        Kind::Opaque(|_| Ok(()))
    }

    fn __dyno_value(self) -> Option<AttributeValue> {
        Some(self)
    }
}

impl<F: Form> Form for Option<F> {
    const IS_FOREIGN: bool = F::IS_FOREIGN;

    fn __dyno_kind() -> Kind {
        F::__dyno_kind()
    }

    fn __dyno_value(self) -> Option<AttributeValue> {
        self.and_then(F::__dyno_value)
    }
}

/// A number, whatever the type of the field: it is ordered by its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberForm(String);

impl From<i64> for NumberForm {
    fn from(number: i64) -> Self {
        Self(number.to_string())
    }
}

impl From<u64> for NumberForm {
    fn from(number: u64) -> Self {
        Self(number.to_string())
    }
}

impl Form for NumberForm {
    const IS_FOREIGN: bool = true;

    fn __dyno_kind() -> Kind {
        Kind::Scalar(|value| match value {
            AttributeValue::N(_) => Ok(()),
            other => Err(ValueError::expected("a number", &other)),
        })
    }

    fn __dyno_value(self) -> Option<AttributeValue> {
        Some(AttributeValue::N(self.0))
    }
}

impl KeyForm for NumberForm {
    const KEY_KIND: KeyKind = KeyKind::N;
}

/// A text, whatever the type of the field: it is ordered by its bytes, and has a beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextForm(String);

impl From<String> for TextForm {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl Form for TextForm {
    const IS_FOREIGN: bool = true;

    fn __dyno_kind() -> Kind {
        Kind::Scalar(|value| match value {
            AttributeValue::S(_) => Ok(()),
            other => Err(ValueError::expected("a string", &other)),
        })
    }

    fn __dyno_value(self) -> Option<AttributeValue> {
        Some(AttributeValue::S(self.0))
    }
}

impl KeyForm for TextForm {
    const KEY_KIND: KeyKind = KeyKind::S;
}

/// Another form, or null for what is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no third")]
pub enum OrNull<F> {
    /// Null.
    Null,
    /// A value of this form.
    Value(F),
}

impl<F: Form> Form for OrNull<F> {
    const IS_FOREIGN: bool = F::IS_FOREIGN;

    fn __dyno_kind() -> Kind {
        Kind::Scalar(|value| {
            if value.is_null() {
                return Ok(());
            }
            fits(F::__dyno_kind(), value)
        })
    }

    fn __dyno_value(self) -> Option<AttributeValue> {
        match self {
            Self::Null => Some(AttributeValue::Null(true)),
            Self::Value(form) => form.__dyno_value(),
        }
    }
}

/// The form that a `T` has without conversions, or null: every condition on a `T` can be said of it.
#[derive(Debug)]
pub struct OwnForm<T> {
    value: AttributeValue,
    of: PhantomData<fn() -> T>,
}

impl<T: Attribute> OwnForm<T> {
    /// The form of this value.
    ///
    /// # Errors
    ///
    /// The value has no form in DynamoDB.
    pub fn of(value: &T) -> Result<Self, ValueError> {
        value.to_value().map(Self::new)
    }

    /// Null.
    pub fn null() -> Self {
        Self::new(AttributeValue::Null(true))
    }

    fn new(value: AttributeValue) -> Self {
        Self {
            value,
            of: PhantomData,
        }
    }
}

impl<T: Attribute> Form for OwnForm<T> {
    const IS_FOREIGN: bool = false;

    fn __dyno_kind() -> Kind {
        match T::kind() {
            Kind::Opaque(_) => Kind::Opaque(fits_or_null::<T>),
            Kind::Scalar(_) => Kind::Scalar(fits_or_null::<T>),
            kind => kind,
        }
    }

    fn __dyno_value(self) -> Option<AttributeValue> {
        Some(self.value)
    }
}

fn fits_or_null<T: Attribute>(value: AttributeValue) -> Result<(), ValueError> {
    if value.is_null() {
        return Ok(());
    }
    T::from_value(value).map(drop)
}

/// What `from_value` of a `#[dyno(with = module)]` takes: an [`AttributeValue`], or an `Option` of it, where it also says what an
/// absent attribute means.
pub trait Given: Sized {
    /// What stands there; `None` if it does not take what is absent.
    #[doc(hidden)]
    fn __dyno_given(value: Option<AttributeValue>) -> Option<Self>;
}

impl Given for AttributeValue {
    fn __dyno_given(value: Option<AttributeValue>) -> Option<Self> {
        value
    }
}

impl Given for Option<AttributeValue> {
    fn __dyno_given(value: Option<AttributeValue>) -> Option<Self> {
        Some(value)
    }
}

/// The codec of a `#[dyno(with = module)]` field, of whose stored form nothing is known yet.
pub fn with<T>(
    write: fn(&T) -> Result<Option<AttributeValue>, ValueError>,
    read: fn(AttributeValue) -> Result<T, ValueError>,
) -> Codec<T> {
    Codec {
        write,
        read,
        absent: || None,
        kind: AttributeValue::__dyno_kind,
        is_foreign: true,
        fills_in: false,
        direct: None,
    }
}

impl<T> Codec<T> {
    /// The same, with what `to_value` says of its form.
    #[must_use]
    pub fn in_form<F: Form, E>(mut self, _: fn(&T) -> Result<F, E>) -> Self {
        self.kind = F::__dyno_kind;
        self.is_foreign = F::IS_FOREIGN;
        self
    }

    /// The same, of a key.
    #[must_use]
    pub fn in_key_form<F: KeyForm, E>(mut self, _: fn(&T) -> Result<F, E>) -> Self {
        self.kind = || Kind::Key {
            kind: F::KEY_KIND,
            is_text: false,
        };
        self.is_foreign = true;
        self
    }
}

/// The result of a user's `to_value`, its error told in its own words.
///
/// # Errors
///
/// The conversion failed.
pub fn stored<F: Form, E: fmt::Display>(
    converted: Result<F, E>,
) -> Result<Option<AttributeValue>, ValueError> {
    converted.map(F::__dyno_value).map_err(ValueError::custom)
}

/// What a user's `from_value` is given of a stored value.
///
/// # Errors
///
/// It does not take it.
pub fn given<G: Given>(value: Option<AttributeValue>) -> Result<G, ValueError> {
    G::__dyno_given(value).ok_or_else(|| ValueError::new(ValueCause::Missing))
}

/// The result of a user's `from_value`, its error told in its own words.
///
/// # Errors
///
/// The conversion failed.
pub fn explained<T, E: fmt::Display>(converted: Result<T, E>) -> Result<T, ValueError> {
    converted.map_err(ValueError::custom)
}
