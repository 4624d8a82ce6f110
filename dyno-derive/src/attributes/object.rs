use syn::{Attribute, Path, TypePath};

use super::words::{self, Owner};
use super::{Given, KeyAttributes, ProjectionAttributes, Slot, entry, serde};
use crate::diagnostics::Diagnostics;
use crate::model::Case;

/// The attributes on the type.
#[derive(Default)]
pub(crate) struct ObjectAttributes {
    pub(crate) context: Slot<String>,
    pub(crate) key: Slot<KeyAttributes>,
    pub(crate) loader: Slot<TypePath>,
    /// What secondary indexes hold, one by one.
    pub(crate) projections: Vec<Given<ProjectionAttributes>>,
    pub(crate) region: Slot<String>,
    pub(crate) rename_all: Slot<Case>,
    pub(crate) root: Slot<Path>,
    pub(crate) seal: Slot<()>,
    pub(crate) sort: Slot<KeyAttributes>,
    pub(crate) table: Slot<String>,
    pub(crate) tag: Slot<String>,
    pub(crate) validate: Slot<TypePath>,
}

impl ObjectAttributes {
    pub(crate) fn parse(attributes: &[Attribute], diagnostics: &Diagnostics) -> Self {
        let mut this = Self::default();
        for entry in entry::entries(attributes, diagnostics) {
            match entry.word.to_string().as_str() {
                "context" => this.context.fill(entry.text(diagnostics), diagnostics),
                "crate" => this.root.fill(entry.module(diagnostics), diagnostics),
                "index" => {
                    let given = entry.flag_or_words("index(name = \"..\", keys_only)", diagnostics);
                    let given = given.map(|given| ProjectionAttributes::parse(given, diagnostics));
                    this.projections.extend(given);
                }
                "key" => this.key.fill(entry.key(diagnostics), diagnostics),
                "loader" => this.loader.fill(entry.function(diagnostics), diagnostics),
                "region" => this.region.fill(entry.text(diagnostics), diagnostics),
                "rename_all" => this.rename_all.fill(entry.case(diagnostics), diagnostics),
                "seal" => this.seal.fill(entry.flag(diagnostics), diagnostics),
                "sort" => this.sort.fill(entry.key(diagnostics), diagnostics),
                "table" => this.table.fill(entry.text(diagnostics), diagnostics),
                "tag" => this.tag.fill(entry.text(diagnostics), diagnostics),
                "validate" => this.validate.fill(entry.function(diagnostics), diagnostics),
                _ => words::unknown(&entry.word, Owner::Object, diagnostics),
            }
        }
        serde::check(
            attributes,
            "rename_all",
            this.rename_all.is_present(),
            diagnostics,
        );
        this
    }
}
