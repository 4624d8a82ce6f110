use std::fmt;

use crate::commit::{Action, Charge};
use crate::plan::Address;

/// One item of a [`PlannedRequest`](super::PlannedRequest), and what would be done with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedAction {
    pub(super) kind: ActionKind,
    pub(super) table: String,
    pub(super) key: String,
    pub(super) charge: Charge,
}

impl PlannedAction {
    pub(super) fn new(kind: ActionKind, address: &Address, charge: Charge) -> Self {
        let parts: Vec<_> = address.parts().map(|(_, part)| part.to_string()).collect();
        Self {
            kind,
            table: address.table.to_owned(),
            key: parts.join(" / "),
            charge,
        }
    }

    /// What would be done.
    pub fn kind(&self) -> ActionKind {
        self.kind
    }

    /// The name of the table.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// The key of the item as text, its parts divided by ` / `; of a query, the partition key.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The bytes that units are counted from: of a read, the item's; of a write, those of the larger item, before or
    /// after; of a query, those of all its items together. What is not there has none.
    pub fn bytes(&self) -> usize {
        self.charge.bytes
    }

    /// Whether [`bytes`](Self::bytes) is the size itself. Otherwise what is stored is not known, and it is a lower
    /// bound.
    pub fn is_exact(&self) -> bool {
        self.charge.exact
    }
}

/// What a [`PlannedAction`] does with its item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ActionKind {
    /// The item is only looked at, by a transaction that writes others.
    Check,
    /// The item is deleted.
    Delete,
    /// The item is read.
    Get,
    /// The item is inserted or replaced.
    Put,
    /// The items with one partition key are read.
    Query,
    /// Some attributes of the item are written.
    Update,
}

impl ActionKind {
    pub(crate) fn of(action: &Action) -> Self {
        match action {
            Action::Check { .. } => Self::Check,
            Action::Delete { .. } => Self::Delete,
            Action::Put { .. } => Self::Put,
            Action::Update { .. } => Self::Update,
        }
    }
}

impl fmt::Display for ActionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Check => "Check",
            Self::Delete => "Delete",
            Self::Get => "Get",
            Self::Put => "Put",
            Self::Query => "Query",
            Self::Update => "Update",
        })
    }
}
