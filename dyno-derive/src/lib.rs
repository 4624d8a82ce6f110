//! The derive macro of dyno: `#[derive(DyObject)]`.
//!
//! A derive is a small compiler, here in four passes with one folder each: `attributes` reads the tokens inside
//! `#[dyno(..)]` into values, `model` decides everything that was left open, `checks` compares the parts with each
//! other, and `output` prints code. One collector (`diagnostics`) goes through all of them, so that a build shows
//! every mistake at once.

mod attributes;
mod checks;
mod diagnostics;
mod model;
mod output;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use diagnostics::Diagnostics;

#[doc = include_str!("reference.md")]
#[proc_macro_derive(DyObject, attributes(dyno))]
pub fn derive_dy_object(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    match syn::parse(input) {
        Ok(input) => compile(&input),
        Err(error) => error.into_compile_error(),
    }
    .into()
}

fn compile(input: &DeriveInput) -> TokenStream {
    let diagnostics = Diagnostics::new();
    let object = model::object(input, &diagnostics);
    if let Some(object) = &object {
        checks::object(object, &diagnostics);
    }
    let errors = diagnostics.finish();
    match object {
        Some(object) if errors.is_empty() => output::object(&object),
        Some(object) => output::stub(&object, &errors),
        None => errors,
    }
}
