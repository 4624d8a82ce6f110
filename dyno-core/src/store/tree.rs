//! Loading and saving an object's tree, whatever type it came from.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Item, measure, number};

use super::fetch::Projection;
use super::lazy::Source;
use super::load::Shards;
use super::operation::Operation;
use super::prepared::{Commit, Prepared, WrittenOwn};
use super::snapshot::{KnownRoot, Reading};
use super::{drive, snapshot};
use crate::commit::independent::{Independent, OwnVersion};
use crate::commit::plain::Plain;
use crate::commit::save::{Draft, Expect, Save, WrittenShard};
use crate::commit::{Footprint, Sizes};
use crate::error::{Error, ErrorKind, Result, not_found};
use crate::forecast::Plan;
use crate::key::Key;
use crate::limits;
use crate::plan::{
    self, Address, Bodies, Codec, Decisions, Digest, Digests, Entries, Extras, Keyed, KnownEntries,
    Loaded, Numbering, Owner, Place, RootState, ShardBody, ShardField, Stamp, Topology,
};
use crate::reserved;
use crate::shape::FieldShape;

/// An object's tree in clear, with what is remembered of how it is stored.
#[derive(Debug)]
pub(super) struct LoadedTree {
    pub(super) tree: Item,
    extras: Extras,
    stored: Stored,
    footprint: Footprint,
    versions: BTreeMap<String, Stamp>,
    pub(super) decisions: Decisions,
    pub(super) source: Option<Arc<Source>>,
}

/// How an object was stored when it was last loaded or saved: what a save builds on.
#[derive(Clone, Debug, Default)]
pub(super) struct Baseline {
    digests: Digests,
    known: KnownEntries,
    /// The independent shards, each with its own version.
    pub(super) own: BTreeMap<String, Own>,
    extras: Extras,
    pub(super) stored: Stored,
    /// The items, for plans of what comes next.
    pub(super) footprint: Footprint,
    later: Later,
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
    Plain(Item),
}

impl Stored {
    /// The collections of shards that the object has.
    fn entries(&self) -> Entries {
        match self {
            Self::Managed(state) => state.entries.clone(),
            Self::Nothing | Self::Plain(_) => Entries::default(),
        }
    }
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

impl Operation {
    /// Reads and opens the object, or the parts of it that are asked for.
    pub(super) async fn load_tree(
        &self,
        key: &Key,
        parts: Shards,
        consistent: bool,
    ) -> Result<LoadedTree> {
        let root = self.root(key)?;
        let owner = self.owner(&root);
        let wants = |field: &ShardField| parts.wants(field.is_lazy());
        let reading = self.reading(&owner, &root, parts, &wants, consistent);
        let snapshot = reading.snapshot(&self.store).await?.ok_or_else(not_found)?;
        self.opened(key, &root, parts, snapshot)
    }

    /// What [`load_tree`](Self::load_tree) sends; `base` is the object as it is known.
    pub(super) fn plan_load(
        &self,
        key: &Key,
        parts: Shards,
        consistent: bool,
        base: Option<&Baseline>,
    ) -> Result<Plan> {
        let root = self.root(key)?;
        let owner = self.owner(&root);
        let wants = |field: &ShardField| parts.wants(field.is_lazy());
        let reading = self.reading(&owner, &root, parts, &wants, consistent);
        match base {
            Some(base) => reading.plan(base.known_root(), base.sizes(&root)),
            None => reading.plan(KnownRoot::Unknown, Sizes::Unknown),
        }
    }

