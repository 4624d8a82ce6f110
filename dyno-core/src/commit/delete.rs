//! Deleting an object with all its items in one transaction.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::Item;

use super::outcome::{self, Standing, Verdict};
use super::step::{
    Action, Answer, Attempts, Cause, Expressions, Fresh, Machine, Request, Step, cause_of, unknown,
};
use crate::error::{Error, ErrorKind, Result};
use crate::plan::{Address, RootState, Topology, tags_of};
use crate::reserved;

/// The machine that deletes.
#[derive(Debug)]
pub(crate) struct Delete<'a> {
    topology: &'a Topology,
    request: Request,
    base: Option<RootState>,
    attempts: Attempts,
}

impl<'a> Delete<'a> {
    /// Deletes whatever object of the type is there; every shard it can have is in `shards`.
    pub(crate) fn any(topology: &'a Topology, root: Address, shards: Vec<Address>) -> Self {
        let mut condition = Expressions::condition("")
            .name("#f", reserved::FORMAT)
            .name("#y", reserved::TYPE)
            .value(":f", format());
        let mut tags = Vec::new();
        for (index, tag) in tags_of(topology.root).enumerate() {
            condition = condition.value(format!(":y{index}"), AttributeValue::S(tag.to_owned()));
            tags.push(format!(":y{index}"));
        }
        let text = format!(
            "attribute_not_exists(#f) OR (#f = :f AND #y IN ({}))",
            tags.join(", ")
        );
        Self::with(topology, root, shards, condition.when(text), None)
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
        let request = if shards.is_empty() {
            Request::Single(root)
        } else {
            let shards = shards.into_iter().map(|address| Action::Delete {
                address,
                condition: None,
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

    fn condition_failed(&self, standing: Option<Item>) -> Result<Step<()>> {
        match outcome::judge(
            standing,
            self.topology.root,
            self.base.as_ref(),
            &[],
            self.attempts.any_lost(),
        )? {
            Verdict::NotCommitted(Standing::Nothing) => Ok(Step::Done(())),
            Verdict::NotCommitted(_) => Err(Error::new(
                ErrorKind::Conflict,
                "somebody else saved the object since it was loaded; nothing was deleted. Reload it to decide again",
            )),
            Verdict::Committed | Verdict::Unknown => Err(unknown()),
        }
    }
}

impl Machine for Delete<'_> {
    type Done = ();

    fn begin(&mut self, fresh: Fresh) -> Result<Step<()>> {
        if let Request::Transact { token, .. } = &mut self.request {
            *token = fresh.etag.token();
        }
        super::size::check(&self.request)?;
        Ok(Step::Send(self.request.clone()))
    }

    fn answer(&mut self, answer: Answer, _: Fresh) -> Result<Step<()>> {
        match answer {
            Answer::Applied => Ok(Step::Done(())),
            Answer::Busy | Answer::InProgress => self.attempts.after_busy(&self.request),
            Answer::Lost(error) => self.attempts.after_lost(&self.request, error),
            Answer::Throttled(error) => self.attempts.after_throttled(&self.request, error),
            Answer::Refused(error) => Err(error),
            Answer::ConditionFailed(standing) => self.condition_failed(standing),
            Answer::Cancelled(reasons) => match cause_of(reasons) {
                Cause::Condition(_, standing) => self.condition_failed(standing),
                Cause::Conflict | Cause::Throttled => self.attempts.after_busy(&self.request),
                Cause::Invalid(error) => Err(error),
            },
        }
    }
}

fn format() -> AttributeValue {
    AttributeValue::N(crate::plan::FORMAT.to_string())
}
