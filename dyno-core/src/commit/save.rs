//! Saving a whole object: protocol A where only the root is written, protocol B where shards are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use dyno_value::{FieldPath, Item};

use super::VersionLock;
use super::independent;
use super::outcome::{self, Standing, Verdict};
use super::reason::deleted;
use super::shard::{guard, place_taken};
use super::step::{
    Action, Answer, Attempts, Expressions, Fresh, Judged, Machine, Request, Step, unknown,
};
use crate::error::{Error, ErrorKind, Result, condition_failed};
use crate::expr::Node;
use crate::plan::{
    Address, Beginning, Entries, Entry, Etag, Form, ItemSeals, Owner, RootState, ShardField, Stamp,
    Topology, write_type,
};
use crate::reserved;

/// The object to be saved: its items' bodies, sealed.
#[derive(Debug)]
pub(crate) struct Draft<'a> {
    pub(crate) topology: &'a Topology,
    pub(crate) owner: Owner,
    pub(crate) root: Address,
    /// The root's body, with its key attributes.
    pub(crate) root_body: Item,
    /// The collections that were loaded, or are new.
    pub(crate) entries: Entries,
    /// The shards to write.
    pub(crate) written: BTreeMap<String, WrittenShard>,
    /// The shards that stay as they are; only with a base that has them.
    pub(crate) kept: BTreeSet<String>,
    /// Shards and collections that were never loaded, and stay with all inside them.
    pub(crate) unloaded: BTreeSet<String>,
    /// What becomes of the seals of the items.
    pub(crate) seals: ItemSeals,
}

/// One shard to write.
#[derive(Debug)]
pub(crate) struct WrittenShard {
    pub(crate) field: Arc<ShardField>,
    /// The body, or its pieces, sealed; with the mapper's attributes of the last request, which shares them.
    pub(crate) items: Vec<Arc<Item>>,
    pub(crate) in_pieces: bool,
    /// The version that an independent shard had when it was read.
    pub(crate) seen: Option<Stamp>,
}

impl Draft<'_> {
    fn keeps(&self, id: &str) -> bool {
        let inside = |part: &String| {
            let rest = id.strip_prefix(part.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.kept.contains(id) || self.unloaded.iter().any(inside)
    }
}

impl WrittenShard {
    /// The entry of the manifest after a commit with this stamp.
    fn entry(&self, stamp: Stamp, before: Option<Entry>) -> Entry {
        let form = if self.field.independent {
            Form::Independent
        } else if self.in_pieces {
            Form::Pieces(stamp, u32::try_from(self.items.len()).unwrap_or(u32::MAX))
        } else {
            Form::Item(stamp)
        };
        let other_slot_used =
            before.is_some_and(|entry| entry.in_spare_slot || entry.other_slot_used);
        Entry::home(form, other_slot_used)
    }
}

/// What the save expects to find.
#[derive(Clone, Debug)]
pub(crate) enum Expect {
    /// Whatever is there is replaced.
    Anything,
    /// The object as it was loaded or saved before.
    Base(RootState),
    /// The item as it was loaded, which the mapper does not manage yet.
    Foreign(Item),
    /// Nothing.
    Nothing,
}

/// A save that is done.
#[derive(Debug)]
pub(crate) struct Committed {
    /// The request that was applied.
    pub(crate) request: Request,
    /// The state that it left.
    pub(crate) state: RootState,
}

impl Committed {
    /// The item of the root.
    pub(crate) fn root(&self) -> Option<&Item> {
        let action = match &self.request {
            Request::Single(action) => Some(&**action),
            Request::Transact { actions, .. } => actions.first(),
        };
        match action {
            Some(Action::Put { item, .. }) => Some(item),
            Some(Action::Check { .. } | Action::Delete { .. } | Action::Update { .. }) | None => {
                None
            }
        }
    }
}

/// The machine that saves.
#[derive(Debug)]
pub(crate) struct Save<'a> {
    draft: Draft<'a>,
    expect: Expect,
    /// What the program demands of what stands there.
    when: Option<Node>,
    /// What becomes of the time of the first save where the object is replaced.
    beginning: Option<Beginning>,
    /// The version that must stand where the object is replaced; part of `when`.
    lock: Option<VersionLock>,
    /// What the present request builds on: changes when an object is found that is to be replaced.
    over: Over,
    attempts: Attempts,
    /// Every request sent, with the state that it leaves.
    sent: Vec<(Request, RootState)>,
}

