use dyno_core::Item;
use tokio::runtime::Handle;
use tokio::task::AbortHandle;

use super::hold::Hold;
use super::keeper::Keeper;
use super::lease::Held;
use crate::attempts::{Answer, Attempts};
use crate::error::{Error, Result};
use crate::hook::Operation;

/// A lock that is held; made by [`Partition::lock`](crate::Partition::lock).
///
/// A task renews it every third of its lease, one `UpdateItem` of 1 write unit each, until the guard is dropped. A holder that cannot renew
/// it in time has lost it, for good: [`is_held`](Self::is_held) says so, and [`lost`](Self::lost) ends. Since a program may be
/// stopped between any two of its instructions, what the lock protects should be written with [`fenced`](crate::Put::fenced), or take
/// the [token](Self::token) and refuse lower ones.
///
/// Dropped, it gives the lock back in a task of the runtime in which it was acquired. If that runtime has ended, or the process does, the
/// lock is free when its lease is over; [`release`](Self::release) waits until it is.
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
/// let lease = Duration::from_secs(10);
/// let guard = kv.partition("jobs").lock("nightly", lease).await?;
/// let lost = guard.lost();
/// let work = tokio::spawn(async { 42 });
/// tokio::select! {
///     done = work => assert_eq!(done?, 42),
///     () = lost => println!("another one may be at work: stop"),
/// }
/// assert!(guard.is_held());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "the lock is given back when the guard is dropped"]
pub struct LockGuard {
    hold: Hold,
    keeper: Keeper,
    token: u64,
    task: AbortHandle,
    runtime: Handle,
    is_released: bool,
}

impl LockGuard {
    pub(super) fn new(runtime: Handle, keeper: Keeper, hold: Hold) -> Self {
        let task = runtime.spawn(keeper.clone().keep(hold.clone()));
        Self {
            token: hold.version(),
            task: task.abort_handle(),
            hold,
            keeper,
            runtime,
            is_released: false,
        }
    }

    /// The fencing token: each holder of this lock has a greater one than all before it.
    pub fn token(&self) -> u64 {
        self.token
    }

    /// Whether it is held, by the clock of this process, which counts from before the last renewal was sent. Sends nothing.
    ///
    /// A clock that stands still while the machine sleeps does not count that time: only the token tells then.
    pub fn is_held(&self) -> bool {
        self.hold.is_held()
    }

    /// Ends when the lock is held no more: because its lease is over, or another one has taken it. Sends nothing.
    pub fn lost(&self) -> impl Future<Output = ()> + Send + use<> {
        self.hold.clone().lost()
    }

    pub(crate) fn hold(&self) -> Hold {
        self.hold.clone()
    }

    /// Gives the lock back, and ends the hold before anything is sent. One `UpdateItem`, 1 write unit; if its answer is lost it is sent
    /// again, up to five times.
    ///
    /// # Errors
    ///
    /// [`Error::LockLost`] if another one has taken it, or might have, since its lease was over; [`Error::OutcomeUnknown`] if another one
    /// has it after an answer was lost; it and [`Error::TableMissing`], [`Error::Store`] also if the request failed: the lock is free when
    /// its lease is over.
    pub async fn release(mut self) -> Result<()> {
        self.task.abort();
        let was_held = self.hold.is_held();
        self.hold.lose();
        let spot = self.keeper.spot.clone();
        let mut attempts = Attempts::new(&spot, Operation::Release);
        loop {
            match attempts.send(self.keeper.release()).await? {
                Answer::Applied(_) => break,
                Answer::Refused(Some(item)) if self.gave_back(&item, attempts.is_lost()) => break,
                Answer::Refused(item) => {
                    self.is_released = true;
                    let place = spot.place.clone();
                    let present = attempts.standing(item)?;
                    let error = Error::LockLost { place };
                    return Err(attempts.failed(error, present.as_ref()));
                }
                Answer::Lost => {}
            }
        }
        self.is_released = true;
        if was_held {
            return Ok(());
        }
        let place = spot.place.clone();
        Err(Error::LockLost { place })
    }

    /// Whether a copy of the release came before it, or an earlier one whose answer was lost.
    fn gave_back(&self, standing: &Item, is_lost: bool) -> bool {
        let Ok(held) = Held::of_item(standing) else {
            return false;
        };
        let is_next = self.hold.version().checked_add(1) == Some(held.version);
        held.is_free() && (is_lost || is_next)
    }
}

impl Drop for LockGuard {
    fn drop(&mut self) {
        self.task.abort();
        self.hold.lose();
        if self.is_released {
            return;
        }
        self.runtime.spawn(self.keeper.clone().give_back());
    }
}
