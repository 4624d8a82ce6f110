//! What a program says of the keys by which a query goes.

use super::keys::OneOrMore;
use super::sort::SortCondition;
use crate::key::KeyValue;

/// Of which partition, and in which order.
#[derive(Clone, Debug, Default)]
pub(super) struct Partition {
    /// As many values as the partition key has attributes.
    pub(super) key: OneOrMore<KeyValue>,
    /// The one that the fields of a key template make.
    pub(super) made: Option<Made>,
    pub(super) sort: Option<SortCondition>,
    pub(super) descending: bool,
    /// The tags of several types that are found together, if they are.
    pub(super) members: Vec<&'static str>,
}

/// A partition key that the fields of a template make.
#[derive(Clone, Debug)]
pub(super) struct Made {
    /// The attribute that the template makes.
    pub(super) attribute: &'static str,
    /// The key, or why there is none.
    pub(super) key: Result<KeyValue, String>,
}
