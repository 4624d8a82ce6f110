//! serde's attributes are not ours to obey, but a name given only there would silently not reach the table.

use syn::Attribute;

use super::entry;
use crate::diagnostics::Diagnostics;

/// Reports a renaming `word` in `#[serde(..)]` that has no counterpart in `#[dyno(..)]`.
pub(super) fn check(
    attributes: &[Attribute],
    word: &str,
    answered: bool,
    diagnostics: &Diagnostics,
) {
    if answered {
        return;
    }
    for found in entry::serde_words(attributes) {
        if found == word {
            let what = format!("`{word}` of serde does not change what dyno stores");
            let fix = format!(
                "add `#[dyno({word} = \"..\")]` with the name to store, the same or another"
            );
            diagnostics.report(found.span(), what, fix);
        }
    }
}
