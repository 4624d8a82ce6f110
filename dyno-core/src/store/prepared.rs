//! A save that is ready: it can be sent, or shown as a plan.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use dyno_value::Item;

use super::operation::Operation;
use super::tree::{Baseline, Expecting, Own, Stored};
use super::{Store, alone};
use crate::commit::independent::Independent;
use crate::commit::plain::Plain;
use crate::commit::save::{Committed, Save};
use crate::commit::together::{Guarding, Member, MemberDone};
use crate::commit::{Sizes, check_item};
use crate::error::{Error, ErrorKind, Result};
use crate::expr::{Condition, Node};
use crate::forecast::Plan;
use crate::key::Key;
use crate::plan::{Address, Digest};

/// A save as a part of something larger.
#[derive(Clone, Debug)]
pub(super) struct SavePart {
    pub(super) tree: Item,
    pub(super) expecting: Expecting,
    pub(super) when: Option<Node>,
}

impl SavePart {
    /// Of an object's tree.
    ///
    /// # Errors
    ///
    /// The condition asks what the root does not tell.
    pub(super) fn new<T>(
        operation: &Operation,
        key: &Key,
        tree: Item,
        expecting: Expecting,
        when: Option<Condition<T>>,
    ) -> Result<Self> {
        let when = operation.condition_on(when, key);
        let when = when.map_err(operation.explain(Some(key)))?;
        Ok(Self {
            tree,
            expecting,
            when,
        })
    }
}

/// What becomes of the version that a save leaves.
pub(super) type Then<'a> = Box<dyn FnOnce(Baseline) + Send + 'a>;

/// What a save sends, with what the next one compares with once it is sent.
#[derive(Debug)]
pub(super) struct Prepared<'a> {
    root: Address,
    commit: Commit<'a>,
    /// What it claims, if values are kept unique.
    guarding: Option<Guarding>,
    /// Everything but what the commit leaves, which is still as it was before.
    next: Baseline,
}

/// The requests of a save.
#[derive(Debug)]
pub(super) enum Commit<'a> {
    Nothing,
    /// Independent shards, one after the other, by their ids.
    Own(Vec<(String, Independent)>),
    /// One item that the mapper does not manage, and what it is afterwards.
    Plain(Plain, Arc<Item>),
    /// Everything at once.
    Whole {
        save: Box<Save<'a>>,
        written_own: Vec<WrittenOwn>,
    },
}

/// An independent shard whose version becomes that of the whole object.
#[derive(Debug)]
pub(super) struct WrittenOwn {
    pub(super) id: String,
    pub(super) place: Option<Address>,
    pub(super) attributes: BTreeMap<String, Digest>,
}

impl<'a> Prepared<'a> {
    pub(super) fn new(root: Address, commit: Commit<'a>, next: Baseline) -> Self {
        Self {
            root,
            commit,
            guarding: None,
            next,
        }
    }

    /// With the items that keep values unique.
    pub(super) fn guarded(self, guarding: Option<Guarding>) -> Self {
        Self { guarding, ..self }
    }

    /// Sends what there is to send.
    pub(super) async fn run(self, store: &Store) -> Result<Baseline> {
        let (members, mut after) = self.split();
        for member in members {
            after.note(alone::run(store, member).await?)?;
        }
        Ok(after.into_baseline())
    }

    /// The commits, and what follows them.
    pub(super) fn split(self) -> (Vec<Member<'a>>, After) {
        let after = |own: Vec<String>, left| After {
            next: self.next,
            own: own.into(),
            left,
        };
        let guarded = |member| match self.guarding {
            Some(guarding) => guarding.over(member),
            None => member,
        };
        match self.commit {
            Commit::Nothing => (Vec::new(), after(Vec::new(), Left::Nothing)),
            Commit::Own(writes) => {
                let (ids, writes): (_, Vec<_>) = writes.into_iter().unzip();
                let members = writes.into_iter().map(Member::Own);
                (members.collect(), after(ids, Left::Nothing))
            }
            Commit::Plain(write, item) => (
                vec![guarded(Member::Plain(write))],
                after(Vec::new(), Left::Plain(item)),
            ),
            Commit::Whole { save, written_own } => (
                vec![guarded(Member::Save(save))],
                after(Vec::new(), Left::Whole(written_own)),
            ),
        }
    }

