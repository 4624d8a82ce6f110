//! Conditions as data.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::FieldPath;

/// What must hold of an item.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    All(Vec<Self>),
    Any(Vec<Self>),
    BeginsWith(FieldPath, AttributeValue),
    Between(Term, AttributeValue, AttributeValue),
    Compare(Term, Comparator, Term),
    Contains(FieldPath, AttributeValue),
    Exists(FieldPath),
    /// It is of the type that DynamoDB calls so.
    HasType(FieldPath, &'static str),
    In(Term, Vec<AttributeValue>),
    Missing(FieldPath),
    Not(Box<Self>),
}

/// What of a field a condition shows to the service, or has it compare.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Look<'a> {
    /// Nothing of its value: whether it is there, or how large.
    Outside,
    /// One element inside it, with this value.
    Element(&'a AttributeValue),
    /// Its value, with this one.
    Value(&'a AttributeValue),
    /// Its value, with what another field holds.
    OtherField,
}

/// What is compared.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Term {
    Field(FieldPath),
    Size(FieldPath),
    Value(AttributeValue),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparator {
    Equal,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    NotEqual,
}

impl Comparator {
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::NotEqual => "<>",
        }
    }
}

impl Node {
    /// The attribute has this value.
    pub(crate) fn equal(attribute: &str, value: AttributeValue) -> Self {
        let field = Term::Field(FieldPath::root().key(attribute));
        Self::Compare(field, Comparator::Equal, Term::Value(value))
    }

    /// There is no such attribute.
    pub(crate) fn missing(attribute: &str) -> Self {
        Self::Missing(FieldPath::root().key(attribute))
    }

    /// The field is absent or a null.
    pub(crate) fn none(path: &FieldPath) -> Self {
        Self::Any(vec![
            Self::Missing(path.clone()),
            Self::HasType(path.clone(), "NULL"),
        ])
    }

    /// The attribute has one of these values.
    pub(crate) fn one_of(attribute: &str, values: Vec<AttributeValue>) -> Self {
        Self::In(Term::Field(FieldPath::root().key(attribute)), values)
    }

    pub(super) fn all(self, other: Self) -> Self {
        let mut nodes = match self {
            Self::All(nodes) => nodes,
            one => vec![one],
        };
        match other {
            Self::All(more) => nodes.extend(more),
            one => nodes.push(one),
        }
        Self::All(nodes)
    }

    pub(super) fn any(self, other: Self) -> Self {
        let mut nodes = match self {
            Self::Any(nodes) => nodes,
            one => vec![one],
        };
        match other {
            Self::Any(more) => nodes.extend(more),
            one => nodes.push(one),
        }
        Self::Any(nodes)
    }

    pub(super) fn not(self) -> Self {
        match self {
            Self::Not(inner) => *inner,
            Self::Exists(path) => Self::Missing(path),
            Self::Missing(path) => Self::Exists(path),
            other => Self::Not(Box::new(other)),
        }
    }

    /// Calls `see` with every path, and what of it is looked at.
    pub(crate) fn each_look<'a>(&'a self, see: &mut dyn FnMut(&'a FieldPath, Look<'a>)) {
        match self {
            Self::All(nodes) | Self::Any(nodes) => {
                for node in nodes {
                    node.each_look(see);
                }
            }
            Self::Not(node) => node.each_look(see),
            Self::BeginsWith(path, value) => see(path, Look::Value(value)),
            Self::Contains(path, element) => see(path, Look::Element(element)),
            Self::Exists(path) | Self::HasType(path, _) | Self::Missing(path) => {
                see(path, Look::Outside);
            }
            Self::Between(term, lower, upper) => {
                term.look(Look::Value(lower), see);
                term.look(Look::Value(upper), see);
            }
            Self::In(term, values) => {
                for value in values {
                    term.look(Look::Value(value), see);
                }
            }
            Self::Compare(left, _, right) => {
                left.look(right.as_seen_by_another(), see);
                right.look(left.as_seen_by_another(), see);
            }
        }
    }
}

impl Term {
    fn look<'a>(&'a self, look: Look<'a>, see: &mut dyn FnMut(&'a FieldPath, Look<'a>)) {
        match self {
            Self::Field(path) => see(path, look),
            Self::Size(path) => see(path, Look::Outside),
            Self::Value(_) => {}
        }
    }

    fn as_seen_by_another(&self) -> Look<'_> {
        match self {
            Self::Value(value) => Look::Value(value),
            Self::Field(_) | Self::Size(_) => Look::OtherField,
        }
    }
}
