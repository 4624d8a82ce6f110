//! Handles of secondary indexes: `User::indexes().by_email()`.
//!
//! ```text
//! pub struct __DynoIndexes(__dyno::PhantomData<fn() -> User>);
//! impl __DynoIndexes {
//!     pub fn by_email(&self) -> __dyno::Index<User, __dyno::Whole> { __dyno::Index::named("by_email") }
//!     pub fn gsi1(&self) -> __dyno::Index<User, __dyno::Whole, __dyno::Templated<(String, ()), __dyno::NoTemplate, ()>> { .. }
//! }
//! ```

use std::collections::BTreeSet;

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

use syn::Ident;

use super::target::Target;
use super::template;
use crate::attributes::Slot;
use crate::model::{Field, Form, IndexPart, Object, Projection, Role, SecondaryIndex};

/// What `Stored::Indexes` is, and its declaration if it is a type of its own; `keys` are the types by which an index is queried.
pub(super) fn handles(
    object: &Object,
    target: &Target<'_>,
    keys: impl Fn(&SecondaryIndex) -> Option<TokenStream>,
) -> (TokenStream, TokenStream) {
    if object.secondary.is_empty() {
        return (quote!(__dyno::NoIndexes), TokenStream::new());
    }
    let (impl_generics, arguments, bounds) = target.split();
    let own_type = target.own_type();
    let visibility = &object.visibility;
    let sentence = format!("The secondary indexes of `{}`.", object.rust_name);
    let mut known = BTreeSet::new();
    let named_once = |index: &&SecondaryIndex| known.insert(index.handle());
    let methods = object.secondary.iter().filter(named_once).map(|index| {
        let (name, handle) = (&index.name.text, handle(index));
        let holds = match index.projection {
            Projection::All => quote!(__dyno::Whole),
            Projection::Include(_) | Projection::KeysOnly => quote!(__dyno::Parts),
        };
        let keys = keys(index).map(|keys| quote!(, #keys));
        let sentence = format!("The index `{name}`.");
        quote! {
            #[doc = #sentence]
            #[allow(non_snake_case)]
            #visibility fn #handle(&self) -> __dyno::Index<#own_type, #holds #keys> {
                __dyno::Index::named(#name)
            }
        }
    });
    let declaration = quote! {
        #[doc = #sentence]
        #visibility struct __DynoIndexes #impl_generics (__dyno::PhantomData<fn() -> #own_type>) #bounds;

        #[automatically_derived]
        impl #impl_generics __DynoIndexes #arguments #bounds {
            #(#methods)*
        }

        #[automatically_derived]
        impl #impl_generics ::core::default::Default for __DynoIndexes #arguments #bounds {
            fn default() -> Self {
                Self(__dyno::PhantomData)
            }
        }
    };
    (quote!(__DynoIndexes #arguments), declaration)
}

fn handle(index: &SecondaryIndex) -> Ident {
    let mut name = index.handle();
    if syn::parse_str::<Ident>(&name).is_err() {
        name.push('_');
    }
    Ident::new(&name, Span::call_site().located_at(index.name.place))
}

/// ```text
/// .indexes(&[__dyno::SecondaryShape::global(
///     "by_email",
///     &[__dyno::IndexPart::of::<String>("email")],
///     &[__dyno::IndexPart::new("at", __dyno::KeyKind::N)],
/// ).keys_only(), __dyno::SecondaryShape::global("gsi1", &[__dyno::IndexPart::made(__dyno::Template::new(..))], &[])])
/// ```
pub(super) fn shapes(object: &Object) -> Option<TokenStream> {
    if object.secondary.is_empty() {
        return None;
    }
    let shapes = object.secondary.iter().map(|index| shape(index, object));
    Some(quote!(.indexes(&[#(#shapes),*])))
}

fn shape(index: &SecondaryIndex, object: &Object) -> TokenStream {
    let name = &index.name.text;
    let key = index.key.iter().map(|key| part(key, object));
    let sort = index.sort.iter().map(|sort| part(sort, object));
    let shape = if index.is_local {
        quote!(__dyno::SecondaryShape::local(#name, &[#(#sort),*]))
    } else {
        quote!(__dyno::SecondaryShape::global(#name, &[#(#key),*], &[#(#sort),*]))
    };
    match &index.projection {
        Projection::All => shape,
        Projection::Include(names) => quote!(#shape.include(&[#(#names),*])),
        Projection::KeysOnly => quote!(#shape.keys_only()),
    }
}

/// Refuses an index over a map whose field says that it is something else. A type parameter is known too late to be asked.
///
/// ```text
/// const _: () = ::core::assert!(!__dyno::AsMap::<Status>::IS_OBJECT, "..");
/// ```
pub(super) fn checks(object: &Object) -> TokenStream {
    if !object.generics.params.is_empty() {
        return TokenStream::new();
    }
    let says_form = |field: &&Field| {
        let mut parts = field.given.secondary.iter();
        let says_form = parts.any(|part| part.value.forms().into_iter().any(Slot::is_present));
        says_form && !matches!(field.role, Role::With(_))
    };
    let fields: Vec<_> = object.body.fields().filter(says_form).collect();
    if fields.is_empty() {
        return TokenStream::new();
    }
    let checks = fields.into_iter().map(|field| {
        let field_type = &field.type_tokens;
        let why = format!(
            "`{}` cannot be a key of an index: its type derives `DyObject` and is stored as a map, also an enum without data; \
             derive serde's `Serialize` and `Deserialize` in place of it, so that it is a string, or name conversions, \
             `#[dyno(with = module)]`",
            field.name.text
        );
        let place = field_type.first_span();
        quote_spanned! {place=>
            const _: () = ::core::assert!(!__dyno::AsMap::<#field_type>::IS_OBJECT, #why);
        }
    });
    quote! {
        use __dyno::NoMap as _;
        #(#checks)*
    }
}

fn part(part: &IndexPart, object: &Object) -> TokenStream {
    let name = &part.name;
    match &part.form {
        Form::OfType(field_type) => quote!(__dyno::IndexPart::of::<#field_type>(#name)),
        Form::Said(kind) => {
            let kind = Ident::new(kind, Span::call_site());
            quote!(__dyno::IndexPart::new(#name, __dyno::KeyKind::#kind))
        }
        Form::Made(made) => {
            let fields: Vec<_> = made.fields().collect();
            let template = template::template(made, name, object, &fields);
            quote!(__dyno::IndexPart::made(#template))
        }
    }
}
