use syn::{Attribute, Ident, Path, TypePath};

use super::words::{self, Owner};
use super::{
    EncryptAttributes, Given, IndexPartAttributes, ShardAttributes, Slot, UniqueAttributes, entry,
    serde,
};
use crate::diagnostics::Diagnostics;

/// The attributes on a field.
#[derive(Default)]
pub(crate) struct FieldAttributes {
    pub(crate) aliases: Vec<Given<String>>,
    pub(crate) chunked: Slot<()>,
    pub(crate) created: Slot<()>,
    pub(crate) default: Slot<Option<TypePath>>,
    pub(crate) encrypt: Slot<EncryptAttributes>,
    pub(crate) flatten: Slot<()>,
    pub(crate) independent: Slot<()>,
    /// As a word of its own; it may stand in the parentheses of `encrypt` too.
    pub(crate) index: Slot<String>,
    pub(crate) key: Slot<()>,
    pub(crate) plain: Slot<()>,
    pub(crate) rename: Slot<String>,
    pub(crate) shard: Slot<ShardAttributes>,
    pub(crate) skip: Slot<()>,
    /// The field's parts in secondary indexes.
    pub(crate) secondary: Vec<Given<IndexPartAttributes>>,
    pub(crate) sort: Slot<()>,
    pub(crate) ttl: Slot<()>,
    pub(crate) unique: Slot<UniqueAttributes>,
    pub(crate) updated: Slot<()>,
    pub(crate) version: Slot<()>,
    pub(crate) with: Slot<Path>,
}

impl FieldAttributes {
    pub(crate) fn parse(attributes: &[Attribute], diagnostics: &Diagnostics) -> Self {
        let mut this = Self::default();
        for entry in entry::entries(attributes, diagnostics) {
            match entry.word.to_string().as_str() {
                "alias" => this.aliases.extend(entry.text(diagnostics)),
                "chunked" => this.chunked.fill(entry.flag(diagnostics), diagnostics),
                "created" => this.created.fill(entry.flag(diagnostics), diagnostics),
                "default" => this
                    .default
                    .fill(entry.flag_or_function(diagnostics), diagnostics),
                "encrypt" => {
                    let given = entry.flag_or_words("encrypt(index = \"..\")", diagnostics);
                    let given = given.map(|given| EncryptAttributes::parse(given, diagnostics));
                    this.encrypt.fill(given, diagnostics);
                }
                "flatten" => this.flatten.fill(entry.flag(diagnostics), diagnostics),
                "independent" => this.independent.fill(entry.flag(diagnostics), diagnostics),
                "index" if entry.has_list() => {
                    let given = entry.flag_or_words("index(name = \"..\", key)", diagnostics);
                    let given = given.map(|given| IndexPartAttributes::parse(given, diagnostics));
                    this.secondary.extend(given);
                }
                "index" => this.index.fill(entry.text(diagnostics), diagnostics),
                "key" => this.key.fill(entry.flag(diagnostics), diagnostics),
                "plain" => this.plain.fill(entry.flag(diagnostics), diagnostics),
                "rename" => this.rename.fill(entry.text(diagnostics), diagnostics),
                "shard" => {
                    let given = entry.flag_or_words("shard(table = \"..\")", diagnostics);
                    let given = given.map(|given| ShardAttributes::parse(given, diagnostics));
                    this.shard.fill(given, diagnostics);
                }
                "skip" => this.skip.fill(entry.flag(diagnostics), diagnostics),
                "sort" => this.sort.fill(entry.flag(diagnostics), diagnostics),
                "ttl" => this.ttl.fill(entry.flag(diagnostics), diagnostics),
                "unique" => {
                    let example = "unique(table = \"..\", key = \"..\")";
                    let given = entry.flag_or_words(example, diagnostics);
                    let given = given.map(|given| UniqueAttributes::parse(given, diagnostics));
                    this.unique.fill(given, diagnostics);
                }
                "updated" => this.updated.fill(entry.flag(diagnostics), diagnostics),
                "version" => this.version.fill(entry.flag(diagnostics), diagnostics),
                "with" => this.with.fill(entry.module(diagnostics), diagnostics),
                _ => words::unknown(&entry.word, Owner::Field, diagnostics),
            }
        }
        let is_stored_by_name = !this.skip.is_present() && !this.flatten.is_present();
        serde::check(
            attributes,
            "rename",
            this.rename.is_present() || !is_stored_by_name,
            diagnostics,
        );
        this
    }

    /// The index, wherever it was given.
    pub(crate) fn index(&self) -> &Slot<String> {
        match self.encrypt.value() {
            Some(inside) if !self.index.is_present() => &inside.index,
            _ => &self.index,
        }
    }

    /// Every word given, in the order of the alphabet.
    pub(crate) fn words(&self) -> Vec<&Ident> {
        let Self {
            aliases,
            chunked,
            created,
            default,
            encrypt,
            flatten,
            independent,
            index,
            key,
            plain,
            rename,
            secondary,
            shard,
            skip,
            sort,
            ttl,
            unique,
            updated,
            version,
            with,
        } = self;
        let words = [
            aliases.first().map(|alias| &alias.word),
            chunked.word(),
            created.word(),
            default.word(),
            encrypt.word(),
            flatten.word(),
            independent.word(),
            index
                .word()
                .or_else(|| secondary.first().map(|part| &part.word)),
            key.word(),
            plain.word(),
            rename.word(),
            shard.word(),
            skip.word(),
            sort.word(),
            ttl.word(),
            unique.word(),
            updated.word(),
            version.word(),
            with.word(),
        ];
        words.into_iter().flatten().collect()
    }
}
