use dyno_core::items::attr;

use super::options::{Expires, Options, Ready, write_options};
use crate::attempts::{Answer, Attempts};
use crate::attribute::LEASE;
use crate::error::Result;
use crate::expiry::{is_expired, is_not_expired};
use crate::hook::Operation;
use crate::partition::{Partition, Spot};
use crate::pending::awaitable;
use crate::record::Record;
use crate::value::Value;

/// Writes a record, whatever stands there, and gives it as it is now.
///
/// One `UpdateItem`, 1 write unit for each 1 KB of the larger of the record before and after: value and version change, fields that are
/// named are set, and all others stay. The record does not expire afterwards unless [`ttl`](Self::ttl) or
/// [`keep_expiry`](Self::keep_expiry) says so, also where an expired one stood, whose fields stay, too. It is applied as a whole or not at
/// all.
///
/// If the answer is lost, it is sent again, up to five times: it may then be counted twice in the version, and replace what somebody wrote
/// in between, as any put does. With `keep_expiry`, a second request is needed where an expired record stands.
///
/// # Errors
///
/// Before anything is sent: [`InvalidInput`](crate::Error::InvalidInput), [`InvalidTtl`](crate::Error::InvalidTtl),
/// [`InvalidValue`](crate::Error::InvalidValue), [`ReservedField`](crate::Error::ReservedField),
/// [`LockLost`](crate::Error::LockLost), and [`Store`](crate::Error::Store) with [`TooLarge`](dyno_core::ErrorKind::TooLarge) for a value
/// over 400 KB. With nothing written: [`Fenced`](crate::Error::Fenced), and [`IsLock`](crate::Error::IsLock) if a lock stands there.
/// [`OutcomeUnknown`](crate::Error::OutcomeUnknown) after the last try, or if one of these followed a lost answer;
/// [`TableMissing`](crate::Error::TableMissing), [`Store`](crate::Error::Store).
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
///
/// use dyno_core::Store;
/// use dyno_kv::Kv;
///
/// let kv = Kv::new(&Store::embedded()?, "CRMTable");
/// kv.ensure_table().await?;
/// let sessions = kv.partition("sessions");
/// sessions.put("s1", [1, 2, 255]).ttl(Duration::from_secs(60)).field("user", "ada").await?;
///
/// let record = sessions.put("s1", [3]).keep_expiry().await?;
/// assert!(record.expires().is_some());
/// let record = sessions.put("s1", [4]).await?;
/// assert!(record.expires().is_none());
/// assert_eq!((record.version(), record.field("user")), (3, Some("ada")));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "nothing is written until it is awaited"]
pub struct Put {
    partition: Partition,
    key: String,
    value: Value,
    options: Options,
}

impl Put {
    pub(crate) fn new(partition: Partition, key: String, value: Value) -> Self {
        Self {
            partition,
            key,
            value,
            options: Options::default(),
        }
    }

    write_options!(expiry);
    write_options!(keep);
    write_options!(fields);

    async fn run(self) -> Result<Record> {
        let spot = self.partition.at(&self.key)?;
        let ready = self.options.ready(&spot, Some(self.value))?;
        put(&spot, &ready).await
    }
}

awaitable!(Put -> Record);

/// How often somebody else may revive or bury a record between two requests.
const ROUNDS: u32 = 4;

async fn put(spot: &Spot, ready: &Ready) -> Result<Record> {
    let mut attempts = Attempts::new(spot, Operation::Put);
    let mut round = 0;
    // Whether an expired record stands there, whose expiry is not kept.
    let mut is_revival = false;
    loop {
        attempts.sure(ready.check_held())?;
        let mut asked = ready.clone();
        let mut condition = ready.and_unfenced(attr(LEASE).missing());
        if ready.expires == Expires::Kept {
            condition = condition
                & if is_revival {
                    asked.expires = Expires::Removed;
                    is_expired(ready.now)
                } else {
                    is_not_expired(ready.now)
                };
        }
        let update = asked.applied_to(spot.update()).when(condition);
        let present = match attempts.send(update).await? {
            Answer::Applied(item) => return spot.written(item),
            Answer::Refused(item) => attempts.standing(item)?,
            Answer::Lost => continue,
        };
        let present = present.as_ref();
        if let Err(error) = ready.check_standing(spot, present) {
            return Err(attempts.failed(error, present));
        }
        is_revival = present.is_some_and(|present| present.is_expired(ready.now));
        round += 1;
        if round == ROUNDS {
            let error = match present {
                Some(present) => spot.modified(present),
                None => spot.not_found(),
            };
            return Err(attempts.failed(error, present));
        }
    }
}
