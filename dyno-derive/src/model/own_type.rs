//! The types of fields, with `Self` spelled out for code outside the type's own `impl`.

use std::fmt::{self, Display};

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt as _, quote_spanned};
use syn::Generics;

/// The type of a field.
///
/// It is printed many times. Its tokens are at hand, because each part of a stream that is put into another is a call to the compiler.
#[derive(Clone)]
pub(crate) struct TypeTokens(Vec<TokenTree>);

impl TypeTokens {
    /// The place of the type, for what stands around it in an expression.
    pub(crate) fn first_span(&self) -> Span {
        self.0.first().map_or_else(Span::call_site, TokenTree::span)
    }

    /// A text that is the same for the same tokens.
    pub(crate) fn words(&self) -> String {
        self.0.iter().map(|token| format!("{token} ")).collect()
    }
}

impl ToTokens for TypeTokens {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.append_all(&self.0);
    }
}

/// As the compiler prints it.
impl Display for TypeTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_token_stream().fmt(f)
    }
}

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
    pub(crate) fn spell_out(&self, tokens: impl ToTokens) -> TypeTokens {
        let tokens = self.replace(tokens.into_token_stream());
        TypeTokens(tokens.into_iter().collect())
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
