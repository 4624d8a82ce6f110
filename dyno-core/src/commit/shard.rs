//! Places of shards where something else may stand.

use super::step::Expressions;
use crate::error::{Error, ErrorKind};
use crate::plan::{Address, Stamp, Topology};
use crate::reserved;

/// The condition on which a shard's place may be written or emptied, if there is one.
///
/// The place of a document's shard may come from stored data, so what stands there must be of this incarnation of the
/// object. A shard in the root's table may have the key of another object, so what stands there must be a shard.
pub(super) fn guard(
    topology: &Topology,
    address: &Address,
    life: Option<Stamp>,
) -> Option<Expressions> {
    match life {
        Some(life) if topology.root.untyped().is_some() => Some(
            Expressions::condition("attribute_not_exists(#k) OR #i = :i")
                .name("#k", address.key_name())
                .name("#i", reserved::LIFE)
                .value(":i", life.to_value()),
        ),
        _ => (address.table == topology.table.name()).then(|| shard_or_nothing(address)),
    }
}

/// The condition that a shard's place is free, or holds a shard.
fn shard_or_nothing(address: &Address) -> Expressions {
    Expressions::condition("attribute_not_exists(#k) OR attribute_exists(#g)")
        .name("#k", address.key_name())
        .name("#g", reserved::STAMP)
}

/// The error of a shard whose place holds something else.
pub(super) fn place_taken() -> Error {
    Error::new(
        ErrorKind::InvalidKey,
        "something else has the key of one of the shards; nothing was written. Give the shards a table of their own, \
         or the object another key",
    )
}