    fn reading<'a>(
        &'a self,
        owner: &'a Owner,
        root: &'a Address,
        parts: Shards,
        wants: &'a (dyn Fn(&ShardField) -> bool + Send + Sync),
        consistent: bool,
    ) -> Reading<'a> {
        Reading {
            topology: &self.topology,
            owner,
            root,
            root_projection: Projection::default(),
            entry: None,
            wants,
            spans: match parts {
                Shards::AsDeclared => &self.topology.spans,
                Shards::All => &self.topology.all_spans,
                Shards::None => &snapshot::NO_SPANS,
            },
            shard_projection: Projection::default(),
            consistent,
        }
    }

    /// Joins and opens what was read.
    pub(super) fn opened(
        &self,
        key: &Key,
        root: &Address,
        parts: Shards,
        snapshot: snapshot::Snapshot,
    ) -> Result<LoadedTree> {
        let snapshot::Snapshot {
            root: item,
            state,
            shards,
            footprint,
        } = snapshot;
        let stored = state.map_or_else(|| Stored::Plain(item.clone()), Stored::Managed);
        let entries = stored.entries();
        let versions = versions(&shards);
        let joined = plan::join(
            &self.topology,
            item,
            &entries,
            shards,
            &self.binding(root)?,
            self.loader(),
        )?;
        let Loaded {
            mut tree,
            extras,
            decisions,
        } = joined;
        let shape = self.topology.root;
        let place = Place::root(self.topology.table);
        if let Stored::Managed(state) = &stored {
            let left_out = |field: &FieldShape, _: &str| !parts.wants(field.is_lazy());
            plan::mark_unloaded(&mut tree, shape, &place, state, &left_out);
        }
        plan::unkey_lists(&mut tree, shape, &place, &entries).ok_or_else(order_damaged)?;
        let source = match &stored {
            Stored::Managed(state) if self.topology.has_lazy() => {
                Some(Source::new(self, key, state))
            }
            _ => None,
        };
        Ok(LoadedTree {
            tree,
            extras,
            stored,
            footprint,
            versions,
            decisions,
            source,
        })
    }

    /// Saves a tree in clear; sends nothing if it is as it was loaded.
    pub(super) async fn save_tree(
        &self,
        tree: Item,
        key: &Key,
        expecting: Expecting,
    ) -> Result<Baseline> {
        let prepared = self.prepare(tree, key, expecting)?;
        prepared.run(&self.store).await
    }

    /// What [`save_tree`](Self::save_tree) sends.
    pub(super) fn plan_save(&self, tree: Item, key: &Key, expecting: Expecting) -> Result<Plan> {
        self.prepare(tree, key, expecting)?.plan()
    }

    fn prepare(&self, mut tree: Item, key: &Key, mut expecting: Expecting) -> Result<Prepared<'_>> {
        if let Expecting::Baseline(base) = &mut expecting {
            base.take_later();
        }
        let root = self.root(key)?;
        let managed = self.topology.managed
            || matches!(&expecting, Expecting::Baseline(base) if base.state().is_some());
        for (name, value) in root.parts() {
            let taken = tree.insert(name.to_owned(), value.to_value());
            if taken.is_some_and(|taken| !same_key(&taken, &value.to_value())) {
                return Err(Error::new(
                    ErrorKind::InvalidKey,
                    format!(
                        "a value of the object is stored under `{name}`, the name of its key; rename it"
                    ),
                ));
            }
        }
        let cut = self.cut(tree, &root, &expecting)?;
        if managed {
            self.prepare_managed(root, cut, expecting)
        } else {
            self.prepare_plain(root, cut, &expecting)
        }
    }

    fn cut(&self, mut tree: Item, root: &Address, expecting: &Expecting) -> Result<Cut> {
        let Topology {
            root: shape, table, ..
        } = &*self.topology;
        let none = KnownEntries::default();
        let (known, extras) = match expecting {
            Expecting::Baseline(base) => (&base.known, Some(&base.extras)),
            Expecting::Anything | Expecting::Nothing => (&none, None),
        };
        let shown = (self.topology.has_lists() && self.loader().is_some()).then(|| tree.clone());
        let numbering = Numbering::Matched(known, drive::seed()?);
        let Keyed { entries, known } = plan::key_lists(&mut tree, shape, table, numbering)?;
        if let Some(extras) = extras {
            extras.restore(&mut tree, shape);
        }
        let view = shown.as_ref().unwrap_or(&tree);
        let decisions = Decisions::for_save(&tree, view, &entries, shape, self.loader())?;
        let mut bodies = plan::split(tree, shape, table);
        for (name, _) in root.parts() {
            bodies.root.remove(name);
        }
        let digests = Digests::of(&bodies, &entries, table)
            .map_err(|error| decisions.without_secrets(error))?;
        Ok(Cut {
            bodies,
            digests,
            known,
            decisions,
        })
    }

    fn prepare_plain(
        &self,
        root: Address,
        cut: Cut,
        expecting: &Expecting,
    ) -> Result<Prepared<'_>> {
        let Cut {
            bodies,
            digests,
            known,
            decisions,
        } = cut;
        let mut item = decisions.seal(bodies.root, &FieldPath::root(), &self.binding(&root)?)?;
        let mut next = match expecting {
            Expecting::Baseline(base) => (**base).clone(),
            Expecting::Anything | Expecting::Nothing => Baseline::default(),
        };
        let before = std::mem::replace(&mut next.digests, digests);
        next.known = known;
        let commit = match (expecting, &next.stored) {
            (Expecting::Baseline(_), Stored::Plain(stored)) => {
                let mut after = changes(&before.root, &next.digests.root, &mut item);
                if after.is_empty() {
                    return Ok(Prepared::new(root, Commit::Nothing, next));
                }
                self.remove_older_names(stored, &mut after);
                item.clone_from(stored);
                for (name, value) in after.clone() {
                    match value {
                        Some(value) => item.insert(name, value),
                        None => item.remove(&name),
                    };
                }
                Plain::update(root.clone(), stored, after, &item)?
            }
            (Expecting::Baseline(_), _) => {
                return Err(Error::new(
                    ErrorKind::TypeMismatch,
                    "the object was loaded as one with shards",
                ));
            }
            (Expecting::Anything, _) => {
                item.extend(root.to_item());
                Plain::put(root.clone(), item.clone())
            }
            (Expecting::Nothing, _) => {
                item.extend(root.to_item());
                Plain::insert(root.clone(), item.clone())
            }
        };
        Ok(Prepared::new(root, Commit::Plain(commit, item), next))
    }

    /// A field that is written under its present name leaves nothing under an older one.
    fn remove_older_names(
        &self,
        before: &Item,
        after: &mut BTreeMap<String, Option<AttributeValue>>,
    ) {
        let changed: Vec<_> = after.keys().cloned().collect();
        let fields = changed
            .iter()
            .filter_map(|name| self.topology.root.find_field(|field| field.name() == name));
        for older in fields
            .flat_map(FieldShape::older_names)
            .filter(|older| before.contains_key(**older))
        {
            after.insert((*older).to_owned(), None);
        }
    }

    fn prepare_managed(
        &self,
        root: Address,
        cut: Cut,
        expecting: Expecting,
    ) -> Result<Prepared<'_>> {
        let (mut next, expect) = match expecting {
            Expecting::Baseline(base) => {
                let expect = match &base.stored {
                    Stored::Managed(state) => Expect::Base(state.clone()),
                    Stored::Plain(item) => Expect::Foreign(item.clone()),
                    Stored::Nothing => Expect::Nothing,
                };
                (*base, expect)
            }
            Expecting::Anything => (Baseline::default(), Expect::Anything),
            Expecting::Nothing => (Baseline::default(), Expect::Nothing),
        };
        let own_now =
            own_attributes(&cut.bodies).map_err(|error| cut.decisions.without_secrets(error))?;
        next.known = cut.known.clone();
        let before = std::mem::replace(&mut next.digests, cut.digests.clone());
        let commit = match &expect {
            Expect::Base(_) if before == next.digests => Commit::Nothing,
            Expect::Base(state) if only_own_differ(&before, &next.digests, &next.own) => {
                Commit::Own(self.own_writes(&root, state, cut, &before, &next.own)?)
            }
            _ => {
                let before = matches!(expect, Expect::Base(_)).then_some(&before);
                let draft = self.draft(root.clone(), cut, before, &next.own, &expect)?;
                let mut written = Vec::new();
                for (id, attributes) in &own_now {
                    let shard = draft.written.get(id);
                    if shard.is_some() || !next.own.contains_key(id) {
                        let place = shard.map(|shard| draft.owner.address(&shard.field, false, 0));
                        written.push(WrittenOwn {
                            id: id.clone(),
                            place: place.transpose()?,
                            attributes: attributes.clone(),
                        });
                    }
                }
                next.own.retain(|id, _| own_now.contains_key(id));
                Commit::Whole {
                    save: Box::new(Save::new(draft, expect)),
                    written_own: written,
                }
            }
        };
        for (id, attributes) in own_now {
            if let Some(own) = next.own.get_mut(&id) {
                own.attributes = attributes;
            }
        }
        Ok(Prepared::new(root, commit, next))
    }

    /// The writes of the independent shards that changed, each by itself.
    fn own_writes(
        &self,
        root: &Address,
        state: &RootState,
        cut: Cut,
        before: &Digests,
        own: &BTreeMap<String, Own>,
    ) -> Result<Vec<(String, Independent)>> {
        let (owner, binding) = (self.owner(root), self.binding(root)?);
        let mut writes = Vec::new();
        for (id, shard) in cut.bodies.shards {
            let Some(known) = own.get(&id) else {
                continue;
            };
            if before.shards.get(&id) == cut.digests.shards.get(&id) {
                continue;
            }
            refuse_key_names(&shard)?;
            let after = Digest::by_attribute(&shard.item)?;
            let mut body = cut
                .decisions
                .seal(shard.item, &shard.field.path, &binding)?;
            let write = OwnVersion {
                address: owner.address(&shard.field, false, 0)?,
                life: state.life,
                seen: known.version,
                changes: changes(&known.attributes, &after, &mut body),
            };
            writes.push((id, Independent::new(write)));
        }
        Ok(writes)
    }

    fn draft(
        &self,
        root: Address,
        cut: Cut,
        before: Option<&Digests>,
        own: &BTreeMap<String, Own>,
        expect: &Expect,
    ) -> Result<Draft<'_>> {
        let Cut {
            bodies,
            digests,
            known: _,
            decisions,
        } = cut;
        check_unloaded(&bodies, expect)?;
        let binding = self.binding(&root)?;
        let owner = self.owner(&root);
        let mut root_body = decisions.seal(bodies.root, &FieldPath::root(), &binding)?;
        root_body.extend(root.to_item());
        let mut written = BTreeMap::new();
        let mut kept = BTreeSet::new();
        for (id, shard) in bodies.shards {
            let unchanged =
                before.is_some_and(|before| before.shards.get(&id) == digests.shards.get(&id));
            if unchanged {
                kept.insert(id);
                continue;
            }
            refuse_key_names(&shard)?;
            let body = decisions.seal(shard.item, &shard.field.path, &binding)?;
            let seen = own.get(&id).map(|own| own.version);
            let shard = written_shard(&owner, shard.field, body, seen)?;
            written.insert(id, shard);
        }
        if let Expect::Base(state) = expect {
            // Shards that a newer version of the type wrote stay as they are.
            let unknown = state
                .manifest
                .0
                .keys()
                .filter(|id| self.topology.shard(id).is_none());
            kept.extend(unknown.cloned());
        }
        Ok(Draft {
            topology: &self.topology,
            owner,
            root,
            root_body,
            entries: digests.entries,
            written,
            kept,
            unloaded: bodies.unloaded,
        })
    }
}

