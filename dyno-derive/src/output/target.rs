//! The type that the code is for: its generics, and the frames around the code.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{
    GenericParam, Generics, Ident, ImplGenerics, Lifetime, Token, TypeGenerics, TypeParam,
    TypeParamBound, WhereClause, punctuated::Punctuated,
};

use crate::model::Object;

pub(super) struct Target<'a> {
    object: &'a Object,
    /// As written, with the bounds that every object has.
    generics: Generics,
    /// The same behind `__DynoR`, the object that a handle's path starts from.
    generics_of_handles: Generics,
}

impl<'a> Target<'a> {
    pub(super) fn new(object: &'a Object) -> Self {
        let mut generics = object.generics.clone();
        require_owned(&mut generics);
        let mut generics_of_handles = generics.clone();
        generics_of_handles
            .params
            .insert(0, GenericParam::Type(root_parameter()));
        Self {
            object,
            generics,
            generics_of_handles,
        }
    }

    /// The type with its parameters.
    pub(super) fn own_type(&self) -> TokenStream {
        let ident = &self.object.ident;
        let (_, arguments, _) = self.split();
        quote!(#ident #arguments)
    }

    /// The path of the function that answers with the codecs.
    pub(super) fn codecs(&self) -> TokenStream {
        if self.generics.params.is_empty() {
            return quote!(__dyno_codecs);
        }
        let own_type = self.own_type();
        quote!(<#own_type>::__dyno_codecs)
    }

    /// A function that sees the type's parameters, if it has any.
    pub(super) fn associate(&self, function: &TokenStream) -> TokenStream {
        if self.generics.params.is_empty() {
            return function.clone();
        }
        let own_type = self.own_type();
        let (impl_generics, _, bounds) = self.split();
        quote! {
            #[automatically_derived]
            impl #impl_generics #own_type #bounds {
                #function
            }
        }
    }

    pub(super) fn split(&self) -> (ImplGenerics<'_>, TypeGenerics<'_>, Option<&WhereClause>) {
        self.generics.split_for_impl()
    }

    pub(super) fn split_for_handles(
        &self,
    ) -> (ImplGenerics<'_>, TypeGenerics<'_>, Option<&WhereClause>) {
        self.generics_of_handles.split_for_impl()
    }

    /// The implementation of `Object`, around its items.
    pub(super) fn object(&self, items: &TokenStream) -> TokenStream {
        let own_type = self.own_type();
        let (impl_generics, _, bounds) = self.split();
        let (_, arguments_of_handles, _) = self.split_for_handles();
        quote! {
            #[automatically_derived]
            impl #impl_generics __dyno::Object for #own_type #bounds {
                type Paths<__DynoR: 'static> = __DynoPaths #arguments_of_handles;
                fn handles_at<__DynoR: 'static>(__dyno_base: __dyno::PathBase<__DynoR, Self>) -> Self::Paths<__DynoR> {
                    __DynoPaths(__dyno_base)
                }
                #items
            }
        }
    }

    pub(super) fn stored(&self, indexes: &TokenStream, keys: &TokenStream) -> TokenStream {
        let own_type = self.own_type();
        let (impl_generics, _, bounds) = self.split();
        quote! {
            #[automatically_derived]
            impl #impl_generics __dyno::Stored for #own_type #bounds {
                type Indexes = #indexes;
                #keys
            }
        }
    }

    /// The constant that hides all names.
    pub(super) fn hidden(&self, code: &TokenStream) -> TokenStream {
        let root = self
            .object
            .given
            .root
            .value()
            .map_or_else(|| quote!(::dyno), |path| quote!(#path));
        quote! {
            const _: () = {
                use #root::__private as __dyno;
                #code
            };
        }
    }
}

/// Adds `where T: Send + Sync + 'static` for each type parameter: an object crosses tasks.
fn require_owned(generics: &mut Generics) {
    let parameters: Vec<Ident> = generics
        .type_params()
        .map(|parameter| parameter.ident.clone())
        .collect();
    if parameters.is_empty() {
        return;
    }
    let clause = generics.make_where_clause();
    for parameter in parameters {
        let predicate = quote!(#parameter: ::core::marker::Send + ::core::marker::Sync + 'static);
        // The text is a predicate, whatever the parameter's name.
        clause
            .predicates
            .extend(syn::parse2::<syn::WherePredicate>(predicate));
    }
}

/// `__DynoR: 'static`.
fn root_parameter() -> TypeParam {
    let mut parameter = TypeParam::from(Ident::new("__DynoR", Span::call_site()));
    let owned = TypeParamBound::Lifetime(Lifetime::new("'static", Span::call_site()));
    parameter.colon_token = Some(<Token![:]>::default());
    parameter.bounds = Punctuated::from_iter([owned]);
    parameter
}
