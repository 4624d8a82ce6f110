//! Conditions whose operator is told by a text, as in `time__gt`, on fields of which the kind is known.

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::Blob;
use dyno_value::{FieldPath, ValueError, measure_value};
use uuid::Uuid;

use super::condition::Fault;
use super::node::{Comparator, Node, Term};
use super::order::check_bounds;
use crate::key::KeyValue;
use crate::limits;
use crate::shape::{Attribute, Kind, fits};

/// What a field is compared with by name, in [`Query::where_str`](crate::Query::where_str) and `filter_str`: a value, or several, as a
/// list or a pair of bounds.
///
/// It is compared as it is stored: a time that is stored as a number is given as that number. Only booleans become the number 1 or 0
/// where the field stores a number.
#[derive(Clone)]
pub struct KeywordValue(Result<Values, ValueError>);

#[derive(Clone)]
enum Values {
    One(AttributeValue),
    Many(Vec<AttributeValue>),
}

impl Values {
    /// One value; several are a list, which the field may be equal to.
    fn one(self) -> AttributeValue {
        match self {
            Self::One(value) => value,
            Self::Many(values) => AttributeValue::L(values),
        }
    }
}

/// Shows no value.
impl std::fmt::Debug for KeywordValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeywordValue").finish_non_exhaustive()
    }
}

macro_rules! values {
    ($($type:ty),*) => {
        $(impl From<$type> for KeywordValue {
            fn from(value: $type) -> Self {
                Self(value.to_value().map(Values::One))
            }
        })*
    };
}

values!(
    bool,
    u8,
    u16,
    u32,
    u64,
    u128,
    usize,
    i8,
    i16,
    i32,
    i64,
    i128,
    isize,
    f32,
    f64,
    String,
    Uuid,
    Blob,
    AttributeValue
);

impl From<&str> for KeywordValue {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<&String> for KeywordValue {
    fn from(text: &String) -> Self {
        text.clone().into()
    }
}

impl From<KeyValue> for KeywordValue {
    fn from(value: KeyValue) -> Self {
        value.to_value().into()
    }
}

impl<V: Into<Self>> From<Vec<V>> for KeywordValue {
    fn from(values: Vec<V>) -> Self {
        values.into_iter().collect()
    }
}

impl<V: Into<Self>, const COUNT: usize> From<[V; COUNT]> for KeywordValue {
    fn from(values: [V; COUNT]) -> Self {
        values.into_iter().collect()
    }
}

/// Two bounds.
impl<V: Into<Self>, W: Into<Self>> From<(V, W)> for KeywordValue {
    fn from((lower, upper): (V, W)) -> Self {
        [lower.into(), upper.into()].into_iter().collect()
    }
}

impl<V: Into<Self>> FromIterator<V> for KeywordValue {
    fn from_iter<I: IntoIterator<Item = V>>(values: I) -> Self {
        let each = |value: V| value.into().0.map(Values::one);
        Self(
            values
                .into_iter()
                .map(each)
                .collect::<Result<_, _>>()
                .map(Values::Many),
        )
    }
}

/// What is asked of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    AttributeType,
    BeginsWith,
    Between,
    Compares(Comparator),
    Contains,
    In,
}

impl Operator {
    const NAMES: [(&'static str, Self); 12] = [
        ("eq", Self::Compares(Comparator::Equal)),
        ("ne", Self::Compares(Comparator::NotEqual)),
        ("lt", Self::Compares(Comparator::Less)),
        ("lte", Self::Compares(Comparator::LessOrEqual)),
        ("gt", Self::Compares(Comparator::Greater)),
        ("gte", Self::Compares(Comparator::GreaterOrEqual)),
        ("begins_with", Self::BeginsWith),
        ("between", Self::Between),
        ("contains", Self::Contains),
        ("is_in", Self::In),
        ("in", Self::In),
        ("attribute_type", Self::AttributeType),
    ];

    /// The operator of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let mut names = Self::NAMES.iter();
        names.find_map(|(known, operator)| (*known == name).then_some(*operator))
    }