/// The shard as one item, or in pieces if it must or shall be.
fn written_shard(
    owner: &Owner,
    field: ShardField,
    body: Item,
    seen: Option<Stamp>,
) -> Result<WrittenShard> {
    let bytes = measure(&body)? + measure(&owner.address(&field, false, 0)?.to_item())?;
    let in_pieces = field.chunked || (bytes > SHARD_BYTES && !field.independent);
    let items = if in_pieces {
        plan::cut(&body, Codec::PREFERRED)?
    } else {
        vec![body]
    };
    Ok(WrittenShard {
        field,
        items,
        in_pieces,
        seen,
    })
}

/// What one item holds of a shard besides the mapper's attributes, which take less than the rest.
const SHARD_BYTES: usize = limits::ITEM_BYTES - 1024;

/// A shard that was never loaded can only stay where it is.
fn check_unloaded(bodies: &Bodies, expect: &Expect) -> Result<()> {
    let Some(id) = bodies.unloaded.iter().next() else {
        return Ok(());
    };
    let Expect::Base(state) = expect else {
        return Err(not_loaded(id));
    };
    let stored =
        |id: &&String| state.manifest.0.contains_key(*id) || state.entries.0.contains_key(*id);
    match bodies.unloaded.iter().find(|id| !stored(id)) {
        Some(id) => Err(not_loaded(id)),
        None => Ok(()),
    }
}

