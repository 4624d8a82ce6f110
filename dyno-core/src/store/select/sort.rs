use super::keys::Keys;
use super::query::{AnySort, OfTable, OneSort, QueriedBy, Query, SortFields};
use crate::error::{Error, ErrorKind, Result};
use crate::expr::{Comparator, Node, Operator, Term, is_after};
use crate::key::{Beginning, KeyKind, KeyValue, PrefixOf, Template};
use crate::plan::checked_part;
use crate::shape::Stored;
use crate::store::operation::debug_of;
use dyno_value::FieldPath;

/// What is asked of the sort keys of a [`Query`]: one of these.
///
/// Numbers are compared as numbers, strings and binary byte by byte. A value of another type than the key's is refused
/// before the first request.
#[must_use = "it is a part of a query: say which sort keys"]
pub struct SortKey<T, K = OfTable> {
    query: Query<T, AnySort, K>,
    /// Values of the attributes before the one that is compared.
    within: Vec<KeyValue>,
}

debug_of!(SortKey<T, K>: query);

impl<T: Stored, K: QueriedBy<T>> SortKey<T, K> {
    pub(super) fn new(query: Query<T, AnySort, K>) -> Self {
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
    pub fn any(self) -> Query<T, OneSort, K> {
        self.is(Compared::Any)
    }

    /// This one.
    pub fn eq(self, value: impl Into<KeyValue>) -> Query<T, OneSort, K> {
        self.compares(Comparator::Equal, value)
    }

    /// Those before this.
    pub fn lt(self, value: impl Into<KeyValue>) -> Query<T, OneSort, K> {
        self.compares(Comparator::Less, value)
    }

    /// Those before this, and this.
    pub fn le(self, value: impl Into<KeyValue>) -> Query<T, OneSort, K> {
        self.compares(Comparator::LessOrEqual, value)
    }

    /// Those after this.
    pub fn gt(self, value: impl Into<KeyValue>) -> Query<T, OneSort, K> {
        self.compares(Comparator::Greater, value)
    }

    /// This, and those after it.
    pub fn ge(self, value: impl Into<KeyValue>) -> Query<T, OneSort, K> {
        self.compares(Comparator::GreaterOrEqual, value)
    }

    /// Both of these, and those between them.
    pub fn between(
        self,
        lower: impl Into<KeyValue>,
        upper: impl Into<KeyValue>,
    ) -> Query<T, OneSort, K> {
        self.is(Compared::Between(lower.into(), upper.into()))
    }

    /// Those that begin with this; of strings and binary.
    pub fn begins_with(self, value: impl Into<KeyValue>) -> Query<T, OneSort, K> {
        self.is(Compared::BeginsWith(value.into()))
    }

    /// Those that have these values in the first fields of the sort key's template, in its order, as a tuple or, of one field,
    /// alone: exactly the objects whose fields are equal to them.
    pub fn fields(self, first: impl PrefixOf<SortFields<T, K>>) -> Query<T, OneSort, K> {
        self.made(|template| {
            let Beginning { text, is_whole } = template.beginning(&first.__dyno_texts())?;
            let text = KeyValue::S(text);
            Ok(if is_whole {
                Compared::equal(&text)
            } else {
                Compared::BeginsWith(text)
            })
        })
    }

    /// Those whose first fields are these values or come after them; see [`fields`](Self::fields).
    pub fn fields_from(self, lower: impl PrefixOf<SortFields<T, K>>) -> Query<T, OneSort, K> {
        self.made(|template| {
            let lower = template.beginning(&lower.__dyno_texts())?.text;
            Ok(between(lower, template.every().upper_bound()))
        })
    }

    /// Those whose first fields are these values or come before them; see [`fields`](Self::fields).
    pub fn fields_to(self, upper: impl PrefixOf<SortFields<T, K>>) -> Query<T, OneSort, K> {
        self.made(|template| {
            let upper = template.beginning(&upper.__dyno_texts())?.upper_bound();
            let lower = template.every().text;
            Ok(match (lower.is_empty(), upper) {
                (true, Some(upper)) => {
                    Compared::Compares(Comparator::LessOrEqual, KeyValue::S(upper))
                }
                (_, upper) => between(lower, upper),
            })
        })
    }

    /// Those whose first fields are one of these, or between them; see [`fields`](Self::fields). The bounds need not be of as many
    /// fields.
    pub fn fields_between(
        self,
        lower: impl PrefixOf<SortFields<T, K>>,
        upper: impl PrefixOf<SortFields<T, K>>,
    ) -> Query<T, OneSort, K> {
        self.made(|template| {
            let lower = template.beginning(&lower.__dyno_texts())?.text;
            let upper = template.beginning(&upper.__dyno_texts())?.upper_bound();
            Ok(between(lower, upper))
        })
    }

    /// What the template of the sort key makes of fields.
    fn made(
        self,
        make: impl FnOnce(Template) -> std::result::Result<Compared, String>,
    ) -> Query<T, OneSort, K> {
        let Some(template) = self.query.sort_template() else {
            return self.is(Compared::Any);
        };
        let made = make(template).map(Box::new);
        self.is(Compared::Made(template.attribute(), made))
    }

    fn compares(self, comparator: Comparator, value: impl Into<KeyValue>) -> Query<T, OneSort, K> {
        self.is(Compared::Compares(comparator, value.into()))
    }

    fn is(self, compared: Compared) -> Query<T, OneSort, K> {
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
    /// What the fields of the template of this attribute make, or why they make nothing.
    Made(&'static str, std::result::Result<Box<Self>, String>),
}

/// From the lower to the upper, if there is one.
fn between(lower: String, upper: Option<String>) -> Compared {
    let lower = KeyValue::S(lower);
    match upper {
        Some(upper) => Compared::Between(lower, KeyValue::S(upper)),
        None => Compared::Compares(Comparator::GreaterOrEqual, lower),
    }
}

impl SortCondition {
    /// The condition of an operator that was told by name, on the attribute behind those that are equal to `within`.
    ///
    /// # Errors
    ///
    /// It takes another number of values.
    pub(super) fn asked(
        within: Vec<KeyValue>,
        operator: Operator,
        values: Vec<KeyValue>,
    ) -> Result<Self> {
        let mut values = values.into_iter();
        let compared = match (operator, values.next(), values.next(), values.next()) {
            (Operator::Between, Some(lower), Some(upper), None) => Compared::Between(lower, upper),
            (Operator::BeginsWith, Some(value), None, _) => Compared::BeginsWith(value),
            (Operator::Compares(comparator), Some(value), None, _) => {
                Compared::Compares(comparator, value)
            }
            _ => {
                let why = "a condition on the sort key takes one value, and `between` two, as `(lower, upper)`";
                return Err(Error::new(ErrorKind::InvalidExpression, why));
            }
        };
        Ok(Self { within, compared })
    }

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
            checked_part("sort key", name, kind, value).map(KeyValue::into_value)
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
            Self::Made(attribute, made) => {
                keys.check_made(attribute, name)?;
                match made {
                    Ok(made) => made.node(keys, position)?,
                    Err(why) => return Err(Error::new(ErrorKind::InvalidKey, why.as_str())),
                }
            }
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
