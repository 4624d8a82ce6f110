//! One function that answers with the codec of every type among the fields.
//!
//! ```text
//! fn __dyno_codecs() -> (&'static __dyno::Codec<String>, &'static __dyno::Codec<Location>) {
//!     (__dyno::Probe::<String>::NEW.__dyno_codec::<String>(), __dyno::shard::<Location>())
//! }
//! ```
//!
//! and, among the items of `Object` of a type whose fields are not all read by one call, one that shows them to code that does not
//! know the types:
//!
//! ```text
//! fn show_codec(__dyno_slot: usize, __dyno_to: __dyno::Viewer<'_>) {
//!     __dyno::show_codec(__dyno_codecs(), __dyno_slot, __dyno_to)
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
use crate::model::{Body, Duty, Field, Missing, Object, Role, TypeTokens};

/// How many codecs the core takes by one call: in `read_fields`, `write_fields` and `show_codec`.
pub(super) const AT_ONCE: usize = 12;

/// A field with its place in the shape.
pub(super) struct Row<'a> {
    pub(super) field: &'a Field,
    /// Its index among the fields of the shape; of no meaning for a skipped field, which is not among them.
    pub(super) index: usize,
    /// The place of its codec in the tuple; the same for ordinary fields of one type.
    pub(super) slot: Index,
}

