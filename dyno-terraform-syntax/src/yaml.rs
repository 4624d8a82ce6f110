//! YAML with the place of every value.

use std::collections::BTreeSet;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle};

use crate::error::{ReadError, ReadErrorKind, Result};
use crate::source::refuse_long;

/// A value and where it stands.
#[derive(Debug)]
pub(crate) struct Node<'f> {
    file: &'f str,
    at: (usize, usize),
    value: Value<'f>,
}

#[derive(Debug)]
enum Value<'f> {
    Text(String),
    Whole(u32),
    List(Vec<Node<'f>>),
    Map(Vec<(Node<'f>, Node<'f>)>),
    Null,
    /// Readers of YAML differ in what it is.
    Unclear,
}

/// What a map holds, each taken once; what is left over is not known.
pub(crate) struct Entries<'f> {
    file: &'f str,
    at: (usize, usize),
    left: Vec<(Node<'f>, Node<'f>)>,
}

const UNCLEAR: &str =
    "readers of YAML take this without quotes for different things; put it in quotes";

/// How deep lists and maps are inside each other.
const DEPTH: usize = 64;

/// What was read of a file.
struct Documents<'f> {
    file: &'f str,
    /// The lists and maps that are not at their end, the innermost last.
    open: Vec<Open<'f>>,
    roots: Vec<Node<'f>>,
}

struct Open<'f> {
    at: (usize, usize),
    sort: Collection<'f>,
}

enum Collection<'f> {
    List(Vec<Node<'f>>),
    Map {
        entries: Vec<(Node<'f>, Node<'f>)>,
        names: BTreeSet<String>,
        key: Option<Node<'f>>,
    },
}

impl<'f> Documents<'f> {
    fn take(&mut self, event: Event<'_>, at: (usize, usize)) -> Result<()> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_marked(at, anchor, tag.is_some())?;
                let value = match style {
                    ScalarStyle::Plain => plain(&text),
                    _ => Value::Text(text.into_owned()),
                };
                let file = self.file;
                self.put(Node { file, at, value })
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_marked(at, anchor, tag.is_some())?;
                self.begin(at, Collection::List(Vec::new()))
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_marked(at, anchor, tag.is_some())?;
                self.begin(
                    at,
                    Collection::Map {
                        entries: Vec::new(),
                        names: BTreeSet::new(),
                        key: None,
                    },
                )
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(Open { at, sort }) = self.open.pop() else {
                    return Ok(());
                };
                let value = match sort {
                    Collection::List(values) => Value::List(values),
                    Collection::Map { entries, .. } => Value::Map(entries),
                };
                let file = self.file;
                self.put(Node { file, at, value })
            }
            Event::Alias(_) => Err(self.refused(at, "an alias (`*`)")),
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => Ok(()),
        }
    }

    fn begin(&mut self, at: (usize, usize), sort: Collection<'f>) -> Result<()> {
        if self.open.len() >= DEPTH {
            let why = format!("this is nested deeper than {DEPTH} levels; write it flatter");
            return Err(ReadError::new(ReadErrorKind::NotSupported, self.file, why).at(Some(at)));
        }
        self.open.push(Open { at, sort });
        Ok(())
    }

    fn put(&mut self, node: Node<'f>) -> Result<()> {
        let Some(open) = self.open.last_mut() else {
            self.roots.push(node);
            return Ok(());
        };
        match &mut open.sort {
            Collection::List(values) => values.push(node),
            Collection::Map {
                entries,
                names,
                key,
            } => {
                if let Some(key) = key.take() {
                    entries.push((key, node));
                    return Ok(());
                }
                if let Value::Text(name) = &node.value
                    && !names.insert(name.clone())
                {
                    let why = format!("`{name}` stands twice in a map; keep one");
                    return Err(node.invalid(why));
                }
                *key = Some(node);
            }
        }
        Ok(())
    }

    /// Refuses what says of a value that it is another, or stands elsewhere too.
    fn refuse_marked(&self, at: (usize, usize), anchor: usize, tagged: bool) -> Result<()> {
        if tagged {
            return Err(self.refused(at, "a tag (`!`)"));
        }
        if anchor != 0 {
            return Err(self.refused(at, "an anchor (`&`)"));
        }
        Ok(())
    }

    fn refused(&self, at: (usize, usize), what: &str) -> ReadError {
        let why = format!("{what} is not read; write the value out");
        ReadError::new(ReadErrorKind::NotSupported, self.file, why).at(Some(at))
    }
}

