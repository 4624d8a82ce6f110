//! The service: items, conditions, transactions and their tokens.

use crate::config::Configuration;
use crate::mutant::Mutant;
use crate::state::{Commit, Items, Kind, PIECES, Piece, Root, SHARDS, Wrong};

/// What the tables hold, and what must be remembered to judge it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Service {
    pub(crate) root: Option<Root>,
    pub(crate) items: Items,
    /// The commits that took effect.
    pub(crate) applied: u64,
    /// Deletes that succeeded and found nothing to delete: no commits, but their tokens are used.
    pub(crate) idle: u64,
    /// The commits that were over when a delete took effect: no later load may show them.
    pub(crate) dead: u64,
    /// Every state before this one, for reads that may return any of them.
    pub(crate) history: Vec<(Option<Root>, Items)>,
}

/// One request that writes. A transaction if it has several actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Request {
    pub(crate) commit: Commit,
    pub(crate) etag: u8,
    pub(crate) token: bool,
    pub(crate) root: RootAction,
    pub(crate) items: [[ItemAction; PIECES]; SHARDS],
    /// Not sent: the state for which the commit was made.
    pub(crate) base: Base,
}

/// What is done to the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum RootAction {
    Delete(Condition),
    None,
    Put(Root, Condition),
    /// Protocol blind: new etag, and a new stamp of this shard. Without shard: a path in the root.
    Update(Option<u8>),
}

/// A condition on the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Condition {
    Absent,
    AbsentOrEtag(u8),
    /// Nothing, or an object whose shards are all one item.
    AbsentOrOneItemEach,
    Etag(u8),
    Exists,
    None,
}

/// What is done to an item of a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum ItemAction {
    Delete,
    None,
    Put(Piece),
    /// Protocol blind: exists.
    Update,
    /// Independent: is as it was seen. An update creates an item that is not there.
    UpdateIf(Option<Seen>),
}

/// What an independent write asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Seen {
    pub(crate) stamp: Option<u8>,
    pub(crate) life: Option<u8>,
}

/// The state that a commit builds on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Base {
    Any,
    Item(u8, Commit),
    Nothing,
    Root(Commit),
    RootOrNothing(Commit),
}

/// What the service answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Applied,
    /// The condition on the root does not hold; what stands there.
    Refused(Option<Root>),
    /// The condition on an item does not hold; what stands there.
    ItemRefused(Option<Piece>),
}

impl Service {
    /// Executes a request at one moment.
    pub(crate) fn execute(
        &mut self,
        request: &Request,
        configuration: &Configuration,
        wrong: &mut Wrong,
    ) -> Answer {
        if self.token_is_used(request) {
            return Answer::Applied;
        }
        if !self.root_condition(request, configuration) {
            return Answer::Refused(self.root);
        }
        for (action, item) in request
            .items
            .iter()
            .flatten()
            .zip(self.items.iter().flatten())
        {
            let holds = match action {
                ItemAction::Update => item.is_some(),
                ItemAction::UpdateIf(Some(seen)) => item.is_some_and(|item| {
                    seen.stamp.is_none_or(|stamp| stamp == item.stamp)
                        && seen.life.is_none_or(|life| life == item.life)
                }),
                ItemAction::Delete
                | ItemAction::None
                | ItemAction::Put(_)
                | ItemAction::UpdateIf(None) => true,
            };
            if !holds {
                return Answer::ItemRefused(*item);
            }
        }
        if matches!(request.root, RootAction::Delete(_)) && self.root.is_none() {
            self.idle |= bit(request.commit);
            return Answer::Applied;
        }
        wrong.twice |= self.applied & bit(request.commit) != 0;
        wrong.lost_update |= !self.is_base(request.base);
        if configuration.keeps_history() {
            self.history.push((self.root, self.items));
        }
        self.apply(request, configuration);
        Answer::Applied
    }

    /// Whether a transaction has been executed before, so that it has no further effect.
    pub(crate) fn token_is_used(&self, request: &Request) -> bool {
        request.token && (self.applied | self.idle) & bit(request.commit) != 0
    }

    fn root_condition(&self, request: &Request, configuration: &Configuration) -> bool {
        let condition = match request.root {
            RootAction::None => return true,
            RootAction::Delete(condition) | RootAction::Put(_, condition) => condition,
            RootAction::Update(shard) => {
                return self.root.is_some_and(|root| match shard {
                    Some(shard) => {
                        let entry = root.manifest[usize::from(shard)];
                        configuration.has(Mutant::BlindWithoutFlags)
                            || entry.is_some_and(|entry| entry.kind == Kind::One)
                    }
                    None => !root.remembers(request.etag),
                });
            }
        };
        match (condition, &self.root) {
            (Condition::Absent, standing) => standing.is_none(),
            (Condition::Etag(_) | Condition::Exists, None) => false,
            (Condition::AbsentOrEtag(_) | Condition::AbsentOrOneItemEach, None)
            | (Condition::None, _)
            | (Condition::Exists, Some(_)) => true,
            (Condition::Etag(etag) | Condition::AbsentOrEtag(etag), Some(root)) => {
                root.etag == etag
            }
            (Condition::AbsentOrOneItemEach, Some(root)) => {
                let mut listed = root.manifest.iter().flatten();
                configuration.has(Mutant::DeleteAssumesOneItem)
                    || listed.all(|entry| entry.kind != Kind::Pieces)
            }
        }
    }

    fn is_base(&self, base: Base) -> bool {
        let standing = self.root.map(|root| root.made_by);
        match base {
            Base::Any => true,
            Base::Nothing => standing.is_none(),
            Base::Root(commit) => standing == Some(commit),
            Base::RootOrNothing(commit) => standing.is_none_or(|standing| standing == commit),
            Base::Item(shard, commit) => {
                let item = self.items[usize::from(shard)][0];
                item.is_some_and(|item| item.made_by == commit)
            }
        }
    }

    fn apply(&mut self, request: &Request, configuration: &Configuration) {
        let &Request { commit, etag, .. } = request;
        for (action, item) in request
            .items
            .iter()
            .flatten()
            .zip(self.items.iter_mut().flatten())
        {
            match action {
                ItemAction::None => {}
                ItemAction::Delete => *item = None,
                ItemAction::Put(piece) => *item = Some(*piece),
                ItemAction::Update | ItemAction::UpdateIf(_) => {
                    let life = item.map_or(crate::state::NONE, |item| item.life);
                    *item = Some(Piece {
                        stamp: etag,
                        life,
                        pieces: 1,
                        made_by: commit,
                    });
                }
            }
        }
        match request.root {
            RootAction::None => {}
            RootAction::Delete(_) => {
                self.root = None;
                self.dead = self.applied;
            }
            RootAction::Put(root, _) => self.root = Some(root),
            RootAction::Update(shard) => {
                if let Some(root) = &mut self.root {
                    if configuration.has(Mutant::BlindKeepsEtag) {
                        root.made_by = commit;
                    } else {
                        root.commit(etag, commit, configuration.ring());
                    }
                    if let Some(shard) = shard {
                        let shard = usize::from(shard);
                        let entry = crate::state::Entry::written(Kind::One, etag, 1);
                        root.manifest[shard] = Some(entry);
                        root.truth[shard] = commit;
                    }
                }
            }
        }
        self.applied |= bit(commit);
    }
}

/// The place of a commit in a set of commits.
pub(crate) fn bit(commit: Commit) -> u64 {
    1 << commit
}
