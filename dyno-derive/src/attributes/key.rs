use super::words::{self, Owner};
use super::{Given, Slot, entry};
use crate::diagnostics::Diagnostics;

/// What `key` or `sort` on the type says: how the key attribute is called, what it is made of, or both.
#[derive(Clone, Default)]
pub(crate) struct KeyAttributes {
    pub(crate) name: Slot<String>,
    pub(crate) template: Slot<String>,
}

impl KeyAttributes {
    /// `key = ".."`: a template if there is a brace in it, a name otherwise.
    pub(super) fn of_text(given: Given<String>) -> Given<Self> {
        let Given { value, word, place } = given;
        let is_template = value.contains(['{', '}']);
        let slot = Slot::Given(Given {
            value,
            word: word.clone(),
            place,
        });
        let mut this = Self::default();
        if is_template {
            this.template = slot;
        } else {
            this.name = slot;
        }
        Given {
            value: this,
            word,
            place,
        }
    }

    /// `key(name = "..", template = "..")`.
    pub(super) fn of_words(
        given: Given<Vec<entry::Entry>>,
        diagnostics: &Diagnostics,
    ) -> Given<Self> {
        entry::gathered(given, |value: &mut Self, entry| {
            match entry.word.to_string().as_str() {
                "name" => value.name.fill(entry.text(diagnostics), diagnostics),
                "template" => value.template.fill(entry.text(diagnostics), diagnostics),
                _ => words::unknown(&entry.word, Owner::Key, diagnostics),
            }
        })
    }
}
