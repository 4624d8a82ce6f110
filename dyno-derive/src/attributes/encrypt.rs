use super::words::{self, Owner};
use super::{Given, Slot, entry};
use crate::diagnostics::Diagnostics;

/// What stands in the parentheses of `#[dyno(encrypt(..))]`.
#[derive(Clone, Default)]
pub(crate) struct EncryptAttributes {
    pub(crate) bits: Slot<u16>,
    pub(crate) index: Slot<String>,
    pub(crate) low_entropy: Slot<()>,
}

impl EncryptAttributes {
    pub(super) fn parse(given: Given<Vec<entry::Entry>>, diagnostics: &Diagnostics) -> Given<Self> {
        entry::gathered(given, |value: &mut Self, entry| {
            match entry.word.to_string().as_str() {
                "bits" => value.bits.fill(entry.bits(diagnostics), diagnostics),
                "index" => value.index.fill(entry.text(diagnostics), diagnostics),
                "low_entropy" => value.low_entropy.fill(entry.flag(diagnostics), diagnostics),
                _ => words::unknown(&entry.word, Owner::Encrypt, diagnostics),
            }
        })
    }
}
