//! The commits of several objects in one transaction: all or none.
//!
//! Each member says what it would send by itself, and is told what came of its own actions, so it judges as it does alone. The
//! transaction is known by one token; each object has an etag of its own.
//!
//! After a lost answer the same request is sent again with its token. If that is refused for a condition, the roots that stand there
//! tell: one that remembers its etag was written with all others, one that came from elsewhere was not, nor any other. If none can
//! tell, the outcome is unknown.

mod check;
mod member;

use std::collections::BTreeMap;

use dyno_value::Item;

pub(crate) use self::check::Check;
pub(crate) use self::member::{Member, MemberDone, Removal};
use super::step::{
    Action, Answer, Attempts, Fresh, Judged, Machine, Reason, Request, Step, unknown,
};
use crate::error::{Error, ErrorKind, Result};
use crate::plan::Address;

/// The machine that writes several objects.
#[derive(Debug)]
pub(crate) struct Together<'a> {
    seats: Vec<Seat<'a>>,
    token: String,
    attempts: Attempts,
}

/// A member, and what it sends.
#[derive(Debug)]
struct Seat<'a> {
    member: Member<'a>,
    name: String,
    actions: Vec<Action>,
}

/// How it ends.
#[derive(Debug)]
pub(crate) enum Ended {
    /// All was written; what each member leaves.
    Applied(Vec<MemberDone>),
    /// Nothing was, or it is not known, because of these.
    Refused(Vec<Refusal>),
}

/// What was wrong with one member.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// Which one.
    pub(crate) member: usize,
    pub(crate) error: Error,
    /// The item of the root that stood there, if it was in the way.
    pub(crate) standing: Option<Item>,
}

impl Refusal {
    fn new(member: usize, error: Error) -> Self {
        Self {
            member,
            error,
            standing: None,
        }
    }
}

