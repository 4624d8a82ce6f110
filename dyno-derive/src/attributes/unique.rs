use super::words::{self, Owner};
use super::{Given, Slot, entry};
use crate::diagnostics::Diagnostics;

/// What stands in the parentheses of `#[dyno(unique(..))]`.
#[derive(Clone, Default)]
pub(crate) struct UniqueAttributes {
    pub(crate) key: Slot<String>,
    pub(crate) table: Slot<String>,
}

impl UniqueAttributes {
    pub(super) fn parse(given: Given<Vec<entry::Entry>>, diagnostics: &Diagnostics) -> Given<Self> {
        entry::gathered(given, |value: &mut Self, entry| {
            match entry.word.to_string().as_str() {
                "key" => value.key.fill(entry.text(diagnostics), diagnostics),
                "table" => value.table.fill(entry.text(diagnostics), diagnostics),
                _ => words::unknown(&entry.word, Owner::Unique, diagnostics),
            }
        })
    }
}
