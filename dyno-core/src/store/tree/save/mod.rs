//! From a tree to what a save sends.

mod managed;
mod plain;

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::Item;

use super::{Baseline, Cut, Expecting};
use crate::commit::VersionLock;
use crate::commit::together::{Before, Guarding};
use crate::error::Result;
use crate::expr::Node;
use crate::forecast::Plan;
use crate::key::Key;
use crate::plan::{
    self, Address, Beginning, Decisions, Digest, Digests, Guards, Kept, KeptValues, Keyed,
    KnownEntries, Numbering, Topology,
};
use crate::store::drive;
use crate::store::operation::Operation;
use crate::store::prepared::Prepared;

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
                base.settle()?;
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
        root.write_to(&mut tree)?;
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
            Expecting::Baseline(base) => (&base.part.known, Some(&base.extras)),
            Expecting::Anything | Expecting::Nothing => (&none, None),
        };
        let shown = (self.topology.has_lists() && self.loader().is_some()).then(|| tree.clone());
        let numbering = Numbering::Matched(known, drive::seed()?);
        let Keyed { entries, known } = self.topology.key_lists(&mut tree, numbering)?;
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
            Expecting::Baseline(base) => Some(&base.part.digests),
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

    /// What keeps the values of an object unique.
    pub(in crate::store) fn guards(&self, root: &Address) -> Option<Guards> {
        Guards::of(self.topology.root, self.topology.table, root)
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
            self.part
                .digests
                .root
                .insert(name.clone(), Digest::of(value)?);
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