impl<'a> Together<'a> {
    /// Of these members, with names for errors.
    pub(crate) fn new(members: impl IntoIterator<Item = (String, Member<'a>)>) -> Self {
        let seat = |(name, member)| Seat {
            member,
            name,
            actions: Vec::new(),
        };
        Self {
            seats: members.into_iter().map(seat).collect(),
            token: String::new(),
            attempts: Attempts::default(),
        }
    }

    fn request(&self) -> Request {
        let actions = self.seats.iter().flat_map(|seat| seat.actions.iter());
        Request::Transact {
            token: self.token.clone(),
            actions: actions.cloned().collect(),
        }
    }

    /// Refuses what one transaction cannot hold.
    fn check(&self) -> Result<(), Vec<Refusal>> {
        let mut first: Option<(&Seat<'_>, &Address)> = None;
        let mut seen: BTreeMap<&Address, &Seat<'_>> = BTreeMap::new();
        let mut refusals = Vec::new();
        for (at, seat) in self.seats.iter().enumerate() {
            for action in &seat.actions {
                let address = action.address();
                let (one, place) = *first.get_or_insert((seat, address));
                let wrong = if place.region == address.region {
                    let taken = seen.insert(address, seat);
                    taken.map(|other| touched_twice(&other.name, address))
                } else {
                    Some(in_two_regions(&one.name, place, address))
                };
                if let Some(error) = wrong {
                    refusals.push(Refusal::new(at, error));
                    break;
                }
            }
        }
        if refusals.is_empty() {
            Ok(())
        } else {
            Err(refusals)
        }
    }

    /// All was written; one member may have told what it leaves.
    fn applied(
        &mut self,
        mut told: Option<(usize, MemberDone)>,
        fresh: Fresh,
    ) -> Result<Step<Ended>> {
        let mut done = Vec::with_capacity(self.seats.len());
        for (at, seat) in self.seats.iter_mut().enumerate() {
            if let Some((_, told)) = told.take_if(|(teller, _)| *teller == at) {
                done.push(told);
                continue;
            }
            match seat.member.answer(Answer::Applied, fresh.of_member(at))? {
                Step::Done(member) => done.push(member),
                Step::Send(_) | Step::Wait { .. } => return Err(unknown()),
            }
        }
        Ok(Step::Done(Ended::Applied(done)))
    }

    /// Nothing was applied now; perhaps it was before.
    fn cancelled(&mut self, mut reasons: Vec<Reason>, fresh: Fresh) -> Result<Step<Ended>> {
        let kinds: [fn(&Reason) -> bool; 4] = [
            Reason::is_conflict,
            Reason::is_throttled,
            Reason::is_condition,
            Reason::is_any,
        ];
        let is_cause = kinds.into_iter().find(|kind| reasons.iter().any(kind));
        let by_condition = reasons.iter().any(Reason::is_condition)
            && !reasons.iter().any(Reason::is_conflict)
            && !reasons.iter().any(Reason::is_throttled);
        if by_condition {
            let mut own = Vec::with_capacity(self.seats.len());
            for seat in &self.seats {
                let rest = reasons.split_off(reasons.len().min(seat.actions.len()));
                own.push(std::mem::replace(&mut reasons, rest));
            }
            return self.by_condition(own, fresh);
        }
        let mut left = reasons.as_slice();
        let mut blamed = Vec::new();
        for (at, seat) in self.seats.iter().enumerate() {
            let (own, rest) = left.split_at(left.len().min(seat.actions.len()));
            if is_cause.is_some_and(|is_cause| own.iter().any(is_cause)) {
                blamed.push(at);
            }
            left = rest;
        }
        match self
            .attempts
            .judge(Answer::Cancelled(reasons), &self.request())
        {
            Ok(Judged::Next(step)) => Ok(step),
            Ok(Judged::Applied | Judged::Condition(..)) => Err(unknown()),
            Err(error) if blamed.is_empty() => Err(error),
            Err(error) => {
                let refusal = |at| Refusal::new(at, error.twin());
                Ok(Step::Done(Ended::Refused(
                    blamed.into_iter().map(refusal).collect(),
                )))
            }
        }
    }

    /// Tells each member whose condition does not hold.
    fn by_condition(&mut self, reasons: Vec<Vec<Reason>>, fresh: Fresh) -> Result<Step<Ended>> {
        let lost = self.attempts.any_lost();
        let (mut refused, mut in_doubt) = (Vec::new(), Vec::new());
        for (at, (seat, own)) in self.seats.iter_mut().zip(reasons).enumerate() {
            if !own.iter().any(Reason::is_condition) {
                continue;
            }
            if lost && !seat.member.leaves_a_trace() {
                in_doubt.push(Refusal::new(at, unknown()));
                continue;
            }
            let in_the_way = own.first().filter(|root| root.is_condition());
            let standing = in_the_way.and_then(|root| root.item.clone());
            let is_deletion = matches!(seat.member, Member::Delete(_));
            let member = &mut seat.member;
            match member.answer(Answer::Cancelled(own), fresh.of_member(at)) {
                // What is to be deleted is gone by somebody else's doing: the same request does.
                Ok(Step::Done(_)) if is_deletion => {}
                // A root has the etag of this transaction, so an earlier copy was applied.
                Ok(Step::Done(done)) => return self.applied(Some((at, done)), fresh),
                Ok(Step::Send(then) | Step::Wait { then, .. }) => {
                    seat.actions = then.actions().to_vec();
                }
                Err(error) if lost && !is_certain(&error) => {
                    let error = match error.kind() {
                        ErrorKind::OutcomeUnknown => error,
                        _ => unknown().with_source(error),
                    };
                    in_doubt.push(Refusal::new(at, error));
                }
                Err(error) => refused.push(Refusal {
                    member: at,
                    error,
                    standing,
                }),
            }
        }
        if refused.is_empty() && !in_doubt.is_empty() {
            return Ok(Step::Done(Ended::Refused(in_doubt)));
        }
        self.attempts.settle();
        if !refused.is_empty() {
            return Ok(Step::Done(Ended::Refused(refused)));
        }
        self.token = fresh.etag.token();
        let request = self.request();
        super::size::check_together(request.actions())?;
        self.attempts.instead(request)
    }
}

impl Machine for Together<'_> {
    type Done = Ended;

    fn begin(&mut self, fresh: Fresh) -> Result<Step<Ended>> {
        let mut refusals = Vec::new();
        for (at, seat) in self.seats.iter_mut().enumerate() {
            match seat.member.begin(fresh.of_member(at)) {
                Ok(Step::Done(_)) => {}
                Ok(Step::Send(request) | Step::Wait { then: request, .. }) => {
                    seat.actions = request.actions().to_vec();
                }
                Err(error) => refusals.push(Refusal::new(at, error)),
            }
        }
        if let (true, Err(unfit)) = (refusals.is_empty(), self.check()) {
            refusals = unfit;
        }
        if !refusals.is_empty() {
            return Ok(Step::Done(Ended::Refused(refusals)));
        }
        self.token = fresh.etag.token();
        let request = self.request();
        if request.actions().is_empty() {
            return self.applied(None, fresh);
        }
        super::size::check_together(request.actions())?;
        Ok(Step::Send(request))
    }

    fn answer(&mut self, answer: Answer, fresh: Fresh) -> Result<Step<Ended>> {
        match answer {
            Answer::Applied => return self.applied(None, fresh),
            Answer::Cancelled(reasons) => return self.cancelled(reasons, fresh),
            Answer::Lost(_) | Answer::InProgress => {
                for seat in &mut self.seats {
                    seat.member.note_lost();
                }
            }
            _ => {}
        }
        match self.attempts.judge(answer, &self.request())? {
            Judged::Next(step) => Ok(step),
            Judged::Applied | Judged::Condition(..) => Err(unknown()),
        }
    }
}

/// Whether an error says, after a lost answer, that nothing was written and nothing will be.
fn is_certain(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Conflict | ErrorKind::ConditionFailed
    )
}

fn touched_twice(other: &str, address: &Address) -> Error {
    Error::new(
        ErrorKind::InvalidKey,
        format!(
            "the transaction has {other}, too, at the same item of table `{}`, and a transaction touches each item once; nothing \
             was sent. Do both in one, or one transaction after the other",
            address.table
        ),
    )
}

fn in_two_regions(other: &str, there: &Address, here: &Address) -> Error {
    let region = |address: &Address| match address.region {
        Some(region) => format!("region `{region}`"),
        None => "the region of the store".to_owned(),
    };
    Error::new(
        ErrorKind::InvalidShape,
        format!(
            "the object is in {}, and {other} of the same transaction in {}; a transaction stays in one region, so nothing was \
             sent",
            region(here),
            region(there)
        ),
    )
}
