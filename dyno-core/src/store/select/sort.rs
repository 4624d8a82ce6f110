use super::keys::Keys;
use super::query::{OneSort, Query};
use crate::error::{Error, ErrorKind, Result};
use crate::expr::{Comparator, Node, Term, is_after};
use crate::key::{KeyKind, KeyValue};
use crate::plan::checked_part;
use crate::shape::Stored;
use crate::store::operation::debug_of;
use dyno_value::FieldPath;

/// What is asked of the sort keys of a [`Query`]: one of these.
///
/// Numbers are compared as numbers, strings and binary byte by byte. A value of another type than the key's is refused
/// before the first request.
#[must_use = "it is a part of a query: say which sort keys"]
pub struct SortKey<T> {
    query: Query<T>,
    /// Values of the attributes before the one that is compared.
    within: Vec<KeyValue>,
}

debug_of!(SortKey<T>: query);

impl<T: Stored> SortKey<T> {
    pub(super) fn new(query: Query<T>) -> Self {
        Self {
            query,
            within: Vec::new(),
        }
    }

    /// Of an index with several attributes in its sort key: those that have this value in the first one. Given again, in the
    /// second one; what is compared is the next.
    pub fn within(mut self, value: impl Into<KeyValue>) -> Self {
        self.within.push(value.into());
        self
    }

    /// Any sort key: for a program that decides when it runs whether there is a condition.
    pub fn any(self) -> Query<T, OneSort> {
        self.is(Compared::Any)
    }

    /// This one.
    pub fn eq(self, value: impl Into<KeyValue>) -> Query<T, OneSort> {
        self.compares(Comparator::Equal, value)
    }

    /// Those before this.
    pub fn lt(self, value: impl Into<KeyValue>) -> Query<T, OneSort> {
        self.compares(Comparator::Less, value)
    }

    /// Those before this, and this.
    pub fn le(self, value: impl Into<KeyValue>) -> Query<T, OneSort> {
        self.compares(Comparator::LessOrEqual, value)
    }

    /// Those after this.
    pub fn gt(self, value: impl Into<KeyValue>) -> Query<T, OneSort> {
        self.compares(Comparator::Greater, value)
    }

    /// This, and those after it.
    pub fn ge(self, value: impl Into<KeyValue>) -> Query<T, OneSort> {
        self.compares(Comparator::GreaterOrEqual, value)
    }

    /// Both of these, and those between them.
    pub fn between(
        self,
        lower: impl Into<KeyValue>,
        upper: impl Into<KeyValue>,
    ) -> Query<T, OneSort> {
        self.is(Compared::Between(lower.into(), upper.into()))
    }

    /// Those that begin with this; of strings and binary.
    pub fn begins_with(self, value: impl Into<KeyValue>) -> Query<T, OneSort> {
        self.is(Compared::BeginsWith(value.into()))
    }

    fn compares(self, comparator: Comparator, value: impl Into<KeyValue>) -> Query<T, OneSort> {
        self.is(Compared::Compares(comparator, value.into()))
    }

    fn is(self, compared: Compared) -> Query<T, OneSort> {
        let Self { query, within } = self;
        query.sorted(SortCondition { within, compared })
    }
}

/// A condition on sort keys.
#[derive(Clone, Debug)]
pub(super) struct SortCondition {
    /// What the first attributes are equal to.
    within: Vec<KeyValue>,
    /// What holds of the next.
    compared: Compared,
}

#[derive(Clone, Debug)]
enum Compared {
    Any,
    BeginsWith(KeyValue),
    Between(KeyValue, KeyValue),
    Compares(Comparator, KeyValue),
}

impl SortCondition {
    /// What must hold by these keys.
    ///
    /// # Errors
    ///
    /// They have no such sort key, a value is none of it, or the bounds are the wrong way round.
    pub(super) fn nodes(&self, keys: Keys) -> Result<Vec<Node>> {
        let mut nodes = Vec::new();
        for (position, value) in self.within.iter().enumerate() {
            nodes.push(Compared::equal(value).node(keys, position)?);
        }
        match &self.compared {
            Compared::Any if self.within.is_empty() => {
                keys.sort_at(0)?;
            }
            Compared::Any => {}
            compared => nodes.push(compared.node(keys, self.within.len())?),
        }
        Ok(nodes)
    }
}

impl Compared {
    fn equal(value: &KeyValue) -> Self {
        Self::Compares(Comparator::Equal, value.clone())
    }

    fn node(&self, keys: Keys, position: usize) -> Result<Node> {
        let (name, kind) = keys.sort_at(position)?;
        let path = FieldPath::root().key(name);
        let checked = |value: &KeyValue| {
            checked_part("sort key", name, kind, value).map(|value| value.to_value())
        };
        let refuse = |why: String| Err(Error::new(ErrorKind::InvalidExpression, why));
        Ok(match self {
            Self::Any => Node::Exists(path),
            Self::BeginsWith(value) if value.kind() == KeyKind::N => {
                return refuse(format!(
                    "a number such as `{value}` has no beginning; use `between`, or `eq`, on sort key `{name}`"
                ));
            }
            Self::BeginsWith(value) => Node::BeginsWith(path, checked(value)?),
            Self::Between(lower, upper) => {
                let bounds = (checked(lower)?, checked(upper)?);
                if is_after(&bounds.0, &bounds.1) {
                    return refuse(format!(
                        "`between` takes the lower bound first, and `{lower}` comes after `{upper}`"
                    ));
                }
                Node::Between(Term::Field(path), bounds.0, bounds.1)
            }
            Self::Compares(comparator, value) => {
                let value = Term::Value(checked(value)?);
                Node::Compare(Term::Field(path), *comparator, value)
            }
        })
    }
}
