//! From the object to its attributes: one call per field, by its index in the shape.
//!
//! ```text
//! fn write(&self, __dyno_w: &mut __dyno::ObjectWriter) -> __dyno::Result<()> {
//!     let __dyno_c = __dyno_codecs();
//!     __dyno_w.field(0, &self.firstname, &__dyno_c.0);
//!     __dyno_w.flatten(&self.extra, __dyno_c.1);
//!     __dyno_w.done()
//! }
//! ```

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::Ident;

use super::codec::{Row, Rows};
use super::target::Target;
use crate::model::{Body, Layout, Object, Role, Variant};

pub(super) fn function(object: &Object, target: &Target<'_>, rows: &Rows<'_>) -> TokenStream {
    let body = match &object.body {
        Body::Enum(variants) => {
            let arms = variants.iter().zip(&rows.groups).enumerate();
            let arms = arms.map(|(index, (variant, group))| arm(index, variant, group));
            quote!(match self { #(#arms)* })
        }
        Body::Struct(_) => {
            let calls = rows.groups.iter().flatten().filter_map(|row| {
                let ident = &row.field.ident;
                call(row, quote!(&self.#ident))
            });
            quote!(#(#calls)*)
        }
    };
    let codecs = rows.local(target);
    quote! {
        fn write(&self, __dyno_w: &mut __dyno::ObjectWriter) -> __dyno::Result<()> {
            #codecs
            #body
            __dyno_w.done()
        }
    }
}

/// ```text
/// Self::Card { number: __dyno_f0, .. } => {
///     __dyno_w.variant(0);
///     __dyno_w.field(0, __dyno_f0, &__dyno_c.0);
/// }
/// ```
fn arm(index: usize, variant: &Variant, group: &[Row<'_>]) -> TokenStream {
    let ident = &variant.ident;
    let pattern = match variant.layout {
        Layout::Named => {
            let stored = group
                .iter()
                .filter(|row| !matches!(row.field.role, Role::Skip));
            let bindings = stored.map(|row| {
                let (ident, local) = (&row.field.ident, local(row));
                quote!(#ident: #local)
            });
            quote!({ #(#bindings,)* .. })
        }
        Layout::Newtype => {
            let locals = group.iter().map(local);
            quote!((#(#locals),*))
        }
        Layout::Unit => TokenStream::new(),
    };
    let calls = group.iter().filter_map(|row| call(row, local(row)));
    quote! {
        Self::#ident #pattern => {
            __dyno_w.variant(#index);
            #(#calls)*
        }
    }
}

fn local(row: &Row<'_>) -> Ident {
    format_ident!("__dyno_f{}", row.index)
}

fn call(Row { field, index, slot }: &Row<'_>, value: impl ToTokens) -> Option<TokenStream> {
    match field.role {
        Role::Skip => None,
        Role::Flatten => Some(quote!(__dyno_w.flatten(#value, __dyno_c.#slot);)),
        _ => Some(quote!(__dyno_w.field(#index, #value, &__dyno_c.#slot);)),
    }
}
