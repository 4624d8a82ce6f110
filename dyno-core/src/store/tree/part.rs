//! What a save compares one part of an object with.

use std::collections::BTreeMap;

use dyno_value::{Item, ValueError};

use super::Own;
use crate::error::Result;
use crate::plan::{
    self, Bodies, Decisions, Digest, Digests, Entries, Extras, Keyed, KnownEntries, Numbering,
    Stamp, Topology,
};

/// What a save compares one part of an object with.
#[derive(Clone, Debug, Default)]
pub(in crate::store) struct Part {
    pub(super) digests: Digests,
    pub(super) known: KnownEntries,
    /// The independent shards, each with its own version.
    pub(in crate::store) own: BTreeMap<String, Own>,
}

impl Part {
    /// The part with this id, which is all that the tree holds.
    pub(in crate::store) fn of(
        id: &str,
        mut tree: Item,
        topology: &Topology,
        entries: &Entries,
        extras: &Extras,
        versions: &BTreeMap<String, Stamp>,
        decisions: &Decisions,
    ) -> Result<Self> {
        let numbering = Numbering::Stored(entries);
        let keyed = topology.key_lists(&mut tree, numbering)?;
        extras.restore(&mut tree, topology.root);
        let mut bodies = plan::split(tree, topology.root, topology.table);
        let inside = |one: &str| {
            let rest = one.strip_prefix(id);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        bodies.root.clear();
        bodies.shards.retain(|id, _| inside(id));
        Self::of_bodies(&bodies, keyed, topology, versions, decisions)
            .map_err(|error| decisions.without_secrets(error).into())
    }

    /// What these bodies are compared by.
    ///
    /// # Errors
    ///
    /// A value has no form in DynamoDB.
    pub(super) fn of_bodies(
        bodies: &Bodies,
        Keyed { entries, known }: Keyed,
        topology: &Topology,
        versions: &BTreeMap<String, Stamp>,
        decisions: &Decisions,
    ) -> Result<Self, ValueError> {
        let attributes = plan::own_attributes(bodies, decisions)?;
        Ok(Self {
            digests: Digests::of(bodies, &entries, decisions, topology.table)?,
            known,
            own: with_versions(attributes, versions),
        })
    }

    /// Adds what another part is compared by.
    pub(super) fn add(&mut self, other: Self) {
        let Self {
            digests,
            known,
            own,
        } = other;
        self.digests.root.extend(digests.root);
        self.digests.shards.extend(digests.shards);
        self.digests.entries.0.extend(digests.entries.0);
        self.known.0.extend(known.0);
        self.own.extend(own);
    }
}

fn with_versions(
    attributes: BTreeMap<String, BTreeMap<String, Digest>>,
    versions: &BTreeMap<String, Stamp>,
) -> BTreeMap<String, Own> {
    let own = attributes.into_iter().filter_map(|(id, attributes)| {
        let version = *versions.get(&id)?;
        Some((
            id,
            Own {
                version,
                attributes,
            },
        ))
    });
    own.collect()
}
