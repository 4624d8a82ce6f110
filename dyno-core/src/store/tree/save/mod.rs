//! From a tree to what a save sends.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Item};

use super::draft::{Unchanged, refuse_key_names};
use super::{Baseline, Cut, Expecting, Own, Stored, same_key};
use crate::commit::VersionLock;
use crate::commit::independent::{Independent, OwnVersion};
use crate::commit::plain::Plain;
use crate::commit::save::{Expect, Save};
use crate::commit::together::{Before, Blind, Guarding};
use crate::error::{Error, ErrorKind, Result};
use crate::expr::Node;
use crate::forecast::Plan;
use crate::key::Key;
use crate::plan::{
    self, Address, Beginning, Claims, Decisions, Digest, Digests, Guards, ItemSeals, Kept,
    KeptValues, Keyed, KnownEntries, Numbering, RootState, Topology,
};
use crate::shape::FieldShape;
use crate::store::drive;
use crate::store::operation::Operation;
use crate::store::prepared::{Commit, Prepared, WrittenOwn};

impl Operation {
    /// Saves a tree in clear; sends nothing if it is as it was loaded.
    pub(in crate::store) async fn save_tree(
        &self,
        tree: Item,
        key: &Key,
        expecting: Expecting,
    ) -> Result<Baseline> {
        self.save_tree_when(tree, key, expecting, None).await
    }

    /// The same, if a condition holds of the root that stands there.
    pub(in crate::store) async fn save_tree_when(
        &self,
        tree: Item,
        key: &Key,
        expecting: Expecting,
        when: Option<Node>,
    ) -> Result<Baseline> {
        let prepared = self
            .with_keys((tree, expecting), |(tree, expecting)| {
                self.prepare(tree, key, expecting, when.as_ref())
            })
            .await?;
        prepared.run(&self.store).await
    }

    /// What [`save_tree_when`](Self::save_tree_when) sends.
    pub(in crate::store) fn plan_save(
        &self,
        tree: Item,
        key: &Key,
        expecting: Expecting,
        when: Option<&Node>,
    ) -> Result<Plan> {
        self.prepare(tree, key, expecting, when)?.plan()
    }

