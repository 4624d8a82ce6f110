//! Runs a commit: sends what its machine says, and tells it what came of it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_smithy_async::rt::sleep::{AsyncSleep, default_async_sleep};
use rand::TryRng;
use rand::rngs::SysRng;

use super::Store;
use super::copies::Copies;
use super::request;
use crate::commit::{Answer, Fresh, Machine, Request, Sizes, Step};
use crate::error::{Error, ErrorKind, Result};
use crate::forecast::PlannedRequest;
use crate::plan::{Etag, Seed};

/// Runs a commit to its end.
pub(super) async fn run<M: Machine>(store: &Store, mut machine: M) -> Result<M::Done> {
    let step = machine.begin(fresh()?)?;
    run_on(store, machine, step, Copies::default()).await
}

/// The same of a commit whose first request was sent, and got this answer.
pub(super) async fn run_after<M: Machine>(
    store: &Store,
    mut machine: M,
    answer: Answer,
) -> Result<M::Done> {
    machine.begin(fresh()?)?;
    let mut copies = Copies::default();
    copies.note(&answer);
    let step = machine.answer(answer, fresh()?)?;
    run_on(store, machine, step, copies).await
}

async fn run_on<M: Machine>(
    store: &Store,
    mut machine: M,
    mut step: Step<M::Done>,
    mut copies: Copies,
) -> Result<M::Done> {
    loop {
        let request = match step {
            Step::Done(done) => return Ok(done),
            Step::Send(request) => request,
            Step::Wait { attempt, then } => {
                pause(attempt).await?;
                then
            }
        };
        copies.next(store, &request)?;
        let answer = request::send(store, request).await?;
        copies.note(&answer);
        step = machine.answer(answer, fresh()?)?;
    }
}

/// What a commit sends first, which is all if its conditions hold.
pub(super) fn plan<M: Machine>(machine: M, sizes: Sizes<'_>) -> Result<Option<PlannedRequest>> {
    let request = first_request(machine)?;
    Ok(request.map(|request| PlannedRequest::write(&request, &|address| sizes.at(address))))
}

/// The first step of a commit.
pub(super) fn begun<M: Machine>(machine: &mut M) -> Result<Step<M::Done>> {
    machine.begin(fresh()?)
}

/// The request that a commit sends first.
pub(super) fn first_request<M: Machine>(mut machine: M) -> Result<Option<Request>> {
    Ok(match begun(&mut machine)? {
        Step::Done(_) => None,
        Step::Send(request) | Step::Wait { then: request, .. } => Some(request),
    })
}

/// Waits with full jitter: a random time up to a bound that doubles with each attempt.
pub(super) async fn pause(attempt: u32) -> Result<()> {
    const LONGEST: u64 = 1000;
    pause_up_to(attempt, LONGEST).await.map(|_| ())
}

/// The same with another longest bound, in milliseconds; returns how long it waited.
pub(super) async fn pause_up_to(attempt: u32, longest: u64) -> Result<Duration> {
    const FIRST: u64 = 20;
    let bound = FIRST.saturating_mul(1 << attempt.min(10)).min(longest);
    let mut random = [0; 8];
    fill_random(&mut random)?;
    let wait = Duration::from_millis(u64::from_be_bytes(random) % bound);
    match default_async_sleep() {
        Some(sleep) => {
            sleep.sleep(wait).await;
            Ok(wait)
        }
        None => Err(Error::new(
            ErrorKind::Service,
            "no timer is available to wait with before the next try",
        )),
    }
}

/// Time and randomness for the ids of entries.
pub(super) fn seed() -> Result<Seed> {
    let mut random = [0; 4];
    fill_random(&mut random)?;
    Ok(Seed {
        now_micros: now_micros(),
        random,
    })
}

fn fresh() -> Result<Fresh> {
    let mut etag = [0; 16];
    fill_random(&mut etag)?;
    Ok(Fresh {
        etag: Etag(etag),
        // Trailing zeros take no bytes in a number. An odd one has none, so that the next request of a commit, and the
        // one that a plan shows, has the same size.
        now_micros: now_micros() | 1,
    })
}

fn now_micros() -> u64 {
    let since_epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since_epoch.as_micros()).unwrap_or(u64::MAX)
}

fn fill_random(bytes: &mut [u8]) -> Result<()> {
    SysRng.try_fill_bytes(bytes).map_err(|error| {
        Error::new(
            ErrorKind::Service,
            "the random number generator of the system failed",
        )
        .with_source(error)
    })
}
