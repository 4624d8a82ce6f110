//! The variants of an enum, and the forms that dyno does not store.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Fields, FieldsUnnamed, Ident, Visibility};

use super::own_type::OwnType;
use super::{Case, Field, Name};
use crate::attributes::VariantAttributes;
use crate::diagnostics::Diagnostics;

/// A variant of an enum.
pub(crate) struct Variant {
    pub(crate) ident: Ident,
    pub(crate) tag: Name,
    pub(crate) aliases: Vec<Name>,
    pub(crate) layout: Layout,
    pub(crate) fields: Vec<Field>,
}

/// How a variant is written in Rust.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    Named,
    Newtype,
    Unit,
}

pub(super) fn struct_fields(
    syntax: &Fields,
    place: Span,
    case: Option<Case>,
    own_type: &OwnType<'_>,
    diagnostics: &Diagnostics,
) -> Option<Vec<Field>> {
    match syntax {
        Fields::Named(fields) => {
            let fields = fields.named.iter();
            Some(
                fields
                    .filter_map(|field| {
                        Field::named(field, &field.vis, case, own_type, diagnostics)
                    })
                    .collect(),
            )
        }
        Fields::Unnamed(fields) => {
            let what = "a tuple struct has no names to store its fields under";
            let fix = "name the fields, `struct Name { field: Type }`, or implement `Attribute` to store it as one value";
            diagnostics.report_across(fields, what, fix);
            None
        }
        Fields::Unit => {
            diagnostics.report(
                place,
                "a unit struct has nothing to store",
                "write `struct Name {}`, or give it fields",
            );
            None
        }
    }
}

pub(super) fn variant(
    syntax: &syn::Variant,
    visibility: &Visibility,
    case: Option<Case>,
    own_type: &OwnType<'_>,
    diagnostics: &Diagnostics,
) -> Variant {
    let given = VariantAttributes::parse(&syntax.attrs, diagnostics);
    let rust_name = syntax.ident.unraw().to_string();
    let tag = Name::given(&given.rename).unwrap_or_else(|| Name {
        text: case.map_or_else(|| rust_name.clone(), |case| case.of_variant(&rust_name)),
        place: syntax.ident.span(),
    });
    let case = given.rename_all.value().copied();
    let (layout, fields) = match &syntax.fields {
        Fields::Named(fields) => {
            let fields = fields.named.iter();
            let fields = fields
                .filter_map(|field| Field::named(field, visibility, case, own_type, diagnostics));
            (Layout::Named, fields.collect())
        }
        Fields::Unnamed(fields) => newtype(fields, own_type, diagnostics),
        Fields::Unit => (Layout::Unit, Vec::new()),
    };
    if let (Layout::Newtype | Layout::Unit, Some(word)) = (layout, given.rename_all.word()) {
        let what = "`rename_all` on a variant without named fields";
        diagnostics.report(word.span(), what, "use `rename` for the variant's own tag");
    }
    Variant {
        ident: syntax.ident.clone(),
        tag,
        aliases: given.aliases.iter().map(Name::from).collect(),
        layout,
        fields,
    }
}

fn newtype(
    fields: &FieldsUnnamed,
    own_type: &OwnType<'_>,
    diagnostics: &Diagnostics,
) -> (Layout, Vec<Field>) {
    let mut all = fields.unnamed.iter();
    match (all.next(), all.next()) {
        (Some(field), None) => (
            Layout::Newtype,
            vec![Field::newtype(field, own_type, diagnostics)],
        ),
        (None, _) => {
            let fix = "remove the parentheses";
            diagnostics.report(fields.span(), "a variant with empty parentheses", fix);
            (Layout::Unit, Vec::new())
        }
        (Some(_), Some(_)) => {
            let what = "a tuple variant has no names to store its fields under";
            let fix =
                "name the fields, `Variant { field: Type }`, or hold one object, `Variant(Object)`";
            diagnostics.report_across(fields, what, fix);
            (Layout::Unit, Vec::new())
        }
    }
}
