//! Keys that are made of fields: `USER#{tenant}`.

use super::Name;
use crate::attributes::{Given, KeyAttributes, Slot};
use crate::diagnostics::Diagnostics;

/// What a key attribute is made of.
pub(crate) struct Template {
    /// As the program writes it.
    pub(crate) text: Name,
    pub(crate) pieces: Vec<Piece>,
}

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// The value of the field with this name in Rust.
    Field(String),
    /// As it stands.
    Text(String),
}

impl Template {
    pub(super) fn of(slot: &Slot<KeyAttributes>, diagnostics: &Diagnostics) -> Option<Self> {
        let given = slot.value()?.template.given()?;
        let pieces = pieces(given, diagnostics);
        Some(Self {
            text: Name::from(given),
            pieces: pieces.unwrap_or_default(),
        })
    }

    /// The names of its fields, in order.
    pub(crate) fn fields(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Field(name) => Some(name.as_str()),
            Piece::Text(_) => None,
        })
    }

    /// Whether something other than `#` stands behind this field.
    pub(crate) fn runs_on_behind(&self, field: &str) -> bool {
        let is_it = |piece: &&[Piece]| matches!(piece, [Piece::Field(name), _] if name == field);
        let mut behind = self.pieces.windows(2).filter(is_it);
        behind.any(|pair| !matches!(pair, [_, Piece::Text(text)] if text.starts_with('#')))
    }
}

/// The text cut at its braces; `None` if that was reported.
fn pieces(given: &Given<String>, diagnostics: &Diagnostics) -> Option<Vec<Piece>> {
    let report = |what: String, fix: &str| {
        diagnostics.report(given.place, what, fix);
        None
    };
    let text = given.value.as_str();
    if text.is_empty() {
        let fix = "write a text, and fields in braces: `\"USER#{tenant}\"`";
        return report("an empty key template".to_owned(), fix);
    }
    let (mut pieces, mut literal) = (Vec::new(), String::new());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '{' | '}' if letters.next_if_eq(&letter).is_some() => literal.push(letter),
            '}' => {
                let what = format!("`}}` without `{{` in the key template `{text}`");
                return report(what, "write `{field}`, or `}}` for a brace");
            }
            '{' => {
                let mut name = String::new();
                while let Some(letter) = letters.next_if(|letter| !matches!(letter, '{' | '}')) {
                    name.push(letter);
                }
                if letters.next_if_eq(&'}').is_none() {
                    let what = format!("`{{{name}` is not closed in the key template `{text}`");
                    return report(what, "write `{field}`, or `{{` for a brace");
                }
                if name.is_empty() {
                    let what = format!("`{{}}` without a field in the key template `{text}`");
                    return report(what, "name a field, `{field}`");
                }
                if !literal.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut literal)));
                }
                let name = name.strip_prefix("r#").unwrap_or(&name);
                pieces.push(Piece::Field(name.to_owned()));
            }
            letter => literal.push(letter),
        }
    }
    if !literal.is_empty() {
        pieces.push(Piece::Text(literal));
    }
    Some(pieces)
}
