//! A value that may be given once, with the place where it was.

use proc_macro2::Span;
use syn::Ident;

use crate::diagnostics::Diagnostics;

/// A value with the word that gave it.
#[derive(Clone)]
pub(crate) struct Given<T> {
    pub(crate) value: T,
    pub(crate) word: Ident,
    /// The value's own place, for mistakes in the value.
    pub(crate) place: Span,
}

/// What an attribute word was given. A word with a refused value is not absent: nothing else may complain of that.
#[derive(Clone, Default)]
pub(crate) enum Slot<T> {
    #[default]
    Absent,
    Given(Given<T>),
    Refused(Ident),
}

impl<T> Slot<T> {
    /// Keeps the value of a word; a second one is reported at its word.
    pub(super) fn fill(&mut self, given: Result<Given<T>, Ident>, diagnostics: &Diagnostics) {
        let word = match &given {
            Ok(given) => &given.word,
            Err(word) => word,
        };
        if self.is_present() {
            let what = format!("duplicate attribute `{word}`");
            diagnostics.report(word.span(), what, "keep one of the two");
            return;
        }
        *self = match given {
            Ok(given) => Self::Given(given),
            Err(word) => Self::Refused(word),
        };
    }

    pub(crate) fn given(&self) -> Option<&Given<T>> {
        match self {
            Self::Given(given) => Some(given),
            Self::Absent | Self::Refused(_) => None,
        }
    }

    pub(crate) fn value(&self) -> Option<&T> {
        self.given().map(|given| &given.value)
    }

    /// The word, whether or not its value was good.
    pub(crate) fn word(&self) -> Option<&Ident> {
        match self {
            Self::Absent => None,
            Self::Given(given) => Some(&given.word),
            Self::Refused(word) => Some(word),
        }
    }

    pub(crate) fn is_present(&self) -> bool {
        self.word().is_some()
    }
}
