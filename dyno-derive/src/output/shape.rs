//! The static table that describes the type.
//!
//! ```text
//! type Outline = __dyno::Outline<3>;
//! const OUTLINE: Self::Outline = __dyno::Outline::new(
//!     __dyno::Shape::without_fields("Root").stored(__dyno::TableShape::new("Root", "ID").region("us-east-2")),
//!     __dyno::FieldList::new(["id", "firstname", "photo"])
//!         .role(0, __dyno::Role::PartitionKey)
//!         .others(&[
//!             (1, __dyno::FieldShape::of::<Self>("firstname", 0).encrypted()),
//!             (2, __dyno::FieldShape::of::<Self>("photo", 1).role(__dyno::Role::Shard).in_table("Photos").chunked()),
//!         ]),
//! );
//! ```
//!
//! An enum, and a struct without fields, have a shape in the place of an outline:
//!
//! ```text
//! type Outline = &'static __dyno::Shape;
//! const OUTLINE: &'static __dyno::Shape = &__dyno::Shape::choice("Payment", &[
//!     __dyno::VariantShape::new("Card", &__dyno::FieldList::new(["number"]).shapes::<Self>()),
//!     __dyno::VariantShape::new("Cash", &__dyno::FieldList::new(["amount"]).slots([1]).shapes::<Self>()),
//! ]).of::<Self>();
//! ```

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Index;

use super::codec::{Row, Rows, stored};
use super::indexes;
use super::target::Target;
use super::template;
use crate::model::{self, Body, Duty, Field, Name, Object, Placing, Privacy, Role, Table, Unique};

pub(super) fn outline(object: &Object, target: &Target<'_>, rows: &Rows<'_>) -> TokenStream {
    let name = &object.rust_name;
    let codecs = target.codecs();
    let rest = rest(object);
    if let Body::Enum(variants) = &object.body {
        let groups = rows.groups.iter().map(|group| in_place(group));
        let table = table(object);
        let variants = variants.iter().zip(groups).map(|(variant, group)| {
            let tag = &variant.tag.text;
            let aliases = aliases(&variant.aliases);
            let fields = if group.is_empty() {
                quote!([])
            } else {
                let fields = fields(&group, object, &codecs);
                quote!(#fields.shapes::<Self>())
            };
            quote!(__dyno::VariantShape::new(#tag, &#fields) #aliases)
        });
        return ready(&quote!(__dyno::Shape::choice(#name, &[#(#variants),*]) #table #rest));
    }
    let group = in_place(rows.of_struct());
    let shape = without_fields(object);
    if group.is_empty() {
        return ready(&quote!(#shape #rest));
    }
    let fields = fields(&group, object, &codecs);
    let count = Index::from(group.len());
    quote! {
        type Outline = __dyno::Outline<#count>;
        const OUTLINE: Self::Outline = __dyno::Outline::new(#shape #rest, #fields);
    }
}

fn ready(shape: &TokenStream) -> TokenStream {
    quote! {
        type Outline = &'static __dyno::Shape;
        const OUTLINE: &'static __dyno::Shape = &#shape.of::<Self>();
    }
}

/// What is said of the type besides its name, table and fields.
fn rest(object: &Object) -> TokenStream {
    let tag = object.given.tag.value().map(|tag| quote!(.tag(#tag)));
    let context = object
        .given
        .context
        .value()
        .map(|context| quote!(.context(#context)));
    let sealed = object.given.seal.value().map(|()| quote!(.sealed()));
    let indexes = indexes::shapes(object);
    let templates = template::shape(object);
    quote!(#tag #context #sealed #indexes #templates)
}

/// The stored fields, in the order of the shape.
fn in_place<'r, 'a>(group: &'r [Row<'a>]) -> Vec<&'r Row<'a>> {
    let mut stored = stored(group);
    stored.sort_by_key(|row| row.index);
    stored
}

fn fields(group: &[&Row<'_>], object: &Object, codecs: &TokenStream) -> TokenStream {
    let names = group.iter().map(|row| &row.field.name.text);
    let slots = slots(group);
    let (mut roles, mut others) = (Vec::new(), Vec::new());
    for row in group {
        let (place, role) = (Index::from(row.index), role(row.field));
        let (name, slot) = (&row.field.name.text, &row.slot);
        let said = said(row, object, codecs);
        if row.field.is_key() || said.is_empty() {
            roles.extend(role.iter().map(|role| quote!(.role(#place, #role))));
        }
        if !said.is_empty() {
            let role = role.map(|role| quote!(.role(#role)));
            others.push(quote!((#place, __dyno::FieldShape::of::<Self>(#name, #slot) #role #said)));
        }
    }
    let others = (!others.is_empty()).then(|| quote!(.others(&[#(#others),*])));
    quote!(__dyno::FieldList::new([#(#names),*]) #slots #(#roles)* #others)
}

/// `.slots([0, 0, 1])`, unless each field has the slot of its turn when all are read.
fn slots(group: &[&Row<'_>]) -> Option<TokenStream> {
    let keys = group.iter().filter(|row| row.field.is_key()).count();
    let turns = (group.len() - keys..group.len()).chain(0..);
    if turns
        .zip(group)
        .all(|(turn, row)| row.slot == Index::from(turn))
    {
        return None;
    }
    let slots = group.iter().map(|row| &row.slot);
    Some(quote!(.slots([#(#slots),*])))
}

fn role(field: &Field) -> Option<TokenStream> {
    let role = match field.role {
        Role::Inline | Role::Skip | Role::With(_) => return None,
        Role::Flatten => quote!(Flatten),
        Role::PartitionKey => quote!(PartitionKey),
        Role::Shard => quote!(Shard),
        Role::SortKey => quote!(SortKey),
    };
    Some(quote!(__dyno::Role::#role))
}

/// What is said of a field besides its name, type and role.
fn said(Row { field, slot, .. }: &Row<'_>, object: &Object, codecs: &TokenStream) -> TokenStream {
    let aliases = aliases(&field.aliases);
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
    quote!(#placing #privacy #index #duty #unique #in_key #aliases)
}

/// `.kept(__dyno::Duty::Version(__dyno::version::<u64>()))`
///
/// `.kept(__dyno::Duty::Updated(|__dyno_t| __dyno::stamped::<u64>(__dyno_t, &__dyno_codecs().2)))`
fn kept(duty: Duty, field: &Field, slot: &Index, codecs: &TokenStream) -> TokenStream {
    let type_tokens = &field.type_tokens;
    let place = type_tokens.first_span();
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
fn index(index: &model::Index) -> TokenStream {
    let model::Index {
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

/// A struct and its table: `__dyno::Shape::in_table("Root", "Root", "ID")`, or with more calls, which cost the compiler more, where the
/// table has a sort key or a region.
fn without_fields(object: &Object) -> TokenStream {
    let name = &object.rust_name;
    let is_simple = |table: &&Table| table.sort.is_none() && object.given.region.value().is_none();
    if let Some(table) = object.table.as_ref().filter(is_simple) {
        let (table, key) = (&table.name.text, &table.key.text);
        return quote!(__dyno::Shape::in_table(#name, #table, #key));
    }
    let table = table(object);
    quote!(__dyno::Shape::without_fields(#name) #table)
}

fn table(object: &Object) -> Option<TokenStream> {
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
