//! Loading and saving an object's tree, whatever type it came from.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Item, number};

use super::fetch::Projection;
use super::operation::Operation;
use super::snapshot::Reading;
use super::{drive, snapshot};
use crate::commit::plain::Plain;
use crate::commit::save::{Draft, Expect, Save};
use crate::error::{Error, ErrorKind, Result, not_found};
use crate::key::Key;
use crate::plan::{
    self, Address, Bodies, Decisions, Digests, Extras, Loaded, RootState, ShardBody, ShardField,
    Topology,
};
use crate::shape::FieldShape;

/// An object's tree in clear, with what is remembered of how it is stored.
#[derive(Debug)]
pub(super) struct LoadedTree {
    pub(super) tree: Item,
    extras: Extras,
    stored: Stored,
    pub(super) decisions: Decisions,
}

/// How an object was stored when it was last loaded or saved: what a save builds on.
#[derive(Clone, Debug)]
pub(super) struct Baseline {
    digests: Digests,
    extras: Extras,
    stored: Stored,
}

#[derive(Clone, Debug)]
enum Stored {
    /// As an object with an etag.
    Managed(RootState),
    /// As an item without the mapper's attributes; the item.
    Plain(Item),
}

/// What a save expects to find.
#[derive(Clone, Debug)]
pub(super) enum Expecting {
    Anything,
    Baseline(Box<Baseline>),
    Nothing,
}

impl Operation {
    /// Reads and opens the object.
    pub(super) async fn load_tree(&self, key: &Key, consistent: bool) -> Result<LoadedTree> {
        let root = self.root(key)?;
        let owner = self.owner(&root);
        let reading = Reading {
            topology: &self.topology,
            owner: &owner,
            root: &root,
            root_projection: Projection::default(),
            wants: &|_| true,
            shard_projection: Projection::default(),
            consistent,
        };
        let snapshot = reading.snapshot(&self.store).await?.ok_or_else(not_found)?;
        self.opened(&root, snapshot)
    }

    /// Joins and opens what was read.
    pub(super) fn opened(
        &self,
        root: &Address,
        snapshot: snapshot::Snapshot,
    ) -> Result<LoadedTree> {
        let snapshot::Snapshot {
            root: item,
            state,
            shards,
        } = snapshot;
        let stored = state.map_or_else(|| Stored::Plain(item.clone()), Stored::Managed);
        let joined = plan::join(
            &self.topology,
            item,
            shards,
            &self.binding(root)?,
            self.loader(),
        )?;
        let Loaded {
            tree,
            extras,
            decisions,
        } = joined;
        Ok(LoadedTree {
            tree,
            extras,
            stored,
            decisions,
        })
    }

    /// Saves a tree in clear; sends nothing if it is as it was loaded.
    pub(super) async fn save_tree(
        &self,
        mut tree: Item,
        key: &Key,
        expecting: Expecting,
    ) -> Result<Baseline> {
        let root = self.root(key)?;
        let managed = self.topology.managed
            || matches!(&expecting, Expecting::Baseline(base) if base.state().is_some());
        if let Expecting::Baseline(base) = &expecting {
            base.extras.restore(&mut tree, self.topology.root);
        }
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
        let decisions = Decisions::for_save(&tree, self.topology.root, self.loader())?;
        let mut bodies = plan::split(tree, self.topology.root, self.topology.table);
        for (name, _) in root.parts() {
            bodies.root.remove(name);
        }
        let digests = Digests::of(&bodies, self.topology.table)
            .map_err(|error| decisions.without_secrets(error))?;
        if managed {
            self.save_managed(root, bodies, digests, &decisions, expecting)
                .await
        } else {
            self.save_plain(root, bodies.root, digests, &decisions, expecting)
                .await
        }
    }

