//! A transaction that is ready: it can be sent, or shown.

use futures_util::future::join_all;

use super::params::TransactionParams;
use super::part::{Change, Made, Part};
use super::send::{Failed, Refused, all_right, blamed, during, failed};
use crate::commit::together::{Ended, Together};
use crate::commit::{Known, Request, Step};
use crate::error::Result;
use crate::forecast::{More, Plan, PlannedRequest};
use crate::plan::Address;
use crate::store::prepared::After;
use crate::store::{Store, drive};

/// All commits, and what follows them.
pub(super) struct Ready<'a> {
    pub(super) together: Together<'a>,
    /// The part that each member belongs to.
    pub(super) parts: Vec<usize>,
    pub(super) after: Vec<Option<After>>,
    /// The members whose roots are to be read first.
    unread: Vec<usize>,
    may_follow: bool,
}

impl<'a> Ready<'a> {
    /// # Errors
    ///
    /// A part could not be made.
    pub(super) fn of(changes: &[&'a Change], made: Vec<Result<Made<'a>>>) -> Result<Self, Refused> {
        let mut failures = Vec::new();
        let (mut members, mut parts, mut after) = (Vec::new(), Vec::new(), Vec::new());
        let (mut unread, mut may_follow) = (Vec::new(), false);
        for (part, (change, made)) in changes.iter().zip(made).enumerate() {
            match made {
                Ok(made) => {
                    if made.reads_first {
                        unread.push(members.len());
                    }
                    for member in made.members {
                        members.push((change.name(), member));
                        parts.push(part);
                    }
                    after.push(made.after);
                    may_follow |= made.may_follow;
                }
                Err(error) => failures.push(failed(part, change, error)),
            }
        }
        if !failures.is_empty() {
            return Err(failures.into());
        }
        Ok(Self {
            together: Together::new(members),
            parts,
            after,
            unread,
            may_follow,
        })
    }

    /// Reads the roots that alone tell what is to be deleted, once all else is known to be right.
    pub(super) async fn read_roots(&mut self, changes: &[&'a Change]) -> Result<(), Refused> {
        if self.unread.is_empty() {
            return Ok(());
        }
        self.first_request(changes)?;
        let read = self.unread.iter().filter_map(|member| {
            let part = self.parts.get(*member).copied()?;
            let change = *changes.get(part)?;
            Some(async move {
                let found = change.read_first().await;
                let found = found.map_err(|error| failed(part, change, error));
                (*member, found)
            })
        });
        let mut failures: Vec<Failed> = Vec::new();
        for (member, found) in join_all(read).await {
            match found {
                Ok(found) => self.together.exchange(member, found),
                Err(failure) => failures.push(failure),
            }
        }
        if failures.is_empty() {
            Ok(())
        } else {
            Err(failures.into())
        }
    }

    /// What is sent first; `None` if there is nothing to write.
    fn first_request(&mut self, changes: &[&Change]) -> Result<Option<Request>, Refused> {
        match drive::begun(&mut self.together).map_err(during)? {
            Step::Done(Ended::Applied(_)) => Ok(None),
            Step::Done(Ended::Refused(refusals)) => {
                Err(blamed(changes, &self.parts, refusals).into())
            }
            Step::Send(request) | Step::Wait { then: request, .. } => Ok(Some(request)),
        }
    }

    fn plan(mut self, changes: &[&Change]) -> Result<Plan, Refused> {
        let Some(request) = self.first_request(changes)? else {
            return Ok(Plan::default());
        };
        let roots = changes
            .iter()
            .map(|change| change.operation.root(&change.key));
        let roots = roots.collect::<Result<Vec<_>>>().map_err(during)?;
        let known = |address: &Address| {
            let member = self.together.member_at(address);
            let part = member.and_then(|member| self.parts.get(member).copied());
            let sizes = part.and_then(|part| {
                let after = self.after.get(part)?.as_ref();
                Some(changes.get(part)?.sizes(roots.get(part)?, after))
            });
            sizes.map_or(Known::Unknown, |sizes| sizes.at(address))
        };
        let reads = self.unread.iter().filter_map(|member| {
            let root = roots.get(*self.parts.get(*member)?)?;
            Some(PlannedRequest::get(root, Known::Unknown, true))
        });
        let plan = Plan::default()
            .then(reads)
            .then([PlannedRequest::write(&request, &known)]);
        Ok(if self.may_follow {
            plan.perhaps(More::Writes)
        } else {
            plan
        })
    }
}

/// What these changes would send.
pub(super) fn plan(store: &Store, parts: &[Part<'_>]) -> Result<Plan, Refused> {
    let changes = all_right(store, parts.iter().map(|part| &part.change))?;
    Ready::of(&changes, made_now(&changes))?.plan(&changes)
}

/// The request that these changes would send, once the roots are read.
pub(super) fn params(store: &Store, parts: &[Part<'_>]) -> Result<TransactionParams, Refused> {
    let changes = all_right(store, parts.iter().map(|part| &part.change))?;
    let mut ready = Ready::of(&changes, made_now(&changes))?;
    let request = ready.first_request(&changes)?;
    Ok(TransactionParams::of(request.as_ref()))
}

fn made_now<'a>(changes: &[&'a Change]) -> Vec<Result<Made<'a>>> {
    changes.iter().map(|change| change.made_now()).collect()
}
