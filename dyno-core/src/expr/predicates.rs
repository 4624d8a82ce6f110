//! What can be said of a field.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, encoding};

use super::condition::{Condition, Fault};
use super::kinds::{Container, Measured, Ordered, Text};
use super::node::{Comparator, Node, Term};
use super::operand::{Compared, Operand};
use super::order::check_bounds;
use crate::limits;
use crate::shape::{Codec, Kind, Path};

impl<R, T> Path<R, T> {
    /// The field has this value. `eq(None)` holds for an absent field and for a stored null.
    pub fn eq(&self, value: impl Operand<R, T>) -> Condition<R> {
        self.compared(value, Comparator::Equal)
    }

    /// The field is there, and has another value. `ne(None)` holds for every value that is there. Where the field may be
    /// `None`, a stored null is no value.
    pub fn ne(&self, value: impl Operand<R, T>) -> Condition<R> {
        self.compared(value, Comparator::NotEqual)
    }

    /// The field has one of these values, 1 to 100.
    pub fn is_in<V: Operand<R, T>>(&self, values: impl IntoIterator<Item = V>) -> Condition<R> {
        Condition::new(self.one_of(values))
    }

    /// The field is there, as a value or as a null.
    pub fn exists(&self) -> Condition<R> {
        let path = self.check_place().map(|()| self.as_field_path().clone());
        Condition::new(path.map(Node::Exists))
    }

    /// The field is not there.
    pub fn is_missing(&self) -> Condition<R> {
        let path = self.check_place().map(|()| self.as_field_path().clone());
        Condition::new(path.map(Node::Missing))
    }

    fn field(&self) -> Term {
        Term::Field(self.as_field_path().clone())
    }

    /// Refuses what has no attribute of its own.
    fn check_place(&self) -> Result<(), Fault> {
        if self.is_flattened() {
            return Err(Fault::new(
                self.as_field_path(),
                "is where a flattened field stands, which has no attribute of its own; compare the fields in it",
            ));
        }
        Ok(())
    }

    /// Refuses to look at more of a value than whether it is the same, if it is stored in a form that its type does not
    /// know.
    fn check_form(&self) -> Result<(), Fault> {
        self.check_place()?;
        if self.codec().is_foreign() {
            return Err(Fault::new(
                self.as_field_path(),
                "is stored by conversions of its own (`with`), of which order, parts and size are not known; it can be \
                 compared with `eq`, `ne`, `is_in` and `exists`, or after loading",
            ));
        }
        Ok(())
    }

    /// Refuses to ask for the order of what DynamoDB does not put in the order of the field's type.
    fn check_order(&self) -> Result<(), Fault>
    where
        T: Ordered,
    {
        if matches!(self.codec().kind(), Kind::Key { .. } | Kind::Scalar(_)) {
            return self.check_place();
        }
        if T::ONLY_AS_NUMBER && !self.codec().is_foreign() {
            return Err(Fault::new(
                self.as_field_path(),
                "is a time in its type's own form, which DynamoDB does not put in the order of time; store it as a number, \
                 `#[dyno(with = dyno::compat::epoch_seconds)]`, or compare after loading",
            ));
        }
        self.check_form()
    }

    fn term(&self, value: impl Operand<R, T>) -> Result<Option<Term>, Fault> {
        let term = value.__dyno_term(self.codec());
        let term = term.map_err(|error| Fault::of_value(self.as_field_path(), error))?;
        let Some(Compared { term, is_foreign }) = term else {
            return Ok(None);
        };
        let is_field = matches!(term, Term::Field(_));
        if is_field && (is_foreign || self.codec().is_foreign()) {
            return Err(Fault::new(
                self.as_field_path(),
                "is compared with a field, and one of the two is stored by conversions of its own (`with`); compare after loading",
            ));
        }
        Ok(Some(term))
    }

    fn by_order(&self, value: impl Operand<R, T>, comparator: Comparator) -> Condition<R>
    where
        T: Ordered,
    {
        match self.check_order() {
            Ok(()) => self.compared(value, comparator),
            Err(fault) => Condition::new(Err(fault)),
        }
    }

    fn compared(&self, value: impl Operand<R, T>, comparator: Comparator) -> Condition<R> {
        let path = self.as_field_path();
        let none = || Node::none(path);
        let exists = || Node::Exists(path.clone());
        let term = self.check_place().and_then(|()| self.term(value));
        Condition::new(term.and_then(|term| match (term, comparator) {
            (Some(term), Comparator::NotEqual) => {
                let there = if self.codec().absent().is_some() {
                    none().not()
                } else {
                    exists()
                };
                Ok(there.all(Node::Compare(self.field(), comparator, term)))
            }
            (Some(term), _) => Ok(Node::Compare(self.field(), comparator, term)),
            (None, Comparator::Equal) => Ok(none()),
            (None, Comparator::NotEqual) => Ok(none().not()),
            (None, _) => Err(Fault::new(
                path,
                "is compared by order with what is no value",
            )),
        }))
    }

    fn one_of<V: Operand<R, T>>(&self, values: impl IntoIterator<Item = V>) -> Result<Node, Fault> {
        let path = self.as_field_path();
        self.check_place()?;
        let values = values.into_iter().map(|value| self.value(value));
        let values = values.collect::<Result<Vec<_>, Fault>>()?;
        let values = distinct_in_order(path, values)?;
        match values.len() {
            0 => Err(Fault::new(
                path,
                "`is_in` needs a value at least; nothing is one of none",
            )),
            1..=limits::IN_VALUES => Ok(Node::In(self.field(), values)),
            count => Err(Fault::new(
                path,
                format!(
                    "`is_in` takes {most} values at most, and has {count}; join conditions of {most} each with `|`",
                    most = limits::IN_VALUES
                ),
            )),
        }
    }