/// A value without quotes. Readers of YAML 1.1, as `PyYAML` is, and of 1.2 agree in what is a text here, and in decimal numbers.
fn plain<'f>(text: &str) -> Value<'f> {
    if matches!(text, "" | "~" | "null" | "Null" | "NULL") {
        return Value::Null;
    }
    let digits = text.bytes().all(|one| one.is_ascii_digit());
    if digits && (text == "0" || !text.starts_with('0')) {
        return text.parse().map_or(Value::Unclear, Value::Whole);
    }
    let word = text.to_ascii_lowercase();
    let is_word = matches!(
        word.as_str(),
        "y" | "n" | "yes" | "no" | "on" | "off" | "true" | "false" | "=" | "<<"
    );
    // Numbers in other notations, dates and times.
    let begins =
        text.starts_with(|one: char| one.is_ascii_digit() || matches!(one, '.' | '+' | '-'));
    let numeric = |one: char| one.is_ascii_hexdigit() || " +-._:xotz".contains(one);
    let is_special = matches!(word.trim_start_matches(['+', '-']), ".inf" | ".nan");
    if is_word || is_special || begins && word.chars().all(numeric) {
        return Value::Unclear;
    }
    Value::Text(text.to_owned())
}

fn place(marker: Marker) -> (usize, usize) {
    (marker.line(), marker.col() + 1)
}

impl<'f> Node<'f> {
    /// Parses a file of one document.
    pub(crate) fn parse(file: &'f str, text: &str) -> Result<Self> {
        refuse_long(file, text.len())?;
        let mut documents = Documents {
            file,
            open: Vec::new(),
            roots: Vec::new(),
        };
        let mut parser = Parser::new_from_str(text);
        while let Some(event) = parser.next_event() {
            let (event, span) = event.map_err(|error| {
                let why = format!("this is not YAML: {}", error.info());
                ReadError::new(ReadErrorKind::Syntax, file, why).at(Some(place(*error.marker())))
            })?;
            documents.take(event, place(span.start))?;
        }
        match <[_; 1]>::try_from(documents.roots) {
            Ok([root]) => Ok(root),
            Err(roots) => {
                let why = format!("has {} documents; keep one", roots.len());
                Err(ReadError::new(ReadErrorKind::Syntax, file, why))
            }
        }
    }

    pub(crate) fn invalid(&self, why: impl Into<String>) -> ReadError {
        ReadError::new(ReadErrorKind::Invalid, self.file, why).at(Some(self.at))
    }

    pub(crate) fn text(&self) -> Result<&str> {
        match &self.value {
            Value::Text(text) => Ok(text),
            Value::Unclear => Err(self.invalid(UNCLEAR)),
            _ => Err(self.invalid("this should be a string")),
        }
    }

    pub(crate) fn whole(&self) -> Result<u32> {
        match self.value {
            Value::Whole(number) => Ok(number),
            Value::Unclear => Err(self.invalid(UNCLEAR)),
            _ => Err(self.invalid("this should be a whole number that is not negative")),
        }
    }

    pub(crate) fn list(self) -> Result<Vec<Self>> {
        match self.value {
            Value::List(values) => Ok(values),
            _ => Err(self.invalid("this should be a list")),
        }
    }

    /// What it holds as a map; none is an empty one.
    pub(crate) fn entries(self) -> Result<Entries<'f>> {
        let left = match self.value {
            Value::Map(values) => values,
            Value::Null => Vec::new(),
            _ => return Err(self.invalid("this should be a map")),
        };
        Ok(Entries {
            file: self.file,
            at: self.at,
            left,
        })
    }
}

impl<'f> Entries<'f> {
    /// Those of a map that is left out.
    pub(crate) fn none() -> Self {
        Self {
            file: "",
            at: (1, 1),
            left: Vec::new(),
        }
    }

    pub(crate) fn invalid(&self, why: impl Into<String>) -> ReadError {
        ReadError::new(ReadErrorKind::Invalid, self.file, why).at(Some(self.at))
    }

    /// Every name with its value.
    pub(crate) fn all(self) -> Vec<(Node<'f>, Node<'f>)> {
        self.left
    }

    pub(crate) fn take(&mut self, name: &str) -> Option<Node<'f>> {
        let is_it = |(key, _): &(Node<'f>, _)| key.text().is_ok_and(|key| key == name);
        let at = self.left.iter().position(is_it)?;
        Some(self.left.remove(at).1)
    }

    pub(crate) fn required(&mut self, name: &str) -> Result<Node<'f>> {
        self.take(name)
            .ok_or_else(|| self.invalid(format!("lacks `{name}`; add it")))
    }

    /// Refuses what was not taken.
    pub(crate) fn finish(self) -> Result<()> {
        let Some((key, _)) = self.left.first() else {
            return Ok(());
        };
        let why = match key.text() {
            Ok(name) => format!("`{name}` is not known; correct its name, or take it out"),
            Err(_) => "this name is not known; take it out".to_owned(),
        };
        Err(ReadError::new(ReadErrorKind::NotSupported, self.file, why).at(Some(key.at)))
    }
}
