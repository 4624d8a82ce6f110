//! Seal and open the values inside an item, as a policy decides.

mod open;
mod policy;
mod report;
mod seal;

use dyno_value::{FieldPath, MAX_DEPTH, ValueCause, ValueError};

pub use open::open_item;
pub use policy::{Decision, Demand, OpenPolicy, SealPolicy};
pub use report::{OpenReport, SealReport, Unopened};
pub use seal::seal_item;

use crate::Error;

/// Refuses to follow values deeper than an item can hold them; `depth` is the level of a value, 1 for an attribute.
fn check_depth(depth: usize, path: &FieldPath) -> Result<(), Error> {
    if depth <= MAX_DEPTH {
        return Ok(());
    }
    let too_deep = ValueError::new(ValueCause::TooDeep { limit: MAX_DEPTH });
    Err(Error::Value(too_deep.under_path(path)))
}

/// The index of an element; no list in memory has more than the type holds.
fn list_index(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
