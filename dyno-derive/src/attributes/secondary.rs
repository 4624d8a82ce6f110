use syn::Ident;

use super::words::{self, Owner};
use super::{Given, KeyAttributes, Slot, entry};
use crate::diagnostics::Diagnostics;

/// What stands in the parentheses of `#[dyno(index(..))]` on a field: its part in a secondary index.
#[derive(Clone, Default)]
pub(crate) struct IndexPartAttributes {
    pub(crate) binary: Slot<()>,
    pub(crate) key: Slot<()>,
    pub(crate) local: Slot<()>,
    pub(crate) name: Slot<String>,
    pub(crate) number: Slot<()>,
    pub(crate) sort: Slot<()>,
    pub(crate) string: Slot<()>,
}

impl IndexPartAttributes {
    pub(super) fn parse(given: Given<Vec<entry::Entry>>, diagnostics: &Diagnostics) -> Given<Self> {
        entry::gathered(given, |value: &mut Self, entry| {
            match entry.word.to_string().as_str() {
                "binary" => value.binary.fill(entry.flag(diagnostics), diagnostics),
                "key" => value.key.fill(entry.flag(diagnostics), diagnostics),
                "local" => value.local.fill(entry.flag(diagnostics), diagnostics),
                "name" => value.name.fill(entry.text(diagnostics), diagnostics),
                "number" => value.number.fill(entry.flag(diagnostics), diagnostics),
                "sort" => value.sort.fill(entry.flag(diagnostics), diagnostics),
                "string" => value.string.fill(entry.flag(diagnostics), diagnostics),
                _ => words::unknown(&entry.word, Owner::IndexPart, diagnostics),
            }
        })
    }

    /// The words that say as what the field is stored.
    pub(crate) fn forms(&self) -> [&Slot<()>; 3] {
        [&self.binary, &self.number, &self.string]
    }
}

/// What stands in the parentheses of `#[dyno(index(..))]` on the type: what the keys of a secondary index are made of, and what it
/// holds.
#[derive(Clone, Default)]
pub(crate) struct ProjectionAttributes {
    pub(crate) include: Slot<Vec<Ident>>,
    pub(crate) key: Slot<KeyAttributes>,
    pub(crate) keys_only: Slot<()>,
    pub(crate) local: Slot<()>,
    pub(crate) name: Slot<String>,
    pub(crate) sort: Slot<KeyAttributes>,
}

impl ProjectionAttributes {
    pub(super) fn parse(given: Given<Vec<entry::Entry>>, diagnostics: &Diagnostics) -> Given<Self> {
        entry::gathered(given, |value: &mut Self, entry| {
            match entry.word.to_string().as_str() {
                "include" => value
                    .include
                    .fill(entry.names("include(field)", diagnostics), diagnostics),
                "key" => value.key.fill(entry.key(diagnostics), diagnostics),
                "keys_only" => value.keys_only.fill(entry.flag(diagnostics), diagnostics),
                "local" => value.local.fill(entry.flag(diagnostics), diagnostics),
                "name" => value.name.fill(entry.text(diagnostics), diagnostics),
                "sort" => value.sort.fill(entry.key(diagnostics), diagnostics),
                _ => words::unknown(&entry.word, Owner::Projection, diagnostics),
            }
        })
    }

    /// Its keys, as far as they are said here.
    pub(crate) fn keys(&self) -> [&Slot<KeyAttributes>; 2] {
        [&self.key, &self.sort]
    }
}