#[derive(Clone, Debug)]
enum Over {
    Foreign(Item),
    Nothing,
    Object(RootState),
}

impl<'a> Save<'a> {
    pub(crate) fn new(draft: Draft<'a>, expect: Expect) -> Self {
        let over = match &expect {
            Expect::Anything | Expect::Nothing => Over::Nothing,
            Expect::Base(base) => Over::Object(base.clone()),
            Expect::Foreign(item) => Over::Foreign(item.clone()),
        };
        Self {
            draft,
            expect,
            when: None,
            beginning: None,
            lock: None,
            over,
            attempts: Attempts::default(),
            sent: Vec::new(),
        }
    }

    /// Saves only if this holds of the root that stands there.
    pub(crate) fn when(mut self, when: Option<Node>) -> Self {
        self.when = when;
        self
    }

    /// Saves only over the version, too.
    pub(crate) fn locked(mut self, lock: Option<VersionLock>) -> Self {
        if let Some(lock) = &lock {
            self.when = Some(lock.and(self.when.as_ref()));
        }
        self.lock = lock;
        self
    }

    /// Keeps the time of the first save of what is replaced.
    pub(crate) fn keeping(mut self, beginning: Option<Beginning>) -> Self {
        self.beginning = beginning;
        self
    }

    /// What the root that stands there says of the requests sent, of which an answer was lost.
    pub(super) fn told(&self, standing: Option<Item>) -> Result<Verdict> {
        self.judged(standing, true)
    }

    fn judged(&self, standing: Option<Item>, any_lost: bool) -> Result<Verdict> {
        let base = match &self.over {
            Over::Object(base) => Some(base),
            Over::Foreign(_) | Over::Nothing => None,
        };
        // A version stands only where an object does, so that no copy of the first request can have been applied.
        let is_futile = matches!(self.over, Over::Nothing)
            && self
                .lock
                .as_ref()
                .is_some_and(|lock| !lock.holds_of_nothing());
        let any_lost = any_lost && !is_futile;
        let shape = self.draft.topology.root;
        let mine: Vec<_> = self.sent.iter().map(|(_, state)| state.etag).collect();
        outcome::judge(standing, shape, base, &mine, any_lost)
    }

    fn build(&mut self, fresh: Fresh) -> Result<(Request, RootState)> {
        let mut written = std::mem::take(&mut self.draft.written);
        let built = self.build_with(&mut written, fresh);
        self.draft.written = written;
        built
    }

    fn build_with(
        &self,
        written: &mut BTreeMap<String, WrittenShard>,
        fresh: Fresh,
    ) -> Result<(Request, RootState)> {
        let Fresh { etag, now_micros } = fresh;
        let base = match &self.over {
            Over::Object(base) => Some(base),
            Over::Foreign(_) | Over::Nothing => None,
        };
        let mut state = match base {
            Some(base) => base.next(etag),
            None => RootState::first(etag, now_micros),
        };
        if base.is_some_and(|base| base.seal.is_some()) {
            self.draft
                .seals
                .check_over_sealed(self.draft.topology.root)?;
        }
        state.seal = self.draft.seals.key_id();
        let mut actions = Vec::new();
        for (id, shard) in &mut *written {
            let before = base.and_then(|base| base.manifest.0.get(id)).copied();
            let entry = shard.entry(etag.stamp(), before);
            self.shard_puts(shard, entry, &state, &mut actions)?;
            self.surplus_deletes(shard, entry, before, &mut actions)?;
            state.manifest.0.insert(id.clone(), entry);
        }
        for (id, entry) in base.iter().flat_map(|base| &base.manifest.0) {
            if self.draft.keeps(id) {
                state.manifest.0.insert(id.clone(), *entry);
            } else if !written.contains_key(id) {
                self.shard_deletes(id, *entry, &mut actions)?;
            }
        }
        state.entries = self.draft.entries.clone();
        for (id, collected) in base.iter().flat_map(|base| &base.entries.0) {
            if self.draft.keeps(id) {
                state.entries.0.insert(id.clone(), collected.clone());
            }
        }
        actions.insert(0, self.root_action(&state)?);
        // Without an etag in its condition, only the token tells a late copy of the request from a new one.
        let alone = matches!(&*actions, [_]) && !matches!(self.over, Over::Nothing);
        let request = match actions.pop() {
            Some(root) if alone => Request::single(root),
            last => {
                actions.extend(last);
                Request::Transact {
                    token: etag.token(),
                    actions,
                }
            }
        };
        super::size::check(&request)?;
        Ok((request, state))
    }

