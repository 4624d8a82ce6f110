//! What a save today would encrypt otherwise than it is stored, item by item.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_crypto::{Binding, EncryptionKey, KeyId, UsedException};
use dyno_value::{FieldPath, Item, Segment};

use super::entries::Entries;
use super::index::{Columns, Indexes, stranger_columns};
use super::join::{join_sealed, shown_whole};
use super::place::value_at;
use super::privacy::{Decisions, How, Renewal, Rewrite, unsealed};
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

/// One value of an item that is to be stored in another way, on the condition that it is still as it was read.
///
/// Not printable: it may hold a value in clear.
#[derive(Clone)]
pub(crate) struct Change {
    /// Where it stands in the item.
    pub(crate) place: FieldPath,
    /// As it is stored; `None`: not at all.
    pub(crate) old: Option<AttributeValue>,
    /// As it is to be stored; `None`: not at all.
    pub(crate) new: Option<AttributeValue>,
    /// The value that it is computed from.
    pub(crate) guard: Option<Guard>,
    pub(crate) how: How,
}

/// A value that must be as it was read, or be changed together with what is computed from it.
///
/// Not printable: it may hold a value in clear.
#[derive(Clone)]
pub(crate) struct Guard {
    pub(crate) place: FieldPath,
    /// As it is stored; `None`: not at all.
    pub(crate) stored: Option<AttributeValue>,
}

/// What is stale in an object.
#[derive(Default)]
pub(crate) struct Stale {
    /// The changes of each item.
    pub(crate) parts: BTreeMap<Part, Vec<Change>>,
    /// The keys of values that stay sealed though nobody encrypts them any more, one for each.
    pub(crate) left: Vec<KeyId>,
    /// The keys with which such values can be sealed again, by the path that the program knows.
    pub(crate) kept: BTreeMap<FieldPath, EncryptionKey>,
    /// The exceptions that were made to read the object.
    pub(crate) exceptions: Vec<UsedException>,
}

impl Stale {
    /// Finds what is stale in an object that was read whole. With `open`, values that nobody encrypts any more are
    /// stale too, and so are columns of indexes that the type does not have.
    ///
    /// # Errors
    ///
    /// Those of a load and a save: a value cannot be opened, stands in clear and must not, or gets no key; the
    /// order of a list is damaged.
    pub(crate) fn of(
        topology: &Topology,
        (root, shards): (&Item, &BTreeMap<String, (Arc<ShardField>, Item)>),
        entries: &Entries,
        binding: &Binding,
        loader: Option<&dyn ConfigLoader>,
        open: bool,
    ) -> Result<Self> {
        let shape = topology.root;
        let mut values = root.clone();
        let columns = topology.indexes.take(&mut values);
        topology.made.take(&mut values);
        let sealed = join_sealed(topology, values, entries, shards.clone(), loader)?;
        let view = shown_whole(&sealed, topology, entries)?;
        let mut load = Decisions::for_load(&sealed, &view, entries, shape, loader)?;
        if let Some(used) = unsealed(shape, root, loader) {
            load.note_unsealed(used);
        }
        drop(view);
        let clear = load.open(sealed, &FieldPath::root(), binding)?;
        let view = shown_whole(&clear, topology, entries)?;
        let save = Decisions::for_save(&clear, &view, entries, shape, loader)?;
        let expected = topology.indexes.expected(&clear, &view, loader)?;
        drop(view);
        let Renewal {
            rewrites,
            left,
            kept,
        } = load.renewal(&save, &clear, binding, open)?;
        let mut stale = Self {
            parts: BTreeMap::new(),
            left,
            kept,
            exceptions: load.take_exceptions(),
        };
        let items = Items::of(root, shards);
        for rewrite in rewrites {
            if let Some((part, change)) = items.change(rewrite) {
                stale.parts.entry(part).or_default().push(change);
            }
        }
        let mut indexed = stale_columns(&topology.indexes, root, columns, expected);
        if open {
            let strangers = stranger_columns(root, shape);
            let strangers = strangers.iter().filter(|stranger| stranger.is_of_field());
            indexed.extend(strangers.filter_map(|stranger| {
                let old = root.get(&stranger.column).cloned();
                let is_own = topology.indexes.with_column(&stranger.column).is_some();
                (!is_own).then(|| column(root, &stranger.attribute, &stranger.column, (old, None)))
            }));
        }
        if !indexed.is_empty() {
            stale.parts.entry(Part::Root).or_default().extend(indexed);
        }
        Ok(stale)
    }

    /// The attributes of the root that are to be removed.
    pub(crate) fn removed(&self) -> impl Iterator<Item = &str> {
        let changes = self.parts.get(&Part::Root).into_iter().flatten();
        let removed = changes.filter(|change| change.new.is_none());
        removed.filter_map(|change| match change.place.segments() {
            [Segment::Key(name)] => Some(name.as_str()),
            _ => None,
        })
    }
}

/// The stored items of an object, by their places in it.
struct Items<'a>(BTreeMap<FieldPath, (Part, &'a Item)>);

impl<'a> Items<'a> {
    fn of(root: &'a Item, shards: &'a BTreeMap<String, (Arc<ShardField>, Item)>) -> Self {
        let mut items: BTreeMap<_, _> = shards
            .values()
            .map(|(field, item)| (field.path.clone(), (Part::Shard(field.id.clone()), item)))
            .collect();
        items.insert(FieldPath::root(), (Part::Root, root));
        Self(items)
    }

    /// The change of the item that holds a value. What is compared is the item's: a loader may have named variants in
    /// the tree.
    fn change(&self, rewrite: Rewrite) -> Option<(Part, Change)> {
        let mut around = rewrite.place.clone();
        while around.pop().is_some() {
            if let (Some((part, item)), Some(place)) =
                (self.0.get(&around), rewrite.place.strip_prefix(&around))
            {
                let change = Change {
                    old: value_at(item, &place).cloned(),
                    place,
                    new: Some(rewrite.new),
                    guard: None,
                    how: rewrite.how,
                };
                return Some((part.clone(), change));
            }
        }
        None
    }
}

/// The columns of indexes that hold something else than a save would write.
fn stale_columns(
    indexes: &Indexes,
    root: &Item,
    mut stored: Item,
    expected: Columns,
) -> Vec<Change> {
    let changes = expected.into_iter().filter_map(|(name, new)| {
        let old = stored.remove(&name);
        let index = indexes.with_column(&name)?;
        (old != new).then(|| column(root, index.stored_as(root), &name, (old, new)))
    });
    changes.collect()
}

/// The change of a column, which is computed from an attribute of the root.
fn column(
    root: &Item,
    attribute: &str,
    name: &str,
    (old, new): (Option<AttributeValue>, Option<AttributeValue>),
) -> Change {
    Change {
        place: FieldPath::root().key(name),
        old,
        new,
        guard: Some(Guard {
            place: FieldPath::root().key(attribute),
            stored: root.get(attribute).cloned(),
        }),
        how: How::Indexed,
    }
}
