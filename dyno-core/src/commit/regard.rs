//! Puts guards of values that are stored, or takes them away, on the condition that the roots are as they were read.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::Item;

use super::step::{Action, Answer, Attempts, Expressions, Fresh, Judged, Machine, Request, Step};
use crate::error::Result;
use crate::expr::Node;
use crate::plan::Address;
use crate::reserved;

/// The machine that changes guards alone. Repeated, it changes nothing more, so that a lost answer needs no judging.
#[derive(Debug, Default)]
pub(crate) struct Regard {
    roots: BTreeMap<Address, Node>,
    guards: Vec<Action>,
    token: String,
    attempts: Attempts,
}

/// How it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Regarded {
    Done,
    /// A root or a guard is otherwise than it was read; nothing was written.
    Moved,
}

impl Regard {
    /// Demands this of the root.
    #[must_use]
    pub(crate) fn while_root(mut self, root: Address, is: Node) -> Self {
        self.roots.insert(root, is);
        self
    }

    /// Puts a guard over that of this owner, or where none is.
    #[must_use]
    pub(crate) fn put(mut self, guard: Address, item: Item, over: Option<AttributeValue>) -> Self {
        let condition = match over {
            None => Expressions::of_nothing(guard.key_name()),
            Some(owner) => owned_by(owner),
        };
        self.guards.push(Action::Put {
            address: guard,
            item: Arc::new(item),
            condition: Some(condition),
        });
        self
    }

    /// Takes away the guard of this owner.
    #[must_use]
    pub(crate) fn remove(mut self, guard: Address, owner: AttributeValue) -> Self {
        self.guards.push(Action::Delete {
            address: guard,
            condition: Some(owned_by(owner)),
        });
        self
    }

    fn request(&self) -> Request {
        let checks = self.roots.iter().map(|(address, is)| Action::Check {
            address: address.clone(),
            condition: Expressions::default().and_when(Some(is)),
        });
        Request::Transact {
            token: self.token.clone(),
            actions: checks.chain(self.guards.iter().cloned()).collect(),
        }
    }
}

fn owned_by(owner: AttributeValue) -> Expressions {
    let condition = Expressions::condition("#o = :o");
    condition.name("#o", reserved::OWNER).value(":o", owner)
}

impl Machine for Regard {
    type Done = Regarded;

    fn begin(&mut self, fresh: Fresh) -> Result<Step<Regarded>> {
        if self.guards.is_empty() {
            return Ok(Step::Done(Regarded::Done));
        }
        self.token = fresh.etag.token();
        Ok(Step::Send(self.request()))
    }

    fn answer(&mut self, answer: Answer, _: Fresh) -> Result<Step<Regarded>> {
        Ok(match self.attempts.judge(answer, &self.request())? {
            Judged::Applied => Step::Done(Regarded::Done),
            Judged::Condition(..) => Step::Done(Regarded::Moved),
            Judged::Next(step) => step,
        })
    }
}
