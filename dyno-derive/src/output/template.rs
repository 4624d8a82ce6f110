//! What keys are made of: the templates as data, the types of their fields, and the fields of an object.
//!
//! ```text
//! .templates(__dyno::Templates::new(
//!     __dyno::Template::new("PK", "USER#{tenant}", &[__dyno::Piece::Text("USER#"), __dyno::Piece::Field("tenant", 0)]),
//! ))
//!
//! type Keys = __dyno::Templated<(String, ()), __dyno::NoTemplate, (String, ())>;
//! fn key_parts(&self) -> __dyno::Vec<__dyno::PartText> {
//!     let __dyno_c = __dyno_codecs();
//!     __dyno::key_parts([__dyno::key_part::<String>(&self.tenant, &__dyno_c.0)])
//! }
//! ```

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt as _;

use super::codec::{Row, Rows};
use super::target::Target;
use crate::model::{Body, Field, Object, Piece, SecondaryIndex, Table, Template};

pub(super) fn shape(object: &Object) -> Option<TokenStream> {
    let table = object.table.as_ref()?;
    let fields = table.template_fields();
    let key = table.key_template.as_ref()?;
    let key = template(key, &table.key.text, object, &fields);
    let sort = table.sort_template.as_ref().zip(table.sort.as_ref());
    let sort = sort.map(|(sort, name)| {
        let sort = template(sort, &name.text, object, &fields);
        quote!(.sort(#sort))
    });
    Some(quote!(.templates(__dyno::Templates::new(#key) #sort)))
}

/// The template of an attribute; `fields` have a place each.
pub(super) fn template(
    template: &Template,
    attribute: &str,
    object: &Object,
    fields: &[&str],
) -> TokenStream {
    let pieces = template.pieces.iter().map(|piece| match piece {
        Piece::Text(text) => quote!(__dyno::Piece::Text(#text)),
        Piece::Field(name) => {
            let slot = fields
                .iter()
                .position(|field| field == name)
                .unwrap_or_default();
            let stored = field_of(object.body.fields(), name).map(|field| &field.name.text);
            quote!(__dyno::Piece::Field(#stored, #slot))
        }
    });
    let text = &template.text.text;
    quote!(__dyno::Template::new(#attribute, #text, &[#(#pieces),*]))
}

/// The types of the fields that an index is queried by, if its keys are made of fields; of a local one, those of its table.
pub(super) fn of_index(index: &SecondaryIndex, object: &Object) -> Option<TokenStream> {
    let table = object.table.as_ref();
    let partition = if index.is_local {
        table.and_then(|table| table.key_template.as_ref())
    } else {
        index.key_template()
    };
    let sort = index.sort_template();
    if partition.is_none() && sort.is_none() {
        return None;
    }
    let fields = |template: Option<&Template>| {
        template.map_or_else(
            || quote!(__dyno::NoTemplate),
            |template| list(template.fields(), object),
        )
    };
    let (partition, sort) = (fields(partition), fields(sort));
    Some(quote!(__dyno::Templated<#partition, #sort, ()>))
}

/// `.in_key(|__dyno_v| __dyno::index_part::<String>(__dyno_v, &__dyno_codecs().2))`, of a field that keys of indexes are made of.
pub(super) fn in_key(
    field: &Field,
    slot: &syn::Index,
    object: &Object,
    codecs: &TokenStream,
) -> Option<TokenStream> {
    let name = field.ident.as_ref()?.unraw().to_string();
    let templates = object.secondary.iter().flat_map(SecondaryIndex::templates);
    let with_field = |template: &&Template| template.fields().any(|field| field == name);
    let templates: Vec<_> = templates.filter(with_field).collect();
    if templates.is_empty() {
        return None;
    }
    let type_tokens = &field.type_tokens;
    let place = type_tokens.first_span();
    let text = if templates
        .iter()
        .any(|template| template.runs_on_behind(&name))
    {
        quote_spanned!(place=> __dyno::delimited_index_part::<#type_tokens>)
    } else {
        quote_spanned!(place=> __dyno::index_part::<#type_tokens>)
    };
    Some(quote!(.in_key(|__dyno_v| #text(__dyno_v, &#codecs().#slot))))
}

/// The items of `Stored` for keys: the types of fields, and the fields of an object.
pub(super) fn items(object: &Object, target: &Target<'_>, rows: &Rows<'_>) -> TokenStream {
    let table = object.table.as_ref();
    let Some((table, key)) = table.and_then(|table| Some((table, table.key_template.as_ref()?)))
    else {
        return quote!(
            type Keys = __dyno::NoTemplate;
        );
    };
    let partition = list(key.fields(), object);
    let sort = table.sort_template.as_ref().map_or_else(
        || quote!(__dyno::NoTemplate),
        |sort| list(sort.fields(), object),
    );
    let fields = table.template_fields();
    let all = list(fields.iter().copied(), object);
    let body = match &object.body {
        Body::Struct(_) => {
            let parts = fields.iter().filter_map(|name| {
                let row = row_of(rows.groups.iter().flatten(), name)?;
                let ident = &row.field.ident;
                Some(part(table, name, row, &quote!(&self.#ident)))
            });
            quote!(__dyno::key_parts([#(#parts),*]))
        }
        Body::Enum(variants) => {
            let arms = variants.iter().zip(&rows.groups).map(|(variant, group)| {
                let ident = &variant.ident;
                let found = fields
                    .iter()
                    .filter_map(|name| Some((*name, row_of(group, name)?)));
                let found: Vec<_> = found.collect();
                let bindings = found.iter().map(|(_, row)| {
                    let (ident, local) = (&row.field.ident, row.local());
                    quote!(#ident: #local)
                });
                let parts = found.iter().map(|(name, row)| {
                    let local = row.local();
                    part(table, name, row, &quote!(#local))
                });
                quote!(Self::#ident { #(#bindings,)* .. } => __dyno::key_parts([#(#parts),*]),)
            });
            quote!(match self { #(#arms)* })
        }
    };
    let codecs = (!fields.is_empty()).then(|| rows.local(target)).flatten();
    quote! {
        type Keys = __dyno::Templated<#partition, #sort, #all>;
        fn key_parts(&self) -> __dyno::Vec<__dyno::PartText> {
            #codecs
            #body
        }
    }
}

fn part(table: &Table, name: &str, row: &Row<'_>, value: &TokenStream) -> TokenStream {
    let (type_tokens, slot) = (&row.field.type_tokens, &row.slot);
    let place = type_tokens.first_span();
    if table
        .templates()
        .any(|template| template.runs_on_behind(name))
    {
        quote_spanned!(place=> __dyno::delimited_key_part::<#type_tokens>(#value, &__dyno_c.#slot))
    } else {
        quote_spanned!(place=> __dyno::key_part::<#type_tokens>(#value, &__dyno_c.#slot))
    }
}

/// `(String, (u64, ()))`.
fn list<'a>(fields: impl DoubleEndedIterator<Item = &'a str>, object: &'a Object) -> TokenStream {
    let fields = fields.rev();
    let inside_out = fields.filter_map(|name| field_of(object.body.fields(), name));
    inside_out.fold(quote!(()), |rest, field| {
        let first = &field.type_tokens;
        quote!((#first, #rest))
    })
}

fn row_of<'r, 'a: 'r>(
    rows: impl IntoIterator<Item = &'r Row<'a>>,
    name: &str,
) -> Option<&'r Row<'a>> {
    rows.into_iter().find(|row| row.field.is_called(name))
}

fn field_of<'a>(fields: impl IntoIterator<Item = &'a Field>, name: &str) -> Option<&'a Field> {
    fields.into_iter().find(|field| field.is_called(name))
}
