//! An object as it was read, until a save asks what it compares with.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, LazyLock};

use dyno_value::{Item, ValueError};

use super::Part;
use crate::plan::{self, Decisions, Entries, Extras, Numbering, Stamp, Topology};

/// An object as it was read.
#[derive(Debug)]
pub(super) struct AsRead {
    /// The tree of the object, with what its type keeps in another form as it is stored.
    pub(super) tree: Item,
    pub(super) columns: Item,
    pub(super) entries: Entries,
    pub(super) extras: Extras,
    pub(super) versions: BTreeMap<String, Stamp>,
    pub(super) decisions: Decisions,
    pub(super) topology: Arc<Topology>,
}

impl AsRead {
    /// What a save compares with.
    ///
    /// # Errors
    ///
    /// A value has no form in DynamoDB.
    pub(super) fn part(self) -> Result<Part, ValueError> {
        let Self {
            mut tree,
            columns,
            entries,
            extras,
            versions,
            decisions,
            topology,
        } = self;
        let (root, table) = (topology.root, topology.table);
        let keyed = topology.key_lists(&mut tree, Numbering::Stored(&entries))?;
        extras.restore(&mut tree, root);
        let mut bodies = plan::split(tree, root, table);
        bodies.root.extend(columns);
        Part::of_bodies(&bodies, keyed, &topology, &versions, &decisions)
            .map_err(|error| decisions.without_secrets(error))
    }
}

/// What a save compares with, worked out when the first one asks. Most objects are loaded to be read, and keeping the tree
/// costs them less than to hash it.
pub(super) struct Unsettled(LazyLock<Outcome, Box<dyn FnOnce() -> Outcome + Send>>);

type Outcome = Result<Part, ValueError>;

impl Unsettled {
    pub(super) fn new(read: AsRead) -> Self {
        Self(LazyLock::new(Box::new(|| read.part())))
    }

    /// What a save compares with.
    ///
    /// # Errors
    ///
    /// Those of [`AsRead::part`].
    pub(super) fn part(&self) -> Result<Part, ValueError> {
        LazyLock::force(&self.0).clone()
    }
}

/// Without the object.
impl fmt::Debug for Unsettled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unsettled").finish_non_exhaustive()
    }
}
