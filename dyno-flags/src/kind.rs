//! Flags and segments.

use std::fmt;

/// What an item is.
///
/// # Examples
///
/// ```
/// use dyno_flags::Kind;
///
/// assert_eq!(Kind::ALL.map(Kind::namespace), ["segments", "features"]);
/// assert_eq!(Kind::Flag.to_string(), "flag");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Kind {
    /// A feature flag.
    Flag,
    /// A segment: a set of users that rules of flags name.
    Segment,
}

impl Kind {
    /// Both, in the order in which they are written: segments first, since rules of flags name them.
    pub const ALL: [Self; 2] = [Self::Segment, Self::Flag];

    /// What its items' namespace is called, without a prefix.
    pub fn namespace(self) -> &'static str {
        match self {
            Self::Flag => "features",
            Self::Segment => "segments",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Flag => "flag",
            Self::Segment => "segment",
        })
    }
}
