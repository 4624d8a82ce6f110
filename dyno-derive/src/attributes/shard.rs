use super::words::{self, Owner};
use super::{Given, Slot, entry};
use crate::diagnostics::Diagnostics;

/// What stands in the parentheses of `#[dyno(shard(..))]`.
#[derive(Clone, Default)]
pub(crate) struct ShardAttributes {
    pub(crate) table: Slot<String>,
}

impl ShardAttributes {
    pub(super) fn parse(given: Given<Vec<entry::Entry>>, diagnostics: &Diagnostics) -> Given<Self> {
        entry::gathered(given, |value: &mut Self, entry| {
            match entry.word.to_string().as_str() {
                "table" => value.table.fill(entry.text(diagnostics), diagnostics),
                _ => words::unknown(&entry.word, Owner::Shard, diagnostics),
            }
        })
    }
}