    fn root_action(&self, state: &RootState) -> Result<Action> {
        let mut item = self.draft.root_body.clone();
        state.write(&mut item, self.draft.topology);
        // Nothing is added after the seal, which covers all that stands in the item.
        let seals = &self.draft.seals;
        seals.seal(&mut item, &FieldPath::root(), state.sequence)?;
        let condition = match &self.over {
            Over::Nothing => Expressions::of_nothing(self.draft.root.key_name()),
            Over::Foreign(item) => super::plain::as_read(item, self.draft.topology.root),
            Over::Object(base) => Expressions::of_version(base.etag),
        };
        Ok(Action::Put {
            address: self.draft.root.clone(),
            item: Arc::new(item),
            condition: Some(condition.and_when(self.when.as_ref())),
        })
    }

    fn shard_puts(
        &self,
        shard: &mut WrittenShard,
        entry: Entry,
        state: &RootState,
        actions: &mut Vec<Action>,
    ) -> Result<()> {
        let Draft {
            topology, owner, ..
        } = &self.draft;
        for (piece, shared) in (0_u32..).zip(&mut shard.items) {
            let address = owner.address(&shard.field, false, piece)?;
            // Not cloned the first time.
            let item = Arc::make_mut(shared);
            item.extend(address.to_item());
            write_type(item, shard.field.shape);
            item.insert(
                reserved::FORMAT.to_owned(),
                state.present_format().to_value(),
            );
            item.insert(reserved::STAMP.to_owned(), state.etag.stamp().to_value());
            if !shard.field.independent {
                item.insert(reserved::SEQUENCE.to_owned(), number(state.sequence));
            }
            item.insert(reserved::LIFE.to_owned(), state.life.to_value());
            // The digest in the first piece covers the others.
            if piece == 0 {
                let seals = &self.draft.seals;
                seals.seal(item, &shard.field.path, state.sequence)?;
            }
            let condition = match (&shard.seen, &self.over) {
                (Some(seen), Over::Object(_)) if entry.form == Form::Independent => {
                    Some(independent::as_seen(state.life, *seen))
                }
                _ => guard(topology, &address, Some(state.life)),
            };
            actions.push(Action::Put {
                address,
                item: Arc::clone(shared),
                condition,
            });
        }
        Ok(())
    }

    /// Deletes the pieces that a shard has no more.
    fn surplus_deletes(
        &self,
        shard: &WrittenShard,
        entry: Entry,
        before: Option<Entry>,
        actions: &mut Vec<Action>,
    ) -> Result<()> {
        let pieces_before = before.map_or(0, Entry::items);
        for piece in entry.items()..pieces_before {
            let address = self.draft.owner.address(&shard.field, false, piece)?;
            actions.push(self.delete_shard_item(address));
        }
        Ok(())
    }

    fn shard_deletes(&self, id: &str, entry: Entry, actions: &mut Vec<Action>) -> Result<()> {
        let Some(field) = self.draft.topology.shard(id) else {
            return Err(Error::new(
                ErrorKind::TypeMismatch,
                format!(
                    "the stored object has a shard `{id}` that type `{}` does not know; keep the field in the type \
                     until no stored object has it",
                    self.draft.topology.root.name()
                ),
            ));
        };
        for address in self.draft.owner.every_place(&field, entry)? {
            actions.push(self.delete_shard_item(address));
        }
        Ok(())
    }

    fn delete_shard_item(&self, address: Address) -> Action {
        let life = match &self.over {
            Over::Object(base) => Some(base.life),
            Over::Foreign(_) | Over::Nothing => None,
        };
        let condition = guard(self.draft.topology, &address, life);
        Action::Delete { address, condition }
    }

    fn send(&mut self, fresh: Fresh) -> Result<Request> {
        let built = self.build(fresh)?;
        let request = built.0.clone();
        self.sent.push(built);
        Ok(request)
    }

