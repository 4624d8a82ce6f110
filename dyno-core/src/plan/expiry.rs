//! Objects that expired, and that the service has not removed yet.

use std::time::SystemTime;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Item};

use crate::error::Result;
use crate::expr::{Comparator, Node, Term, is_after};
use crate::shape::{FieldShape, Shape, seconds_of};

/// Which objects expired at some time.
#[derive(Clone, Debug)]
pub(crate) struct Expiry {
    attribute: &'static str,
    now: AttributeValue,
}

/// The attribute by which objects of the shape expire.
pub(crate) fn expiry_attribute(shape: &'static Shape) -> Option<&'static str> {
    let mut fields = shape.all_fields();
    let field = fields.find(|field| field.says_expiry());
    field.map(FieldShape::name)
}

impl Expiry {
    /// Those of the shape, if they can.
    ///
    /// # Errors
    ///
    /// The time is further away than can be counted.
    pub(crate) fn of(shape: &'static Shape, now: SystemTime) -> Result<Option<Self>> {
        let Some(attribute) = expiry_attribute(shape) else {
            return Ok(None);
        };
        let now = AttributeValue::N(seconds_of(now)?.to_string());
        Ok(Some(Self { attribute, now }))
    }

    /// The attribute that says when.
    pub(crate) fn attribute(&self) -> &'static str {
        self.attribute
    }

    /// What holds of those that did not. What is no number never expires, as for the service.
    pub(crate) fn lives(&self) -> Node {
        let expires = Term::Field(FieldPath::root().key(self.attribute));
        let now = Term::Value(self.now.clone());
        Node::Not(Box::new(Node::Compare(
            expires,
            Comparator::LessOrEqual,
            now,
        )))
    }

    /// Whether the object with this item expired.
    pub(crate) fn is_over(&self, item: &Item) -> bool {
        let expires = item.get(self.attribute).filter(|expires| expires.is_n());
        expires.is_some_and(|expires| !is_after(expires, &self.now))
    }
}
