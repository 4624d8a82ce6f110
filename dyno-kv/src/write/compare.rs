use dyno_core::items::{Delete, attr};

use super::options::{Options, Ready, write_options};
use crate::attempts::{Answer, Attempts};
use crate::attribute::{LEASE, WRITE};
use crate::error::{Error, Result};
use crate::expiry::is_not_expired;
use crate::hook::Operation;
use crate::mark::{Mark, Nonce, Verdict, judge};
use crate::partition::{Partition, Spot};
use crate::pending::awaitable;
use crate::record::Record;
use crate::value::Value;

/// Writes a record if nobody wrote it since `previous` was read, and it has not expired; gives it as it is now.
///
/// One `UpdateItem` on that condition, with the effect of a [`Put`](crate::Put): fields that are not named stay, and the record does not
/// expire afterwards unless [`ttl`](Self::ttl) or [`keep_expiry`](Self::keep_expiry) says so.
///
/// If an answer is lost, the same request is sent again, up to five times, and what it meets says whether it was applied: the caller
/// learns the truth unless two or more others wrote on a condition in between, or the record was deleted. This is so for a `previous`
/// that has a mark: that `create`, `compare_and_put` or a counter ever wrote. One of `put` and of old programs alone is known by its
/// version only, and could be another one that was made anew: the request is not sent again then, but one consistent `GetItem` says
/// whether it was applied, or the outcome is unknown.
///
/// # Errors
///
/// Those of [`Put`](crate::Put); [`Modified`](Error::Modified) with the record that stands there, and
/// [`NotFound`](Error::NotFound) if there is none or it has expired: nothing was written. [`InvalidInput`](Error::InvalidInput) if
/// `previous` is of another partition. [`OutcomeUnknown`](Error::OutcomeUnknown) with what stands there.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use dyno_core::Store;
/// use dyno_kv::{Error, Kv};
///
/// let kv = Kv::new(&Store::embedded()?, "CRMTable");
/// kv.ensure_table().await?;
/// let customers = kv.partition("customers");
/// let first = customers.put("ada", "Byron").await?;
/// customers.compare_and_put(&first, "Lovelace").await?;
/// match customers.compare_and_put(&first, "King").await {
///     Err(Error::Modified { present, .. }) => assert_eq!(present.text()?, "Lovelace"),
///     other => panic!("{other:?}"),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "nothing is written until it is awaited"]
pub struct CompareAndPut {
    partition: Partition,
    previous: Record,
    value: Value,
    options: Options,
}

impl CompareAndPut {
    pub(crate) fn new(partition: Partition, previous: Record, value: Value) -> Self {
        Self {
            partition,
            previous,
            value,
            options: Options::default(),
        }
    }

    write_options!(expiry);
    write_options!(keep);
    write_options!(fields);

    async fn run(self) -> Result<Record> {
        let spot = spot_of(&self.partition, &self.previous)?;
        let ready = self.options.ready(&spot, Some(self.value))?;
        compare_and_put(&spot, &ready, &self.previous).await
    }
}

awaitable!(CompareAndPut -> Record);

async fn compare_and_put(spot: &Spot, ready: &Ready, previous: &Record) -> Result<Record> {
    let own = spot.nonce()?;
    let state = previous.state();
    let mark = Mark::of_change(own, state.mark);
    let mut attempts = Attempts::new(spot, Operation::CompareAndPut);
    let present = loop {
        attempts.sure(ready.check_held())?;
        let update = ready.applied_to(spot.update()).set(WRITE, mark.value());
        let stands = state.stands() & attr(LEASE).missing() & is_not_expired(ready.now);
        let update = update.when(ready.and_unfenced(stands));
        match attempts.send(update).await? {
            Answer::Applied(item) => return spot.written(item),
            Answer::Refused(item) => break attempts.standing(item)?,
            Answer::Lost if state.is_unique() => {}
            Answer::Lost => {
                let item = attempts.look().await?;
                break attempts.standing(item)?;
            }
        }
    };
    let present = present.as_ref();
    let verdict = judge(own, Some(state), present.map(Record::state));
    if verdict == Verdict::Applied {
        return Ok(previous.changed(&ready.attributes(), ready.expires, mark));
    }
    let error = match ready.check_standing(spot, present) {
        Err(error) => error,
        Ok(()) => refusal(spot, present),
    };
    Err(told(attempts, verdict, error, present))
}