    /// Whether DynamoDB takes the item of a plain object.
    ///
    /// # Errors
    ///
    /// It is too large.
    pub(super) fn check_plain(&self) -> Result<()> {
        match &self.commit {
            Commit::Plain(_, item) => check_item(self.root.table, item).map(drop),
            Commit::Nothing | Commit::Own(_) | Commit::Whole { .. } => Ok(()),
        }
    }

    /// The item of a plain object, to be put without a condition, and what the next save compares with once it is.
    ///
    /// # Errors
    ///
    /// The item is larger than DynamoDB takes, or the object is not a plain one.
    pub(super) fn into_item(self) -> Result<(Item, Baseline)> {
        self.check_plain()?;
        let Commit::Plain(_, item) = self.commit else {
            let why = "the object is more than one item without the mapper's attributes";
            return Err(Error::new(ErrorKind::InvalidShape, why));
        };
        let mut next = self.next;
        next.stored = Stored::Plain(Arc::clone(&item));
        Ok((Arc::unwrap_or_clone(item), next))
    }

    /// What [`run`](Self::run) sends, if every condition holds.
    pub(super) fn plan(self) -> Result<Plan> {
        let root = self.root.clone();
        let (members, after) = self.split();
        let sizes = after.sizes(&root);
        members
            .into_iter()
            .try_fold(Plan::default(), |plan, member| {
                Ok(plan.then(alone::plan(member, sizes)?))
            })
    }
}

/// What the next save compares with, once the commits of this one are done.
#[derive(Debug)]
pub(super) struct After {
    next: Baseline,
    /// The independent shards that are written by themselves, in the order of their commits.
    own: VecDeque<String>,
    left: Left,
}

/// What a commit of the object leaves of it.
#[derive(Debug)]
enum Left {
    Nothing,
    Plain(Arc<Item>),
    Whole(Vec<WrittenOwn>),
}

impl After {
    /// Takes note of what one commit left.
    pub(super) fn note(&mut self, done: MemberDone) -> Result<()> {
        let next = &mut self.next;
        match (done, std::mem::replace(&mut self.left, Left::Nothing)) {
            (MemberDone::Done, Left::Plain(item)) => next.stored = Stored::Plain(item),
            (MemberDone::Own(request, version), _) => {
                next.footprint.apply(&request, &|_| true);
                let id = self.own.pop_front();
                if let Some(own) = id.and_then(|id| next.own_mut().get_mut(&id)) {
                    own.version = version;
                }
            }
            (MemberDone::Save(committed), Left::Whole(written_own)) => {
                if let Some(root) = committed.root() {
                    next.take_kept(root)?;
                }
                let Committed { request, state } = committed;
                let own = |address: &Address| {
                    let mut places = written_own.iter().filter_map(|own| own.place.as_ref());
                    places.any(|place| place == address)
                };
                next.footprint.apply(&request, &own);
                let version = state.etag.stamp();
                for WrittenOwn { id, attributes, .. } in written_own {
                    let own = Own {
                        version,
                        attributes,
                    };
                    next.own_mut().insert(id, own);
                }
                next.stored = Stored::Managed(state);
            }
            (MemberDone::Done | MemberDone::Save(_), _) => {}
        }
        Ok(())
    }

    /// What is known of the items before the commits.
    pub(super) fn sizes<'s>(&'s self, root: &'s Address) -> Sizes<'s> {
        self.next.sizes(root)
    }

    pub(super) fn into_baseline(self) -> Baseline {
        self.next
    }
}
