use std::time::{Duration, UNIX_EPOCH};

use dyno_core::items::{Condition, Written, attr};
use dyno_core::{AttributeValue, ErrorKind, Item};
use tokio::runtime::Handle;
use tokio::time::{Instant, sleep, timeout_at};

use super::guard::LockGuard;
use super::hold::Hold;
use super::keeper::Keeper;
use super::lease::{Held, Lease};
use crate::attempts::{Answer, Attempts};
use crate::attribute::{EXPIRES, HOLDER, ID, LEASE, VERSION};
use crate::error::{Error, Result};
use crate::hook::Operation;
use crate::partition::{Partition, Spot};
use crate::pending::awaitable;

/// Acquires a lock, and waits for it if another one holds it.
///
/// The lock is a record of its own, without a value. It is free if there is none, or if its last holder gave it back; otherwise it is held
/// from its last version for as long as the lease says that is written there. Who waits watches: if the version does not change for that
/// long, by the clock of this process, the holder is dead, and the lock is taken over, on the condition that version and holder are still the
/// same. The version is the fencing token, so each holder has a greater one. The record is never deleted and does not expire; all other
/// writes to it are refused ([`IsLock`](Error::IsLock)). One that somebody deletes all the same begins at the milliseconds since 1970, so
/// that its tokens grow on if the clock is right.
///
/// One `UpdateItem` of 1 write unit if it is free, two if there is none yet, and one for each look while it is waited for: every third of
/// the lease of the one who holds it, at least every second, at most twenty in a second. If the wait is cut off (the future dropped)
/// while a request is under way, that may acquire the lock for nobody; it is free again when its lease is over. It runs on tokio, with
/// time enabled.
///
/// # Errors
///
/// [`InvalidInput`](Error::InvalidInput) and [`InvalidTtl`](Error::InvalidTtl), for a lease of less than a millisecond, before
/// anything is sent; [`LockHeld`](Error::LockHeld) after [`wait_at_most`](Self::wait_at_most) or [`try_now`](Self::try_now);
/// [`NotALock`](Error::NotALock) if a record with this key is none; [`OutcomeUnknown`](Error::OutcomeUnknown) if answers were lost five times
/// in a row, or if another error followed a lost answer: it may be held until the lease is over, though a request that gives it back is sent
/// in the background; [`TableMissing`](Error::TableMissing), [`Store`](Error::Store).
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
/// What requests under way, and lost answers, may take longer than the wait.
const GRACE: Duration = Duration::from_secs(2);

impl Lock {
    /// Gives up after so long; a request that is under way then, or whose answer was lost, has two seconds more.
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
    /// Version and holder, if the lease is over.
    fn dead_holder(&self) -> Option<(u64, AttributeValue)> {
        let is_over = self.since.elapsed() >= self.held.lease;
        let holder = self.held.holder.clone().filter(|_| is_over)?;
        Some((self.held.version, holder))
    }

    /// How long to wait before the next look.
    fn pause(&self) -> Duration {
        let rest = self.held.lease.saturating_sub(self.since.elapsed());
        let often = (self.held.lease / 3).clamp(OFTEN, SELDOM);
        rest.min(often).max(Duration::from_millis(1))
    }
}

async fn acquire(keeper: &Keeper, wait: Duration) -> Result<Hold> {
    let mut attempts = Attempts::new(&keeper.spot, Operation::Lock);
    let began = Instant::now();
    let limit = began.checked_add(wait.saturating_add(GRACE));
    let watched = watch(keeper, wait, &mut attempts);
    let acquired = match limit {
        Some(limit) => timeout_at(limit, watched).await.ok(),
        None => Some(watched.await),
    };
    if !matches!(acquired, Some(Ok(_))) && (attempts.is_lost() || acquired.is_none()) {
        // A request without an answer may have acquired it for nobody.
        tokio::spawn(keeper.clone().give_back());
    }
    acquired.unwrap_or_else(|| {
        let place = keeper.spot.place.clone();
        let waited = began.elapsed();
        let error = Error::LockHeld { place, waited };
        Err(attempts.failed(error, None))
    })
}

async fn watch(keeper: &Keeper, wait: Duration, attempts: &mut Attempts<'_>) -> Result<Hold> {
    let Keeper { spot, own, lease } = keeper;
    let began = Instant::now();
    let mut seen: Option<Seen> = None;
    let mut is_missing = false;
    loop {
        let sent = Instant::now();
        let update = spot.update().set(HOLDER, own.value());
        let update = update.set(LEASE, lease.value()).remove(EXPIRES);
        let asked = if is_missing {
            let update = update.set(VERSION, first_version(spot, seen.as_ref()));
            update.when(attr(ID).missing())
        } else {
            let update = update.add(VERSION, 1);
            update.when(can_be_taken(seen.as_ref()))
        };
        let standing = match attempts.send(asked).await? {
            Answer::Applied(item) => return hold_of(keeper, item, sent),
            Answer::Refused(item) => item,
            Answer::Lost => continue,
        };
        attempts.begin_anew();
        is_missing = standing.is_none();
        let Some(item) = standing else {
            continue;
        };
        let held = attempts.sure(held_of(spot, &item))?;
        if held.is_held_by(*own) {
            // A request whose answer was lost acquired it, perhaps long ago: its lease begins anew.
            let confirmed = confirm(keeper, held.version).await;
            if let Some(hold) = attempts.sure(confirmed)? {
                return Ok(hold);
            }
            sleep(OFTEN).await;
            continue;
        }
        if seen.as_ref().is_none_or(|seen| !seen.held.is_same(&held)) {
            let since = Instant::now();
            seen = Some(Seen { held, since });
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
    match seen.and_then(Seen::dead_holder) {
        Some((version, holder)) => {
            let stands = attr(VERSION).eq(version) & attr(HOLDER).eq(holder);
            is_free | attr(LEASE).exists() & stands
        }
        None => is_free,
    }
}

/// That of a lock which is made: greater than those of one that was deleted, which counted its writes.
fn first_version(spot: &Spot, seen: Option<&Seen>) -> u64 {
    let since = spot.kv().now().duration_since(UNIX_EPOCH);
    let millis = since.map_or(0, |since| since.as_millis());
    let seen = seen.map_or(0, |seen| seen.held.version);
    u64::try_from(millis)
        .unwrap_or(0)
        .max(seen.saturating_add(1))
}

/// Begins the lease of a lock that is held already; `None` if it is not, any more.
async fn confirm(keeper: &Keeper, version: u64) -> Result<Option<Hold>> {
    let spot = &keeper.spot;
    let sent = Instant::now();
    match spot.ask(Operation::Lock, keeper.renewal(version)).await {
        Ok(Written::Applied(item)) => hold_of(keeper, item, sent).map(Some),
        Ok(Written::Refused(_)) => Ok(None),
        Err(error) if error.kind() == ErrorKind::OutcomeUnknown => Ok(None),
        Err(error) => Err(spot.error(error)),
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
