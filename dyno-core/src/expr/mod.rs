//! Conditions over the fields of an object, and their text for the service.
//!
//! A condition is a tree ([`Node`]) of paths and values. Methods of typed handles build it ([`predicates`]), what a
//! field's type can do decides which there are ([`kinds`]), and [`render`] writes it with placeholders for every name
//! and value, so that reserved words and odd names need no care.

mod condition;
mod kinds;
mod node;
mod operand;
mod order;
mod predicates;
mod render;

#[cfg(test)]
mod tests;

pub use self::condition::Condition;
pub(crate) use self::condition::{Fault, Why};
pub use self::kinds::{Container, Measured, Ordered, Text};
pub(crate) use self::node::{Comparator, Look, Node, Term};
pub use self::operand::{Compared, Operand};
pub(crate) use self::order::is_after;
pub use self::predicates::Size;
pub(crate) use self::render::{Placeholders, condition_text};