    async fn save_plain(
        &self,
        root: Address,
        body: Item,
        digests: Digests,
        decisions: &Decisions,
        expecting: Expecting,
    ) -> Result<Baseline> {
        let mut item = decisions.seal(body, &FieldPath::root(), &self.binding(&root)?)?;
        let (commit, extras) = match expecting {
            Expecting::Baseline(base) => {
                let base = *base;
                let Stored::Plain(before) = base.stored else {
                    return Err(Error::new(
                        ErrorKind::TypeMismatch,
                        "the object was loaded as one with shards",
                    ));
                };
                let mut after = changes(&base.digests, &digests, &mut item);
                if after.is_empty() {
                    let stored = Stored::Plain(before);
                    return Ok(Baseline {
                        digests,
                        extras: base.extras,
                        stored,
                    });
                }
                self.remove_older_names(&before, &mut after);
                item.clone_from(&before);
                for (name, value) in after.clone() {
                    match value {
                        Some(value) => item.insert(name, value),
                        None => item.remove(&name),
                    };
                }
                (
                    Plain::update(root.clone(), &before, after, &item)?,
                    base.extras,
                )
            }
            Expecting::Anything => {
                item.extend(root.to_item());
                (Plain::put(root.clone(), item.clone()), Extras::default())
            }
            Expecting::Nothing => {
                item.extend(root.to_item());
                (Plain::insert(root.clone(), item.clone()), Extras::default())
            }
        };
        drive::run(&self.store, commit).await?;
        Ok(Baseline {
            digests,
            extras,
            stored: Stored::Plain(item),
        })
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

    async fn save_managed(
        &self,
        root: Address,
        bodies: Bodies,
        digests: Digests,
        decisions: &Decisions,
        expecting: Expecting,
    ) -> Result<Baseline> {
        let (before, extras, expect) = match expecting {
            Expecting::Baseline(base) => match base.stored {
                Stored::Managed(state) => (Some(base.digests), base.extras, Expect::Base(state)),
                Stored::Plain(item) => (None, base.extras, Expect::Foreign(item)),
            },
            Expecting::Anything => (None, Extras::default(), Expect::Anything),
            Expecting::Nothing => (None, Extras::default(), Expect::Nothing),
        };
        if let (Some(before), Expect::Base(state)) = (&before, &expect)
            && *before == digests
        {
            let stored = Stored::Managed(state.clone());
            return Ok(Baseline {
                digests,
                extras,
                stored,
            });
        }
        let draft = self.draft(root, bodies, &digests, before.as_ref(), &expect, decisions)?;
        let state = drive::run(&self.store, Save::new(draft, expect)).await?;
        Ok(Baseline {
            digests,
            extras,
            stored: Stored::Managed(state),
        })
    }

    fn draft(
        &self,
        root: Address,
        bodies: Bodies,
        digests: &Digests,
        before: Option<&Digests>,
        expect: &Expect,
        decisions: &Decisions,
    ) -> Result<Draft<'_>> {
        let binding = self.binding(&root)?;
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
            written.insert(id, (shard.field, body));
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
        let owner = self.owner(&root);
        Ok(Draft {
            topology: &self.topology,
            owner,
            root,
            root_body,
            written,
            kept,
        })
    }
}

impl LoadedTree {
    /// Takes what a save compares with from the object itself, so that only what is changed from now on is written:
    /// not what its type keeps in another form, or does not keep at all.
    pub(super) fn compared_with(self, topology: &Topology, mut written: Item) -> Result<Baseline> {
        let Self {
            tree: _,
            extras,
            stored,
            decisions,
        } = self;
        extras.restore(&mut written, topology.root);
        let bodies = plan::split(written, topology.root, topology.table);
        let digests = Digests::of(&bodies, topology.table)
            .map_err(|error| decisions.without_secrets(error))?;
        Ok(Baseline {
            digests,
            extras,
            stored,
        })
    }
}

impl Baseline {
    /// The root's state, if the object is managed.
    pub(super) fn state(&self) -> Option<&RootState> {
        match &self.stored {
            Stored::Managed(state) => Some(state),
            Stored::Plain(_) => None,
        }
    }

    /// The item, if the object is a plain one.
    pub(super) fn plain_item(&self) -> Option<&Item> {
        match &self.stored {
            Stored::Managed(_) => None,
            Stored::Plain(item) => Some(item),
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
    before: &Digests,
    after: &Digests,
    item: &mut Item,
) -> BTreeMap<String, Option<AttributeValue>> {
    let names: BTreeSet<&String> = before.root.keys().chain(after.root.keys()).collect();
    let differs = |name: &&String| before.root.get(*name) != after.root.get(*name);
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
