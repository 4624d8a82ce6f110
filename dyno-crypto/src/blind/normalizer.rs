use std::fmt;
use std::str::FromStr;

use super::IndexError;

/// What is done to a text before it is hashed, so that texts that mean the same are found as the same.
///
/// Each has a name and a version; what a version does never changes, but for one thing. Lower case is that of the
/// standard library with which the program is compiled: when a newer version of Unicode gives a letter its lower case,
/// a program built with a newer compiler makes another index value of a text with this letter, and does not find what
/// an older one stored before it was saved again. Pairs of
/// upper and lower case stay pairs, so that texts without letters new to Unicode are not affected.
///
/// None changes the composition of accents: where texts come from different keyboards, bring them to one Unicode
/// normalization form before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Normalizer {
    /// `email:v1`: space, tab, line feed, form feed and carriage return are removed at both ends, then as
    /// [`Lower`](Self::Lower).
    Email,
    /// `exact:v1`: nothing, for values of all types.
    Exact,
    /// `lower:v1`: lower case by the default mapping of Unicode, which no language setting changes.
    Lower,
}

impl Normalizer {
    pub(super) const ALL: [Self; 3] = [Self::Email, Self::Exact, Self::Lower];

    /// The name and version.
    pub fn name(self) -> &'static str {
        match self {
            Self::Email => "email:v1",
            Self::Exact => "exact:v1",
            Self::Lower => "lower:v1",
        }
    }

    pub(super) fn apply(self, text: &str) -> String {
        match self {
            Self::Email => text
                .trim_matches(|letter: char| letter.is_ascii_whitespace())
                .to_lowercase(),
            Self::Exact => text.to_owned(),
            Self::Lower => text.to_lowercase(),
        }
    }
}

impl FromStr for Normalizer {
    type Err = IndexError;

    fn from_str(name: &str) -> Result<Self, IndexError> {
        let known = Self::ALL
            .into_iter()
            .find(|normalizer| normalizer.name() == name);
        known.ok_or_else(|| IndexError::Normalizer {
            name: name.to_owned(),
        })
    }
}

impl fmt::Display for Normalizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
