//! `Self` in a field's type, spelled out for code outside the type's own `impl`.

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::Generics;

/// The type being derived.
pub(crate) struct OwnType<'a> {
    ident: &'a Ident,
    generics: &'a Generics,
}

impl<'a> OwnType<'a> {
    pub(crate) fn new(ident: &'a Ident, generics: &'a Generics) -> Self {
        Self { ident, generics }
    }

    /// `Option<Box<Self>>` becomes `Option<Box<Node<T>>>`.
    pub(crate) fn spell_out(&self, tokens: impl ToTokens) -> TokenStream {
        self.replace(tokens.into_token_stream())
    }

    fn replace(&self, tokens: TokenStream) -> TokenStream {
        let replaced = tokens.into_iter().map(|token| match token {
            TokenTree::Ident(ident) if ident == "Self" => self.named(ident.span()),
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), self.replace(group.stream()));
                inner.set_span(group.span());
                TokenTree::Group(inner).into()
            }
            other => other.into(),
        });
        replaced.collect()
    }

    fn named(&self, place: Span) -> TokenStream {
        let mut ident = self.ident.clone();
        ident.set_span(place);
        let (_, arguments, _) = self.generics.split_for_impl();
        quote_spanned!(place=> #ident #arguments)
    }
}
