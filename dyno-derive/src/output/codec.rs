//! One function that answers with the codec of every type among the fields.
//!
//! ```text
//! use ::dyno::__private::{DirectProbe as _, SerdeProbe as _};
//! fn __dyno_codecs() -> (&'static __dyno::Codec<String>, &'static __dyno::Codec<Location>) {
//!     ((&&__dyno::Probe::<String>::new()).__dyno_codec::<String>(), __dyno::shard::<Location>())
//! }
//! fn __dyno_kinds(__dyno_slot: usize) -> __dyno::Kind {
//!     __dyno::kind_of(__dyno_codecs(), __dyno_slot)
//! }
//! ```
//!
//! The bounds of a field's type are asked for here only, with the spans of the type: one that does not fit is one
//! error, at the field. Everything else sees a codec of known type. A type with parameters has the functions as
//! associated ones, because functions in a block do not see the parameters. One function for all fields, not one for
//! each, because the compiler's work is by the function.

use std::collections::HashMap;

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Ident, Index};

use super::target::Target;
use crate::model::{Duty, Field, Missing, Object, Role};

/// How many codecs the core takes by one call: in `read_fields`, `write_fields` and `kind_of`.
pub(super) const AT_ONCE: usize = 12;

/// A field with its place in the shape.
pub(super) struct Row<'a> {
    pub(super) field: &'a Field,
    /// Its index among the fields of the shape; of no meaning for a skipped field, which is not among them.
    pub(super) index: usize,
    /// The place of its codec in the tuple; the same for fields of one type.
    pub(super) slot: Index,
}

/// The fields of the struct or of each variant, and their codecs.
pub(super) struct Rows<'a> {
    pub(super) groups: Vec<Vec<Row<'a>>>,
    types: Vec<TokenStream>,
    values: Vec<TokenStream>,
    uses_probe: bool,
}

impl Row<'_> {
    /// The variable that holds its value, where it has one.
    pub(super) fn local(&self) -> Ident {
        format_ident!("__dyno_f{}", self.index)
    }
}

impl<'a> Rows<'a> {
    pub(super) fn new(object: &'a Object) -> Self {
        let mut this = Self {
            groups: Vec::new(),
            types: Vec::new(),
            values: Vec::new(),
            uses_probe: false,
        };
        let mut known = HashMap::new();
        for group in object.body.groups() {
            let mut rows = Vec::with_capacity(group.len());
            let mut index = 0;
            for field in group {
                if matches!(field.role, Role::Skip) {
                    rows.push(Row {
                        field,
                        index,
                        slot: Index::from(0),
                    });
                } else {
                    let slot = Index::from(this.slot_of(field, &mut known));
                    rows.push(Row { field, index, slot });
                    index += 1;
                }
            }
            this.groups.push(rows);
        }
        this
    }

    fn slot_of(&mut self, field: &Field, known: &mut HashMap<String, usize>) -> usize {
        let (codec_type, value) = type_and_value(field);
        *known.entry(value.to_string()).or_insert_with(|| {
            let slot = self.types.len();
            self.types.push(codec_type);
            self.values.push(value);
            self.uses_probe |= matches!(field.role, Role::Inline) && field.duty != Some(Duty::Ttl);
            slot
        })
    }

