//! Conditions of writes.

use super::operation::Operation;
use crate::error::Result;
use crate::expr::{Condition, Node};
use crate::key::Key;

/// A condition, and what was demanded before.
pub(super) fn both<T>(before: Option<Condition<T>>, condition: Condition<T>) -> Condition<T> {
    match before {
        Some(before) => before & condition,
        None => condition,
    }
}

impl Operation {
    /// The condition of a write of the object with this key, if it has one.
    ///
    /// # Errors
    ///
    /// It asks what the root does not tell.
    pub(super) fn condition_on<T>(
        &self,
        condition: Option<Condition<T>>,
        key: &Key,
    ) -> Result<Option<Node>> {
        let Some(condition) = condition else {
            return Ok(None);
        };
        let keys = self.root(key)?.to_item();
        self.condition_of_root(condition, &keys).map(Some)
    }
}
