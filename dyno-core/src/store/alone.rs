//! Runs the commit of one object, which is one of several items where values are kept unique.

use super::{Store, drive};
use crate::commit::together::{Ended, Member, MemberDone, Together};
use crate::commit::{Sizes, Step, unknown};
use crate::error::{Error, Result};
use crate::forecast::PlannedRequest;

/// Runs a commit to its end.
pub(super) async fn run(store: &Store, member: Member<'_>) -> Result<MemberDone> {
    match member {
        Member::Guarded(_) => match drive::run(store, together(member)).await? {
            Ended::Applied(mut done) => done.pop().ok_or_else(unknown),
            ended @ Ended::Refused(_) => Err(refusal(ended)),
        },
        member => drive::run(store, member).await,
    }
}

/// What a commit sends first.
pub(super) fn plan(member: Member<'_>, sizes: Sizes<'_>) -> Result<Option<PlannedRequest>> {
    let Member::Guarded(_) = member else {
        return drive::plan(member, sizes);
    };
    match drive::begun(&mut together(member))? {
        Step::Done(ended @ Ended::Refused(_)) => Err(refusal(ended)),
        Step::Done(Ended::Applied(_)) => Ok(None),
        Step::Send(request) | Step::Wait { then: request, .. } => {
            let known = |address: &_| sizes.at(address);
            Ok(Some(PlannedRequest::write(&request, &known)))
        }
    }
}

fn together(member: Member<'_>) -> Together<'_> {
    Together::new([("the object".to_owned(), member)])
}

fn refusal(ended: Ended) -> Error {
    match ended {
        Ended::Refused(refusals) => refusals
            .into_iter()
            .next()
            .map_or_else(unknown, |refusal| refusal.error),
        Ended::Applied(_) => unknown(),
    }
}
