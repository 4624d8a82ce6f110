//! Conditions as text.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Segment};

use super::node::{Node, Term};

/// Stands for names and values in an expression: `#q0`, `#q1`, `:q0`, `:q1`, in the order in which they come up. A name
/// that comes up twice has one placeholder.
#[derive(Debug)]
pub(crate) struct Placeholders {
    names: Vec<String>,
    values: Vec<AttributeValue>,
    manner: Manner,
    letter: char,
}

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// Placeholders, for the service.
    Placeholders,
    /// Names, and a question mark for each value.
    Hidden,
    /// Names and values.
    Shown,
}

impl Placeholders {
    pub(crate) fn new() -> Self {
        Self::with(Manner::Placeholders)
    }

    /// The same with another letter, for a condition beside one that has others.
    pub(crate) fn lettered(letter: char) -> Self {
        Self {
            letter,
            ..Self::new()
        }
    }

    pub(super) fn hidden() -> Self {
        Self::with(Manner::Hidden)
    }

    pub(super) fn shown() -> Self {
        Self::with(Manner::Shown)
    }

    fn with(manner: Manner) -> Self {
        Self {
            names: Vec::new(),
            values: Vec::new(),
            manner,
            letter: 'q',
        }
    }

    /// The text of a path.
    pub(crate) fn path(&mut self, path: &FieldPath) -> String {
        if self.manner != Manner::Placeholders {
            return path.to_string();
        }
        let mut text = String::new();
        for segment in path.segments() {
            match segment {
                Segment::Index(index) => {
                    text.push('[');
                    text.push_str(&index.to_string());
                    text.push(']');
                }
                Segment::Key(name) => {
                    if !text.is_empty() {
                        text.push('.');
                    }
                    text.push_str(&self.name(name));
                }
            }
        }
        text
    }

    /// The placeholder of a name.
    fn name(&mut self, name: &str) -> String {
        let known = self.names.iter().position(|known| known == name);
        let index = known.unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        });
        format!("#{}{index}", self.letter)
    }

    /// The placeholder of a value.
    pub(crate) fn value(&mut self, value: &AttributeValue) -> String {
        match self.manner {
            Manner::Hidden => "?".to_owned(),
            Manner::Shown => shown(value),
            Manner::Placeholders => {
                self.values.push(value.clone());
                format!(":{}{}", self.letter, self.values.len() - 1)
            }
        }
    }

    /// What the placeholders stand for.
    pub(crate) fn into_parts(self) -> (BTreeMap<String, String>, BTreeMap<String, AttributeValue>) {
        let letter = self.letter;
        let names = self.names.into_iter().enumerate();
        let values = self.values.into_iter().enumerate();
        (
            names
                .map(|(index, name)| (format!("#{letter}{index}"), name))
                .collect(),
            values
                .map(|(index, value)| (format!(":{letter}{index}"), value))
                .collect(),
        )
    }
}

/// A value as people write it.
pub(crate) fn shown(value: &AttributeValue) -> String {
    match value {
        AttributeValue::S(text) => format!("{text:?}"),
        AttributeValue::N(number) => number.clone(),
        AttributeValue::Bool(bool) => bool.to_string(),
        AttributeValue::Null(_) => "null".to_owned(),
        AttributeValue::B(bytes) => format!("{} bytes", bytes.as_ref().len()),
        AttributeValue::L(elements) => format!("[{}]", listed(elements.iter().map(shown))),
        AttributeValue::M(inner) => {
            let names: BTreeMap<_, _> = inner.iter().collect();
            let entry =
                |(name, value): (&String, &AttributeValue)| format!("{name}: {}", shown(value));
            format!("{{{}}}", listed(names.into_iter().map(entry)))
        }
        AttributeValue::Ss(texts) => {
            format!("<{}>", listed(texts.iter().map(|text| format!("{text:?}"))))
        }
        AttributeValue::Ns(numbers) => format!("<{}>", listed(numbers.iter().cloned())),
        other => format!("{other:?}"),
    }
}

fn listed(texts: impl Iterator<Item = String>) -> String {
    texts.collect::<Vec<_>>().join(", ")
}

/// The text of a condition.
pub(crate) fn condition_text(node: &Node, names: &mut Placeholders) -> String {
    match node {
        Node::All(nodes) => joined(nodes, " AND ", names),
        Node::Any(nodes) => joined(nodes, " OR ", names),
        Node::Not(node) => format!("NOT {}", inside(node, names)),
        Node::BeginsWith(path, value) => {
            format!("begins_with({}, {})", names.path(path), names.value(value))
        }
        Node::Contains(path, value) => {
            format!("contains({}, {})", names.path(path), names.value(value))
        }
        Node::Exists(path) => format!("attribute_exists({})", names.path(path)),
        Node::Missing(path) => format!("attribute_not_exists({})", names.path(path)),
        Node::HasType(path, name) => {
            let name = AttributeValue::S((*name).to_owned());
            format!(
                "attribute_type({}, {})",
                names.path(path),
                names.value(&name)
            )
        }
        Node::Between(what, lower, upper) => format!(
            "{} BETWEEN {} AND {}",
            term(what, names),
            names.value(lower),
            names.value(upper)
        ),
        Node::Compare(left, comparator, right) => {
            let (left, right) = (term(left, names), term(right, names));
            format!("{left} {} {right}", comparator.sign())
        }
        Node::In(what, values) => {
            let what = term(what, names);
            let values: Vec<_> = values.iter().map(|value| names.value(value)).collect();
            format!("{what} IN ({})", values.join(", "))
        }
    }
}

fn joined(nodes: &[Node], between: &str, names: &mut Placeholders) -> String {
    let texts: Vec<_> = nodes.iter().map(|node| inside(node, names)).collect();
    texts.join(between)
}

/// The text of a condition inside another one.
fn inside(node: &Node, names: &mut Placeholders) -> String {
    let text = condition_text(node, names);
    match node {
        Node::All(_) | Node::Any(_) => format!("({text})"),
        _ => text,
    }
}

fn term(term: &Term, names: &mut Placeholders) -> String {
    match term {
        Term::Field(path) => names.path(path),
        Term::Size(path) => format!("size({})", names.path(path)),
        Term::Value(value) => names.value(value),
    }
}
