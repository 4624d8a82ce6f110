//! The place of a value inside an object.

mod parse;

use std::fmt::{self, Write as _};

pub use parse::ParsePathError;

/// The place of a value inside an object: map keys and list indexes from the object's root.
///
/// Printed as `lines[3].price`; a name that is not a plain word is quoted, `["x.y"].z`, so that every path has one
/// text and every text one path. A leading `$.` is accepted when parsing.
///
/// # Examples
///
/// ```
/// use dyno_value::FieldPath;
///
/// let path: FieldPath = r#"orders[3]["unit.price"]"#.parse()?;
/// assert_eq!(path, FieldPath::root().key("orders").index(3).key("unit.price"));
/// assert!(path == r#"orders[3]["unit.price"]"#);
/// # Ok::<(), dyno_value::ParsePathError>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldPath {
    segments: Vec<Segment>,
}

/// One step of a [`FieldPath`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(
    clippy::exhaustive_enums,
    reason = "DynamoDB documents have maps and lists, nothing else"
)]
pub enum Segment {
    /// Into a map, under this key.
    Key(String),
    /// Into a list, at this index.
    Index(u32),
}

impl FieldPath {
    /// The path of the object itself.
    pub fn root() -> Self {
        Self::default()
    }

    /// The path one step further, into a map.
    #[must_use]
    pub fn key(&self, name: impl Into<String>) -> Self {
        self.with(Segment::Key(name.into()))
    }

    /// The path one step further, into a list.
    #[must_use]
    pub fn index(&self, index: u32) -> Self {
        self.with(Segment::Index(index))
    }

    /// The path one step further.
    #[must_use]
    pub fn with(&self, segment: Segment) -> Self {
        let mut segments = Vec::with_capacity(self.segments.len() + 1);
        segments.extend_from_slice(&self.segments);
        segments.push(segment);
        Self { segments }
    }

    /// `other`, seen from the root that this path starts at.
    #[must_use]
    pub fn join(&self, other: &Self) -> Self {
        Self {
            segments: [self.segments.as_slice(), other.segments.as_slice()].concat(),
        }
    }

    /// Goes one step further in place; [`pop`](Self::pop) goes back.
    pub fn push(&mut self, segment: Segment) {
        self.segments.push(segment);
    }

    /// Goes one step back in place.
    pub fn pop(&mut self) -> Option<Segment> {
        self.segments.pop()
    }

    /// The steps from the root.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Whether this is the path of the object itself.
    pub fn is_root(&self) -> bool {
        self.segments.is_empty()
    }

    /// How many steps the value is away from the root.
    pub fn depth(&self) -> usize {
        self.segments.len()
    }

    /// Whether the value is `ancestor`, or inside it.
    pub fn starts_with(&self, ancestor: &Self) -> bool {
        self.segments.starts_with(&ancestor.segments)
    }

    /// The path from `ancestor` to this value, if it is inside `ancestor`.
    pub fn strip_prefix(&self, ancestor: &Self) -> Option<Self> {
        let segments = self
            .segments
            .strip_prefix(ancestor.segments.as_slice())?
            .to_vec();
        Some(Self { segments })
    }

    pub(crate) fn prepend_key(&mut self, name: &str) {
        self.segments.insert(0, Segment::Key(name.to_owned()));
    }

    pub(crate) fn prepend_index(&mut self, index: u32) {
        self.segments.insert(0, Segment::Index(index));
    }
}

impl FromIterator<Segment> for FieldPath {
    fn from_iter<I: IntoIterator<Item = Segment>>(segments: I) -> Self {
        Self {
            segments: segments.into_iter().collect(),
        }
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, segment) in self.segments.iter().enumerate() {
            match segment {
                Segment::Key(name) if is_plain(name) => {
                    if position > 0 {
                        f.write_char('.')?;
                    }
                    f.write_str(name)?;
                }
                Segment::Key(name) => write_quoted(f, name)?,
                Segment::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FieldPath({self})")
    }
}

impl PartialEq<str> for FieldPath {
    fn eq(&self, text: &str) -> bool {
        let mut rest = Remaining(text);
        write!(rest, "{self}").is_ok() && rest.0.is_empty()
    }
}

impl PartialEq<&str> for FieldPath {
    fn eq(&self, text: &&str) -> bool {
        self == *text
    }
}

impl PartialEq<FieldPath> for str {
    fn eq(&self, path: &FieldPath) -> bool {
        path == self
    }
}

/// Whether a name stands in a path without quotes: a word of letters, digits, `_` and `-` that does not begin with
/// a digit or `-`.
fn is_plain(name: &str) -> bool {
    let mut characters = name.chars();
    characters
        .next()
        .is_some_and(|first| first.is_alphabetic() || first == '_')
        && characters.all(|other| other.is_alphanumeric() || other == '_' || other == '-')
}

fn write_quoted(f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
    f.write_str("[\"")?;
    for character in name.chars() {
        if matches!(character, '"' | '\\') {
            f.write_char('\\')?;
        }
        f.write_char(character)?;
    }
    f.write_str("\"]")
}

/// Compares what is written to it with a text, without building either.
struct Remaining<'a>(&'a str);

impl fmt::Write for Remaining<'_> {
    fn write_str(&mut self, written: &str) -> fmt::Result {
        self.0 = self.0.strip_prefix(written).ok_or(fmt::Error)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_path() -> impl Strategy<Value = FieldPath> {
        let segment = prop_oneof![
            any::<String>().prop_map(Segment::Key),
            "[a-z_\\.\\[\\]\"\\\\$']{0,4}".prop_map(Segment::Key),
            any::<u32>().prop_map(Segment::Index),
        ];
        prop::collection::vec(segment, 0..6).prop_map(|segments| segments.into_iter().collect())
    }

    proptest! {
        #[test]
        fn every_path_prints_and_parses_to_itself(path in any_path()) {
            let text = path.to_string();
            prop_assert_eq!(&text.parse::<FieldPath>().unwrap(), &path);
            prop_assert!(path == *text.as_str());
        }

        #[test]
        fn any_text_parses_or_is_refused_without_panic(text in any::<String>()) {
            if let Ok(path) = text.parse::<FieldPath>() {
                prop_assert_eq!(&path.to_string().parse::<FieldPath>().unwrap(), &path);
            }
        }

        #[test]
        fn paths_equal_only_their_own_text(a in any_path(), b in any_path()) {
            prop_assert_eq!(a == b.to_string().as_str(), a == b);
        }
    }

    #[test]
    fn a_part_of_the_text_is_not_the_path() {
        let path = FieldPath::root().key("location").key("city");
        assert!(path != "location");
        assert!(path != "location.city.name");
        assert!(path != "location.cit");
    }
}
