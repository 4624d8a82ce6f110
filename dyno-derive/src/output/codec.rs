//! One function per type of field that answers with its codec.
//!
//! ```text
//! use ::dyno::__private::{DirectProbe as _, SerdeProbe as _};
//! fn __dyno_0() -> impl __dyno::Codec<String> { (&&__dyno::Probe::<String>::new()).__dyno_codec() }
//! fn __dyno_1() -> impl __dyno::ShardCodec<Location> { __dyno::Shard }
//! ```
//!
//! The bounds of a field's type are asked for here only, with the spans of the type: one that does not fit is one
//! error, at the field. Everything else sees an opaque codec that is known to be good. A type with parameters has
//! them as associated functions, because functions in a block do not see the parameters.

use std::collections::HashMap;

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};

use super::target::Target;
use crate::model::{Field, Object, Role};

/// A field with its place in the shape.
pub(super) struct Row<'a> {
    pub(super) field: &'a Field,
    /// Its index among the fields of the shape; of no meaning for a skipped field, which is not among them.
    pub(super) index: usize,
    /// The path of its codec function; empty for a skipped field.
    pub(super) codec: TokenStream,
}

/// The fields of the struct or of each variant, and their codec functions.
pub(super) struct Rows<'a> {
    pub(super) groups: Vec<Vec<Row<'a>>>,
    functions: Vec<TokenStream>,
    uses_probe: bool,
}

impl<'a> Rows<'a> {
    pub(super) fn new(object: &'a Object, target: &Target<'_>) -> Self {
        let mut this = Self {
            groups: Vec::new(),
            functions: Vec::new(),
            uses_probe: false,
        };
        let mut known = HashMap::new();
        for group in object.body.groups() {
            let mut rows = Vec::with_capacity(group.len());
            let mut index = 0;
            for field in group {
                let codec = if matches!(field.role, Role::Skip) {
                    TokenStream::new()
                } else {
                    this.function_of(field, target, &mut known)
                };
                rows.push(Row {
                    field,
                    index,
                    codec,
                });
                index += usize::from(!matches!(field.role, Role::Skip));
            }
            this.groups.push(rows);
        }
        this
    }

    /// The codec function of a field; fields of one type share it.
    fn function_of(
        &mut self,
        field: &Field,
        target: &Target<'_>,
        known: &mut HashMap<String, TokenStream>,
    ) -> TokenStream {
        let signature_and_body = signature_and_body(field);
        let next = self.functions.len();
        let path = known
            .entry(signature_and_body.to_string())
            .or_insert_with(|| {
                let name = format_ident!("__dyno_{next}");
                self.functions.push(quote!(fn #name #signature_and_body));
                self.uses_probe |= matches!(field.role, Role::Inline);
                target.associated(&name)
            });
        path.clone()
    }

    /// The functions and what they import.
    pub(super) fn functions(&self, target: &Target<'_>) -> TokenStream {
        let functions = &self.functions;
        let probes = self
            .uses_probe
            .then(|| target.import(&quote!(::{DirectProbe as _, SerdeProbe as _})));
        let functions = target.associate(&quote!(#(#functions)*));
        quote!(#probes #functions)
    }
}

/// `() -> impl __dyno::Codec<String> { .. }`.
fn signature_and_body(field: &Field) -> TokenStream {
    let type_tokens = &field.type_tokens;
    let (first, last) = ends(type_tokens);
    let (codec, body) = match &field.role {
        Role::Flatten => (quote!(FlattenCodec), quote_spanned!(first=> __dyno::Beside)),
        Role::Inline | Role::Skip => {
            let body =
                quote_spanned!(first=> (&&__dyno::Probe::<#type_tokens>::new()).__dyno_codec());
            (quote!(Codec), body)
        }
        Role::PartitionKey | Role::SortKey => (
            quote!(KeyPartCodec),
            quote_spanned!(first=> __dyno::KeyPart),
        ),
        Role::Shard => (quote!(ShardCodec), quote_spanned!(first=> __dyno::Shard)),
        Role::With(module) => {
            let body = quote!(__dyno::with::<#type_tokens, _, _, _, _>(#module::to_value, #module::from_value));
            (quote!(Codec), body)
        }
    };
    let opening = quote_spanned!(first=> impl __dyno::#codec<);
    let closing = quote_spanned!(last=> >);
    quote!(() -> #opening #type_tokens #closing { #body })
}

/// The spans of a type's first and last token, so that an error underlines all of it.
fn ends(type_tokens: &TokenStream) -> (Span, Span) {
    let mut spans = type_tokens.clone().into_iter().map(|token| token.span());
    let first = spans.next().unwrap_or_else(Span::call_site);
    (first, spans.last().unwrap_or(first))
}
