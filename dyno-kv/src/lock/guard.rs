use dyno_core::Item;
use tokio::runtime::Handle;
use tokio::task::AbortHandle;

use super::hold::Hold;
use super::keeper::Keeper;
use super::lease::Held;
use crate::error::{Error, Result};
use crate::hook::Operation;
use crate::partition::Tried;
use crate::patience::Patience;

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

    /// Gives the lock back. One `UpdateItem`, 1 write unit; if its answer is lost it is sent again, up to five times.
    ///
    /// # Errors
    ///
    /// [`Error::LockLost`] if another one has taken it; [`Error::OutcomeUnknown`], [`Error::TableMissing`], [`Error::Store`]: it is free
    /// when its lease is over.
    pub async fn release(mut self) -> Result<()> {
        self.task.abort();
        let spot = self.keeper.spot.clone();
        let mut patience = Patience::default();
        loop {
            let asked = spot.ask(Operation::Release, self.keeper.release()).await;
            match Tried::of(&spot, asked)? {
                Tried::Applied(_) => break,
                Tried::Refused(standing) => {
                    self.is_released = true;
                    // Whoever has it now: a request whose answer did not come gave it back, or it was lost before.
                    if patience.was_tried() || self.gave_back(standing.as_ref()) {
                        break;
                    }
                    let place = spot.place;
                    return Err(Error::LockLost { place });
                }
                Tried::Lost(error) => {
                    if !patience.pause().await {
                        return Err(spot.unknown(None, error));
                    }
                }
            }
        }
        self.is_released = true;
        Ok(())
    }

    /// Whether a copy of the release came before it.
    fn gave_back(&self, standing: Option<&Item>) -> bool {
        let Some(Ok(held)) = standing.map(Held::of_item) else {
            return false;
        };
        held.is_free() && self.hold.version().checked_add(1) == Some(held.version)
    }
}

impl Drop for LockGuard {
    fn drop(&mut self) {
        self.task.abort();
        self.hold.lose();
        if self.is_released {
            return;
        }
        let keeper = self.keeper.clone();
        self.runtime.spawn(async move {
            // Nobody waits for the answer; without it the lock is free when its lease is over.
            let asked = keeper.spot.ask(Operation::Release, keeper.release());
            drop(asked.await);
        });
    }
}
