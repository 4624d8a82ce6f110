//! Where an option stands.

use std::fmt;

/// An option of a store in a table.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    pub(crate) table: String,
    pub(crate) store: String,
    pub(crate) option: String,
}

impl Place {
    /// The table.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// The store in the table.
    pub fn store(&self) -> &str {
        &self.store
    }

    /// The option in the store.
    pub fn option(&self) -> &str {
        &self.option
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            table,
            store,
            option,
        } = self;
        write!(f, "option `{option}` of store `{store}` in table `{table}`")
    }
}
