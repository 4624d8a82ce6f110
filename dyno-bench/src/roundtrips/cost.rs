//! What operations cost: the least that is possible, what was planned, and what the documented format takes.

use super::operation::Operation;

/// The bytes of a root's own attributes, and of a part's.
const OWN: u64 = 700;
const PART: u64 = 8000;

/// What the mapper adds to a root, as it was planned: to each, and for each shard.
const PLANNED: [u64; 2] = [130, 24];

/// The same by `docs/format/object-v1.md`, for shards with names of three letters in the table `Parts` with the key
/// `IDX`: `_dy_format` 12, `_dy_type` 8 and the type's tag of at most 10, `_dy_etag` 24, `_dy_seq` 16, `_dy_life` 16,
/// `_dy_past` 79, `_dy_shards` 13 and 13 for each, `_dy_layout` 13 and 25 for each.
const DOCUMENTED: [u64; 2] = [191, 38];

/// Why it is not what was planned.
pub(super) const MORE: &str = "the root also says where each shard is stored (_dy_layout), in names that can be read: \
    38 bytes for each shard instead of 24, and 191 besides instead of 130";

/// What one operation cost.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cost {
    pub(super) requests: u32,
    pub(super) phases: u32,
    /// Capacity units.
    pub(super) reads: f64,
    pub(super) writes: f64,
}

type Figure = fn(&Cost) -> f64;

/// What is told of an operation.
pub(super) const FIGURES: [(&str, Figure); 3] = [
    ("requests", |cost| cost.requests.into()),
    ("phases", |cost| cost.phases.into()),
    ("RCU and WCU", |cost| cost.reads + cost.writes),
];

impl Cost {
    /// Each changed byte once, in one request, and nothing else.
    pub(super) fn floor(operation: Operation, parts: usize) -> Self {
        let parts = as_f64(as_u64(parts));
        match operation {
            Operation::Load => Self::read(reads(OWN) + parts * reads(PART)),
            Operation::ReadPath => Self::read(reads(PART)),
            Operation::SaveNew | Operation::Delete => {
                Self::written(writes(OWN) + parts * writes(PART))
            }
            Operation::SaveOne | Operation::WritePath => Self::written(writes(PART)),
        }
    }

    /// The columns "ours B" of the page on the protocol.
    pub(super) fn planned(operation: Operation, parts: usize) -> Self {
        Self::ours(operation, parts, PLANNED)
    }

    /// The same for the root that is stored.
    pub(super) fn documented(operation: Operation, parts: usize) -> Self {
        Self::ours(operation, parts, DOCUMENTED)
    }

    /// One request: eventually consistent, or a transaction, which costs twice.
    fn ours(operation: Operation, parts: usize, [fixed, for_each]: [u64; 2]) -> Self {
        let root = OWN + fixed + for_each * as_u64(parts);
        let parts = as_f64(as_u64(parts));
        match operation {
            Operation::Load => Self::read(reads(root) + parts * reads(PART)),
            Operation::ReadPath => Self::read(reads(root) + reads(PART)),
            Operation::SaveNew | Operation::Delete => {
                Self::written(2.0 * (writes(root) + parts * writes(PART)))
            }
            Operation::SaveOne | Operation::WritePath => {
                Self::written(2.0 * (writes(root) + writes(PART)))
            }
        }
    }

    fn read(reads: f64) -> Self {
        Self {
            requests: 1,
            phases: 1,
            reads,
            writes: 0.0,
        }
    }

    fn written(writes: f64) -> Self {
        Self {
            requests: 1,
            phases: 1,
            reads: 0.0,
            writes,
        }
    }
}

/// Units of an item that is read, eventually consistent.
fn reads(bytes: u64) -> f64 {
    as_f64(bytes.div_ceil(4096)) / 2.0
}

/// Units of an item that is written.
fn writes(bytes: u64) -> f64 {
    as_f64(bytes.div_ceil(1024))
}

fn as_u64(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

fn as_f64(count: u64) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}