    /// Whether the service takes it on a sort key.
    pub(crate) fn is_for_keys(self) -> bool {
        match self {
            Self::BeginsWith | Self::Between => true,
            Self::Compares(comparator) => comparator != Comparator::NotEqual,
            Self::AttributeType | Self::Contains | Self::In => false,
        }
    }

    /// The names of those that are wanted, for error messages.
    pub(crate) fn names(wanted: impl Fn(Self) -> bool) -> String {
        let wanted = Self::NAMES.iter().filter(|(_, operator)| wanted(*operator));
        let names: Vec<_> = wanted.map(|(name, _)| format!("`{name}`")).collect();
        names.join(", ")
    }
}

const TYPES: [&str; 10] = ["S", "N", "B", "BOOL", "NULL", "M", "L", "SS", "NS", "BS"];

/// What must hold of the field at this path, of this kind.
///
/// # Errors
///
/// The operator is none for the field, or the values are none for it.
pub(crate) fn keyword_node(
    path: &FieldPath,
    kind: Kind,
    operator: Operator,
    value: KeywordValue,
) -> Result<Node, Fault> {
    let place = Place { path, kind };
    let values = value.0.map_err(|error| Fault::of_value(path, error))?;
    let field = || Term::Field(path.clone());
    Ok(match operator {
        Operator::Compares(comparator) => {
            let value = values.one();
            if value.is_null() {
                return place.null(comparator);
            }
            let value = place.fitted(value)?;
            if !matches!(comparator, Comparator::Equal | Comparator::NotEqual) {
                place.check_order(&value)?;
            }
            Node::Compare(field(), comparator, Term::Value(value))
        }
        Operator::Between => {
            let values = place.many(values, "two bounds, as `(lower, upper)`")?;
            let [lower, upper] = <[_; 2]>::try_from(values)
                .map_err(|_| place.fault("`between` takes two bounds, as `(lower, upper)`"))?;
            let (lower, upper) = (place.fitted(lower)?, place.fitted(upper)?);
            place.check_order(&lower)?;
            place.check_order(&upper)?;
            check_bounds(&lower, &upper).map_err(|why| place.fault(why))?;
            Node::Between(field(), lower, upper)
        }
        Operator::In => {
            let values = place.many(values, "a list of values")?;
            if !(1..=limits::IN_VALUES).contains(&values.len()) {
                let why = format!(
                    "`in` takes 1 to {} values, and has {}",
                    limits::IN_VALUES,
                    values.len()
                );
                return Err(place.fault(why));
            }
            let values = values.into_iter().map(|value| place.fitted(value));
            Node::In(field(), values.collect::<Result<_, _>>()?)
        }
        Operator::BeginsWith => match place.fitted(values.one())? {
            value @ (AttributeValue::S(_) | AttributeValue::B(_)) => {
                Node::BeginsWith(path.clone(), value)
            }
            _ => return Err(place.fault("only strings and binary have a beginning")),
        },
        Operator::Contains => {
            let element = place.element(values.one())?;
            Node::Contains(path.clone(), element)
        }
        Operator::AttributeType => {
            let AttributeValue::S(name) = values.one() else {
                return Err(place.fault("`attribute_type` takes the name of a type, as a string"));
            };
            let known = TYPES.into_iter().find(|known| *known == name);
            let known = known.ok_or_else(|| {
                let types = TYPES.join("`, `");
                place.fault(format!(
                    "there is no type of that name; there are `{types}`"
                ))
            })?;
            Node::HasType(path.clone(), known)
        }
    })
}

/// A field, and what it looks like.
#[derive(Clone, Copy)]
struct Place<'a> {
    path: &'a FieldPath,
    kind: Kind,
}

