//! From what a write put into the fields that the mapper writes to the object: one call for each of them.
//!
//! ```text
//! fn refresh(&mut self, __dyno_w: &__dyno::Refresh<'_>) {
//!     let __dyno_c = __dyno_codecs();
//!     __dyno_w.field("version", &mut self.version, &__dyno_c.1);
//! }
//! ```

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::codec::{Row, Rows};
use super::target::Target;
use crate::model::{Body, Duty, Object, Variant};

/// Nothing, if the mapper writes none.
pub(super) fn function(
    object: &Object,
    target: &Target<'_>,
    rows: &Rows<'_>,
) -> Option<TokenStream> {
    let mut all = object.body.fields();
    all.find(|field| is_written(field.duty))?;
    let body = match &object.body {
        Body::Enum(variants) => {
            let arms = variants.iter().zip(&rows.groups);
            let arms: Vec<_> = arms
                .filter_map(|(variant, group)| arm(variant, group))
                .collect();
            let others = (arms.len() < variants.len()).then(|| quote!(_ => {}));
            quote!(match self { #(#arms)* #others })
        }
        Body::Struct(_) => {
            let calls = kept(rows.groups.iter().flatten()).map(|row| {
                let ident = &row.field.ident;
                call(row, quote!(&mut self.#ident))
            });
            quote!(#(#calls)*)
        }
    };
    let codecs = rows.local(target);
    Some(quote! {
        fn refresh(&mut self, __dyno_w: &__dyno::Refresh<'_>) {
            #codecs
            #body
        }
    })
}

/// `Self::Card { version: __dyno_f1, .. } => { .. }`; nothing for a variant without such a field.
fn arm(variant: &Variant, group: &[Row<'_>]) -> Option<TokenStream> {
    let ident = &variant.ident;
    let bindings = kept(group.iter()).map(|row| {
        let (ident, local) = (&row.field.ident, row.local());
        quote!(#ident: #local)
    });
    let calls = kept(group.iter()).map(|row| call(row, row.local()));
    kept(group.iter()).next()?;
    Some(quote! {
        Self::#ident { #(#bindings,)* .. } => { #(#calls)* }
    })
}

fn kept<'a, 'r: 'a>(rows: impl Iterator<Item = &'a Row<'r>>) -> impl Iterator<Item = &'a Row<'r>> {
    rows.filter(|row| is_written(row.field.duty))
}

fn is_written(duty: Option<Duty>) -> bool {
    duty.is_some_and(|duty| duty != Duty::Ttl)
}

fn call(Row { field, slot, .. }: &Row<'_>, value: impl ToTokens) -> TokenStream {
    let name = &field.name.text;
    quote!(__dyno_w.field(#name, #value, &__dyno_c.#slot);)
}
