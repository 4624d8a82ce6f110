//! From the attributes to the object: one call per field, by its index in the shape.
//!
//! ```text
//! fn read(__dyno_r: &mut __dyno::ObjectReader<'_>) -> __dyno::Result<Self> {
//!     let __dyno_c = __dyno_codecs();
//!     __dyno::Ok(Self {
//!         firstname: __dyno_r.field(0, &__dyno_c.0)?,
//!         cached: ::core::default::Default::default(),
//!         extra: __dyno_r.flatten(__dyno_c.1)?,
//!     })
//! }
//! ```
//!
//! Keys come behind the others: an item whose other fields do not fit still has its key. Flattened fields come last: what no field
//! claims is theirs.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::codec::{Row, Rows};
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
            let fields = rows.groups.first().map(|group| named(group));
            quote!(Self #fields)
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

/// `0 => Self::Card { number: .. },`; the last is `_`, for the reader has no other indices.
fn arm(index: usize, count: usize, variant: &Variant, group: &[Row<'_>]) -> TokenStream {
    let ident = &variant.ident;
    let pattern = if index + 1 == count {
        quote!(_)
    } else {
        quote!(#index)
    };
    let fields = match variant.layout {
        Layout::Named => named(group),
        Layout::Newtype => {
            let values = group.iter().map(value);
            quote!((#(#values),*))
        }
        Layout::Unit => TokenStream::new(),
    };
    quote!(#pattern => Self::#ident #fields,)
}

fn named(group: &[Row<'_>]) -> TokenStream {
    let mut rows: Vec<&Row<'_>> = group.iter().collect();
    rows.sort_by_key(|row| match row.field.role {
        Role::Flatten => 2,
        Role::PartitionKey | Role::SortKey => 1,
        _ => 0,
    });
    let fields = rows.into_iter().map(|row| {
        let (ident, value) = (&row.field.ident, value(row));
        quote!(#ident: #value)
    });
    quote!({ #(#fields),* })
}

fn value(Row { field, index, slot }: &Row<'_>) -> TokenStream {
    match (&field.role, &field.missing) {
        (Role::Skip, Missing::Call(function)) => quote!(#function()),
        (Role::Skip, Missing::Default(place)) => {
            quote_spanned!(*place=> ::core::default::Default::default())
        }
        (Role::Skip, Missing::Codec) => quote!(::core::default::Default::default()),
        (Role::Flatten, _) => quote!(__dyno_r.flatten(__dyno_c.#slot)?),
        (_, _) => quote!(__dyno_r.field(#index, &__dyno_c.#slot)?),
    }
}
