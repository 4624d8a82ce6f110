//! Typed handles: `Root::paths().location().city()`.
//!
//! ```text
//! pub struct __DynoPaths<__DynoR: 'static>(__dyno::PathBase<__DynoR, Root>);
//! impl<__DynoR: 'static> __DynoPaths<__DynoR> {
//!     pub fn city(&self) -> __dyno::Path<__DynoR, String> { self.0.field(0) }
//! }
//! ```
//!
//! A handle is as visible as its field. Variants of an enum share one set of handles: a name that means different
//! things in two variants has none.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{Ident, Index};

use super::codec::{Row, Rows, stored};
use super::target::Target;
use crate::model::{Field, Object};

pub(super) fn handles(object: &Object, target: &Target<'_>, rows: &Rows<'_>) -> TokenStream {
    let handles = unambiguous(rows);
    let visibilities = handles.iter().map(|handle| &handle.field.visibility);
    let idents = handles.iter().map(Handle::method);
    let types = handles.iter().map(|handle| &handle.field.type_tokens);
    let places = handles.iter().map(|handle| Index::from(handle.place));
    let visibility = &object.visibility;
    let own_type = target.own_type();
    let (impl_generics, arguments, bounds) = target.split_for_handles();
    let sentence = format!("The places of the fields of `{}`.", object.rust_name);
    quote! {
        #[doc = #sentence]
        #visibility struct __DynoPaths #impl_generics (__dyno::PathBase<__DynoR, #own_type>) #bounds;

        #[automatically_derived]
        impl #impl_generics __DynoPaths #arguments #bounds {
            #(#visibilities fn #idents(&self) -> __dyno::Path<__DynoR, #types> { self.0.field(#places) })*
        }
    }
}

/// A field that has a handle.
struct Handle<'a> {
    ident: &'a Ident,
    field: &'a Field,
    slot: &'a Index,
    /// Its index among the fields of all variants.
    place: usize,
}

impl Handle<'_> {
    /// The name of the method. A call-site span keeps lints on unused methods away from the user's field.
    fn method(&self) -> Ident {
        let mut ident = self.ident.clone();
        ident.set_span(Span::call_site().located_at(ident.span()));
        ident
    }
}

/// The named fields that mean one attribute and type, whatever the variant.
fn unambiguous<'a>(rows: &'a Rows<'_>) -> Vec<Handle<'a>> {
    let mut handles: Vec<(Handle<'_>, bool)> = Vec::new();
    let mut before = 0;
    for group in &rows.groups {
        let stored = stored(group);
        let of_other_variants = handles.len();
        for Row { field, index, slot } in &stored {
            let Some(ident) = &field.ident else {
                continue;
            };
            let mut others = handles.iter_mut().take(of_other_variants);
            match others.find(|(known, _)| known.ident == ident) {
                None => {
                    let place = before + index;
                    let handle = Handle {
                        ident,
                        field,
                        slot,
                        place,
                    };
                    handles.push((handle, true));
                }
                Some((known, agrees)) => {
                    let is_same_name = known.field.name.text == field.name.text;
                    *agrees &= is_same_name && known.slot == slot;
                }
            }
        }
        before += stored.len();
    }
    let agreed = handles.into_iter().filter(|(_, agrees)| *agrees);
    agreed.map(|(handle, _)| handle).collect()
}