fn not_loaded(id: &str) -> Error {
    Error::new(
        ErrorKind::InvalidValue,
        format!(
            "shard `{id}` was never loaded, and it is not that of the object that is saved; call `get()` on it first"
        ),
    )
}

/// Whether independent shards are all that changed.
fn only_own_differ(before: &Digests, after: &Digests, own: &BTreeMap<String, Own>) -> bool {
    before.root == after.root
        && before.entries == after.entries
        && before.shards.len() == after.shards.len()
        && before
            .shards
            .iter()
            .all(|(id, digest)| match after.shards.get(id) {
                Some(now) => now == digest || own.contains_key(id),
                None => false,
            })
}

/// The fingerprints of the attributes of independent shards.
fn own_attributes(
    bodies: &Bodies,
) -> std::result::Result<BTreeMap<String, BTreeMap<String, Digest>>, dyno_value::ValueError> {
    let independent = bodies
        .shards
        .iter()
        .filter(|(_, shard)| shard.field.independent);
    independent
        .map(|(id, shard)| match Digest::by_attribute(&shard.item) {
            Ok(attributes) => Ok((id.clone(), attributes)),
            Err(error) => Err(error.under_path(&shard.field.path)),
        })
        .collect()
}

/// The versions of the independent shards among those that were read.
pub(super) fn versions(shards: &BTreeMap<String, (ShardField, Item)>) -> BTreeMap<String, Stamp> {
    let independent = shards.iter().filter(|(_, (field, _))| field.independent);
    independent
        .filter_map(|(id, (_, item))| {
            let version = item.get(reserved::STAMP).and_then(Stamp::from_value)?;
            Some((id.clone(), version))
        })
        .collect()
}

