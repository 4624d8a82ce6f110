//! Deleting an object with all its items in one transaction.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::Item;

use super::outcome::{self, Standing, Verdict};
use super::shard::{guard, place_taken};
use super::step::{
    Action, Answer, Attempts, Expressions, Fresh, Judged, Machine, Request, Step, unknown,
};
use crate::error::{Error, ErrorKind, Result};
use crate::plan::{Address, Format, Manifest, RootState, Topology, layout, tag_attribute};
use crate::reserved;

/// How a deletion ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deleted {
    /// Nothing is left.
    Gone,
    /// The object must be read first: another version of the type stored it, with other shards.
    ReadFirst,
}

/// The machine that deletes.
#[derive(Debug)]
pub(crate) struct Delete<'a> {
    topology: &'a Topology,
    request: Request,
    base: Option<RootState>,
    attempts: Attempts,
}

impl<'a> Delete<'a> {
    /// Deletes the object that is there, if it has no shards but those that the type knows.
    pub(crate) fn any(topology: &'a Topology, root: Address, shards: Vec<Address>) -> Self {
        let known = layout(topology, &Manifest::default(), &Item::new());
        let condition =
            Expressions::condition("attribute_not_exists(#f) OR (#f = :f AND #y = :y AND #l = :l)")
                .name("#f", reserved::FORMAT)
                .name("#y", tag_attribute(topology.root))
                .name("#l", reserved::LAYOUT)
                .value(":f", Format::of(topology.root.seals()).to_value())
                .value(":y", AttributeValue::S(topology.root.type_tag().to_owned()))
                .value(":l", AttributeValue::M(known));
        Self::with(topology, root, shards, condition, None)
    }

    /// Deletes the object as it was loaded.
    pub(crate) fn based(
        topology: &'a Topology,
        root: Address,
        shards: Vec<Address>,
        base: RootState,
    ) -> Self {
        let condition = Expressions::condition("attribute_not_exists(#k) OR #t = :t")
            .name("#k", root.key_name())
            .name("#t", reserved::ETAG)
            .value(":t", base.etag.to_value());
        Self::with(topology, root, shards, condition, Some(base))
    }

    fn with(
        topology: &'a Topology,
        root: Address,
        shards: Vec<Address>,
        condition: Expressions,
        base: Option<RootState>,
    ) -> Self {
        let root = Action::Delete {
            address: root,
            condition: Some(condition),
        };
        // Without an etag in its condition, only the token tells a late copy of the request from a new one.
        let request = if shards.is_empty() && base.is_some() {
            Request::single(root)
        } else {
            let shards = shards.into_iter().map(|address| {
                let life = base.as_ref().map(|base| base.life);
                let condition = guard(topology, &address, life);
                Action::Delete { address, condition }
            });
            let actions = std::iter::once(root).chain(shards).collect();
            Request::Transact {
                token: String::new(),
                actions,
            }
        };
        Self {
            topology,
            request,
            base,
            attempts: Attempts::default(),
        }
    }

    fn condition_failed(&self, standing: Option<Item>) -> Result<Step<Deleted>> {
        match outcome::judge(
            standing,
            self.topology.root,
            self.base.as_ref(),
            &[],
            self.attempts.any_lost(),
        )? {
            Verdict::NotCommitted(Standing::Nothing) => Ok(Step::Done(Deleted::Gone)),
            Verdict::NotCommitted(Standing::Object(_)) if self.base.is_none() => {
                Ok(Step::Done(Deleted::ReadFirst))
            }
            Verdict::NotCommitted(_) => Err(Error::new(
                ErrorKind::Conflict,
                "somebody else saved the object since it was loaded; nothing was deleted. Reload it to decide again",
            )),
            Verdict::Committed(_) | Verdict::Unknown => Err(unknown()),
        }
    }
}

impl Machine for Delete<'_> {
    type Done = Deleted;

    fn begin(&mut self, fresh: Fresh) -> Result<Step<Deleted>> {
        if let Some(base) = &self.base {
            base.check_writable()?;
        }
        if let Request::Transact { token, .. } = &mut self.request {
            *token = fresh.etag.token();
        }
        super::size::check(&self.request)?;
        Ok(Step::Send(self.request.clone()))
    }

    fn answer(&mut self, answer: Answer, _: Fresh) -> Result<Step<Deleted>> {
        match self.attempts.judge(answer, &self.request)? {
            Judged::Applied => Ok(Step::Done(Deleted::Gone)),
            Judged::Condition(0, standing) => self.condition_failed(standing),
            Judged::Condition(_, _) => Err(self.attempts.refused(place_taken())),
            Judged::Next(step) => Ok(step),
        }
    }
}