    /// What a save of a tree in clear sends.
    pub(in crate::store) fn prepare(
        &self,
        mut tree: Item,
        key: &Key,
        mut expecting: Expecting,
        when: Option<&Node>,
    ) -> Result<Prepared<'_>> {
        let kept = Kept::of(self.topology.root, &tree);
        let mut lock = None;
        match &mut expecting {
            Expecting::Anything => {
                let version = kept.version(&tree);
                lock = version.map(|(name, version)| VersionLock::new(name, version));
            }
            Expecting::Baseline(base) => {
                base.take_later(&tree);
                kept.restore(&mut tree, &base.kept);
            }
            Expecting::Nothing => {}
        }
        let is_first = !matches!(expecting, Expecting::Baseline(_));
        let next = kept.next(&tree, self.store.now(), is_first);
        let replaces = matches!(expecting, Expecting::Anything);
        let written = Written {
            held: kept.held(&tree),
            beginning: next
                .as_ref()
                .ok()
                .filter(|_| replaces)
                .and_then(|next| kept.beginning(next)),
            next,
            lock,
            unique: plan::unique_values(self.topology.root, &tree),
        };
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
            self.prepare_managed(root, cut, expecting, written, when)
        } else {
            self.prepare_plain(root, cut, &expecting, written, when)
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
        let indexes = &self.topology.indexes;
        let mut columns = indexes.expected(&tree, view, self.loader())?;
        columns.extend(self.topology.made.expected(&tree)?);
        let mut strangers = plan::stranger_columns(&tree, shape);
        strangers.retain(|stranger| {
            // Without a type only what was sealed is known to have had an index.
            stranger.is_of_field() && shape.untyped().is_none()
                || plan::seals_attribute(&stranger.attribute, &decisions, view, self.loader())
        });
        let mut bodies = plan::split(tree, shape, table);
        plan::check_index_values(shape, &bodies, &decisions)?;
        plan::check_key_in_clear(shape, &decisions)?;
        for (name, _) in root.parts() {
            bodies.root.remove(name);
        }
        let held = columns
            .into_iter()
            .filter_map(|(column, value)| Some((column, value?)));
        bodies.root.extend(held);
        let mut digests = Digests::of(&bodies, &entries, &decisions, table)
            .map_err(|error| decisions.without_secrets(error))?;
        let before = match expecting {
            Expecting::Baseline(base) => Some(&base.digests),
            Expecting::Anything | Expecting::Nothing => None,
        };
        plan::drop_stale_columns(&mut bodies.root, &mut digests, before, strangers);
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
        Written {
            held,
            next: stamps,
            beginning: _,
            lock,
            unique,
        }: Written,
        when: Option<&Node>,
    ) -> Result<Prepared<'_>> {
        let Cut {
            bodies,
            digests,
            known,
            decisions,
        } = cut;
        let shape = self.topology.root;
        let mut item = decisions.seal(bodies.root, &FieldPath::root(), &self.binding(&root)?)?;
        let mut next = match expecting {
            Expecting::Baseline(base) => (**base).clone(),
            Expecting::Anything | Expecting::Nothing => Baseline::default(),
        };
        let before = std::mem::replace(&mut next.digests, digests);
        let reseals = std::mem::take(&mut next.reseals);
        next.known = known;
        next.kept = held;
        let counts = Kept::counts(shape);
        let stored = next.plain_item().cloned();
        let guards = self.guards(&root);
        let guarding;
        let commit = match (expecting, stored) {
            (Expecting::Baseline(_), Some(stored)) => {
                let mut after = changes(&before.root, &next.digests.root, &mut item);
                if after.is_empty() {
                    return Ok(Prepared::new(root, Commit::Nothing, next));
                }
                if let Some((attribute, tag)) = plan::plain_tag(shape)
                    && !stored.contains_key(attribute)
                {
                    after.insert(
                        attribute.to_owned(),
                        Some(AttributeValue::S(tag.to_owned())),
                    );
                }
                if !reseals {
                    let stamps = stamps?;
                    next.stamp(&stamps)?;
                    after.extend(stamps.into_iter().map(|(name, value)| (name, Some(value))));
                }
                self.remove_older_names(&stored, &mut after);
                let mut compared = self.topology.made.complete(&stored, &item, &mut after);
                compared.retain(|name| !self.topology.table.has_key(name));
                item.clone_from(&stored);
                for (name, value) in after.clone() {
                    match value {
                        Some(value) => item.insert(name, value),
                        None => item.remove(&name),
                    };
                }
                guarding = guards
                    .map(|guards| {
                        let before = guards.claims_of_stored(&stored);
                        guarding_of(guards, Before::Loaded(before), &item)
                    })
                    .transpose()?;
                Plain::update(root.clone(), &stored, (after, &compared), &item)?.of_type(shape)
            }
            (Expecting::Baseline(_), None) => {
                return Err(Error::new(
                    ErrorKind::TypeMismatch,
                    "the object was loaded as one with shards",
                ));
            }
            (Expecting::Anything, _) => {
                let stamps = stamps?;
                next.stamp(&stamps)?;
                item.extend(stamps);
                item.extend(root.to_item());
                plan::write_plain_tag(&mut item, shape);
                guarding = guards
                    .map(|guards| {
                        let blind = Blind {
                            root: root.clone(),
                            shape,
                            item: Some(item.clone()),
                            lock: lock.clone(),
                            when: when.cloned(),
                        };
                        guarding_of(guards, Before::Supposed(Box::new(blind)), &unique)
                    })
                    .transpose()?;
                Plain::put(root.clone(), item.clone()).of_type(shape)
            }
            (Expecting::Nothing, _) => {
                let stamps = stamps?;
                next.stamp(&stamps)?;
                item.extend(stamps);
                item.extend(root.to_item());
                plan::write_plain_tag(&mut item, shape);
                guarding = guards
                    .map(|guards| guarding_of(guards, Before::Loaded(Claims::default()), &unique))
                    .transpose()?;
                Plain::insert(root.clone(), item.clone())
            }
        };
        Ok(Prepared::new(
            root,
            Commit::Plain(commit.counting(counts).when_locked(lock, when), item),
            next,
        )
        .guarded(guarding))
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
        mut cut: Cut,
        expecting: Expecting,
        Written {
            held,
            next: stamps,
            beginning,
            lock,
            unique,
        }: Written,
        when: Option<&Node>,
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
        let own_now = plan::own_attributes(&cut.bodies, &cut.decisions)
            .map_err(|error| cut.decisions.without_secrets(error))?;
        next.known = cut.known.clone();
        next.kept = held;
        let claimed = std::mem::replace(&mut next.unique, unique);
        let mut guarding = None;
        let before = std::mem::replace(&mut next.digests, cut.digests.clone());
        if let Expect::Base(state) = &expect
            && before != next.digests
        {
            state.check_writable()?;
        }
        let rewrite = next.rewrite.take();
        let reseals = std::mem::take(&mut next.reseals);
        let seals = ItemSeals::of(self.topology.root, &root, self.loader())?;
        if let Expect::Base(state) = &expect
            && state.seal.is_some()
            && before != next.digests
        {
            seals.check_over_sealed(self.topology.root)?;
        }
        let commit = match &expect {
            Expect::Base(state)
                if rewrite.is_none()
                    && before == next.digests
                    && !seals.are_not_those_of(state) =>
            {
                Commit::Nothing
            }
            Expect::Base(state)
                if rewrite.is_none()
                    && when.is_none()
                    && only_one_own_differs(&before, &next.digests, &next.own) =>
            {
                Commit::Own(self.own_writes(&root, state, cut, (&before, &next.own), &own_now)?)
            }
            _ => {
                let before = matches!(expect, Expect::Base(_)).then_some(before);
                if !reseals {
                    let stamps = stamps?;
                    next.stamp(&stamps)?;
                    cut.bodies.root.extend(stamps);
                }
                let unchanged = Unchanged {
                    before,
                    rewrite: rewrite.unwrap_or_default(),
                };
                let draft = self.draft(root.clone(), cut, &unchanged, &next.own, &expect)?;
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
                if let Some(guards) = self.guards(&root) {
                    let before = match &expect {
                        Expect::Anything => Before::Found,
                        Expect::Base(_) => Before::Loaded(guards.claims_of_stored(&claimed)),
                        Expect::Foreign(item) => Before::Loaded(guards.claims_of_stored(item)),
                        Expect::Nothing => Before::Loaded(Claims::default()),
                    };
                    guarding = Some(guarding_of(guards, before, &next.unique)?);
                }
                Commit::Whole {
                    save: Box::new(
                        Save::new(draft, expect)
                            .when(when.cloned())
                            .locked(lock)
                            .keeping(beginning),
                    ),
                    written_own: written,
                }
            }
        };
        for (id, attributes) in own_now {
            if let Some(own) = next.own.get_mut(&id) {
                own.attributes = attributes;
            }
        }
        Ok(Prepared::new(root, commit, next).guarded(guarding))
    }

    /// What keeps the values of an object unique.
    pub(in crate::store) fn guards(&self, root: &Address) -> Option<Guards> {
        Guards::of(self.topology.root, self.topology.table, root)
    }

    /// The writes of the independent shards that changed, each by itself.
    fn own_writes(
        &self,
        root: &Address,
        state: &RootState,
        cut: Cut,
        (before, own): (&Digests, &BTreeMap<String, Own>),
        own_now: &BTreeMap<String, BTreeMap<String, Digest>>,
    ) -> Result<Vec<(String, Independent)>> {
        let (owner, binding) = (self.owner(root), self.binding(root)?);
        let mut writes = Vec::new();
        for (id, shard) in cut.bodies.shards {
            let (Some(known), Some(after)) = (own.get(&id), own_now.get(&id)) else {
                continue;
            };
            if before.shards.get(&id) == cut.digests.shards.get(&id) {
                continue;
            }
            refuse_key_names(&shard)?;
            let mut body = cut
                .decisions
                .seal(shard.item, &shard.field.path, &binding)?;
            let write = OwnVersion {
                address: owner.address(&shard.field, false, 0)?,
                life: state.life,
                seen: known.version,
                changes: changes(&known.attributes, after, &mut body),
            };
            writes.push((id, Independent::new(write)));
        }
        Ok(writes)
    }
}

