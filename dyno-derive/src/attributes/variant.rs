use syn::Attribute;

use super::words::{self, Owner};
use super::{Given, Slot, entry, serde};
use crate::diagnostics::Diagnostics;
use crate::model::Case;

/// The attributes on a variant.
#[derive(Default)]
pub(crate) struct VariantAttributes {
    pub(crate) aliases: Vec<Given<String>>,
    pub(crate) rename: Slot<String>,
    pub(crate) rename_all: Slot<Case>,
}

impl VariantAttributes {
    pub(crate) fn parse(attributes: &[Attribute], diagnostics: &Diagnostics) -> Self {
        let mut this = Self::default();
        for entry in entry::entries(attributes, diagnostics) {
            match entry.word.to_string().as_str() {
                "alias" => this.aliases.extend(entry.text(diagnostics)),
                "rename" => this.rename.fill(entry.text(diagnostics), diagnostics),
                "rename_all" => this.rename_all.fill(entry.case(diagnostics), diagnostics),
                _ => words::unknown(&entry.word, Owner::Variant, diagnostics),
            }
        }
        serde::check(attributes, "rename", this.rename.is_present(), diagnostics);
        serde::check(
            attributes,
            "rename_all",
            this.rename_all.is_present(),
            diagnostics,
        );
        this
    }
}
