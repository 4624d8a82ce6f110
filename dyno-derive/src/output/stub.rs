//! An implementation beside errors, so that the rest of the program does not complain of its absence too.
//!
//! ```text
//! ::core::compile_error! { ".." }
//! const _: () = { impl __dyno::Object for Root { .. loop {} .. } impl __dyno::Stored for Root { .. } .. };
//! ```

use proc_macro2::TokenStream;
use quote::quote;

use super::codec::Rows;
use super::target::Target;
use super::{handles, indexes};
use crate::model::Object;

/// The errors, and an implementation that is never run.
pub(crate) fn stub(object: &Object, errors: &TokenStream) -> TokenStream {
    let target = Target::new(object);
    let rows = Rows::new(object);
    let handles = handles::handles(object, &target, &rows);
    let name = &object.rust_name;
    let implementation = target.object(&quote! {
        type Outline = &'static __dyno::Shape;
        const OUTLINE: &'static __dyno::Shape = &__dyno::Shape::structure(#name, &[]);

        fn write(&self, _: &mut __dyno::ObjectWriter) -> __dyno::Result<()> {
            loop {}
        }

        fn read(_: &mut __dyno::ObjectReader<'_>) -> __dyno::Result<Self> {
            loop {}
        }
    });
    let (indexes, index_handles) =
        indexes::handles(object, &target, |_| Some(quote!(__dyno::AnyFields)));
    let stored = target.stored(
        &indexes,
        &quote!(
            type Keys = __dyno::AnyFields;
        ),
    );
    let hidden = target.hidden(&quote! {
        #implementation
        #stored
        #index_handles
        #handles
    });
    quote! {
        #errors
        #hidden
    }
}
