//! The commits of several objects in one transaction: all or none.
//!
//! Each member says what it would send by itself, and is told what came of its own actions, so it judges as it does alone. The
//! transaction is known by one token; each object has an etag of its own.
//!
//! After a lost answer the same request is sent again with its token. If that is refused for a condition, the roots that stand there
//! tell: one that remembers its etag was written with all others, one that came from elsewhere was not, nor any other. If none can
//! tell, the outcome is unknown.
//!
//! ```text
//! member     a commit of one object        check  what must hold of a root that is not written
//! guarded    a commit with the items that keep values unique
//! cancelled  whom a refusal concerns       fit    whether one transaction can hold it all
//! ```

mod cancelled;
mod check;
mod fit;
mod guarded;
mod member;

use dyno_value::Item;

pub(crate) use self::check::Check;
pub(crate) use self::guarded::{Before, Blind, Guarding, not_unique};
pub(crate) use self::member::{Member, MemberDone, Removal};
use super::step::{Action, Answer, Attempts, Fresh, Judged, Machine, Request, Step, unknown};
use crate::error::{Error, Result};
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

    /// Puts another commit of the same object at the place of one, before the first request.
    pub(crate) fn exchange(&mut self, at: usize, member: Member<'a>) {
        if let Some(seat) = self.seats.get_mut(at) {
            seat.member = member;
        }
    }

    /// Which member touches the item at this place.
    pub(crate) fn member_at(&self, address: &Address) -> Option<usize> {
        let touches = |seat: &Seat<'_>| {
            let mut actions = seat.actions.iter();
            actions.any(|action| action.address() == address)
        };
        self.seats.iter().position(touches)
    }

    fn request(&self) -> Request {
        let actions = self.seats.iter().flat_map(|seat| seat.actions.iter());
        Request::Transact {
            token: self.token.clone(),
            actions: actions.cloned().collect(),
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
        if refusals.is_empty() {
            refusals = self.unfit();
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
            Answer::Applied => self.applied(None, fresh),
            Answer::Cancelled(reasons) => self.cancelled(reasons, fresh),
            answer => match self.attempts.judge(answer, &self.request())? {
                Judged::Next(step) => Ok(step),
                Judged::Applied | Judged::Condition(..) => Err(unknown()),
            },
        }
    }
}
