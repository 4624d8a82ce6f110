//! The static table that describes the type.
//!
//! ```text
//! const SHAPE: &'static __dyno::Shape = &__dyno::Shape::structure("Root",
//!     __dyno::FieldList::new([("firstname", 0), ("lastname", 0), ("photo", 1)], __dyno_kinds)
//!         .with(0, __dyno::FieldShape::of("firstname", __dyno_kinds, 0).encrypted())
//!         .with(2, __dyno::FieldShape::of("photo", __dyno_kinds, 1).role(__dyno::Role::Shard).in_table("Photos").chunked())
//!         .as_slice(),
//! ).of::<Self>().stored(__dyno::TableShape::new("Root", "ID").region("us-east-2"));
//! ```

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::codec::{Row, Rows, first_span};
use super::indexes;
use super::target::Target;
use super::template;
use crate::model::{Body, Duty, Field, Index, Name, Object, Placing, Privacy, Role, Unique};

pub(super) fn constant(object: &Object, target: &Target<'_>, rows: &Rows<'_>) -> TokenStream {
    let name = &object.rust_name;
    let (kinds, codecs) = (target.kinds(), target.codecs());
    let mut groups = rows
        .groups
        .iter()
        .map(|group| fields(group, object, &kinds, &codecs));
    let body = match &object.body {
        Body::Enum(variants) => {
            let variants = variants.iter().zip(groups).map(|(variant, fields)| {
                let tag = &variant.tag.text;
                let aliases = aliases(&variant.aliases);
                quote!(__dyno::VariantShape::new(#tag, #fields) #aliases)
            });
            quote!(__dyno::Shape::choice(#name, &[#(#variants),*]))
        }
        Body::Struct(_) => {
            let fields = groups.next();
            quote!(__dyno::Shape::structure(#name, #fields))
        }
    };
    let stored = stored(object);
    let tag = object.given.tag.value().map(|tag| quote!(.tag(#tag)));
    let context = object
        .given
        .context
        .value()
        .map(|context| quote!(.context(#context)));
    let sealed = object.given.seal.value().map(|()| quote!(.sealed()));
    let indexes = indexes::shapes(object);
    let templates = template::shape(object);
    quote! {
        const SHAPE: &'static __dyno::Shape = &#body.of::<Self>() #stored #tag #context #sealed #indexes #templates;
    }
}

fn fields(
    group: &[Row<'_>],
    object: &Object,
    kinds: &TokenStream,
    codecs: &TokenStream,
) -> TokenStream {
    let stored: Vec<_> = group
        .iter()
        .filter(|row| !matches!(row.field.role, Role::Skip))
        .collect();
    if stored.is_empty() {
        return quote!(&[]);
    }
    let names = stored.iter().map(|Row { field, slot, .. }| {
        let name = &field.name.text;
        quote!((#name, #slot))
    });
    let others = stored.iter().filter_map(|row| {
        let said = said(row, object, codecs);
        let (place, name, slot) = (row.index, &row.field.name.text, &row.slot);
        (!said.is_empty())
            .then(|| quote!(.with(#place, __dyno::FieldShape::of(#name, #kinds, #slot) #said)))
    });
    quote!(__dyno::FieldList::new([#(#names),*], #kinds) #(#others)* .as_slice())
}

/// What is said of a field besides its name and type.
fn said(Row { field, slot, .. }: &Row<'_>, object: &Object, codecs: &TokenStream) -> TokenStream {
    let aliases = aliases(&field.aliases);
    let role = match field.role {
        Role::Inline | Role::Skip | Role::With(_) => None,
        Role::Flatten => Some(quote!(Flatten)),
        Role::PartitionKey => Some(quote!(PartitionKey)),
        Role::Shard => Some(quote!(Shard)),
        Role::SortKey => Some(quote!(SortKey)),
    };
    let role = role.map(|role| quote!(.role(__dyno::Role::#role)));
    let privacy = match field.privacy {
        Privacy::AskLoader => None,
        Privacy::Encrypted => Some(quote!(.encrypted())),
        Privacy::Plain => Some(quote!(.plain())),
    };
    let placing = placing(&field.placing);
    let index = field.index.as_ref().map(index);
    let duty = field.duty.map(|duty| kept(duty, field, slot, codecs));
    let unique = field.unique.as_ref().map(unique);
    let in_key = template::in_key(field, slot, object, codecs);
    quote!(#role #placing #privacy #index #duty #unique #in_key #aliases)
}

/// `.kept(__dyno::Duty::Version(__dyno::version::<u64>()))`
///
/// `.kept(__dyno::Duty::Updated(|__dyno_t| __dyno::stamped::<u64>(__dyno_t, &__dyno_codecs().2)))`
fn kept(duty: Duty, field: &Field, slot: &syn::Index, codecs: &TokenStream) -> TokenStream {
    let type_tokens = &field.type_tokens;
    let place = first_span(type_tokens);
    let stamp = || {
        let stamped = quote_spanned!(place=> __dyno::stamped::<#type_tokens>);
        quote!(|__dyno_t| #stamped(__dyno_t, &#codecs().#slot))
    };
    let duty = match duty {
        Duty::Created => {
            let stamp = stamp();
            let reads =
                quote!(|__dyno_v| __dyno::reads::<#type_tokens>(__dyno_v, &#codecs().#slot));
            quote!(__dyno::Duty::Created(#stamp, #reads))
        }
        Duty::Updated => {
            let stamp = stamp();
            quote!(__dyno::Duty::Updated(#stamp))
        }
        Duty::Ttl => return quote!(.expiry()),
        Duty::Version => {
            let range = quote_spanned!(place=> __dyno::version::<#type_tokens>());
            quote!(__dyno::Duty::Version(#range))
        }
    };
    quote!(.kept(#duty))
}

/// ```text
/// .unique(__dyno::UniqueShape::in_table("Uniques", "ID"))
/// ```
fn unique(unique: &Unique) -> TokenStream {
    match unique {
        Unique::Apart { table, key } => {
            quote!(.unique(__dyno::UniqueShape::in_table(#table, #key)))
        }
        Unique::Beside => quote!(.unique(__dyno::UniqueShape::beside())),
    }
}

fn placing(placing: &Placing) -> TokenStream {
    let Placing {
        table,
        independent,
        chunked,
    } = placing;
    let table = table.as_ref().map(|table| quote!(.in_table(#table)));
    let independent = independent.then(|| quote!(.independent()));
    let chunked = chunked.then(|| quote!(.chunked()));
    quote!(#table #independent #chunked)
}

/// ```text
/// .index(__dyno::IndexShape::new("email:lower:v1", ["email__idx", "email__idx2"]).bits(64u16))
/// ```
fn index(index: &Index) -> TokenStream {
    let Index {
        text,
        bits,
        low_entropy,
        columns: [first, second],
    } = index;
    let text = &text.text;
    let bits = bits.map(|bits| quote!(.bits(#bits)));
    let low_entropy = low_entropy.then(|| quote!(.low_entropy()));
    quote!(.index(__dyno::IndexShape::new(#text, [#first, #second]) #bits #low_entropy))
}

fn aliases(names: &[Name]) -> Option<TokenStream> {
    let names = names.iter().map(|name| &name.text);
    (names.len() > 0).then(|| quote!(.aliases(&[#(#names),*])))
}

fn stored(object: &Object) -> Option<TokenStream> {
    let table = object.table.as_ref()?;
    let (name, key) = (&table.name.text, &table.key.text);
    let sort = table.sort.as_ref().map(|sort| {
        let sort = &sort.text;
        quote!(.sort(#sort))
    });
    let region = object
        .given
        .region
        .value()
        .map(|region| quote!(.region(#region)));
    Some(quote!(.stored(__dyno::TableShape::new(#name, #key) #sort #region)))
}
