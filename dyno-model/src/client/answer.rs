//! What clients conclude from answers.

use super::{ATTEMPTS, Machines, Operation, Outcome, Reaction, Waiting};
use crate::mutant::Mutant;
use crate::service::Answer;
use crate::state::{NONE, Root};

impl Machines<'_> {
    /// What follows from the answer to a commit: the rule of `commit/outcome.rs`, and what each machine makes of it.
    pub(crate) fn answer(
        &self,
        mut waiting: Waiting,
        operation: Operation,
        answer: Answer,
    ) -> Reaction {
        let lost = waiting.lost && !self.has(Mutant::ConflictAfterLostAnswer);
        let never = if lost {
            Outcome::Unknown
        } else {
            Outcome::Never
        };
        let standing = match answer {
            Answer::Applied => return Reaction::End(Outcome::Ok),
            Answer::Refused(standing) => standing,
            Answer::ItemRefused(item) => {
                let mine = item.is_some_and(|item| waiting.mine.contains(&item.stamp));
                let mine = mine && matches!(operation, Operation::WriteIndependent(_));
                return Reaction::End(if mine { Outcome::Recognised } else { never });
            }
        };
        match operation {
            Operation::WritePath(_) => {
                let mine = standing.is_some_and(|root| root.remembers(waiting.mine[0]));
                let mine = mine && !self.has(Mutant::ConflictAfterLostAnswer);
                Reaction::End(if mine { Outcome::Recognised } else { never })
            }
            Operation::Delete if waiting.attempt == 0 => {
                if lost {
                    Reaction::End(Outcome::Unknown)
                } else {
                    Reaction::ReadFirst
                }
            }
            Operation::Replace(edit) => {
                let forgets = self.has(Mutant::ReplaceForgetsLostAnswer);
                let verdict = self.judge(&waiting, standing, lost && !forgets);
                if verdict != Outcome::Never {
                    return Reaction::End(verdict);
                }
                if waiting.attempt + 1 == ATTEMPTS {
                    return Reaction::End(Outcome::Never);
                }
                waiting.attempt += 1;
                waiting.over = standing;
                // The requests before this one were refused for good.
                waiting.lost = false;
                let request = self.whole_write(&mut waiting, edit, None, true);
                Reaction::Send(waiting, request)
            }
            Operation::Save(edit)
                if self.has(Mutant::KeptOfOlderBase)
                    && waiting.attempt == 0
                    && standing.is_some() =>
            {
                let kept = waiting.over;
                waiting.attempt = 1;
                waiting.over = standing;
                let request = self.whole_write(&mut waiting, edit, kept, false);
                Reaction::Send(waiting, request)
            }
            Operation::Delete
            | Operation::DeleteLoaded
            | Operation::Get { .. }
            | Operation::Insert(_)
            | Operation::Load(_)
            | Operation::Save(_)
            | Operation::WriteIndependent(_) => Reaction::End(self.judge(&waiting, standing, lost)),
        }
    }

    /// `commit/outcome.rs`.
    fn judge(&self, waiting: &Waiting, standing: Option<Root>, any_lost: bool) -> Outcome {
        let Some(root) = standing else {
            return if any_lost {
                Outcome::Unknown
            } else {
                Outcome::Never
            };
        };
        let mut mine = waiting.mine.iter().filter(|etag| **etag != NONE);
        let known = mine.any(|etag| root.remembers(*etag) || root.life == *etag);
        if known && !self.has(Mutant::ConflictAfterLostAnswer) {
            return Outcome::Recognised;
        }
        let bound = match self.configuration.ring() {
            _ if self.has(Mutant::OutcomeWithoutBound) => u8::MAX,
            ring => u8::try_from(ring).unwrap_or(u8::MAX),
        };
        let tells = match waiting.over {
            _ if !any_lost => true,
            Some(base) => {
                (root.life == base.life || self.has(Mutant::OutcomeWithoutLife))
                    && root.sequence.saturating_sub(base.sequence) <= bound
            }
            None => false,
        };
        if tells {
            Outcome::Never
        } else {
            Outcome::Unknown
        }
    }
}
