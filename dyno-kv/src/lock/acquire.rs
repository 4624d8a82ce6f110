use std::time::Duration;

use dyno_core::Item;
use dyno_core::items::{Condition, attr};
use tokio::runtime::Handle;
use tokio::time::{Instant, sleep};

use super::guard::LockGuard;
use super::hold::Hold;
use super::keeper::Keeper;
use super::lease::{Held, Lease};
use crate::attribute::{HOLDER, ID, LEASE, VERSION};
use crate::error::{Error, Result};
use crate::hook::Operation;
use crate::partition::{Partition, Spot, Tried};
use crate::patience::Patience;
use crate::pending::awaitable;

/// Acquires a lock, and waits for it if another one holds it.
///
/// The lock is a record of its own, without a value. It is free if there is none, or if its last holder gave it back; otherwise it is held
/// from its last version for as long as the lease says that is written there. Who waits watches: if the version does not change for that
/// long, by the clock of this process, the holder is dead, and the lock is taken over, on the condition that the version is still the same.
/// The version is the fencing token, so each holder has a greater one. The record is never deleted and does not expire.
///
/// One `UpdateItem` of 1 write unit if it is free, and one for each look while it is waited for: every third of the lease of the one who
/// holds it, at least every second, at most twenty in a second. If the wait is cut off (the future dropped) while a request is under way,
/// that may acquire the lock for nobody; it is free again when its lease is over. It runs on tokio, with time enabled.
///
/// # Errors
///
/// [`InvalidInput`](Error::InvalidInput) and [`InvalidTtl`](Error::InvalidTtl), for a lease of less than a millisecond, before
/// anything is sent; [`LockHeld`](Error::LockHeld) after [`wait_at_most`](Self::wait_at_most) or [`try_now`](Self::try_now);
/// [`NotALock`](Error::NotALock) if a record with this key is none; [`OutcomeUnknown`](Error::OutcomeUnknown) if answers were lost five times
/// in a row: it may be held until the lease is over; [`TableMissing`](Error::TableMissing), [`Store`](Error::Store).
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
///
/// use dyno_core::Store;
/// use dyno_kv::{Error, Kv};
///
/// let kv = Kv::new(&Store::embedded()?, "CRMTable");
/// kv.ensure_table().await?;
/// let jobs = kv.partition("jobs");
///
/// let lease = Duration::from_secs(10);
/// let guard = jobs.lock("nightly", lease).await?;
/// let second = jobs.lock("nightly", lease).try_now().await;
/// assert!(matches!(second, Err(Error::LockHeld { .. })));
///
/// jobs.put("result", "42").fenced(&guard).await?; // refused if a later holder was here
/// let token = guard.token();
/// guard.release().await?;
/// assert!(jobs.lock("nightly", lease).await?.token() > token);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is acquired until it is awaited"]
pub struct Lock {
    partition: Partition,
    key: String,
    lease: Duration,
    wait: Duration,
}

impl Partition {
    /// Acquires the lock with this key, for as long as its holder is heard of at least once in a `lease`; see [`Lock`].
    pub fn lock(&self, key: impl Into<String>, lease: Duration) -> Lock {
        Lock {
            partition: self.clone(),
            key: key.into(),
            lease,
            wait: Duration::MAX,
        }
    }
}

/// The times between two looks at a lock that another one holds.
const OFTEN: Duration = Duration::from_millis(50);
const SELDOM: Duration = Duration::from_secs(1);

impl Lock {
    /// Gives up after so long.
    pub fn wait_at_most(mut self, time: Duration) -> Self {
        self.wait = time;
        self
    }

    /// Gives up at once if another one holds it.
    pub fn try_now(self) -> Self {
        self.wait_at_most(Duration::ZERO)
    }

    async fn run(self) -> Result<LockGuard> {
        let spot = self.partition.at(&self.key)?;
        let place = || spot.place.clone();
        let lease = Lease::new(self.lease).map_err(|why| Error::InvalidTtl {
            place: place(),
            why,
        })?;
        let runtime = Handle::try_current().map_err(|error| Error::InvalidInput {
            place: place(),
            why: format!("a lock is renewed by a task of tokio, and there is no runtime: {error}"),
        })?;
        let own = spot.nonce()?;
        let keeper = Keeper { spot, own, lease };
        let hold = acquire(&keeper, self.wait).await?;
        Ok(LockGuard::new(runtime, keeper, hold))
    }
}

