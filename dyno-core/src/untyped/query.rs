//! JSONPath (RFC 9535), and the values that it finds.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Item, Segment};
use serde_json::Value;
use serde_json_path::{JsonPath, ParseError, PathElement};

use super::json;
use super::steps::{self, Step};
use crate::error::{Error, ErrorKind, Result};

/// Longer than any path that a program writes; a parser's time and stack go with the text.
const MOST_BYTES: usize = 4096;
/// How many brackets may be open at once: a filter inside a filter doubles the parser's time.
const MOST_BRACKETS: usize = 6;
/// How many parentheses may be open at once: the parser's stack goes with them.
const MOST_PARENTHESES: usize = 32;

/// A path into a document: JSONPath (RFC 9535) as text, or a [`FieldPath`].
///
/// The text is parsed when it is used. Queries are evaluated on the document as JSON, so that a filter sees numbers
/// of more digits than JSON tools keep, and binary, as strings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentPath(Form);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Form {
    Place(FieldPath),
    Text(String),
}

/// A path that was parsed.
#[derive(Clone, Debug)]
pub(crate) enum Parsed {
    /// The path names one place.
    Place(FieldPath),
    /// The path may find several.
    Query(JsonPath),
}

impl From<&str> for DocumentPath {
    fn from(text: &str) -> Self {
        Self(Form::Text(text.to_owned()))
    }
}

impl From<String> for DocumentPath {
    fn from(text: String) -> Self {
        Self(Form::Text(text))
    }
}

impl From<FieldPath> for DocumentPath {
    fn from(path: FieldPath) -> Self {
        Self(Form::Place(path))
    }
}

impl From<&FieldPath> for DocumentPath {
    fn from(path: &FieldPath) -> Self {
        Self(Form::Place(path.clone()))
    }
}

impl DocumentPath {
    /// Parses the text.
    ///
    /// # Errors
    ///
    /// It is not JSONPath; the error names the position.
    pub(crate) fn parse(self) -> Result<Parsed> {
        let text = match self.0 {
            Form::Place(path) => return Ok(Parsed::Place(path)),
            Form::Text(text) => text,
        };
        let refuse = |why: String| Error::new(ErrorKind::InvalidPath, why);
        if text.len() > MOST_BYTES {
            let why = format!(
                "a JSONPath of {} bytes; at most {MOST_BYTES} are read",
                text.len()
            );
            return Err(refuse(why));
        }
        if let Some(position) = opens_too_much(&text) {
            return Err(refuse(format!(
                "JSONPath `{text}`: at position {position}, more than {MOST_BRACKETS} brackets or \
                 {MOST_PARENTHESES} parentheses are open"
            )));
        }
        if !text.starts_with('$') {
            return Err(refuse(format!(
                "JSONPath `{text}`: at position 1, expected `$`, the document"
            )));
        }
        let query = JsonPath::parse(&text).map_err(|error| {
            refuse(format!("JSONPath `{text}`: {}", explained(&text, &error))).with_source(error)
        })?;
        Ok(place(&text).map_or(Parsed::Query(query), Parsed::Place))
    }
}

/// Where a text stops to be JSONPath, and why. The parser counts the bytes that it could read.
fn explained(text: &str, error: &ParseError) -> String {
    let read = text.get(..error.position()).unwrap_or(text);
    let position = read.chars().count() + 1;
    if error.message() != NO_REASON {
        return format!("at position {position}, {}", error.message());
    }
    match steps::parse(text) {
        Err(step) if step.position() >= position => step.to_string(),
        _ => format!("at position {position}, this is not how a path goes on"),
    }
}

/// What the parser says where it has nothing to say.
const NO_REASON: &str = "parser error";

/// The place that a path names, if it names one whatever the document holds.
fn place(text: &str) -> Option<FieldPath> {
    let segment = |step| match step {
        Step::Name(name) => Some(Segment::Key(name)),
        Step::Index(index) => Some(Segment::Index(index)),
        Step::EachElement | Step::EachEntry => None,
    };
    steps::parse(text).ok()?.into_iter().map(segment).collect()
}

