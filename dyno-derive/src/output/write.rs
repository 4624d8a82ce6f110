//! From the object to its attributes: one call for all fields, by their indexes in the shape.
//!
//! ```text
//! fn write(&self, __dyno_w: &mut __dyno::ObjectWriter) -> __dyno::Result<()> {
//!     __dyno::write_all(__dyno_w, 1, (&self.name, &self.id,), __dyno_codecs())
//! }
//! ```
//!
//! or, of a type that repeats types, or whose fields are not all written alike:
//!
//! ```text
//! fn write(&self, __dyno_w: &mut __dyno::ObjectWriter) -> __dyno::Result<()> {
//!     let __dyno_c = __dyno_codecs();
//!     __dyno::write_fields(__dyno_w, 0, (&self.firstname, &self.lastname,), (__dyno_c.0, __dyno_c.0,));
//!     __dyno_w.flatten(&self.extra, __dyno_c.1);
//!     __dyno_w.done()
//! }
//! ```

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::codec::{Row, Rows, first_place, runs, stored};
use super::target::Target;
use crate::model::{Body, Layout, Object, Variant};

pub(super) fn function(object: &Object, target: &Target<'_>, rows: &Rows<'_>) -> TokenStream {
    let body = match &object.body {
        Body::Enum(variants) => {
            let arms = variants.iter().zip(&rows.groups).enumerate();
            let arms = arms.map(|(index, (variant, group))| arm(index, variant, group));
            quote!(match self { #(#arms)* })
        }
        Body::Struct(_) => {
            if let Some(together) = rows.together() {
                return all_together(&together, target);
            }
            calls(rows.of_struct(), |row| {
                let ident = &row.field.ident;
                quote!(&self.#ident)
            })
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

/// All fields by one call with all codecs.
fn all_together(together: &[&Row<'_>], target: &Target<'_>) -> TokenStream {
    let (codecs, first) = (target.codecs(), first_place(together));
    let names = together.iter().map(|row| &row.field.ident);
    quote! {
        fn write(&self, __dyno_w: &mut __dyno::ObjectWriter) -> __dyno::Result<()> {
            __dyno::write_all(__dyno_w, #first, (#(&self.#names,)*), #codecs())
        }
    }
}

/// ```text
/// Self::Card { number: __dyno_f0, .. } => {
///     __dyno_w.variant(0);
///     __dyno::write_fields(__dyno_w, 0, (__dyno_f0,), (__dyno_c.0,));
/// }
/// ```
fn arm(index: usize, variant: &Variant, group: &[Row<'_>]) -> TokenStream {
    let ident = &variant.ident;
    let pattern = match variant.layout {
        Layout::Named => {
            let bindings = stored(group).into_iter().map(|row| {
                let (ident, local) = (&row.field.ident, row.local());
                quote!(#ident: #local)
            });
            quote!({ #(#bindings,)* .. })
        }
        Layout::Newtype => {
            let locals = group.iter().map(Row::local);
            quote!((#(#locals),*))
        }
        Layout::Unit => TokenStream::new(),
    };
    let calls = calls(group, |row| row.local().into_token_stream());
    quote! {
        Self::#ident #pattern => {
            __dyno_w.variant(#index);
            #calls
        }
    }
}

/// One call for fields that stand one behind the other, up to the next that is flattened.
fn calls(group: &[Row<'_>], value: impl Fn(&Row<'_>) -> TokenStream) -> TokenStream {
    let stored = stored(group);
    let calls = runs(&stored).map(|rows| {
        let values = rows.iter().map(|row| value(row));
        let slots = rows.iter().map(|row| &row.slot);
        if rows.iter().any(|row| row.field.is_flattened()) {
            return quote!(#(__dyno_w.flatten(#values, __dyno_c.#slots);)*);
        }
        let first = first_place(rows);
        quote!(__dyno::write_fields(__dyno_w, #first, (#(#values,)*), (#(__dyno_c.#slots,)*));)
    });
    calls.collect()
}
