//! A table as a file declares it.

use std::collections::{BTreeMap, BTreeSet};

/// The type of an attribute of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the crates on this one must handle every case"
)]
pub enum Kind {
    /// Binary.
    B,
    /// A number.
    N,
    /// A string.
    S,
}

/// One attribute of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Part {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: Kind,
}

/// What a table is paid by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the crates on this one must handle every case"
)]
pub enum Billing {
    /// By request.
    OnDemand,
    /// By read and write units a second.
    Provisioned(u32, u32),
}

/// What an index holds beside keys.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the crates on this one must handle every case"
)]
pub enum Projection {
    /// All attributes.
    All,
    /// None.
    KeysOnly,
    /// These.
    Include(BTreeSet<String>),
}

/// What a stream says of each change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the crates on this one must handle every case"
)]
pub enum Stream {
    /// Old and new items.
    Both,
    /// Keys.
    Keys,
    /// New items.
    New,
    /// Old items.
    Old,
}

/// A secondary index.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Index {
    /// Its name.
    pub name: String,
    /// Its partition key; empty if it is local.
    pub key: Vec<Part>,
    /// Its sort key.
    pub sort: Vec<Part>,
    /// What it holds.
    pub projection: Projection,
    /// Read and write units a second, if it has other than its table.
    pub throughput: Option<(u32, u32)>,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Table {
    /// What the file calls the resource.
    pub label: String,
    /// What the service calls the table.
    pub name: String,
    /// The region, if the file says it of the table.
    pub region: Option<String>,
    /// The partition key.
    pub key: Part,
    /// The sort key.
    pub sort: Option<Part>,
    /// The global secondary indexes, in the order of the file.
    pub global: Vec<Index>,
    /// The local secondary indexes, in the order of the file.
    pub local: Vec<Index>,
    /// What it is paid by.
    pub billing: Billing,
    /// The attribute by which items expire.
    pub ttl: Option<String>,
    /// What its stream says.
    pub stream: Option<Stream>,
    /// Whether earlier states can be restored.
    pub recovery: bool,
    /// Whether it is protected from being deleted.
    pub protection: bool,
    /// Tags by name.
    pub tags: BTreeMap<String, String>,
}
