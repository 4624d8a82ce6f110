use std::fmt;
use std::marker::PhantomData;
use std::ops::{BitAnd, BitOr, Not};

use dyno_value::{FieldPath, ValueError};

use super::node::Node;
use super::render::{Placeholders, condition_text};

/// What must hold of an object of type `R`, for a write to be applied or a result to be kept.
///
/// Made of the handles of fields, and joined with `&`, `|` and `!`. Which comparisons a field has depends on its type:
/// numbers, strings and binary have an order, strings a beginning, sets and lists contain, everything is there or not.
///
/// A field that is absent is neither equal to nor less or greater than anything. Of an `Option` that is `None`, whether it is
/// stored as null or not at all, `eq(None)` holds.
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// # use dyno_derive::DyObject;
/// use dyno::{Condition, DyObject};
///
/// #[derive(DyObject)]
/// #[dyno(table = "Users", key = "ID")]
/// struct User {
///     name: String,
///     age: u32,
///     email: Option<String>,
/// }
///
/// let user = User::fields();
/// let condition = user.age().ge(18) & (user.email().begins_with("n") | !user.name().eq("Naomi"));
/// assert_eq!(condition.to_string(), "age >= 18 AND (begins_with(email, \"n\") OR NOT name = \"Naomi\")");
/// ```
pub struct Condition<R> {
    node: Result<Node, Fault>,
    root: PhantomData<fn() -> R>,
}

/// Why there is no such condition.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    /// Of the field that it was to look at.
    pub(crate) path: FieldPath,
    pub(crate) why: Why,
}

#[derive(Clone, Debug)]
pub(crate) enum Why {
    /// It makes no sense.
    Senseless(String),
    /// A value has no form in DynamoDB.
    Value(ValueError),
}

impl Fault {
    pub(super) fn new(path: &FieldPath, why: impl Into<String>) -> Self {
        Self {
            path: path.clone(),
            why: Why::Senseless(why.into()),
        }
    }

    pub(super) fn of_value(path: &FieldPath, error: ValueError) -> Self {
        Self {
            path: path.clone(),
            why: Why::Value(error),
        }
    }
}

/// Shows no value.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "field `{}`: ", self.path)?;
        match &self.why {
            Why::Senseless(why) => f.write_str(why),
            Why::Value(error) if error.cause().shows_value() => f.write_str("a value does not fit"),
            Why::Value(error) => write!(f, "{}", error.cause()),
        }
    }
}

impl<R> Condition<R> {
    pub(crate) fn new(node: Result<Node, Fault>) -> Self {
        Self {
            node,
            root: PhantomData,
        }
    }

    /// The condition as data.
    ///
    /// # Errors
    ///
    /// It was built of what cannot be compared.
    pub(crate) fn into_node(self) -> Result<Node, Fault> {
        self.node
    }

    fn join(self, other: Self, join: fn(Node, Node) -> Node) -> Self {
        Self::new(match (self.node, other.node) {
            (Ok(one), Ok(other)) => Ok(join(one, other)),
            (Err(fault), _) | (_, Err(fault)) => Err(fault),
        })
    }
}

impl<R> BitAnd for Condition<R> {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        self.join(other, Node::all)
    }
}

impl<R> BitOr for Condition<R> {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.join(other, Node::any)
    }
}

impl<R> Not for Condition<R> {
    type Output = Self;

    fn not(self) -> Self {
        Self::new(self.node.map(Node::not))
    }
}

impl<R> Clone for Condition<R> {
    fn clone(&self) -> Self {
        Self::new(self.node.clone())
    }
}

/// As it is sent, with names and values in place of placeholders. Meant for people and logs of a program that knows
/// what its conditions hold: values are shown.
impl<R> fmt::Display for Condition<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.node {
            Ok(node) => f.write_str(&condition_text(node, &mut Placeholders::shown())),
            Err(fault) => write!(f, "(no condition: {fault})"),
        }
    }
}

/// Shows no value.
impl<R> fmt::Debug for Condition<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        if let Ok(node) = &self.node {
            text = condition_text(node, &mut Placeholders::hidden());
        }
        f.debug_tuple("Condition").field(&text).finish()
    }
}
