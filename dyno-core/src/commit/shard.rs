//! Shards that share a table with roots: their keys must not meet those of other objects.

use super::step::Expressions;
use crate::error::{Error, ErrorKind};
use crate::plan::{Address, ShardField, Topology};
use crate::reserved;

/// Whether a shard's key could be that of another object.
pub(super) fn shares_root_table(topology: &Topology, field: &ShardField) -> bool {
    field.table.name() == topology.table.name()
}

/// The condition that a shard's place is free, or holds a shard.
pub(super) fn shard_or_nothing(address: &Address) -> Expressions {
    Expressions::condition("attribute_not_exists(#k) OR attribute_exists(#g)")
        .name("#k", address.key_name())
        .name("#g", reserved::STAMP)
}

/// The error of a shard whose place holds something else.
pub(super) fn place_taken() -> Error {
    Error::new(
        ErrorKind::InvalidKey,
        "another object has the key of one of the shards; nothing was written. Give the shards a table of their own, \
         or the object another key",
    )
}
