//! Fourth pass: prints code for a checked model, so it has no error path.
//!
//! Everything stands in one hidden constant, under names that begin with `__dyno` and by absolute paths, so that
//! nothing in the user's module can be meant by accident:
//!
//! ```text
//! const _: () = {
//!     use ::dyno::__private as __dyno;
//!     fn __dyno_codecs() -> (&'static __dyno::Codec<String>, ..) { .. }   how each type is carried
//!     impl __dyno::Object for Root { .. }                    outline of the shape, write, read
//!     impl __dyno::Stored for Root { .. }                    secondary indexes, if it has a table
//!     struct __DynoPaths<__DynoR>(..);                       handles
//! };
//! ```

mod codec;
mod handles;
mod indexes;
mod read;
mod refresh;
mod shape;
mod stub;
mod target;
mod template;
mod write;

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use crate::model::{Object, SecondaryIndex};
use codec::Rows;
use target::Target;

pub(crate) use stub::stub;

/// The code of an object without mistakes.
pub(crate) fn object(object: &Object) -> TokenStream {
    let target = Target::new(object);
    let rows = Rows::new(object);
    let codecs = rows.codecs_function(&target);
    let shown = rows.show_codec(&target);
    let outline = shape::outline(object, &target, &rows);
    let write = write::function(object, &target, &rows);
    let read = read::function(object, &target, &rows);
    let refresh = refresh::function(object, &target, &rows);
    let validate = validate(object);
    let loader = loader(object);
    let handles = handles::handles(object, &target, &rows);
    let implementation = target.object(&quote! {
        #outline
        #shown
        #write
        #read
        #refresh
        #validate
        #loader
    });
    let of_index = |index: &SecondaryIndex| template::of_index(index, object);
    let (indexes, index_handles) = indexes::handles(object, &target, of_index);
    let index_checks = indexes::checks(object);
    let keys = template::items(object, &target, &rows);
    let stored = object
        .table
        .as_ref()
        .map(|_| target.stored(&indexes, &keys));
    target.hidden(&quote! {
        #codecs
        #implementation
        #stored
        #index_handles
        #index_checks
        #handles
    })
}

/// ```text
/// fn loader() -> __dyno::Loader { __dyno::loader(secrets()) }
/// ```
fn loader(object: &Object) -> Option<TokenStream> {
    let function = object.given.loader.value()?;
    let place = codec::first_span(&quote!(#function));
    let call = quote_spanned!(place=> __dyno::loader(#function()));
    Some(quote! {
        fn loader() -> __dyno::Loader {
            #call
        }
    })
}

/// ```text
/// fn validate(&self) -> __dyno::Checked { __dyno::validated(check(self)) }
/// ```
fn validate(object: &Object) -> Option<TokenStream> {
    let function = object.given.validate.value()?;
    let place = codec::first_span(&quote!(#function));
    let call = quote_spanned!(place=> __dyno::validated(#function(self)));
    Some(quote! {
        fn validate(&self) -> __dyno::Checked {
            #call
        }
    })
}
