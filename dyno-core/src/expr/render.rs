//! Conditions as text.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Segment};

use super::node::{Node, Term};

/// Stands for names and values in an expression: `#q0`, `#q1`, `:q0`, `:q1`, in the order in which they come up. A name
/// that comes up twice has one placeholder.
#[derive(Debug)]
pub(crate) struct Placeholders {
    names: HashMap<String, String>,
    values: HashMap<String, AttributeValue>,
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
            names: HashMap::new(),
            values: HashMap::new(),
            manner,
            letter: 'q',
        }
    }

    /// What stands for an attribute equal to a value.
    pub(crate) fn write_equal(&mut self, name: &str, value: &AttributeValue, text: &mut String) {
        self.write_name(name, text);
        text.push_str(" = ");
        self.write_value(value, text);
    }

    /// The text of a path.
    pub(crate) fn path(&mut self, path: &FieldPath) -> String {
        let mut text = String::new();
        self.write_path(path, &mut text);
        text
    }

    fn write_path(&mut self, path: &FieldPath, text: &mut String) {
        if self.manner != Manner::Placeholders {
            text.push_str(&path.to_string());
            return;
        }
        let mut between = "";
        for segment in path.segments() {
            match segment {
                Segment::Index(index) => {
                    // Writing to a text does not fail.
                    let _ = write!(text, "[{index}]");
                }
                Segment::Key(name) => {
                    text.push_str(between);
                    self.write_name(name, text);
                }
            }
            between = ".";
        }
    }

    fn write_name(&mut self, name: &str, text: &mut String) {
        if self.manner != Manner::Placeholders {
            text.push_str(name);
            return;
        }
        if let Some((known, _)) = self.names.iter().find(|(_, known)| *known == name) {
            text.push_str(known);
            return;
        }
        let placeholder = placeholder('#', self.letter, self.names.len());
        text.push_str(&placeholder);
        self.names.insert(placeholder, name.to_owned());
    }

    /// The placeholder of a value.
    pub(crate) fn value(&mut self, value: &AttributeValue) -> String {
        let mut text = String::new();
        self.write_value(value, &mut text);
        text
    }

    fn write_value(&mut self, value: &AttributeValue, text: &mut String) {
        match self.manner {
            Manner::Hidden => text.push('?'),
            Manner::Shown => text.push_str(&shown(value)),
            Manner::Placeholders => {
                let placeholder = placeholder(':', self.letter, self.values.len());
                text.push_str(&placeholder);
                self.values.insert(placeholder, value.clone());
            }
        }
    }

    /// What the placeholders stand for.
    pub(crate) fn into_parts(self) -> (HashMap<String, String>, HashMap<String, AttributeValue>) {
        (self.names, self.values)
    }
}

fn placeholder(sign: char, letter: char, index: usize) -> String {
    let mut text = String::with_capacity("#q999".len());
    let _ = write!(text, "{sign}{letter}{index}");
    text
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
    let mut text = String::with_capacity(32);
    write_condition(node, names, &mut text);
    text
}

fn write_condition(node: &Node, names: &mut Placeholders, text: &mut String) {
    match node {
        Node::All(nodes) => write_joined(nodes, " AND ", names, text),
        Node::Any(nodes) => write_joined(nodes, " OR ", names, text),
        Node::Not(node) => {
            text.push_str("NOT ");
            write_inside(node, names, text);
        }
        Node::BeginsWith(path, value) => write_call("begins_with", path, Some(value), names, text),
        Node::Contains(path, value) => write_call("contains", path, Some(value), names, text),
        Node::Exists(path) => write_call("attribute_exists", path, None, names, text),
        Node::Missing(path) => write_call("attribute_not_exists", path, None, names, text),
        Node::HasType(path, name) => {
            let name = AttributeValue::S((*name).to_owned());
            write_call("attribute_type", path, Some(&name), names, text);
        }
        Node::Between(what, lower, upper) => {
            write_term(what, names, text);
            text.push_str(" BETWEEN ");
            names.write_value(lower, text);
            text.push_str(" AND ");
            names.write_value(upper, text);
        }
        Node::Compare(left, comparator, right) => {
            write_term(left, names, text);
            text.extend([" ", comparator.sign(), " "]);
            write_term(right, names, text);
        }
        Node::In(what, values) => {
            write_term(what, names, text);
            text.push_str(" IN (");
            let mut between = "";
            for value in values {
                text.push_str(between);
                names.write_value(value, text);
                between = ", ";
            }
            text.push(')');
        }
    }
}

fn write_joined(nodes: &[Node], operator: &str, names: &mut Placeholders, text: &mut String) {
    let mut between = "";
    for node in nodes {
        text.push_str(between);
        write_inside(node, names, text);
        between = operator;
    }
}

/// The text of a condition inside another one.
pub(crate) fn write_inside(node: &Node, names: &mut Placeholders, text: &mut String) {
    if matches!(node, Node::All(_) | Node::Any(_)) {
        text.push('(');
        write_condition(node, names, text);
        text.push(')');
    } else {
        write_condition(node, names, text);
    }
}

fn write_call(
    function: &str,
    path: &FieldPath,
    value: Option<&AttributeValue>,
    names: &mut Placeholders,
    text: &mut String,
) {
    text.extend([function, "("]);
    names.write_path(path, text);
    if let Some(value) = value {
        text.push_str(", ");
        names.write_value(value, text);
    }
    text.push(')');
}

fn write_term(term: &Term, names: &mut Placeholders, text: &mut String) {
    match term {
        Term::Field(path) => names.write_path(path, text),
        Term::Size(path) => write_call("size", path, None, names, text),
        Term::Value(value) => names.write_value(value, text),
    }
}
