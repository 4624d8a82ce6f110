//! What a save today would encrypt otherwise than it is stored, item by item.

use std::collections::BTreeMap;

use dyno_crypto::{Binding, EncryptionKey, KeyId};
use dyno_value::{FieldPath, Item};

use super::entries::Entries;
use super::join::{join_sealed, shown};
use super::privacy::{Change, Decisions, Renewal};
use super::shard::ShardField;
use super::topology::Topology;
use crate::error::Result;
use crate::loader::ConfigLoader;

/// An item of an object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    Root,
    /// The shard with this id.
    Shard(String),
}

/// What is stale in an object.
#[derive(Default)]
pub(crate) struct Stale {
    /// The changes of each item, with paths from the item's root.
    pub(crate) parts: BTreeMap<Part, Vec<Change>>,
    /// The keys of values that stay sealed though nobody encrypts them any more, one for each.
    pub(crate) left: Vec<KeyId>,
    /// The keys with which such values can be sealed again, by the path that the program knows.
    pub(crate) kept: BTreeMap<FieldPath, EncryptionKey>,
}

impl Stale {
    /// Finds what is stale in an object that was read whole. With `open`, values that nobody encrypts any more are
    /// stale too.
    ///
    /// # Errors
    ///
    /// Those of a load and a save: a value cannot be opened, stands in clear and must not, or gets no key.
    pub(crate) fn of(
        topology: &Topology,
        root: Item,
        entries: &Entries,
        shards: BTreeMap<String, (ShardField, Item)>,
        binding: &Binding,
        loader: Option<&dyn ConfigLoader>,
        open: bool,
    ) -> Result<Self> {
        let mut places: BTreeMap<FieldPath, Part> = shards
            .values()
            .map(|(field, _)| (field.path.clone(), Part::Shard(field.id.clone())))
            .collect();
        places.insert(FieldPath::root(), Part::Root);
        let shape = topology.root;
        let sealed = join_sealed(topology, root, entries, shards, loader)?;
        let view = shown(&sealed, topology, entries);
        let load = Decisions::for_load(&sealed, &view, entries, shape, loader)?;
        drop(view);
        let clear = load.open(sealed.clone(), &FieldPath::root(), binding)?;
        let view = shown(&clear, topology, entries);
        let save = Decisions::for_save(&clear, &view, entries, shape, loader)?;
        let Renewal {
            changes,
            left,
            kept,
        } = load.renewal(&save, (&sealed, &clear), binding, open)?;
        let mut stale = Self {
            parts: BTreeMap::new(),
            left,
            kept,
        };
        for change in changes {
            stale.place(change, &places);
        }
        Ok(stale)
    }

    /// Puts a change to the item that holds its value.
    fn place(&mut self, mut change: Change, places: &BTreeMap<FieldPath, Part>) {
        let mut around = change.place.clone();
        while around.pop().is_some() {
            if let (Some(part), Some(inside)) =
                (places.get(&around), change.place.strip_prefix(&around))
            {
                change.place = inside;
                self.parts.entry(part.clone()).or_default().push(change);
                return;
            }
        }
    }
}