/// Deletes a record if nobody wrote it since `previous` was read.
///
/// One `DeleteItem` on that condition, 1 write unit for each 1 KB of the record. A record that has expired, and that DynamoDB has not
/// removed yet, is deleted, too. If an answer is lost, and `previous` has a mark (see [`CompareAndPut`]), the same request is sent again, up
/// to five times; if the record is gone then, nobody can tell who deleted it. Without a mark, one consistent `GetItem` brings what stands
/// there, and the outcome is unknown: a late copy of the request may still delete it.
///
/// # Errors
///
/// [`Modified`](Error::Modified) with the record that stands there, and [`NotFound`](Error::NotFound) if there is none: nothing was
/// deleted. [`InvalidInput`](Error::InvalidInput) before anything is sent; [`OutcomeUnknown`](Error::OutcomeUnknown),
/// [`TableMissing`](Error::TableMissing), [`Store`](Error::Store).
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use dyno_core::Store;
/// use dyno_kv::{Error, Kv};
///
/// let kv = Kv::new(&Store::embedded()?, "CRMTable");
/// kv.ensure_table().await?;
/// let customers = kv.partition("customers");
/// let first = customers.put("ada", "Byron").await?;
/// let second = customers.put("ada", "Lovelace").await?;
/// let error = customers.compare_and_delete(&first).await.unwrap_err();
/// assert!(matches!(error, Error::Modified { .. }));
/// customers.compare_and_delete(&second).await?;
/// assert!(customers.compare_and_delete(&second).await.unwrap_err().is_not_found());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "nothing is deleted until it is awaited"]
pub struct CompareAndDelete {
    partition: Partition,
    previous: Record,
}

impl CompareAndDelete {
    pub(crate) fn new(partition: Partition, previous: Record) -> Self {
        Self {
            partition,
            previous,
        }
    }

    async fn run(self) -> Result<()> {
        let spot = spot_of(&self.partition, &self.previous)?;
        let state = self.previous.state();
        let mut attempts = Attempts::new(&spot, Operation::CompareAndDelete);
        let present = loop {
            let delete: Delete = spot.kv().items().delete(spot.keys());
            match attempts.send(delete.when(state.stands())).await? {
                Answer::Applied(_) => return Ok(()),
                Answer::Refused(item) => break attempts.standing(item)?,
                Answer::Lost if state.is_unique() => {}
                Answer::Lost => {
                    let item = attempts.look().await?;
                    break attempts.standing(item)?;
                }
            }
        };
        let present = present.as_ref();
        let verdict = judge(Nonce::NONE, Some(state), present.map(Record::state));
        let error = refusal(&spot, present);
        Err(told(attempts, verdict, error, present))
    }
}

awaitable!(CompareAndDelete -> ());

/// # Errors
///
/// [`Error::InvalidInput`]: the record is of another partition.
fn spot_of(partition: &Partition, previous: &Record) -> Result<Spot> {
    let spot = partition.at(previous.key())?;
    if previous.partition() == partition.name() {
        return Ok(spot);
    }
    let why = format!(
        "the record to compare with is of partition `{}`",
        previous.partition()
    );
    let place = spot.place;
    Err(Error::InvalidInput { place, why })
}

/// Why a write on the condition that nobody wrote was refused.
fn refusal(spot: &Spot, present: Option<&Record>) -> Error {
    let now = spot.kv().second();
    match present {
        Some(present) if !present.is_expired(now) => spot.modified(present),
        _ => spot.not_found(),
    }
}

/// The error, unless an answer was lost and nothing proves that it was not applied.
fn told(
    mut attempts: Attempts<'_>,
    verdict: Verdict,
    error: Error,
    present: Option<&Record>,
) -> Error {
    match verdict {
        Verdict::NotApplied | Verdict::Untouched => error,
        Verdict::Applied | Verdict::Unknown => attempts.failed(error, present),
    }
}
