//! What a field is compared with.

use std::sync::Arc;

use dyno_value::{ValueError, measure_value};

use super::node::Term;
use crate::shape::{Codec, Path};

/// What a field of type `T` of an object of type `R` can be compared with: a value of its type, of the type inside an
/// `Option`, a text for strings, or another field of the same type.
#[diagnostic::on_unimplemented(
    message = "a field of type `{T}` cannot be compared with a `{Self}`",
    label = "not a `{T}`",
    note = "compare with a value of the field's type, or with another field of that type"
)]
pub trait Operand<R, T> {
    /// The value as the field stores it; `None` for what is stored as no attribute.
    #[doc(hidden)]
    fn __dyno_term(self, codec: &Codec<T>) -> Result<Option<Compared>, ValueError>;
}

/// The form in which an operand is compared.
#[doc(hidden)]
#[derive(Debug)]
pub struct Compared {
    pub(super) term: Term,
    /// Whether it is stored in a form that its type does not know.
    pub(super) is_foreign: bool,
}

fn value<T>(value: &T, codec: &Codec<T>) -> Result<Option<Compared>, ValueError> {
    let Some(value) = codec.write(value)? else {
        return Ok(None);
    };
    // A null that conversions write for what is absent.
    if value.is_null() && codec.absent().is_some() {
        return Ok(None);
    }
    measure_value(&value)?;
    Ok(Some(Compared {
        term: Term::Value(value),
        is_foreign: false,
    }))
}

impl<R, T> Operand<R, T> for T {
    fn __dyno_term(self, codec: &Codec<T>) -> Result<Option<Compared>, ValueError> {
        value(&self, codec)
    }
}

impl<R, T> Operand<R, Option<T>> for T {
    fn __dyno_term(self, codec: &Codec<Option<T>>) -> Result<Option<Compared>, ValueError> {
        value(&Some(self), codec)
    }
}

impl<R, T> Operand<R, T> for Path<R, T> {
    fn __dyno_term(self, _: &Codec<T>) -> Result<Option<Compared>, ValueError> {
        Ok(Some(Compared {
            term: Term::Field(self.as_field_path().clone()),
            is_foreign: self.codec().is_foreign(),
        }))
    }
}

macro_rules! texts {
    ($($text:ty),*) => {
        $(impl<R> Operand<R, $text> for &str {
            fn __dyno_term(self, codec: &Codec<$text>) -> Result<Option<Compared>, ValueError> {
                value(&self.into(), codec)
            }
        }

        impl<R> Operand<R, Option<$text>> for &str {
            fn __dyno_term(self, codec: &Codec<Option<$text>>) -> Result<Option<Compared>, ValueError> {
                value(&Some(self.into()), codec)
            }
        }

        impl<R> Operand<R, $text> for &String {
            fn __dyno_term(self, codec: &Codec<$text>) -> Result<Option<Compared>, ValueError> {
                value(&self.as_str().into(), codec)
            }
        }

        impl<R> Operand<R, Option<$text>> for &String {
            fn __dyno_term(self, codec: &Codec<Option<$text>>) -> Result<Option<Compared>, ValueError> {
                value(&Some(self.as_str().into()), codec)
            }
        })*
    };
}

texts!(String, Box<str>, Arc<str>);
