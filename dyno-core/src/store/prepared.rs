//! A save that is ready: it can be sent, or shown as a plan.

use std::collections::BTreeMap;

use dyno_value::Item;

use super::tree::{Baseline, Own, Stored};
use super::{Store, drive};
use crate::commit::check_item;
use crate::commit::independent::Independent;
use crate::commit::plain::Plain;
use crate::commit::save::{Committed, Save};
use crate::error::{Error, ErrorKind, Result};
use crate::forecast::Plan;
use crate::plan::{Address, Digest};

/// What a save sends, with what the next one compares with once it is sent.
#[derive(Debug)]
pub(super) struct Prepared<'a> {
    root: Address,
    commit: Commit<'a>,
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
    Plain(Plain, Item),
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
        Self { root, commit, next }
    }

    /// Sends what there is to send.
    pub(super) async fn run(self, store: &Store) -> Result<Baseline> {
        let mut next = self.next;
        match self.commit {
            Commit::Nothing => {}
            Commit::Own(writes) => {
                for (id, write) in writes {
                    let (request, version) = drive::run(store, write).await?;
                    next.footprint.apply(&request, &|_| true);
                    if let Some(own) = next.own.get_mut(&id) {
                        own.version = version;
                    }
                }
            }
            Commit::Plain(write, item) => {
                drive::run(store, write).await?;
                next.stored = Stored::Plain(item);
            }
            Commit::Whole { save, written_own } => {
                let committed = drive::run(store, *save).await?;
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
                    next.own.insert(id, own);
                }
                next.stored = Stored::Managed(state);
            }
        }
        Ok(next)
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
        next.stored = Stored::Plain(item.clone());
        Ok((item, next))
    }

    /// What [`run`](Self::run) sends, if every condition holds.
    pub(super) fn plan(self) -> Result<Plan> {
        let sizes = self.next.sizes(&self.root);
        match self.commit {
            Commit::Nothing => Ok(Plan::default()),
            Commit::Own(writes) => writes
                .into_iter()
                .try_fold(Plan::default(), |plan, (_, write)| {
                    Ok(plan.then(drive::plan(write, sizes)?))
                }),
            Commit::Plain(write, _) => Ok(Plan::default().then(drive::plan(write, sizes)?)),
            Commit::Whole { save, .. } => Ok(Plan::default().then(drive::plan(*save, sizes)?)),
        }
    }
}
