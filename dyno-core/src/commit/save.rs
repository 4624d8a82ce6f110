//! Saving a whole object: protocol A where only the root is written, protocol B where shards are.

use std::collections::{BTreeMap, BTreeSet};

use dyno_value::Item;

use super::outcome::{self, Standing, Verdict};
use super::shard::{place_taken, shard_or_nothing, shares_root_table};
use super::step::{
    Action, Answer, Attempts, Expressions, Fresh, Judged, Machine, Request, Step, unknown,
};
use crate::error::{Error, ErrorKind, Result};
use crate::plan::{
    Address, Entry, Etag, Format, Manifest, RootState, ShardField, Topology, write_type,
};
use crate::reserved;
use crate::shape::{FieldShape, Shape};

/// The object to be saved: its items' bodies, sealed.
#[derive(Debug)]
pub(crate) struct Draft<'a> {
    pub(crate) topology: &'a Topology,
    pub(crate) owner: String,
    pub(crate) root: Address,
    /// The root's body, with its key attributes.
    pub(crate) root_body: Item,
    /// The shards to write.
    pub(crate) written: BTreeMap<String, (ShardField, Item)>,
    /// The shards that stay as they are; only with a base that has them.
    pub(crate) kept: BTreeSet<String>,
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

/// The machine that saves.
#[derive(Debug)]
pub(crate) struct Save<'a> {
    draft: Draft<'a>,
    expect: Expect,
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
            over,
            attempts: Attempts::default(),
            sent: Vec::new(),
        }
    }

    fn build(&self, fresh: Fresh) -> Result<(Request, RootState)> {
        let Fresh { etag, now_micros } = fresh;
        let base = match &self.over {
            Over::Object(base) => Some(base),
            Over::Foreign(_) | Over::Nothing => None,
        };
        let stamp = etag.stamp();
        let mut manifest = Manifest::default();
        for id in self.draft.written.keys() {
            let before = base.and_then(|base| base.manifest.0.get(id));
            let other_slot_used =
                before.is_some_and(|entry| entry.in_spare_slot || entry.other_slot_used);
            manifest.0.insert(
                id.clone(),
                Entry {
                    in_spare_slot: false,
                    other_slot_used,
                    stamp,
                },
            );
        }
        let mut removed = Vec::new();
        for (id, entry) in base.iter().flat_map(|base| &base.manifest.0) {
            if self.draft.kept.contains(id) {
                manifest.0.insert(id.clone(), *entry);
            } else if !self.draft.written.contains_key(id) {
                removed.push((id, *entry));
            }
        }
        let state = match base {
            Some(base) => base.next(etag, manifest.clone()),
            None => RootState::first(etag, now_micros, manifest.clone()),
        };
        let mut actions = vec![self.root_action(&state)];
        for (field, body) in self.draft.written.values() {
            actions.push(self.shard_put(field, body, &state)?);
        }
        for (id, entry) in removed {
            self.shard_deletes(id, entry, &mut actions)?;
        }
        let request = match <[Action; 1]>::try_from(actions) {
            Ok([root]) => Request::single(root),
            Err(actions) => Request::Transact {
                token: etag.token(),
                actions,
            },
        };
        super::size::check(&request)?;
        Ok((request, state))
    }

    fn root_action(&self, state: &RootState) -> Action {
        let mut item = self.draft.root_body.clone();
        state.write(&mut item, self.draft.topology);
        let condition = match &self.over {
            Over::Nothing => Expressions::condition("attribute_not_exists(#k)")
                .name("#k", self.draft.root.key_name()),
            Over::Foreign(item) => adopted(item, self.draft.topology.root),
            Over::Object(base) => Expressions::condition("#t = :t")
                .name("#t", reserved::ETAG)
                .value(":t", base.etag.to_value()),
        };
        Action::Put {
            address: self.draft.root.clone(),
            item,
            condition: Some(condition),
        }
    }

    fn shard_put(&self, field: &ShardField, body: &Item, state: &RootState) -> Result<Action> {
        let address = Address::of_shard(
            &self.draft.owner,
            field.table,
            field.region,
            &field.id,
            false,
        )?;
        let mut item = body.clone();
        item.extend(address.to_item());
        write_type(&mut item, field.shape);
        item.insert(reserved::FORMAT.to_owned(), Format::PRESENT.to_value());
        item.insert(reserved::STAMP.to_owned(), state.etag.stamp().to_value());
        item.insert(reserved::SEQUENCE.to_owned(), number(state.sequence));
        item.insert(reserved::LIFE.to_owned(), state.life.to_value());
        let condition =
            shares_root_table(self.draft.topology, field).then(|| shard_or_nothing(&address));
        Ok(Action::Put {
            address,
            item,
            condition,
        })
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
        for address in field.slots(&self.draft.owner, entry)? {
            let condition =
                shares_root_table(self.draft.topology, &field).then(|| shard_or_nothing(&address));
            actions.push(Action::Delete { address, condition });
        }
        Ok(())
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
    ) -> Result<Step<RootState>> {
        let base = match &self.expect {
            Expect::Base(base) => Some(base),
            Expect::Anything | Expect::Foreign(_) | Expect::Nothing => None,
        };
        let replaces = matches!(self.expect, Expect::Anything);
        let shape = self.draft.topology.root;
        let mine: Vec<_> = self.sent.iter().map(|(_, state)| state.etag).collect();
        let any_lost = self.attempts.any_lost() && !replaces;
        match outcome::judge(standing, shape, base, &mine, any_lost)? {
            Verdict::Committed(etag) => self.committed(Some(etag)),
            Verdict::Unknown => Err(unknown()),
            Verdict::NotCommitted(standing) => self.stands(standing, fresh),
        }
    }

    fn stands(&mut self, standing: Standing, fresh: Fresh) -> Result<Step<RootState>> {
        match &self.expect {
            Expect::Anything => {
                self.over = match standing {
                    Standing::Object(state) => Over::Object(state),
                    Standing::Foreign(item) => Over::Foreign(item),
                    Standing::Nothing => Over::Nothing,
                };
                let request = self.send(fresh)?;
                if self.sent.len() == 2 {
                    Ok(Step::Send(request))
                } else {
                    self.attempts.instead(request)
                }
            }
            Expect::Nothing => Err(Error::new(
                ErrorKind::AlreadyExists,
                "an object with this key exists already; nothing was written",
            )),
            Expect::Base(_) | Expect::Foreign(_) => Err(Error::new(
                ErrorKind::Conflict,
                match standing {
                    Standing::Nothing => {
                        "somebody deleted the object since it was loaded; nothing was written. \
                         Save the object itself to create it again"
                    }
                    Standing::Foreign(_) | Standing::Object(_) => {
                        "somebody else saved the object since it was loaded; nothing was written. \
                         Reload it, apply the change again, and save"
                    }
                },
            )),
        }
    }

    /// The state that the commit `etag` leaves; `None` is the last one.
    fn committed(&mut self, etag: Option<Etag>) -> Result<Step<RootState>> {
        let sent = std::mem::take(&mut self.sent)
            .into_iter()
            .rev()
            .map(|(_, state)| state);
        let mut sent = sent.filter(|state| etag.is_none_or(|etag| state.etag == etag));
        sent.next().map(Step::Done).ok_or_else(unknown)
    }
}