    /// `let __dyno_c = __dyno_codecs();`, if there is a codec.
    pub(super) fn local(&self, target: &Target<'_>) -> Option<TokenStream> {
        let codecs = target.codecs();
        (!self.types.is_empty()).then(|| quote!(let __dyno_c = #codecs();))
    }

    /// The functions and what they import.
    pub(super) fn functions(&self, target: &Target<'_>) -> TokenStream {
        let Self { types, values, .. } = self;
        if types.is_empty() {
            return TokenStream::new();
        }
        let probes = self
            .uses_probe
            .then(|| target.import(&quote!(::{DirectProbe as _, SerdeProbe as _})));
        let codecs = target.codecs();
        let kind = if types.len() <= AT_ONCE {
            quote!(__dyno::kind_of(#codecs(), __dyno_slot))
        } else {
            one_by_one(types.len(), &codecs)
        };
        let functions = target.associate(&quote! {
            fn __dyno_codecs() -> (#(#types,)*) {
                (#(#values,)*)
            }

            fn __dyno_kinds(__dyno_slot: usize) -> __dyno::Kind {
                #kind
            }
        });
        quote!(#probes #functions)
    }
}

/// ```text
/// let __dyno_c = __dyno_codecs();
/// match __dyno_slot { 0 => __dyno_c.0.kind(), .., _ => __dyno_c.12.kind() }
/// ```
fn one_by_one(count: usize, codecs: &TokenStream) -> TokenStream {
    let arms = (0..count).map(|slot| {
        let index = Index::from(slot);
        let pattern = if slot + 1 == count {
            quote!(_)
        } else {
            quote!(#slot)
        };
        quote!(#pattern => __dyno_c.#index.kind(),)
    });
    quote! {
        let __dyno_c = #codecs();
        match __dyno_slot { #(#arms)* }
    }
}

/// `&'static __dyno::Codec<String>` and the expression that gives it, which also says what an absent attribute means.
/// One that is made for a field is not behind a reference.
fn type_and_value(field: &Field) -> (TokenStream, TokenStream) {
    let (codec_type, value) = type_and_codec(field);
    let otherwise = match &field.missing {
        Missing::Call(function) => Some(quote!(.or(|| __dyno::Some(#function())))),
        Missing::Codec => None,
        Missing::Default(place) => Some(quote_spanned!(*place=> .or_default())),
    };
    let codec_type = match otherwise {
        Some(_) => made(&field.type_tokens),
        None => codec_type,
    };
    let value = quote!(#value #otherwise);
    let refuses_few_values = field.index.as_ref().is_some_and(|index| !index.low_entropy);
    if !refuses_few_values {
        return (codec_type, value);
    }
    let type_tokens = &field.type_tokens;
    let place = first_span(type_tokens);
    let value = quote_spanned!(place=> __dyno::searchable::<#type_tokens, _>(#value));
    (codec_type, value)
}

fn type_and_codec(field: &Field) -> (TokenStream, TokenStream) {
    let type_tokens = &field.type_tokens;
    let place = first_span(type_tokens);
    let known = quote!(&'static __dyno::Codec<#type_tokens>);
    let made = made(type_tokens);
    match &field.role {
        Role::Flatten => {
            let value = quote_spanned!(place=> __dyno::beside::<#type_tokens>());
            (quote!(__dyno::Beside<#type_tokens>), value)
        }
        Role::Inline if field.duty == Some(Duty::Ttl) => (
            made,
            quote_spanned!(place=> __dyno::expiry::<#type_tokens>()),
        ),
        Role::Inline | Role::Skip => {
            let value = quote_spanned!(place=> (&&__dyno::Probe::<#type_tokens>::new()).__dyno_codec::<#type_tokens>());
            (known, value)
        }
        Role::PartitionKey | Role::SortKey => {
            if let Some(module) = field.given.with.value() {
                (made, converted(type_tokens, module, "in_key_form"))
            } else {
                let value = quote_spanned!(place=> __dyno::key::<#type_tokens>());
                (known, value)
            }
        }
        Role::Shard => (
            known,
            quote_spanned!(place=> __dyno::shard::<#type_tokens>()),
        ),
        Role::With(module) => (made, converted(type_tokens, module, "in_form")),
    }
}

fn made(type_tokens: &TokenStream) -> TokenStream {
    quote!(__dyno::Codec<#type_tokens>)
}

/// ```text
/// __dyno::with::<u32>(
///     |__dyno_v| __dyno::stored(hex::to_value(__dyno_v)),
///     |__dyno_v| __dyno::explained::<u32, _>(hex::from_value(__dyno::given(__dyno::Some(__dyno_v))?)),
/// )
/// .or(|| __dyno::explained::<u32, _>(hex::from_value(__dyno::given(__dyno::None).ok()?)).ok())
/// .in_form(|__dyno_v| hex::to_value(__dyno_v))
/// ```
fn converted(type_tokens: &TokenStream, module: &syn::Path, form: &str) -> TokenStream {
    let place = first_span(&quote!(#module));
    let form = Ident::new(form, place);
    let to_value = quote_spanned!(place=> #module::to_value);
    let from_value = quote_spanned!(place=> #module::from_value);
    // Elsewhere, so that no lint takes them for the user's.
    let (some, none) = (quote!(__dyno::Some), quote!(__dyno::None));
    let bar = quote!(|);
    let written = quote_spanned!(place=> #bar __dyno_v #bar #to_value(__dyno_v));
    quote_spanned! {place=>
        __dyno::with::<#type_tokens>(
            |__dyno_v| __dyno::stored(#to_value(__dyno_v)),
            |__dyno_v| __dyno::explained::<#type_tokens, _>(#from_value(__dyno::given(#some(__dyno_v))?)),
        )
        .or(|| __dyno::explained::<#type_tokens, _>(#from_value(__dyno::given(#none).ok()?)).ok())
        .#form(#written)
    }
}

/// The place of a type or path, for what stands around it in an expression.
pub(super) fn first_span(type_tokens: &TokenStream) -> Span {
    let first = type_tokens.clone().into_iter().next();
    first.map_or_else(Span::call_site, |token| token.span())
}
