//! A secondary index of a table.

use std::collections::BTreeSet;
use std::fmt;

use super::setting::{KeyPart, Throughput};
use crate::key::KeyKind;

/// Which attributes a secondary index holds beside the keys of index and table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Projection {
    /// All of them.
    #[default]
    All,
    /// None.
    KeysOnly,
    /// These.
    Include(BTreeSet<String>),
}

impl Projection {
    /// These attributes beside the keys.
    pub fn include<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Self {
        Self::Include(names.into_iter().map(Into::into).collect())
    }

    /// Whether an index with this projection holds all that one with the other would.
    pub(super) fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::All, _) | (_, Self::KeysOnly) => true,
            (Self::Include(held), Self::Include(wanted)) => wanted.is_subset(held),
            (Self::KeysOnly | Self::Include(_), Self::All) | (Self::KeysOnly, Self::Include(_)) => {
                false
            }
        }
    }
}

impl fmt::Display for Projection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all attributes"),
            Self::KeysOnly => f.write_str("keys only"),
            Self::Include(names) => {
                let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
                write!(f, "keys and {}", names.join(", "))
            }
        }
    }
}

/// A secondary index: its name, its keys, and what it holds.
///
/// A global index has up to four attributes in its partition key and up to four in its sort key; a local one has the
/// partition key of its table, which is not given, and one sort key.
///
/// ```
/// # extern crate dyno_core as dyno;
/// use dyno::KeyKind;
/// use dyno::table::{IndexSpec, Projection};
///
/// let index = IndexSpec::new("by_email")
///     .with_key("email", KeyKind::S)
///     .with_sort("created", KeyKind::N)
///     .with_projection(Projection::KeysOnly);
/// assert_eq!(
///     index.to_string(),
///     "`by_email`: key `email` (a string), sort `created` (a number); keys only"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexSpec {
    name: String,
    partition: Vec<KeyPart>,
    sort: Vec<KeyPart>,
    projection: Projection,
    throughput: Option<Throughput>,
}

impl IndexSpec {
    /// An index of all attributes, without keys yet.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            partition: Vec::new(),
            sort: Vec::new(),
            projection: Projection::All,
            throughput: None,
        }
    }

    /// The same index with one more attribute in its partition key.
    #[must_use]
    pub fn with_key(mut self, name: impl Into<String>, kind: KeyKind) -> Self {
        self.partition.push(KeyPart::new(name, kind));
        self
    }

    /// The same index with one more attribute in its sort key.
    #[must_use]
    pub fn with_sort(mut self, name: impl Into<String>, kind: KeyKind) -> Self {
        self.sort.push(KeyPart::new(name, kind));
        self
    }

    /// The same index with other contents.
    #[must_use]
    pub fn with_projection(mut self, projection: Projection) -> Self {
        self.projection = projection;
        self
    }

    /// The same index with throughput of its own; without, it has that of its table.
    #[must_use]
    pub fn with_throughput(mut self, throughput: Throughput) -> Self {
        self.throughput = Some(throughput);
        self
    }

    /// The index's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The attributes of its partition key; none if it is local.
    pub fn key(&self) -> &[KeyPart] {
        &self.partition
    }

    /// The attributes of its sort key, in order.
    pub fn sort(&self) -> &[KeyPart] {
        &self.sort
    }

    /// What it holds.
    pub fn projection(&self) -> &Projection {
        &self.projection
    }

    /// Its own throughput, if it has any.
    pub fn throughput(&self) -> Option<Throughput> {
        self.throughput
    }

    /// Every attribute of its keys.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &KeyPart> {
        self.partition.iter().chain(&self.sort)
    }

    pub(super) fn has_keys_of(&self, other: &Self) -> bool {
        self.partition == other.partition && self.sort == other.sort
    }

    /// Its keys in words.
    pub(super) fn keys(&self) -> String {
        let key = self.partition.iter().map(|part| format!("key {part}"));
        let sort = self.sort.iter().map(|part| format!("sort {part}"));
        key.chain(sort).collect::<Vec<_>>().join(", ")
    }
}

impl fmt::Display for IndexSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            partition: _,
            sort: _,
            projection,
            throughput,
        } = self;
        write!(f, "`{name}`: {}; {projection}", self.keys())?;
        match throughput {
            Some(throughput) => write!(f, "; {throughput}"),
            None => Ok(()),
        }
    }
}
