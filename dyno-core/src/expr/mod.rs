//! Conditions over the fields of an object, changes of them, and their text for the service.
//!
//! A condition is a tree ([`Node`]) of paths and values. Methods of typed handles build it ([`predicates`]), what a
//! field's type can do decides which there are ([`kinds`]), names of operators do so for code that has fields as text ([`keyword`]), and [`render`] writes it with placeholders for every name
//! and value, so that reserved words and odd names need no care. [`holds`] judges one here, of an item that the service sent with a refusal.
//!
//! An update is a list of changes ([`edit`]), each of one path: set to a value ([`assign`]), or changed by what its type can do
//! ([`addend`]). [`update`] writes them.

mod addend;
mod assign;
mod attr;
mod condition;
mod edit;
mod holds;
mod keyword;
mod kinds;
mod legend;
mod node;
mod operand;
mod order;
mod predicates;
mod render;
mod update;

#[cfg(test)]
mod tests;

pub use self::addend::{Added, Addend, ListField, Numeric, SetField, Subtrahend};
pub(crate) use self::addend::{list_of, set_of};
pub use self::assign::Assign;
pub use self::attr::{Attr, Value, attr};
pub use self::condition::Condition;
pub(crate) use self::condition::{Fault, Why};
pub(crate) use self::edit::{Bounds, Edit, Guard, Sign, Verb, Wrong};
pub use self::keyword::KeywordValue;
pub(crate) use self::keyword::{Operator, keyword_node};
pub use self::kinds::{Container, Measured, Ordered, Text};
pub(crate) use self::legend::{write_attributes, write_line, write_placeholders};
pub(crate) use self::node::{Comparator, Look, Node, Term};
pub use self::operand::{Compared, Operand};
pub(crate) use self::order::{check_bounds, is_after, same_value};
pub use self::predicates::Size;
pub(crate) use self::render::{Placeholders, condition_text, write_inside};
pub(crate) use self::update::Clauses;