    fn condition_failed(
        &mut self,
        standing: Option<Item>,
        fresh: Fresh,
    ) -> Result<Step<Committed>> {
        let beginning = self.beginning.as_ref().map(|beginning| {
            let name = beginning.attribute().to_owned();
            (name, beginning.over(standing.as_ref()))
        });
        let lock = self.lock.as_ref();
        let refusal = lock.and_then(|lock| lock.refusal(standing.as_ref()));
        match self.judged(standing, self.attempts.any_lost())? {
            Verdict::Committed(etag) => self.committed(Some(etag)),
            Verdict::Unknown => Err(unknown()),
            Verdict::NotCommitted(standing) => {
                self.attempts.settle();
                if let Some(refusal) = refusal {
                    return Err(refusal);
                }
                if self.when.is_some() && self.is_as_expected(&standing) {
                    return Err(condition_failed());
                }
                // Nothing is saved over what must not be replaced.
                self.draft.root_body.extend(beginning);
                self.stands(standing, fresh)
            }
        }
    }

    /// Whether the request was refused over what it builds on, so that only the program's condition can have refused it.
    fn is_as_expected(&self, standing: &Standing) -> bool {
        match (&self.over, standing) {
            (Over::Nothing, Standing::Nothing) => true,
            (Over::Object(base), Standing::Object(state)) => base.etag == state.etag,
            (Over::Foreign(item), Standing::Foreign(now)) => {
                super::plain::is_as_read(now, item, self.draft.topology.root)
            }
            _ => false,
        }
    }

    fn stands(&mut self, standing: Standing, fresh: Fresh) -> Result<Step<Committed>> {
        match &self.expect {
            Expect::Anything => {
                self.over = match standing {
                    Standing::Object(state) => Over::Object(state),
                    Standing::Foreign(item) => Over::Foreign(item),
                    Standing::Nothing => Over::Nothing,
                };
                let request = self.send(fresh)?;
                self.attempts.follow(request)
            }
            Expect::Nothing => Err(Error::new(
                ErrorKind::AlreadyExists,
                "an object with this key exists already; nothing was written",
            )),
            Expect::Base(_) | Expect::Foreign(_) => Err(match standing {
                Standing::Nothing => deleted(),
                Standing::Foreign(_) | Standing::Object(_) => Error::new(
                    ErrorKind::Conflict,
                    "somebody else saved the object since it was loaded; nothing was written. \
                     Reload it, apply the change again, and save",
                ),
            }),
        }
    }

    /// Why the action on a shard was refused.
    fn shard_refused(&self, at: usize) -> Error {
        let mut items = self.draft.written.values().flat_map(|shard| {
            shard
                .items
                .iter()
                .map(|_| shard.field.independent && shard.seen.is_some())
        });
        // The root is the first action.
        if items.nth(at - 1).unwrap_or_default() {
            independent::changed()
        } else {
            place_taken()
        }
    }

    /// What the commit `etag` leaves; `None` is the last one.
    fn committed(&mut self, etag: Option<Etag>) -> Result<Step<Committed>> {
        let sent = std::mem::take(&mut self.sent).into_iter().rev();
        let mut sent = sent.filter(|(_, state)| etag.is_none_or(|etag| state.etag == etag));
        let (request, state) = sent.next().ok_or_else(unknown)?;
        if matches!(&self.over, Over::Object(base) if base.seal.is_some()) {
            let shape = self.draft.topology.root;
            self.draft.seals.report_lost(shape);
        }
        Ok(Step::Done(Committed { request, state }))
    }
}

impl Machine for Save<'_> {
    type Done = Committed;

    fn begin(&mut self, fresh: Fresh) -> Result<Step<Committed>> {
        if let Expect::Base(base) = &self.expect {
            base.check_writable()?;
        }
        self.send(fresh).map(Step::Send)
    }

    fn answer(&mut self, answer: Answer, fresh: Fresh) -> Result<Step<Committed>> {
        let Some((request, _)) = self.sent.last() else {
            return Err(unknown());
        };
        match self.attempts.judge(answer, request)? {
            Judged::Applied => self.committed(None),
            Judged::Condition(0, standing) => self.condition_failed(standing, fresh),
            Judged::Condition(at, _) => Err(self.attempts.refused(self.shard_refused(at))),
            Judged::Next(step) => Ok(step),
        }
    }
}

fn number(number: u64) -> aws_sdk_dynamodb::types::AttributeValue {
    aws_sdk_dynamodb::types::AttributeValue::N(number.to_string())
}
