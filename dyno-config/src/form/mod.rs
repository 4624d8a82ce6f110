//! Values of serde as the keys of an option, and back.
//!
//! ```text
//! write      from a value to the keys that are stored    read  from attributes to a value
//! serialize  any value of serde as an attribute
//! ```

mod read;
mod serialize;
mod write;

pub(crate) use self::read::{Misfit, read};
pub(crate) use self::write::{Unfit, Written, write, write_item};

/// How values are stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Form {
    /// As boto2 does: booleans are the numbers 1 and 0, and empty values are no attributes.
    Compatible,
    #[default]
    Own,
}