/// Where more is open than a parser should follow.
fn opens_too_much(text: &str) -> Option<usize> {
    let (mut brackets, mut parentheses) = (0_usize, 0_usize);
    let mut quote = None;
    let mut escaped = false;
    for (index, character) in text.chars().enumerate() {
        match (quote, character) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(end), other) if other == end => quote = None,
            (None, '\'' | '"') => quote = Some(character),
            (None, '[') => brackets += 1,
            (None, ']') => brackets = brackets.saturating_sub(1),
            (None, '(') => parentheses += 1,
            (None, ')') => parentheses = parentheses.saturating_sub(1),
            _ => {}
        }
        if brackets > MOST_BRACKETS || parentheses > MOST_PARENTHESES {
            return Some(index + 1);
        }
    }
    None
}

/// A value that a path found.
#[derive(Clone, Debug, PartialEq)]
pub struct Match {
    path: FieldPath,
    attribute: AttributeValue,
}

impl Match {
    pub(crate) fn at(path: &FieldPath, attribute: AttributeValue) -> Self {
        Self {
            path: path.clone(),
            attribute,
        }
    }

    pub(crate) fn in_set(path: &FieldPath, set: &AttributeValue, index: u32) -> Option<Self> {
        let attribute = element_of(set, usize::try_from(index).ok()?)?;
        Some(Self::at(path, attribute))
    }

    /// Where it stands.
    pub fn path(&self) -> &FieldPath {
        &self.path
    }

    /// The value, exactly.
    pub fn attribute(&self) -> &AttributeValue {
        &self.attribute
    }

    /// The value as JSON.
    pub fn value(&self) -> Value {
        json::to_json(&self.attribute)
    }

    /// Both, the value as JSON.
    pub fn into_parts(self) -> (FieldPath, Value) {
        let value = self.value();
        (self.path, value)
    }
}

impl Parsed {
    /// Everything that the path finds in a document, in the order of JSONPath, each place once.
    pub(crate) fn find(&self, item: &Item) -> Vec<Match> {
        let at = |path: FieldPath| {
            let attribute = attribute_at(item, &path)?;
            Some(Match { path, attribute })
        };
        self.places(item).into_iter().filter_map(at).collect()
    }

    /// The places of everything that the path finds.
    fn places(&self, item: &Item) -> Vec<FieldPath> {
        match self {
            Self::Place(path) => vec![path.clone()],
            Self::Query(query) => {
                let view = json::view(item);
                let segment = |element: &PathElement<'_>| match element {
                    PathElement::Name(name) => Some(Segment::Key((*name).to_owned())),
                    PathElement::Index(index) => u32::try_from(*index).ok().map(Segment::Index),
                };
                let mut seen = std::collections::BTreeSet::new();
                query
                    .query_located(&view)
                    .iter()
                    .filter_map(|node| node.location().iter().map(segment).collect())
                    .filter(|path: &FieldPath| seen.insert(path.clone()))
                    .collect()
            }
        }
    }

    /// The places to write a value to: one that the path names, or all that it finds. Of places inside each other the
    /// outermost is written.
    pub(crate) fn targets(&self, item: &Item) -> Vec<FieldPath> {
        let mut places = self.places(item);
        let found: std::collections::BTreeSet<_> = places.iter().cloned().collect();
        let inside = |path: &FieldPath| {
            let mut around = path.clone();
            std::iter::from_fn(|| around.pop().map(|_| around.clone()))
                .any(|around| found.contains(&around))
        };
        places.retain(|path| !inside(path));
        places
    }
}

/// The value at a place; also an element of a set, which JSON shows as a list.
fn attribute_at(item: &Item, path: &FieldPath) -> Option<AttributeValue> {
    let Some((first, rest)) = path.segments().split_first() else {
        return Some(AttributeValue::M(item.clone()));
    };
    let Segment::Key(first) = first else {
        return None;
    };
    let mut value = item.get(first)?;
    for (position, segment) in rest.iter().enumerate() {
        value = match (value, segment) {
            (AttributeValue::M(inner), Segment::Key(name)) => inner.get(name)?,
            (AttributeValue::L(elements), Segment::Index(index)) => {
                elements.get(usize::try_from(*index).ok()?)?
            }
            (set, Segment::Index(index)) if position + 1 == rest.len() => {
                return element_of(set, usize::try_from(*index).ok()?);
            }
            _ => return None,
        };
    }
    Some(value.clone())
}

fn element_of(set: &AttributeValue, index: usize) -> Option<AttributeValue> {
    match set {
        AttributeValue::Ss(texts) => texts.get(index).cloned().map(AttributeValue::S),
        AttributeValue::Ns(numbers) => numbers.get(index).cloned().map(AttributeValue::N),
        AttributeValue::Bs(blobs) => blobs.get(index).cloned().map(AttributeValue::B),
        _ => None,
    }
}
