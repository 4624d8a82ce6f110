use dyno_core::items::attr;

use super::options::{Expiry, Options, write_options};
use crate::attempts::{Answer, Attempts};
use crate::attribute::{ID, LEASE};
use crate::error::Result;
use crate::expiry::is_not_expired;
use crate::hook::Operation;
use crate::partition::Partition;
use crate::pending::awaitable;
use crate::record::Record;

/// Changes expiry and fields of a record that stands and has not expired, and leaves its value.
///
/// One `UpdateItem` on that condition, at the cost of a [`Put`](crate::Put). The expiry stays unless [`ttl`](Self::ttl) or
/// [`no_expiry`](Self::no_expiry) changes it. A lost answer is sent again, as that of a put is.
///
/// # Errors
///
/// Those of [`Put`](crate::Put), and [`NotFound`](crate::Error::NotFound): nothing was written. If it is gone after an answer was lost, nobody knows.
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
/// let minute = Duration::from_secs(60);
/// assert!(sessions.touch("s1").ttl(minute).await.unwrap_err().is_not_found());
/// sessions.put("s1", "ada").ttl(minute).await?;
/// assert_eq!(sessions.touch("s1").ttl(2 * minute).await?.text()?, "ada");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "nothing is written until it is awaited"]
pub struct Touch {
    partition: Partition,
    key: String,
    options: Options,
}

impl Touch {
    pub(crate) fn new(partition: Partition, key: String) -> Self {
        let mut options = Options::default();
        options.expire(Expiry::Keep);
        Self {
            partition,
            key,
            options,
        }
    }

    write_options!(expiry);
    write_options!(fields);

    async fn run(self) -> Result<Record> {
        let spot = self.partition.at(&self.key)?;
        let ready = self.options.ready(&spot, None)?;
        let mut attempts = Attempts::new(&spot, Operation::Touch);
        let present = loop {
            attempts.sure(ready.check_held())?;
            let stands = attr(ID).exists() & attr(LEASE).missing() & is_not_expired(ready.now);
            let update = ready.applied_to(spot.update());
            let update = update.when(ready.and_unfenced(stands));
            match attempts.send(update).await? {
                Answer::Applied(item) => return spot.written(item),
                Answer::Refused(item) => break attempts.standing(item)?,
                Answer::Lost => {}
            }
        };
        let present = present.as_ref();
        let error = match ready.check_standing(&spot, present) {
            Err(error) => error,
            Ok(()) => spot.not_found(),
        };
        Err(attempts.failed(error, present))
    }
}

awaitable!(Touch -> Record);
