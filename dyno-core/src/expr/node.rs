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
    In(Term, Vec<AttributeValue>),
    IsNull(FieldPath),
    Missing(FieldPath),
    Not(Box<Self>),
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

    /// Calls `see` with every path that is looked at.
    pub(crate) fn each_path<'a>(&'a self, see: &mut dyn FnMut(&'a FieldPath)) {
        match self {
            Self::All(nodes) | Self::Any(nodes) => {
                for node in nodes {
                    node.each_path(see);
                }
            }
            Self::Not(node) => node.each_path(see),
            Self::BeginsWith(path, _)
            | Self::Contains(path, _)
            | Self::Exists(path)
            | Self::IsNull(path)
            | Self::Missing(path) => see(path),
            Self::Between(term, ..) | Self::In(term, _) => term.each_path(see),
            Self::Compare(left, _, right) => {
                left.each_path(see);
                right.each_path(see);
            }
        }
    }
}

impl Term {
    fn each_path<'a>(&'a self, see: &mut dyn FnMut(&'a FieldPath)) {
        match self {
            Self::Field(path) | Self::Size(path) => see(path),
            Self::Value(_) => {}
        }
    }
}