impl Machine for Save<'_> {
    type Done = RootState;

    fn begin(&mut self, fresh: Fresh) -> Result<Step<RootState>> {
        if let Expect::Base(base) = &self.expect {
            base.check_writable()?;
        }
        self.send(fresh).map(Step::Send)
    }

    fn answer(&mut self, answer: Answer, fresh: Fresh) -> Result<Step<RootState>> {
        let Some((request, _)) = self.sent.last() else {
            return Err(unknown());
        };
        match self.attempts.judge(answer, request)? {
            Judged::Applied => self.committed(None),
            Judged::Condition(0, standing) => self.condition_failed(standing, fresh),
            Judged::Condition(_, _) => Err(self.attempts.refused(place_taken())),
            Judged::Next(step) => Ok(step),
        }
    }
}

/// The condition that an item which becomes an object is as it was read, and has none of the type's other fields.
fn adopted(item: &Item, shape: &'static Shape) -> Expressions {
    let mut condition = super::plain::unchanged(item)
        .name("#f", reserved::FORMAT)
        .and("attribute_not_exists(#f)");
    let absent = shape
        .all_fields()
        .map(FieldShape::name)
        .filter(|name| !item.contains_key(*name));
    let absent: BTreeSet<_> = absent.collect();
    for (index, name) in absent.into_iter().enumerate() {
        condition = condition
            .name(format!("#a{index}"), name)
            .and(format!("attribute_not_exists(#a{index})"));
    }
    condition
}

fn number(number: u64) -> aws_sdk_dynamodb::types::AttributeValue {
    aws_sdk_dynamodb::types::AttributeValue::N(number.to_string())
}
