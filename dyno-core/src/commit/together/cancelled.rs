//! Whom a refusal concerns, and what follows from it.

use super::member::Told;
use super::{Ended, Refusal, Together};
use crate::commit::reason::{Reason, refusal_of};
use crate::commit::size;
use crate::commit::step::{Answer, Fresh, Judged, Machine as _, Step, unknown};
use crate::error::{ErrorKind, Result};

impl Together<'_> {
    /// Nothing was applied now; perhaps it was before.
    pub(super) fn cancelled(&mut self, reasons: Vec<Reason>, fresh: Fresh) -> Result<Step<Ended>> {
        let has = |kind: fn(&Reason) -> bool| reasons.iter().any(kind);
        let may_pass = has(Reason::is_conflict) || has(Reason::is_throttled);
        if has(Reason::is_condition) && !may_pass {
            let own = self.shared(reasons);
            self.by_condition(own, fresh)
        } else {
            self.by_service(reasons)
        }
    }

    /// The reasons of each member.
    fn shared(&self, mut reasons: Vec<Reason>) -> Vec<Vec<Reason>> {
        let own = |actions: usize| {
            let rest = reasons.split_off(reasons.len().min(actions));
            std::mem::replace(&mut reasons, rest)
        };
        let actions = self.seats.iter().map(|seat| seat.actions.len());
        actions.map(own).collect()
    }

    /// What other transactions, throttling or the request itself were in the way of.
    fn by_service(&mut self, reasons: Vec<Reason>) -> Result<Step<Ended>> {
        let own = self.shared(reasons.clone());
        let kinds: [fn(&Reason) -> bool; 3] =
            [Reason::is_conflict, Reason::is_throttled, Reason::is_any];
        let is_cause = kinds.into_iter().find(|kind| reasons.iter().any(kind));
        let cancelled = Answer::Cancelled(reasons);
        let error = match self.attempts.judge(cancelled, &self.request()) {
            Ok(Judged::Next(step)) => return Ok(step),
            Ok(Judged::Applied | Judged::Condition(..)) => unknown(),
            Err(error) => error,
        };
        let blamed = own.into_iter().enumerate();
        let blamed =
            blamed.filter(|(_, own)| is_cause.is_some_and(|is_cause| own.iter().any(is_cause)));
        let refusal = |(at, own)| {
            let error = match error.kind() {
                ErrorKind::OutcomeUnknown => error.twin(),
                _ => refusal_of(own),
            };
            Refusal::new(at, error)
        };
        let refusals: Vec<_> = blamed.map(refusal).collect();
        if refusals.is_empty() {
            return Err(error);
        }
        Ok(Step::Done(Ended::Refused(refusals)))
    }

    /// Tells each member whose condition does not hold.
    fn by_condition(&mut self, reasons: Vec<Vec<Reason>>, fresh: Fresh) -> Result<Step<Ended>> {
        if self.attempts.any_lost() && self.is_blind(&reasons) {
            self.attempts.settle();
        } else if self.attempts.any_lost() {
            match self.told(&reasons) {
                None => return Ok(Step::Done(in_doubt(&reasons))),
                Some((_, Told::NotWritten)) => self.attempts.settle(),
                Some((at, Told::Written)) => return self.written(at, reasons, fresh),
            }
        }
        let mut refused = Vec::new();
        for (at, (seat, own)) in self.seats.iter_mut().zip(reasons).enumerate() {
            if !own.iter().any(Reason::is_condition) {
                if own.iter().any(Reason::is_any) {
                    refused.push(Refusal::new(at, refusal_of(own)));
                }
                continue;
            }
            let standing = seat.member.root_in_the_way(&own).cloned();
            let is_deletion = seat.member.is_deletion();
            let cancelled = Answer::Cancelled(own);
            match seat.member.answer(cancelled, fresh.of_member(at)) {
                // What is to be deleted is gone by somebody else's doing: the same request does.
                Ok(Step::Done(_)) if is_deletion => {}
                Ok(Step::Done(_)) => refused.push(Refusal::new(at, unknown())),
                Ok(Step::Send(then) | Step::Wait { then, .. }) => {
                    seat.actions = then.actions().to_vec();
                }
                Err(error) => refused.push(Refusal {
                    member: at,
                    error,
                    standing,
                }),
            }
        }
        if refused.is_empty() {
            refused = self.unfit();
        }
        if !refused.is_empty() {
            return Ok(Step::Done(Ended::Refused(refused)));
        }
        self.token = fresh.etag.token();
        let request = self.request();
        size::check_together(request.actions())?;
        self.attempts.follow(request)
    }

    /// Whether all there is to do is to write over whatever stands there, and the root was in the way: that is done after a lost
    /// answer, too, as it is where no value is unique.
    fn is_blind(&self, reasons: &[Vec<Reason>]) -> bool {
        match (&*self.seats, reasons) {
            ([seat], [own]) => {
                seat.member.is_blind() && own.first().is_some_and(Reason::is_condition)
            }
            _ => false,
        }
    }

    /// Which member tells, after a lost answer, whether the transaction was applied: one that says it was, if there is one.
    fn told(&self, reasons: &[Vec<Reason>]) -> Option<(usize, Told)> {
        let members = self.seats.iter().zip(reasons).enumerate();
        let told =
            members.filter_map(|(at, (seat, own))| seat.member.told(own).map(|told| (at, told)));
        told.min_by_key(|(_, told)| *told)
    }

    /// An earlier copy was applied, as the root of this member says.
    fn written(
        &mut self,
        at: usize,
        mut reasons: Vec<Vec<Reason>>,
        fresh: Fresh,
    ) -> Result<Step<Ended>> {
        let own = reasons.get_mut(at).map(std::mem::take).unwrap_or_default();
        let seat = self.seats.get_mut(at).ok_or_else(unknown)?;
        match seat
            .member
            .answer(Answer::Cancelled(own), fresh.of_member(at))?
        {
            Step::Done(done) => self.applied(Some((at, done)), fresh),
            Step::Send(_) | Step::Wait { .. } => Err(unknown()),
        }
    }
}

/// Whether anything was written is not known; of each member that was refused.
fn in_doubt(reasons: &[Vec<Reason>]) -> Ended {
    let refused = reasons.iter().enumerate();
    let refused = refused.filter(|(_, own)| own.iter().any(Reason::is_any));
    Ended::Refused(refused.map(|(at, _)| Refusal::new(at, unknown())).collect())
}
