//! Over all objects of a type and all of its guards: values that are stored without a guard, and guards without a value.
//!
//! ```text
//! operation  what a program asks for    visit  what is done with an object, and with a guard    report  what came of it
//! ```

mod operation;
mod report;
mod visit;

pub use self::operation::GuardValues;
pub use self::report::{Duplicate, GuardReport};
