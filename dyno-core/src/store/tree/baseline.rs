//! What a save compares with.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use dyno_value::Item;

use super::{AsRead, Baseline, Later, LoadedTree, Own, Part, Stored, Unsettled};
use crate::commit::Sizes;
use crate::error::Result;
use crate::plan::{self, Address, Form, Kept, RootState, ShardField, Stamp, Topology};
use crate::reserved;
use crate::store::snapshot::KnownRoot;

impl LoadedTree {
    /// Takes what a save compares with from the object itself, so that only what is changed from now on is written:
    /// not what its type keeps in another form, or does not keep at all. But for times and durations that are stored as earlier
    /// builds did: the next save writes them, since conditions and indexes know the new form only.
    pub(in crate::store) fn compared_with(
        self,
        topology: &Arc<Topology>,
        mut written: Item,
    ) -> Result<Baseline> {
        let Self {
            tree: _,
            earlier,
            extras,
            columns,
            unique,
            stored,
            footprint,
            versions,
            decisions,
            source,
        } = self;
        let kept = Kept::of(topology.root, &written).held(&written);
        earlier.restore_tree(&mut written);
        let read = AsRead {
            tree: written,
            columns,
            entries: stored.entries(),
            extras: extras.clone(),
            versions,
            decisions,
            topology: Arc::clone(topology),
        };
        // What was sealed is not kept in clear for longer than the load.
        let (part, unsettled) = if read.decisions.concern_nothing() {
            (Part::default(), Some(Arc::new(Unsettled::new(read))))
        } else {
            (read.part()?, None)
        };
        Ok(Baseline {
            part,
            unsettled,
            extras,
            stored,
            kept,
            unique,
            footprint,
            later: Later {
                source,
                taken: BTreeSet::new(),
            },
            rewrite: None,
            reseals: false,
        })
    }
}

impl Baseline {
    /// Works out what an object is compared by that was read.
    pub(super) fn settle(&mut self) -> Result<()> {
        if let Some(unsettled) = self.unsettled.take() {
            let later = std::mem::replace(&mut self.part, unsettled.part()?);
            self.part.add(later);
        }
        Ok(())
    }

    /// The independent shards, each with its own version.
    pub(in crate::store) fn own_mut(&mut self) -> &mut BTreeMap<String, Own> {
        &mut self.part.own
    }

    /// Adds what was loaded since, of the parts that the tree holds: a clone of the object may have loaded others.
    pub(super) fn take_later(&mut self, tree: &Item) {
        let Some(source) = &self.later.source else {
            return;
        };
        let unloaded: BTreeSet<_> = tree.values().flat_map(plan::unloaded_ids).collect();
        for (id, noted) in source.noted(&self.later.taken) {
            if unloaded.contains(&id) {
                continue;
            }
            self.part.add(noted.part);
            self.extras.add(noted.extras);
            self.footprint.add(noted.footprint);
            self.later.taken.insert(id);
        }
    }

    /// Makes the next save write the root and these shards, also if they are as they were: their seals are not.
    pub(in crate::store) fn rewriting(self, shards: BTreeSet<String>) -> Self {
        Self {
            rewrite: Some(shards),
            ..self
        }
    }

    /// Puts what the mapper wrote into the tree of the object.
    pub(in crate::store) fn show_kept(&self, tree: &mut Item) {
        let fields = self.kept.fields().iter();
        tree.extend(fields.map(|(name, value)| (name.clone(), value.clone())));
    }

    /// Has the next save leave the fields alone that the mapper writes: only seals change.
    pub(in crate::store) fn resealing(self) -> Self {
        Self {
            reseals: true,
            ..self
        }
    }

    /// Has the next save remove an attribute of the root that no field claims.
    pub(in crate::store) fn remove_unclaimed(&mut self, name: &str) {
        self.extras.forget(name);
    }

    /// The same with what was loaded since.
    pub(in crate::store) fn up_to_date(&self) -> Self {
        let mut base = self.clone();
        base.take_later(&Item::new());
        base
    }

    /// The root's state, if the object is managed.
    pub(in crate::store) fn state(&self) -> Option<&RootState> {
        self.stored.state()
    }

    /// The item, if the object is a plain one.
    pub(in crate::store) fn plain_item(&self) -> Option<&Arc<Item>> {
        match &self.stored {
            Stored::Managed(_) | Stored::Nothing => None,
            Stored::Plain(item) => Some(item),
        }
    }

    /// The object's items, as its plans know them; `root` is the place of its root.
    pub(in crate::store) fn sizes<'a>(&'a self, root: &'a Address) -> Sizes<'a> {
        Sizes::Of {
            footprint: &self.footprint,
            plain: self.plain_item().map(|item| (root, &**item)),
        }
    }

    /// The root, as a plan of a load knows it.
    pub(super) fn known_root(&self) -> KnownRoot<'_> {
        match &self.stored {
            Stored::Managed(state) => KnownRoot::Object(state),
            Stored::Nothing => KnownRoot::Unknown,
            Stored::Plain(_) => KnownRoot::Plain,
        }
    }
}

/// The versions of the independent shards among those that were read.
pub(in crate::store) fn versions(
    state: Option<&RootState>,
    shards: &BTreeMap<String, (Arc<ShardField>, Item)>,
) -> BTreeMap<String, Stamp> {
    let is_independent = |id: &str| {
        let entry = state.and_then(|state| state.manifest.0.get(id));
        entry.is_some_and(|entry| entry.form == Form::Independent)
    };
    let independent = shards
        .iter()
        .filter(|(id, (field, _))| field.independent && is_independent(id));
    independent
        .filter_map(|(id, (_, item))| {
            let version = item.get(reserved::STAMP).and_then(Stamp::from_value)?;
            Some((id.clone(), version))
        })
        .collect()
}