/// The fields of the struct or of each variant, in the order in which they are read, and their codecs.
///
/// Keys are read behind the other fields, so that an item of which those do not fit still has its key, and written in the same order.
/// In the shape they come first.
pub(super) struct Rows<'a> {
    pub(super) groups: Vec<Vec<Row<'a>>>,
    is_struct: bool,
    types: Vec<TokenStream>,
    values: Vec<TokenStream>,
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
            is_struct: matches!(object.body, Body::Struct(_)),
            types: Vec::new(),
            values: Vec::new(),
        };
        let mut known = HashMap::new();
        for group in object.body.groups() {
            let (keys, others): (Vec<_>, Vec<_>) = group.iter().partition(|field| field.is_key());
            let mut rows = Vec::with_capacity(group.len());
            for (fields, first) in [(&others, keys.len()), (&keys, 0)] {
                let mut index = first;
                for field in fields {
                    let is_stored = field.is_stored();
                    let slot = is_stored.then(|| this.slot_of(field, &mut known));
                    rows.push(Row {
                        field,
                        index,
                        slot: Index::from(slot.unwrap_or_default()),
                    });
                    index += usize::from(is_stored);
                }
            }
            this.groups.push(rows);
        }
        this
    }

    fn slot_of(&mut self, field: &Field, known: &mut HashMap<String, usize>) -> usize {
        let same = what_is_said(field);
        if let Some(slot) = same.as_ref().and_then(|same| known.get(same)) {
            return *slot;
        }
        let (codec_type, value) = type_and_value(field);
        let same = same.unwrap_or_else(|| value.to_string());
        *known.entry(same).or_insert_with(|| {
            let slot = self.types.len();
            self.types.push(codec_type);
            self.values.push(value);
            slot
        })
    }

    /// The stored fields of a struct, if each has a codec of its own and all are carried by one call.
    pub(super) fn together(&self) -> Option<Vec<&Row<'a>>> {
        let stored = stored(self.of_struct());
        let each_its_own = stored.len() == self.types.len();
        let is_one_call = (1..=AT_ONCE).contains(&stored.len());
        let is_alike = stored.iter().all(|row| !row.field.is_flattened());
        (self.is_struct && each_its_own && is_one_call && is_alike).then_some(stored)
    }

    /// The fields of a struct.
    pub(super) fn of_struct(&self) -> &[Row<'a>] {
        self.groups.first().map_or(&[], Vec::as_slice)
    }

    /// `let __dyno_c = __dyno_codecs();`, if there is a codec.
    pub(super) fn local(&self, target: &Target<'_>) -> Option<TokenStream> {
        let codecs = target.codecs();
        (!self.types.is_empty()).then(|| quote!(let __dyno_c = #codecs();))
    }

    /// The function that gives all codecs.
    pub(super) fn codecs_function(&self, target: &Target<'_>) -> TokenStream {
        let Self { types, values, .. } = self;
        if types.is_empty() {
            return TokenStream::new();
        }
        target.associate(&quote! {
            fn __dyno_codecs() -> (#(#types,)*) {
                (#(#values,)*)
            }
        })
    }

    /// The item of `Object` that shows a codec by its slot, where no call that reads all fields can be asked.
    pub(super) fn show_codec(&self, target: &Target<'_>) -> Option<TokenStream> {
        let codecs = target.codecs();
        let count = self.types.len();
        if count == 0 || self.together().is_some() {
            return None;
        }
        let shown = if count <= AT_ONCE {
            quote!(__dyno::show_codec(#codecs(), __dyno_slot, __dyno_to))
        } else {
            one_by_one(count, &codecs)
        };
        Some(quote! {
            fn show_codec(__dyno_slot: usize, __dyno_to: __dyno::Viewer<'_>) {
                #shown
            }
        })
    }
}

/// The same text for fields that have the same codec, if that is known before the codec is printed, which takes long.
fn what_is_said(field: &Field) -> Option<String> {
    let is_ordinary = matches!(field.missing, Missing::Codec)
        && !refuses_few_values(field)
        && field.given.with.value().is_none();
    if !is_ordinary {
        return None;
    }
    let role = match field.role {
        Role::Flatten => "flatten",
        Role::Inline if field.duty == Some(Duty::Ttl) => "ttl",
        Role::Inline | Role::Skip | Role::With(_) => "inline",
        Role::PartitionKey | Role::SortKey => "key",
        Role::Shard => "shard",
    };
    Some(format!("{role} {}", field.type_tokens.words()))
}

pub(super) fn stored<'r, 'a>(group: &'r [Row<'a>]) -> Vec<&'r Row<'a>> {
    group.iter().filter(|row| row.field.is_stored()).collect()
}

/// Those that are written or read by one call: each stands in the shape behind the one before, and none is flattened but one alone.
pub(super) fn runs<'s, 'r, 'a>(rows: &'s [&'r Row<'a>]) -> impl Iterator<Item = &'s [&'r Row<'a>]> {
    let follows = |row: &&Row<'_>, next: &&Row<'_>| row.index + 1 == next.index;
    let runs = rows.chunk_by(move |row, next| {
        !row.field.is_flattened() && !next.field.is_flattened() && follows(row, next)
    });
    runs.flat_map(|run| run.chunks(AT_ONCE))
}

/// The index of the first in the shape.
pub(super) fn first_place(rows: &[&Row<'_>]) -> Option<Index> {
    rows.first().map(|row| Index::from(row.index))
}

/// ```text
/// let __dyno_c = __dyno_codecs();
/// match __dyno_slot { 0 => __dyno_to(__dyno::FieldCodec::any(&__dyno_c.0)), .., _ => {} }
/// ```
fn one_by_one(count: usize, codecs: &TokenStream) -> TokenStream {
    let arms = (0..count).map(|slot| {
        let index = Index::from(slot);
        quote!(#slot => __dyno_to(__dyno::FieldCodec::any(&__dyno_c.#index)),)
    });
    quote! {
        let __dyno_c = #codecs();
        match __dyno_slot { #(#arms)* _ => {} }
    }
}

/// `&'static __dyno::Codec<String>` and the expression that gives it, which also says what an absent attribute means.
/// One that is made for a field is not behind a reference.
fn type_and_value(field: &Field) -> (TokenStream, TokenStream) {
    let type_tokens = &field.type_tokens;
    let otherwise = match &field.missing {
        Missing::Call(function) => Some(quote!(.or(|| __dyno::Some(#function())))),
        Missing::Codec => None,
        Missing::Default(place) => Some(quote_spanned!(*place=> .or_default())),
    };
    let (codec_type, mut value) = match (type_and_codec(field), otherwise) {
        (known, None) => known,
        ((_, value), Some(otherwise)) => (made(type_tokens), quote!(#value #otherwise)),
    };
    if refuses_few_values(field) {
        let place = type_tokens.first_span();
        value = quote_spanned!(place=> __dyno::searchable::<#type_tokens, _>(#value));
    }
    (codec_type, value)
}

fn refuses_few_values(field: &Field) -> bool {
    let index = field.index.as_ref();
    index.is_some_and(|index| !index.low_entropy)
}

fn type_and_codec(field: &Field) -> (TokenStream, TokenStream) {
    let type_tokens = &field.type_tokens;
    let place = type_tokens.first_span();
    let value = match &field.role {
        Role::Flatten => {
            let value = quote_spanned!(place=> __dyno::beside::<#type_tokens>());
            return (quote!(__dyno::Beside<#type_tokens>), value);
        }
        Role::Inline if field.duty == Some(Duty::Ttl) => {
            let value = quote_spanned!(place=> __dyno::expiry::<#type_tokens>());
            return (made(type_tokens), value);
        }
        Role::Inline | Role::Skip => {
            quote_spanned!(place=> __dyno::Probe::<#type_tokens>::NEW.__dyno_codec::<#type_tokens>())
        }
        Role::PartitionKey | Role::SortKey => {
            if let Some(module) = field.given.with.value() {
                return (
                    made(type_tokens),
                    converted(type_tokens, module, "in_key_form"),
                );
            }
            quote_spanned!(place=> __dyno::key::<#type_tokens>())
        }
        Role::Shard => quote_spanned!(place=> __dyno::shard::<#type_tokens>()),
        Role::With(module) => {
            return (made(type_tokens), converted(type_tokens, module, "in_form"));
        }
    };
    (quote!(&'static __dyno::Codec<#type_tokens>), value)
}

fn made(type_tokens: &TypeTokens) -> TokenStream {
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
fn converted(type_tokens: &TypeTokens, module: &syn::Path, form: &str) -> TokenStream {
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

/// The place of a path, for what stands around it in an expression.
pub(super) fn first_span(path: &TokenStream) -> Span {
    let first = path.clone().into_iter().next();
    first.map_or_else(Span::call_site, |token| token.span())
}
