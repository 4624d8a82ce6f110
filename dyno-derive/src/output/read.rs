//! From the attributes to the object: one call for all fields, by their indexes in the shape.
//!
//! ```text
//! fn read(__dyno_r: &mut __dyno::ObjectReader<'_>) -> __dyno::Result<Self> {
//!     match __dyno::read_all(__dyno_r, 1, __dyno_codecs()) {
//!         __dyno::Ok((__dyno_f1, __dyno_f0,)) => __dyno::Ok(Self { name: __dyno_f1, id: __dyno_f0 }),
//!         __dyno::Err(__dyno_e) => __dyno::Err(__dyno_e),
//!     }
//! }
//! ```
//!
//! or, of a type that repeats types, or whose fields are not all read alike:
//!
//! ```text
//! fn read(__dyno_r: &mut __dyno::ObjectReader<'_>) -> __dyno::Result<Self> {
//!     let __dyno_c = __dyno_codecs();
//!     let (__dyno_f0, __dyno_f1,) = match __dyno::read_fields(__dyno_r, 0, (__dyno_c.0, __dyno_c.0,)) {
//!         __dyno::Ok(__dyno_v) => __dyno_v,
//!         __dyno::Err(__dyno_e) => return __dyno::Err(__dyno_e),
//!     };
//!     __dyno::Ok(Self {
//!         firstname: __dyno_f0,
//!         lastname: __dyno_f1,
//!         cached: ::core::default::Default::default(),
//!         extra: __dyno_r.flatten(__dyno_c.1)?,
//!     })
//! }
//! ```
//!
//! Flattened fields come last: what no field claims is theirs. A `match` stands in the place of `?`, which is two calls.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};

use super::codec::{Row, Rows, first_place, runs, stored};
use super::target::Target;
use crate::model::{Body, Layout, Missing, Object, Role, Variant};

pub(super) fn function(object: &Object, target: &Target<'_>, rows: &Rows<'_>) -> TokenStream {
    let body = match &object.body {
        Body::Enum(variants) => {
            let count = variants.len();
            let arms = variants.iter().zip(&rows.groups).enumerate();
            let arms = arms.map(|(index, (variant, group))| arm(index, count, variant, group));
            quote!(match __dyno_r.variant()? { #(#arms)* })
        }
        Body::Struct(_) => {
            if let Some(together) = rows.together() {
                return all_together(&together, rows, target);
            }
            let group = rows.of_struct();
            let (taken, fields) = (taken(group), named(group));
            quote!({ #taken Self #fields })
        }
    };
    let codecs = rows.local(target);
    quote! {
        fn read(__dyno_r: &mut __dyno::ObjectReader<'_>) -> __dyno::Result<Self> {
            #codecs
            __dyno::Ok(#body)
        }
    }
}

/// All fields by one call with all codecs.
fn all_together(together: &[&Row<'_>], rows: &Rows<'_>, target: &Target<'_>) -> TokenStream {
    let (codecs, first) = (target.codecs(), first_place(together));
    let fields = named(rows.of_struct());
    let locals = locals(together);
    quote! {
        fn read(__dyno_r: &mut __dyno::ObjectReader<'_>) -> __dyno::Result<Self> {
            match __dyno::read_all(__dyno_r, #first, #codecs()) {
                __dyno::Ok(#locals) => __dyno::Ok(Self #fields),
                __dyno::Err(__dyno_e) => __dyno::Err(__dyno_e),
            }
        }
    }
}

/// `(__dyno_f0, __dyno_f1,)`
fn locals(rows: &[&Row<'_>]) -> TokenStream {
    let locals = rows.iter().map(|row| row.local());
    quote!((#(#locals,)*))
}

/// `0 => { .. Self::Card { number: __dyno_f0 } }`; the last is `_`, for the reader has no other indices.
fn arm(index: usize, count: usize, variant: &Variant, group: &[Row<'_>]) -> TokenStream {
    let ident = &variant.ident;
    let pattern = if index + 1 == count {
        quote!(_)
    } else {
        quote!(#index)
    };
    let taken = taken(group);
    let fields = match variant.layout {
        Layout::Named => named(group),
        Layout::Newtype => {
            let values = group.iter().map(Value);
            quote!((#(#values),*))
        }
        Layout::Unit => TokenStream::new(),
    };
    quote!(#pattern => { #taken Self::#ident #fields })
}

/// The statements that read all fields but flattened ones into locals.
fn taken(group: &[Row<'_>]) -> TokenStream {
    let mut rows = stored(group);
    rows.retain(|row| !row.field.is_flattened());
    runs(&rows).map(taken_together).collect()
}

fn taken_together(rows: &[&Row<'_>]) -> TokenStream {
    let locals = locals(rows);
    let first = first_place(rows);
    let slots = rows.iter().map(|row| &row.slot);
    quote! {
        let #locals = match __dyno::read_fields(__dyno_r, #first, (#(__dyno_c.#slots,)*)) {
            __dyno::Ok(__dyno_v) => __dyno_v,
            __dyno::Err(__dyno_e) => return __dyno::Err(__dyno_e),
        };
    }
}

fn named(group: &[Row<'_>]) -> TokenStream {
    let mut rows: Vec<&Row<'_>> = group.iter().collect();
    rows.sort_by_key(|row| row.field.is_flattened());
    let idents = rows.iter().map(|row| &row.field.ident);
    let values = rows.iter().map(|row| Value(row));
    quote!({ #(#idents: #values),* })
}

/// The expression that stands for a field where the object is made.
struct Value<'a>(&'a Row<'a>);

impl ToTokens for Value<'_> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Row { field, slot, .. } = self.0;
        let value = match (&field.role, &field.missing) {
            (Role::Skip, Missing::Call(function)) => quote!(#function()),
            (Role::Skip, Missing::Default(place)) => {
                quote_spanned!(*place=> ::core::default::Default::default())
            }
            (Role::Skip, Missing::Codec) => quote!(::core::default::Default::default()),
            (Role::Flatten, _) => quote!(__dyno_r.flatten(__dyno_c.#slot)?),
            (_, _) => return self.0.local().to_tokens(tokens),
        };
        value.to_tokens(tokens);
    }
}
