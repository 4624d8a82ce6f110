//! Loading and saving an object's tree, whatever type it came from.

mod as_read;
mod baseline;
mod draft;
mod load;
mod part;
mod save;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use dyno_value::Item;

use self::as_read::{AsRead, Unsettled};
pub(super) use self::baseline::versions;
pub(super) use self::part::Part;
use super::lazy::Source;
use crate::commit::Footprint;
use crate::plan::{
    Bodies, Decisions, Digest, Digests, Earlier, Extras, KeptValues, KnownEntries, RootState, Stamp,
};

/// An object's tree in clear, with what is remembered of how it is stored.
#[derive(Debug)]
pub(super) struct LoadedTree {
    pub(super) tree: Item,
    earlier: Earlier,
    extras: Extras,
    columns: Item,
    /// The values of unique fields, as they are stored.
    unique: Item,
    stored: Stored,
    footprint: Footprint,
    versions: BTreeMap<String, Stamp>,
    pub(super) decisions: Decisions,
    pub(super) source: Option<Arc<Source>>,
}

/// How an object was stored when it was last loaded or saved: what a save builds on.
#[derive(Clone, Debug, Default)]
pub(super) struct Baseline {
    /// What the object is compared by; if it was read and never saved, without what is still [`unsettled`](Self::unsettled).
    part: Part,
    unsettled: Option<Arc<Unsettled>>,
    extras: Extras,
    pub(super) stored: Stored,
    /// The fields that the mapper writes, as they are stored.
    pub(super) kept: KeptValues,
    /// The values of unique fields, as they are stored.
    pub(super) unique: Item,
    /// The items, for plans of what comes next.
    pub(super) footprint: Footprint,
    later: Later,
    /// Makes the next save write the object, with these shards, also if they are as they were.
    rewrite: Option<BTreeSet<String>>,
    /// Whether the next save changes how values are sealed and not the object, so that it counts as no write.
    reseals: bool,
}

/// What was left out of the load, and which parts of it the fingerprints hold by now.
#[derive(Clone, Debug, Default)]
struct Later {
    source: Option<Arc<Source>>,
    taken: BTreeSet<String>,
}

/// An independent shard as it was read: its version, and the fingerprint of each attribute.
#[derive(Clone, Debug)]
pub(super) struct Own {
    pub(super) version: Stamp,
    pub(super) attributes: BTreeMap<String, Digest>,
}

#[derive(Clone, Debug, Default)]
pub(super) enum Stored {
    /// Not known, or not at all.
    #[default]
    Nothing,
    /// As an object with an etag.
    Managed(RootState),
    /// As an item without the mapper's attributes; the item.
    Plain(Arc<Item>),
}

/// What a save expects to find.
#[derive(Clone, Debug)]
pub(super) enum Expecting {
    Anything,
    Baseline(Box<Baseline>),
    Nothing,
}

/// An object cut up for a save, with what the next one compares with.
struct Cut {
    bodies: Bodies,
    digests: Digests,
    known: KnownEntries,
    decisions: Decisions,
}
