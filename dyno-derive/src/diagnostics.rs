//! Gathers every mistake of one derive, so that one build shows them all.

use std::cell::{Cell, RefCell};
use std::fmt::Display;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// The mistakes found so far. It must be finished, or they would be lost.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics {
    errors: RefCell<TokenStream>,
    /// Whether a word was not understood; then what seems to be absent may be what was meant.
    misread: Cell<bool>,
    finished: Cell<bool>,
}

impl Diagnostics {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Reports what is wrong at `place`, and what to do about it.
    pub(crate) fn report(&self, place: Span, what: impl Display, fix: impl Display) {
        self.add(&syn::Error::new(place, sentence(what, fix)));
    }

    /// Reports a word that was not understood.
    pub(crate) fn report_unknown(&self, place: Span, what: impl Display, fix: impl Display) {
        self.misread.set(true);
        self.report(place, what, fix);
    }

    /// Reports that something is absent, unless a word was not understood: that may have been it.
    pub(crate) fn report_absent(&self, place: Span, what: impl Display, fix: impl Display) {
        if !self.misread.get() {
            self.report(place, what, fix);
        }
    }

    /// Reports at a place of several tokens.
    pub(crate) fn report_across(
        &self,
        place: impl ToTokens,
        what: impl Display,
        fix: impl Display,
    ) {
        self.add(&syn::Error::new_spanned(place, sentence(what, fix)));
    }

    /// Adds a mistake that the parser found.
    pub(crate) fn add(&self, error: &syn::Error) {
        self.errors.borrow_mut().extend(error.to_compile_error());
    }

    /// Every mistake as a `compile_error!` at its place; empty if there was none.
    pub(crate) fn finish(self) -> TokenStream {
        self.finished.set(true);
        self.errors.take()
    }
}

impl Drop for Diagnostics {
    fn drop(&mut self) {
        debug_assert!(
            self.finished.get() || std::thread::panicking(),
            "diagnostics were dropped without being finished"
        );
    }
}

fn sentence(what: impl Display, fix: impl Display) -> String {
    format!("{what}\nhelp: {fix}")
}
