//! Writing items as they are, without the mapper's attributes and whatever they are.
//!
//! Nothing in such an item tells by whom it was written. A write that would do something else if it came twice, because it asks what
//! stands there or counts, is therefore sent once, unless it is a transaction: that one has a token.

use dyno_value::Item;

use super::reason::Reason;
use super::step::{Answer, Attempts, Fresh, Judged, Machine, Request, Step, unknown};
use crate::error::Result;

/// The machine that writes one item, or several in one transaction.
#[derive(Debug)]
pub(crate) struct Bare {
    request: Request,
    /// Whether it does the same when it comes twice.
    repeats: bool,
    attempts: Attempts,
}

/// What came of it.
#[derive(Debug)]
pub(crate) enum BareEnd {
    /// It was applied; the item that was asked for.
    Applied(Option<Item>),
    /// The conditions of the actions at these indexes do not hold; what stands there.
    Refused(Vec<(usize, Option<Item>)>),
}

impl Bare {
    pub(crate) fn new(request: Request, repeats: bool) -> Self {
        Self {
            request,
            repeats,
            attempts: Attempts::default(),
        }
    }
}

impl Machine for Bare {
    type Done = BareEnd;

    fn begin(&mut self, fresh: Fresh) -> Result<Step<BareEnd>> {
        super::size::check_bare(&self.request)?;
        if let Request::Transact { token, .. } = &mut self.request {
            *token = fresh.etag.token();
        }
        Ok(Step::Send(self.request.clone()))
    }

    fn answer(&mut self, answer: Answer, _: Fresh) -> Result<Step<BareEnd>> {
        let answer = match answer {
            Answer::Returned(item) => return Ok(Step::Done(BareEnd::Applied(Some(item)))),
            Answer::Lost(error) if !self.repeats => return Err(unknown().with_source(error)),
            answer => answer,
        };
        let refused = match &answer {
            Answer::Cancelled(reasons) => refused(reasons),
            _ => Vec::new(),
        };
        Ok(match self.attempts.judge(answer, &self.request)? {
            Judged::Applied => Step::Done(BareEnd::Applied(None)),
            Judged::Condition(at, standing) if refused.is_empty() => {
                Step::Done(BareEnd::Refused(vec![(at, standing)]))
            }
            Judged::Condition(..) => Step::Done(BareEnd::Refused(refused)),
            Judged::Next(step) => step,
        })
    }
}

fn refused(reasons: &[Reason]) -> Vec<(usize, Option<Item>)> {
    let refused = reasons.iter().enumerate();
    refused
        .filter(|(_, reason)| reason.is_condition())
        .map(|(at, reason)| (at, reason.item.clone()))
        .collect()
}
