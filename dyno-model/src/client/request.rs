//! What clients send.

use super::{ATTEMPTS, Begin, Edit, Machines, Operation, Outcome, Part, Waiting, commit_of};
use crate::config::Shard;
use crate::mutant::Mutant;
use crate::reader::Reading;
use crate::service::{Base, Condition, ItemAction, Request, RootAction, Seen, Service};
use crate::state::{Commit, Entry, FIRST, Kind, NONE, PIECES, Piece, Root, SHARDS};

impl Machines<'_> {
    /// Begins an operation. A load before a write is one moment: the reader's properties say that it may be.
    pub(crate) fn begin(&self, service: &Service, operation: Operation) -> Begin {
        let root = service.root;
        match operation {
            Operation::Delete
            | Operation::Insert(_)
            | Operation::Replace(_)
            | Operation::WritePath(_) => self.start(operation, None),
            Operation::Save(_) | Operation::DeleteLoaded => match root {
                Some(root) => self.start(operation, Some(root)),
                None => Begin::End(Outcome::NotFound),
            },
            Operation::WriteIndependent(shard) => {
                let item = service.items[usize::from(shard)][0];
                match (root, item) {
                    (Some(root), Some(item)) => self.start_independent(shard, &root, item),
                    _ => Begin::End(Outcome::NotFound),
                }
            }
            Operation::Load(mode) => {
                let reading = Reading::whole(mode, service, self.configuration);
                Begin::Read(Box::new(reading))
            }
            Operation::Get { shard, then } => match root {
                Some(root) if root.pieces(usize::from(shard)) > 0 => {
                    Begin::Read(Box::new(Reading::lazy(shard, then, root, service)))
                }
                _ => Begin::End(Outcome::NotFound),
            },
        }
    }

    /// Deletes what a delete without reading was refused for.
    pub(crate) fn delete_loaded(&self, service: &Service) -> Begin {
        match service.root {
            Some(root) => {
                let mut waiting = self.waiting(Some(root));
                waiting.attempt = 1;
                let request = self.delete_of(&root, self.commit(1));
                Begin::Send(waiting, request)
            }
            None => Begin::End(Outcome::Ok),
        }
    }

    /// Saves on the root that a lazy shard was read for.
    pub(crate) fn save(&self, edit: Edit, base: Root) -> (Waiting, Request) {
        let mut waiting = self.waiting(Some(base));
        let request = self.whole_write(&mut waiting, edit, None, false);
        (waiting, request)
    }

    fn start(&self, operation: Operation, base: Option<Root>) -> Begin {
        let mut waiting = self.waiting(base);
        let request = match operation {
            Operation::Insert(edit) | Operation::Replace(edit) => {
                self.whole_write(&mut waiting, edit, None, true)
            }
            Operation::Save(edit) => self.whole_write(&mut waiting, edit, None, false),
            Operation::WritePath(shard) => self.path_write(&mut waiting, shard),
            Operation::DeleteLoaded => match base {
                Some(root) => self.delete_of(&root, self.commit(0)),
                None => return Begin::End(Outcome::NotFound),
            },
            Operation::Delete => self.delete_any(),
            Operation::Get { .. } | Operation::Load(_) | Operation::WriteIndependent(_) => {
                return Begin::End(Outcome::NotFound);
            }
        };
        Begin::Send(waiting, request)
    }

    fn waiting(&self, over: Option<Root>) -> Waiting {
        Waiting {
            over,
            mine: [NONE; ATTEMPTS as usize],
            attempt: 0,
            resends: self.configuration.resend_budget(),
            lost: false,
        }
    }

    fn commit(&self, attempt: u8) -> Commit {
        commit_of(self.client, self.operation, attempt)
    }

    pub(super) fn has(&self, mutant: Mutant) -> bool {
        self.configuration.has(mutant)
    }

    /// Protocols A, B and create. `kept` is the root whose entries are kept, if not that of the base.
    pub(super) fn whole_write(
        &self,
        waiting: &mut Waiting,
        edit: Edit,
        kept: Option<Root>,
        whole: bool,
    ) -> Request {
        let commit = self.commit(waiting.attempt);
        let base = waiting.over;
        let counter = base.map_or(FIRST, |base| base.sequence + 1);
        let etag = if self.has(Mutant::CounterEtag) {
            counter
        } else {
            commit
        };
        let mut root = base.map_or_else(
            || Root::create(etag, commit),
            |mut base| {
                base.commit(etag, commit, self.configuration.ring());
                base
            },
        );
        if self.has(Mutant::PastNotKept) {
            root.past.fill(NONE);
        }
        let mut items = [[ItemAction::None; PIECES]; SHARDS];
        let mut keeps = false;
        for (shard, part) in edit.parts.iter().enumerate() {
            let before = base.map_or(0, |base| base.pieces(shard));
            match *part {
                Part::Keep if !whole => {
                    keeps |= before > 0;
                    if let Some(kept) = kept {
                        root.manifest[shard] = kept.manifest[shard];
                        root.truth[shard] = kept.truth[shard];
                    }
                }
                Part::Keep | Part::Remove => {
                    root.manifest[shard] = None;
                    root.truth[shard] = NONE;
                    root.drop_from_order(shard);
                    if !self.has(Mutant::EntryNotDeleted) {
                        items[shard][..before].fill(ItemAction::Delete);
                    }
                }
                Part::Write(pieces) => {
                    let kind = self.configuration.kind(shard);
                    root.manifest[shard] = Some(Entry::written(kind, etag, pieces));
                    root.truth[shard] = commit;
                    if self.configuration.shard(shard) == Shard::Entry {
                        root.append_to_order(shard);
                    }
                    let counter = kind == Kind::Independent && self.has(Mutant::IndependentCounter);
                    let piece = Piece {
                        stamp: if counter { FIRST } else { etag },
                        life: root.life,
                        pieces,
                        made_by: commit,
                    };
                    let count = usize::from(pieces);
                    items[shard][..count].fill(ItemAction::Put(piece));
                    if before > count && !self.has(Mutant::SurplusNotDeleted) {
                        items[shard][count..before].fill(ItemAction::Delete);
                    }
                }
            }
        }
        if edit.reverse {
            root.reverse_order();
        }
        let unconditional =
            self.has(Mutant::SaveWithoutEtag) || self.has(Mutant::KeptWithoutEtag) && keeps;
        let condition = match base {
            None if self.has(Mutant::InsertUnconditional) => Condition::None,
            None => Condition::Absent,
            Some(_) if unconditional => Condition::Exists,
            Some(base) => Condition::Etag(base.etag),
        };
        waiting.mine[usize::from(waiting.attempt)] = etag;
        Request {
            commit,
            etag,
            token: self.token(&items, base.is_none() && !self.has(Mutant::InsertByItem)),
            root: RootAction::Put(root, condition),
            items,
            base: base.map_or(Base::Nothing, |base| Base::Root(base.made_by)),
        }
    }

    fn path_write(&self, waiting: &mut Waiting, shard: Option<u8>) -> Request {
        let commit = self.commit(0);
        let mut items = [[ItemAction::None; PIECES]; SHARDS];
        if let Some(shard) = shard {
            items[usize::from(shard)][0] = ItemAction::Update;
        }
        waiting.mine[0] = commit;
        Request {
            commit,
            etag: commit,
            token: self.token(&items, !self.has(Mutant::BlindRootWithoutToken)),
            root: RootAction::Update(shard),
            items,
            base: Base::Any,
        }
    }

    fn start_independent(&self, shard: u8, root: &Root, item: Piece) -> Begin {
        let commit = self.commit(0);
        let counter = self.has(Mutant::IndependentCounter);
        let etag = if counter { item.stamp + 1 } else { commit };
        let any_life = counter || self.has(Mutant::IndependentWithoutLife);
        let any_stamp =
            self.has(Mutant::IndependentWithoutLife) || self.has(Mutant::IndependentWithoutStamp);
        let seen = Seen {
            stamp: (!any_stamp).then_some(item.stamp),
            life: (!any_life).then_some(root.life),
        };
        let mut items = [[ItemAction::None; PIECES]; SHARDS];
        let unconditional = self.has(Mutant::IndependentUnconditional);
        items[usize::from(shard)][0] = ItemAction::UpdateIf((!unconditional).then_some(seen));
        let mut waiting = self.waiting(None);
        waiting.mine[0] = etag;
        let request = Request {
            commit,
            etag,
            token: false,
            root: RootAction::None,
            items,
            base: Base::Item(shard, item.made_by),
        };
        Begin::Send(waiting, request)
    }

    fn delete_any(&self) -> Request {
        let mut items = [[ItemAction::None; PIECES]; SHARDS];
        for (shard, pieces) in items.iter_mut().enumerate() {
            if self.configuration.shard(shard) != Shard::None {
                pieces[0] = ItemAction::Delete;
            }
        }
        let commit = self.commit(0);
        Request {
            commit,
            etag: commit,
            token: self.token(&items, !self.has(Mutant::DeleteByItem)),
            root: RootAction::Delete(Condition::AbsentOrOneItemEach),
            items,
            base: Base::Any,
        }
    }

    fn delete_of(&self, root: &Root, commit: Commit) -> Request {
        let mut items = [[ItemAction::None; PIECES]; SHARDS];
        for (shard, pieces) in items.iter_mut().enumerate() {
            let entry = self.configuration.shard(shard) == Shard::Entry;
            let count = match root.pieces(shard) {
                _ if entry && self.has(Mutant::DeleteForgetsEntries) => 0,
                count if self.has(Mutant::DeleteForgetsPieces) => count.min(1),
                count => count,
            };
            pieces[..count].fill(ItemAction::Delete);
        }
        let condition = if self.has(Mutant::DeleteLoadedWithoutEtag) {
            Condition::None
        } else {
            Condition::AbsentOrEtag(root.etag)
        };
        Request {
            commit,
            etag: commit,
            token: self.token(&items, false),
            root: RootAction::Delete(condition),
            items,
            base: Base::RootOrNothing(root.made_by),
        }
    }

    /// A request is a transaction, and has a token, if it has actions on shards, or by choice.
    fn token(&self, items: &[[ItemAction; PIECES]; SHARDS], chosen: bool) -> bool {
        let several = items
            .iter()
            .flatten()
            .any(|action| *action != ItemAction::None);
        (several || chosen) && !self.has(Mutant::TransactionWithoutToken)
    }
}