impl Place<'_> {
    fn fault(self, why: impl Into<String>) -> Fault {
        Fault::new(self.path, why)
    }

    fn many(self, values: Values, what: &str) -> Result<Vec<AttributeValue>, Fault> {
        match values {
            Values::Many(values) => Ok(values),
            Values::One(_) => {
                Err(self.fault(format!("takes {what} here, and one value was given")))
            }
        }
    }

    /// Null is what is absent, too.
    fn null(self, comparator: Comparator) -> Result<Node, Fault> {
        let none = Node::none(self.path);
        match comparator {
            Comparator::Equal => Ok(none),
            Comparator::NotEqual => Ok(none.not()),
            _ => Err(self.fault("is compared by order with what is no value")),
        }
    }

    fn check_order(self, value: &AttributeValue) -> Result<(), Fault> {
        match value {
            AttributeValue::S(_) | AttributeValue::N(_) | AttributeValue::B(_) => Ok(()),
            _ => Err(self.fault("only strings, numbers and binary have an order")),
        }
    }

    /// The value as the field stores it.
    fn fitted(self, value: AttributeValue) -> Result<AttributeValue, Fault> {
        let told = |error| Fault::of_value(self.path, error);
        measure_value(&value).map_err(told)?;
        fitted(self.kind, value).map_err(told)
    }

    /// What the field may contain.
    fn element(self, value: AttributeValue) -> Result<AttributeValue, Fault> {
        let told = |error| Fault::of_value(self.path, error);
        measure_value(&value).map_err(told)?;
        match self.kind {
            Kind::List(element) => fitted(element.kind(), value).map_err(told),
            Kind::Map(_) | Kind::Object(_) => {
                Err(self.fault("only strings, sets and lists contain"))
            }
            Kind::Lazy(_) | Kind::Key { .. } | Kind::Opaque(_) | Kind::Scalar(_) => {
                let of_set = as_set(&value).filter(|set| fits(self.kind, set.clone()).is_ok());
                if of_set.is_some() {
                    return Ok(value);
                }
                match fitted(self.kind, value).map_err(told)? {
                    text @ AttributeValue::S(_) => Ok(text),
                    other if matches!(self.kind, Kind::Opaque(_)) => Ok(other),
                    _ => Err(self.fault("only strings, sets and lists contain")),
                }
            }
        }
    }
}

/// A set of this one element.
fn as_set(element: &AttributeValue) -> Option<AttributeValue> {
    match element {
        AttributeValue::S(text) => Some(AttributeValue::Ss(vec![text.clone()])),
        AttributeValue::N(number) => Some(AttributeValue::Ns(vec![number.clone()])),
        AttributeValue::B(bytes) => Some(AttributeValue::Bs(vec![bytes.clone()])),
        _ => None,
    }
}

/// The value, or a boolean as the number that a field of this kind stores for it.
fn fitted(kind: Kind, value: AttributeValue) -> Result<AttributeValue, ValueError> {
    let check = |value: &AttributeValue| match (kind, KeyValue::from_value(value)) {
        (Kind::Key { kind, .. }, Some(key)) if key.kind() == kind => Ok(()),
        (Kind::Key { .. }, _) => Err(ValueError::custom("another type than the key has")),
        _ => fits(kind, value.clone()),
    };
    let Err(error) = check(&value) else {
        return Ok(value);
    };
    if let AttributeValue::Bool(flag) = value {
        let number = AttributeValue::N(u8::from(flag).to_string());
        if check(&number).is_ok() {
            return Ok(number);
        }
    }
    Err(error)
}

impl KeywordValue {
    /// The values as parts of a key, of one attribute: as many as the operator takes.
    ///
    /// # Errors
    ///
    /// One is no string, number or binary.
    pub(crate) fn into_key_values(self, takes_numbers: bool) -> Result<Vec<KeyValue>, ValueError> {
        let values = match self.0? {
            Values::One(value) => vec![value],
            Values::Many(values) => values,
        };
        let part = |value: AttributeValue| {
            let value = match value {
                AttributeValue::Bool(flag) if takes_numbers => {
                    AttributeValue::N(u8::from(flag).to_string())
                }
                other => other,
            };
            KeyValue::from_value(&value)
                .ok_or_else(|| ValueError::expected("a string, a number or binary", &value))
        };
        values.into_iter().map(part).collect()
    }
}