    /// A value that is there, and no other field.
    fn value(&self, value: impl Operand<R, T>) -> Result<AttributeValue, Fault> {
        match self.term(value)? {
            Some(Term::Value(value)) => Ok(value),
            Some(Term::Field(_) | Term::Size(_)) => Err(Fault::new(
                self.as_field_path(),
                "takes values here, and no other field",
            )),
            None => Err(Fault::new(
                self.as_field_path(),
                "takes values here, and `None` is none; say `eq(None)`",
            )),
        }
    }

    /// The field is less than this.
    pub fn lt(&self, value: impl Operand<R, T>) -> Condition<R>
    where
        T: Ordered,
    {
        self.by_order(value, Comparator::Less)
    }

    /// The field is less than this, or equal.
    pub fn le(&self, value: impl Operand<R, T>) -> Condition<R>
    where
        T: Ordered,
    {
        self.by_order(value, Comparator::LessOrEqual)
    }

    /// The field is greater than this.
    pub fn gt(&self, value: impl Operand<R, T>) -> Condition<R>
    where
        T: Ordered,
    {
        self.by_order(value, Comparator::Greater)
    }

    /// The field is greater than this, or equal.
    pub fn ge(&self, value: impl Operand<R, T>) -> Condition<R>
    where
        T: Ordered,
    {
        self.by_order(value, Comparator::GreaterOrEqual)
    }

    /// The field is one of these bounds, or between them. The lower one comes first.
    pub fn between(&self, lower: impl Operand<R, T>, upper: impl Operand<R, T>) -> Condition<R>
    where
        T: Ordered,
    {
        let bounds = || {
            self.check_order()?;
            let (lower, upper) = (self.value(lower)?, self.value(upper)?);
            check_bounds(&lower, &upper).map_err(|why| Fault::new(self.as_field_path(), why))?;
            Ok(Node::Between(self.field(), lower, upper))
        };
        Condition::new(bounds())
    }

    /// The field begins with this.
    pub fn begins_with(&self, beginning: impl Operand<R, T>) -> Condition<R>
    where
        T: Text,
    {
        let value = self.check_form().and_then(|()| self.value(beginning));
        Condition::new(value.map(|value| Node::BeginsWith(self.as_field_path().clone(), value)))
    }
}

// The bounds of these stand on the impl, so that an object's own fields may be called `contains` and `size`.
impl<R, T: Container> Path<R, T> {
    /// The field contains this: a part of a string, or an element of a set or list.
    pub fn contains(&self, element: impl Operand<R, T::Element>) -> Condition<R> {
        let path = self.as_field_path();
        let element = element.__dyno_term(&Codec::DIRECT);
        let element = element.map_err(|error| Fault::of_value(path, error.under_index(0)));
        let element = self.check_form().and(element);
        Condition::new(element.and_then(|element| match element {
            Some(Compared {
                term: Term::Value(value),
                ..
            }) => Ok(Node::Contains(path.clone(), value)),
            Some(_) => Err(Fault::new(
                path,
                "takes a value in `contains`, and no other field",
            )),
            None => Err(Fault::new(
                path,
                "takes a value in `contains`, and what is absent is in no list",
            )),
        }))
    }
}

impl<R, T: Measured> Path<R, T> {
    /// How large the field is: bytes of binary, elements of a list, map or set, the length of a string. The service does not say
    /// in what it measures strings; those of ASCII only have one for each character (the embedded engine counts UTF-16
    /// units).
    pub fn size(&self) -> Size<R> {
        Size {
            path: self.check_form().map(|()| self.as_field_path().clone()),
            root: PhantomData,
        }
    }
}

/// The size of a field, to be compared; see [`Path::size`].
pub struct Size<R> {
    path: Result<FieldPath, Fault>,
    root: PhantomData<fn() -> R>,
}

impl<R> Size<R> {
    /// It is this.
    pub fn eq(&self, size: u64) -> Condition<R> {
        self.compared(Comparator::Equal, size)
    }

    /// It is less than this.
    pub fn lt(&self, size: u64) -> Condition<R> {
        self.compared(Comparator::Less, size)
    }

    /// It is this or less.
    pub fn le(&self, size: u64) -> Condition<R> {
        self.compared(Comparator::LessOrEqual, size)
    }

    /// It is more than this.
    pub fn gt(&self, size: u64) -> Condition<R> {
        self.compared(Comparator::Greater, size)
    }

    /// It is this or more.
    pub fn ge(&self, size: u64) -> Condition<R> {
        self.compared(Comparator::GreaterOrEqual, size)
    }

    fn compared(&self, comparator: Comparator, size: u64) -> Condition<R> {
        let size = Term::Value(AttributeValue::N(size.to_string()));
        let path = self.path.clone();
        Condition::new(path.map(|path| Node::Compare(Term::Size(path), comparator, size)))
    }
}

impl<R> fmt::Debug for Size<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            Ok(path) => write!(f, "Size({path})"),
            Err(fault) => write!(f, "Size({fault})"),
        }
    }
}

/// Sets give their elements in another order each time, and the same condition has one text.
fn distinct_in_order(
    path: &FieldPath,
    values: Vec<AttributeValue>,
) -> Result<Vec<AttributeValue>, Fault> {
    let encoded = |value: AttributeValue| {
        let bytes = encoding::encode(&value);
        let bytes = bytes.map_err(|error| Fault::of_value(path, error))?;
        Ok((bytes, value))
    };
    let values = values.into_iter().map(encoded);
    let distinct = values.collect::<Result<BTreeMap<_, _>, Fault>>()?;
    Ok(distinct.into_values().collect())
}