fn order_damaged() -> Error {
    Error::new(
        ErrorKind::Corrupt,
        "the order of a list of shards (`_dy_entries` of the root) does not name exactly its entries; something other \
         than dyno wrote to the root item",
    )
}

impl LoadedTree {
    /// Takes what a save compares with from the object itself, so that only what is changed from now on is written:
    /// not what its type keeps in another form, or does not keep at all.
    pub(super) fn compared_with(self, topology: &Topology, mut written: Item) -> Result<Baseline> {
        let Self {
            tree: _,
            extras,
            stored,
            footprint,
            versions,
            decisions,
            source,
        } = self;
        let stored_entries = stored.entries();
        let numbering = Numbering::Stored(&stored_entries);
        let Keyed { entries, known } =
            plan::key_lists(&mut written, topology.root, topology.table, numbering)?;
        extras.restore(&mut written, topology.root);
        let bodies = plan::split(written, topology.root, topology.table);
        let without_secrets = |error| decisions.without_secrets(error);
        let digests = Digests::of(&bodies, &entries, topology.table).map_err(without_secrets)?;
        let attributes = own_attributes(&bodies).map_err(without_secrets)?;
        Ok(Baseline {
            own: with_versions(attributes, &versions),
            digests,
            known,
            extras,
            stored,
            footprint,
            later: Later {
                source,
                taken: BTreeSet::new(),
            },
        })
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

/// What a save compares one part of an object with.
#[derive(Clone, Debug)]
pub(super) struct Part {
    digests: Digests,
    known: KnownEntries,
    own: BTreeMap<String, Own>,
}

impl Part {
    /// The part with this id, which is all that the tree holds.
    pub(super) fn of(
        id: &str,
        mut tree: Item,
        topology: &Topology,
        entries: &Entries,
        extras: &Extras,
        versions: &BTreeMap<String, Stamp>,
    ) -> Result<Self> {
        let numbering = Numbering::Stored(entries);
        let keyed = plan::key_lists(&mut tree, topology.root, topology.table, numbering)?;
        extras.restore(&mut tree, topology.root);
        let mut bodies = plan::split(tree, topology.root, topology.table);
        let inside = |one: &str| {
            let rest = one.strip_prefix(id);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        bodies.root.clear();
        bodies.shards.retain(|id, _| inside(id));
        let digests = Digests::of(&bodies, &keyed.entries, topology.table)?;
        let own = with_versions(own_attributes(&bodies)?, versions);
        Ok(Self {
            digests,
            known: keyed.known,
            own,
        })
    }
}

impl Baseline {
    /// Adds what was loaded since.
    fn take_later(&mut self) {
        let Some(source) = &self.later.source else {
            return;
        };
        for (id, noted) in source.noted(&self.later.taken) {
            let Part {
                digests,
                known,
                own,
            } = noted.part;
            self.digests.shards.extend(digests.shards);
            self.digests.entries.0.extend(digests.entries.0);
            self.known.0.extend(known.0);
            self.own.extend(own);
            self.extras.add(noted.extras);
            self.footprint.add(noted.footprint);
            self.later.taken.insert(id);
        }
    }

    /// The same with what was loaded since.
    pub(super) fn up_to_date(&self) -> Self {
        let mut base = self.clone();
        base.take_later();
        base
    }

    /// The root's state, if the object is managed.
    pub(super) fn state(&self) -> Option<&RootState> {
        match &self.stored {
            Stored::Managed(state) => Some(state),
            Stored::Nothing | Stored::Plain(_) => None,
        }
    }

    /// The item, if the object is a plain one.
    pub(super) fn plain_item(&self) -> Option<&Item> {
        match &self.stored {
            Stored::Managed(_) | Stored::Nothing => None,
            Stored::Plain(item) => Some(item),
        }
    }

    /// The object's items, as its plans know them; `root` is the place of its root.
    pub(super) fn sizes<'a>(&'a self, root: &'a Address) -> Sizes<'a> {
        Sizes::Of {
            footprint: &self.footprint,
            plain: self.plain_item().map(|item| (root, item)),
        }
    }

    /// The root, as a plan of a load knows it.
    fn known_root(&self) -> KnownRoot<'_> {
        match &self.stored {
            Stored::Managed(state) => KnownRoot::Object(state),
            Stored::Nothing => KnownRoot::Unknown,
            Stored::Plain(_) => KnownRoot::Plain,
        }
    }
}

/// A shard's key attributes hold its place, so nothing of the user's can have their names.
fn refuse_key_names(shard: &ShardBody) -> Result<()> {
    let ShardField { table, path, .. } = &shard.field;
    let names = [Some(table.key_name()), table.sort_name()]
        .into_iter()
        .flatten();
    match names.into_iter().find(|name| shard.item.contains_key(*name)) {
        Some(name) => Err(Error::new(
            ErrorKind::InvalidValue,
            format!("a key attribute of table `{}` has this name and holds the shard's place; rename it", table.name()),
        )
        .at_path(path.key(name))),
        None => Ok(()),
    }
}

/// The attributes that differ, moved out of the new item; `None` for those that are gone.
fn changes(
    before: &BTreeMap<String, Digest>,
    after: &BTreeMap<String, Digest>,
    item: &mut Item,
) -> BTreeMap<String, Option<AttributeValue>> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let differs = |name: &&String| before.get(*name) != after.get(*name);
    names
        .into_iter()
        .filter(differs)
        .map(|name| (name.clone(), item.remove(name)))
        .collect()
}

/// Whether two key attributes are the same key; a number has many forms.
pub(super) fn same_key(a: &AttributeValue, b: &AttributeValue) -> bool {
    match (a, b) {
        (AttributeValue::N(a), AttributeValue::N(b)) => {
            number::normalize(a).ok() == number::normalize(b).ok()
        }
        (a, b) => a == b,
    }
}
