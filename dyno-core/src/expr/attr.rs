//! Conditions on attributes of items without a type.

use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::Blob;
use dyno_value::{FieldPath, Item, measure_value};

use super::condition::{Condition, Fault};
use super::node::{Comparator, Node, Term};
use super::order::check_bounds;

/// An attribute of an item, by its name, of which conditions on items are made.
///
/// Comparisons are those of DynamoDB: an attribute that is absent, or of another type, is neither equal to nor less or greater than
/// anything. Names need no care: reserved words, dots and brackets are part of the name.
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// use dyno::items::attr;
///
/// let condition = attr("id").missing() | (attr("expires").le(1_795_216_793) & !attr("version").eq(3));
/// assert_eq!(
///     condition.to_string(),
///     "attribute_not_exists(id) OR (expires <= 1795216793 AND NOT version = 3)"
/// );
/// ```
#[derive(Clone, Debug)]
pub struct Attr {
    path: FieldPath,
}

/// An attribute of an item, by its name.
pub fn attr(name: impl AsRef<str>) -> Attr {
    Attr {
        path: FieldPath::root().key(name.as_ref()),
    }
}

/// A value of an attribute: what conditions compare with, and what updates write.
#[derive(Clone, PartialEq)]
pub struct Value(AttributeValue);

/// Shows no value.
impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Value").finish_non_exhaustive()
    }
}

impl Value {
    /// As the SDK has it.
    pub fn into_inner(self) -> AttributeValue {
        self.0
    }
}

impl Attr {
    /// It is there, whatever its value.
    pub fn exists(&self) -> Condition<Item> {
        Condition::new(self.named().map(Node::Exists))
    }

    /// It is not there.
    pub fn missing(&self) -> Condition<Item> {
        Condition::new(self.named().map(Node::Missing))
    }

    /// It has this value.
    pub fn eq(&self, value: impl Into<Value>) -> Condition<Item> {
        self.compare(Comparator::Equal, value.into())
    }

    /// It has another value, or is absent.
    pub fn ne(&self, value: impl Into<Value>) -> Condition<Item> {
        self.compare(Comparator::NotEqual, value.into())
    }

    /// It is less: a number, a string or binary.
    pub fn lt(&self, value: impl Into<Value>) -> Condition<Item> {
        self.compare(Comparator::Less, value.into())
    }

    /// It is less or equal.
    pub fn le(&self, value: impl Into<Value>) -> Condition<Item> {
        self.compare(Comparator::LessOrEqual, value.into())
    }

    /// It is greater.
    pub fn gt(&self, value: impl Into<Value>) -> Condition<Item> {
        self.compare(Comparator::Greater, value.into())
    }

    /// It is greater or equal.
    pub fn ge(&self, value: impl Into<Value>) -> Condition<Item> {
        self.compare(Comparator::GreaterOrEqual, value.into())
    }

    /// It is between these, both included.
    pub fn between(&self, lower: impl Into<Value>, upper: impl Into<Value>) -> Condition<Item> {
        let node = self.ordered(lower.into()).and_then(|lower| {
            let upper = self.ordered(upper.into())?;
            check_bounds(&lower, &upper).map_err(|why| Fault::new(&self.path, why))?;
            Ok(Node::Between(Term::Field(self.path.clone()), lower, upper))
        });
        Condition::new(node)
    }

    /// It is a string that begins so.
    pub fn begins_with(&self, prefix: impl Into<String>) -> Condition<Item> {
        let prefix = AttributeValue::S(prefix.into());
        Condition::new(self.named().map(|path| Node::BeginsWith(path, prefix)))
    }

    /// It is a string with this inside, or a set or list with this element.
    pub fn contains(&self, element: impl Into<Value>) -> Condition<Item> {
        let element = self.checked(element.into());
        Condition::new(element.map(|element| Node::Contains(self.path.clone(), element)))
    }

    fn compare(&self, comparator: Comparator, value: Value) -> Condition<Item> {
        let field = Term::Field(self.path.clone());
        let value = match comparator {
            Comparator::Equal | Comparator::NotEqual => self.checked(value),
            _ => self.ordered(value),
        };
        Condition::new(value.map(|value| Node::Compare(field, comparator, Term::Value(value))))
    }

    fn named(&self) -> Result<FieldPath, Fault> {
        if self.path == FieldPath::root().key("") {
            return Err(Fault::new(
                &self.path,
                "an attribute has a name, and this is empty",
            ));
        }
        Ok(self.path.clone())
    }

    /// A value that has an order.
    fn ordered(&self, value: Value) -> Result<AttributeValue, Fault> {
        let value = self.checked(value)?;
        match value {
            AttributeValue::S(_) | AttributeValue::N(_) | AttributeValue::B(_) => Ok(value),
            _ => Err(Fault::new(
                &self.path,
                "only strings, numbers and binary have an order",
            )),
        }
    }

    fn checked(&self, value: Value) -> Result<AttributeValue, Fault> {
        self.named()?;
        measure_value(&value.0)
            .map(|_| value.0)
            .map_err(|error| Fault::of_value(&self.path, error))
    }
}

macro_rules! into_value {
    ($($type:ty: $value:ident => $made:expr),* $(,)?) => {
        $(impl From<$type> for Value {
            fn from($value: $type) -> Self {
                Self($made)
            }
        })*
    };
}

into_value! {
    AttributeValue: value => value,
    &AttributeValue: value => value.clone(),
    &str: text => AttributeValue::S(text.to_owned()),
    &String: text => AttributeValue::S(text.clone()),
    String: text => AttributeValue::S(text),
    bool: bool => AttributeValue::Bool(bool),
    Vec<u8>: bytes => AttributeValue::B(Blob::new(bytes)),
    &[u8]: bytes => AttributeValue::B(Blob::new(bytes)),
    Blob: blob => AttributeValue::B(blob),
}

macro_rules! integers_into_value {
    ($($integer:ty),*) => {
        into_value! { $($integer: number => AttributeValue::N(number.to_string())),* }
    };
}

integers_into_value!(
    u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize
);