/// The fields that the mapper writes: as they are, as a write leaves them, and the version that must stand there for one.
struct Written {
    held: KeptValues,
    /// Refused only if something is written.
    next: Result<BTreeMap<String, AttributeValue>>,
    /// What the object says of its first save, if this may not be the first time.
    beginning: Option<Beginning>,
    lock: Option<VersionLock>,
    /// The values of unique fields.
    unique: Item,
}

impl Baseline {
    /// Notes what stands in the fields that the mapper writes, where a commit kept what stood there.
    pub(in crate::store) fn take_kept(&mut self, root: &Item) -> Result<()> {
        let written = self.kept.again(root);
        self.stamp(&written)
    }

    /// Notes what a write puts into the fields that the mapper writes.
    fn stamp(&mut self, stamps: &BTreeMap<String, AttributeValue>) -> Result<()> {
        for (name, value) in stamps {
            self.digests.root.insert(name.clone(), Digest::of(value)?);
        }
        self.kept.take(stamps);
        Ok(())
    }
}

/// What an object claims that is written with these values.
fn guarding_of(guards: Guards, before: Before, values: &Item) -> Result<Guarding> {
    let after = guards.claims(values)?;
    Ok(Guarding {
        guards,
        before,
        after,
    })
}

/// Whether one independent shard is all that changed. Several are written together, in one transaction.
fn only_one_own_differs(before: &Digests, after: &Digests, own: &BTreeMap<String, Own>) -> bool {
    let mut changed = before
        .shards
        .iter()
        .filter(|(id, digest)| after.shards.get(*id) != Some(*digest));
    let one = changed.next().is_some_and(|(id, _)| own.contains_key(id));
    one && changed.next().is_none()
        && before.root == after.root
        && before.entries == after.entries
        && before.shards.keys().eq(after.shards.keys())
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
