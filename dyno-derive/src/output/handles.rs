//! Typed handles: `Root::paths().location().city()`.
//!
//! ```text
//! pub struct __DynoPaths<__DynoR: 'static>(__dyno::PathBase<__DynoR, Root>);
//! impl<__DynoR: 'static> __DynoPaths<__DynoR> {
//!     pub fn city(&self) -> __dyno::Path<__DynoR, String> { self.0.field("city", 0) }
//! }
//! ```
//!
//! A handle is as visible as its field. Variants of an enum share one set of handles: a name that means different
//! things in two variants has none.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Ident;

use super::codec::{Row, Rows};
use super::target::Target;
use crate::model::Object;

pub(super) fn handles(object: &Object, target: &Target<'_>, rows: &Rows<'_>) -> TokenStream {
    let handles = unambiguous(rows);
    let signatures = handles.iter().map(Signature);
    let calls = handles.iter().map(|(_, row)| {
        let call = if row.is_flattened() {
            "flattened"
        } else {
            "field"
        };
        Ident::new(call, Span::call_site())
    });
    let names = handles.iter().map(|(_, row)| &row.field.name.text);
    let slots = handles.iter().map(|(_, row)| &row.slot);
    let methods = quote!(#(#signatures { self.0.#calls(#names, #slots) })*);
    declaration(object, target, &methods)
}

/// The same methods with bodies that ask nothing of the types, beside errors.
pub(super) fn stubs(object: &Object, target: &Target<'_>, rows: &Rows<'_>) -> TokenStream {
    let handles = unambiguous(rows);
    let signatures = handles.iter().map(Signature);
    declaration(object, target, &quote!(#(#signatures { loop {} })*))
}

fn declaration(object: &Object, target: &Target<'_>, methods: &TokenStream) -> TokenStream {
    let visibility = &object.visibility;
    let own_type = target.own_type();
    let (impl_generics, arguments, bounds) = target.split_for_handles();
    let sentence = format!("The places of the fields of `{}`.", object.rust_name);
    quote! {
        #[doc = #sentence]
        #visibility struct __DynoPaths #impl_generics (__dyno::PathBase<__DynoR, #own_type>) #bounds;

        #[automatically_derived]
        impl #impl_generics __DynoPaths #arguments #bounds {
            #methods
        }

        #[automatically_derived]
        impl #impl_generics __dyno::PathSet<__DynoR> for __DynoPaths #arguments #bounds {
            type Of = #own_type;
            fn at(__dyno_base: __dyno::PathBase<__DynoR, #own_type>) -> Self {
                Self(__dyno_base)
            }
        }
    }
}

/// `pub fn city(&self) -> __dyno::Path<__DynoR, String>`
struct Signature<'a>(&'a (&'a Ident, &'a Row<'a>));

impl ToTokens for Signature<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let (ident, row) = *self.0;
        // A call-site span keeps lints on unused methods away from the user's field.
        let mut ident = ident.clone();
        ident.set_span(Span::call_site().located_at(ident.span()));
        let visibility = &row.field.visibility;
        let type_tokens = &row.field.type_tokens;
        quote!(#visibility fn #ident(&self) -> __dyno::Path<__DynoR, #type_tokens>)
            .to_tokens(tokens);
    }
}

/// The named fields that mean one place and type, whatever the variant.
fn unambiguous<'a>(rows: &'a Rows<'_>) -> Vec<(&'a Ident, &'a Row<'a>)> {
    let mut handles: Vec<(&Ident, &Row<'_>, bool)> = Vec::new();
    for row in rows.groups.iter().flatten() {
        let (Some(ident), true) = (&row.field.ident, row.is_stored()) else {
            continue;
        };
        match handles.iter_mut().find(|(known, ..)| *known == ident) {
            None => handles.push((ident, row, true)),
            Some((_, known, agrees)) => {
                *agrees &= known.field.name.text == row.field.name.text && known.slot == row.slot;
            }
        }
    }
    handles
        .into_iter()
        .filter(|(.., agrees)| *agrees)
        .map(|(ident, row, _)| (ident, row))
        .collect()
}
