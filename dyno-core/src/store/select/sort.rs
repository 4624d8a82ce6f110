use super::query::{OneSort, Query};
use crate::error::{Error, ErrorKind, Result};
use crate::expr::{Comparator, Node, Term, is_after};
use crate::key::{KeyKind, KeyValue};
use crate::plan::{Topology, sort_of};
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
}

debug_of!(SortKey<T>: query);

impl<T: Stored> SortKey<T> {
    pub(super) fn new(query: Query<T>) -> Self {
        Self { query }
    }

    /// Any sort key: for a program that decides when it runs whether there is a condition.
    pub fn any(self) -> Query<T, OneSort> {
        self.is(SortCondition::Any)
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
        self.is(SortCondition::Between(lower.into(), upper.into()))
    }

    /// Those that begin with this; of strings and binary.
    pub fn begins_with(self, value: impl Into<KeyValue>) -> Query<T, OneSort> {
        self.is(SortCondition::BeginsWith(value.into()))
    }

    fn compares(self, comparator: Comparator, value: impl Into<KeyValue>) -> Query<T, OneSort> {
        self.is(SortCondition::Compares(comparator, value.into()))
    }

    fn is(self, condition: SortCondition) -> Query<T, OneSort> {
        self.query.sorted(condition)
    }
}

/// A condition on sort keys.
#[derive(Clone, Debug)]
pub(super) enum SortCondition {
    Any,
    BeginsWith(KeyValue),
    Between(KeyValue, KeyValue),
    Compares(Comparator, KeyValue),
}

impl SortCondition {
    /// The condition for a table; `None` if there is nothing to ask.
    ///
    /// # Errors
    ///
    /// The table has no sort key, a value is none of it, or the bounds are the wrong way round.
    pub(super) fn node(&self, topology: &Topology) -> Result<Option<Node>> {
        let table = topology.table;
        let Some(name) = table.sort_name() else {
            let why = format!(
                "table `{}` has no sort key to put a condition on; its objects are found by their partition key: use \
                 `load`, or `scan` with a filter",
                table.name()
            );
            return Err(Error::new(ErrorKind::InvalidKey, why));
        };
        let path = FieldPath::root().key(name);
        let checked =
            |value: &KeyValue| sort_of(topology.root, name, value).map(|value| value.to_value());
        let refuse = |why: String| Err(Error::new(ErrorKind::InvalidExpression, why));
        Ok(Some(match self {
            Self::Any => return Ok(None),
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
        }))
    }
}
