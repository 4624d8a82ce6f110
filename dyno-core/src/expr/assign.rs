//! What a field is set to.

use std::sync::Arc;

/// What a field of type `T` can be set to: a value of its type, of the type inside an `Option`, or a text for strings.
#[diagnostic::on_unimplemented(
    message = "a field of type `{T}` cannot be set to a `{Self}`",
    label = "not a `{T}`",
    note = "give a value of the field's type"
)]
pub trait Assign<T> {
    /// The value as the field's type.
    #[doc(hidden)]
    fn __dyno_assigned(self) -> T;
}

impl<T> Assign<T> for T {
    fn __dyno_assigned(self) -> T {
        self
    }
}

impl<T> Assign<Option<T>> for T {
    fn __dyno_assigned(self) -> Option<T> {
        Some(self)
    }
}

macro_rules! texts {
    ($($text:ty),*) => {
        $(impl Assign<$text> for &str {
            fn __dyno_assigned(self) -> $text {
                self.into()
            }
        }

        impl Assign<Option<$text>> for &str {
            fn __dyno_assigned(self) -> Option<$text> {
                Some(self.into())
            }
        }

        impl Assign<$text> for &String {
            fn __dyno_assigned(self) -> $text {
                self.as_str().into()
            }
        }

        impl Assign<Option<$text>> for &String {
            fn __dyno_assigned(self) -> Option<$text> {
                Some(self.as_str().into())
            }
        })*
    };
}

texts!(String, Box<str>, Arc<str>);