awaitable!(Lock -> LockGuard);

/// A version of the lock that another one holds, and since when it was seen.
struct Seen {
    held: Held,
    since: Instant,
}

impl Seen {
    fn is_over(&self) -> bool {
        self.since.elapsed() >= self.held.lease
    }

    /// How long to wait before the next look.
    fn pause(&self) -> Duration {
        let rest = self.held.lease.saturating_sub(self.since.elapsed());
        let often = (self.held.lease / 3).clamp(OFTEN, SELDOM);
        rest.min(often).max(Duration::from_millis(1))
    }
}

async fn acquire(keeper: &Keeper, wait: Duration) -> Result<Hold> {
    let Keeper { spot, own, lease } = keeper;
    let began = Instant::now();
    let mut seen: Option<Seen> = None;
    let mut patience = Patience::default();
    loop {
        let sent = Instant::now();
        let update = spot.update().set(HOLDER, own.value());
        let update = update.set(LEASE, lease.value()).add(VERSION, 1);
        let asked = spot.ask(Operation::Lock, update.when(can_be_taken(seen.as_ref())));
        let standing = match Tried::of(spot, asked.await)? {
            Tried::Applied(item) => return hold_of(keeper, item, sent),
            Tried::Refused(item) => item,
            Tried::Lost(error) => {
                if patience.pause().await {
                    continue;
                }
                return Err(spot.unknown(None, error));
            }
        };
        patience = Patience::default();
        if let Some(item) = standing {
            let held = held_of(spot, &item)?;
            if held.is_held_by(*own) {
                // A request whose answer was lost acquired it, perhaps long ago: its lease begins anew.
                if let Some(hold) = confirm(keeper, held.version).await? {
                    return Ok(hold);
                }
                sleep(OFTEN).await;
                continue;
            }
            if seen
                .as_ref()
                .is_none_or(|seen| seen.held.version != held.version)
            {
                let since = Instant::now();
                seen = Some(Seen { held, since });
            }
        }
        let waited = began.elapsed();
        if waited >= wait {
            let place = spot.place.clone();
            return Err(Error::LockHeld { place, waited });
        }
        let pause = seen.as_ref().map_or(OFTEN, Seen::pause);
        sleep(pause.min(wait.saturating_sub(waited))).await;
    }
}

/// Holds where the lock is free, or its holder is dead.
fn can_be_taken(seen: Option<&Seen>) -> Condition {
    let is_free = attr(LEASE).exists() & attr(HOLDER).missing();
    let condition = attr(ID).missing() | is_free;
    match seen {
        Some(seen) if seen.is_over() => {
            let stands = attr(LEASE).exists() & attr(VERSION).eq(seen.held.version);
            condition | stands
        }
        _ => condition,
    }
}

/// Begins the lease of a lock that is held already; `None` if it is not, any more.
async fn confirm(keeper: &Keeper, version: u64) -> Result<Option<Hold>> {
    let spot = &keeper.spot;
    let sent = Instant::now();
    let asked = spot.ask(Operation::Lock, keeper.renewal(version)).await;
    match Tried::of(spot, asked)? {
        Tried::Applied(item) => hold_of(keeper, item, sent).map(Some),
        Tried::Refused(_) | Tried::Lost(_) => Ok(None),
    }
}

fn hold_of(keeper: &Keeper, item: Option<Item>, sent: Instant) -> Result<Hold> {
    let spot = &keeper.spot;
    let held = held_of(spot, &item.unwrap_or_default())?;
    let until = keeper.lease.end(sent);
    Ok(Hold::new(spot.place.clone(), held.version, until))
}

fn held_of(spot: &Spot, item: &Item) -> Result<Held> {
    Held::of_item(item).map_err(|why| Error::NotALock {
        place: spot.place.clone(),
        why,
    })
}
