//! Snapshots that refresh themselves.
//!
//! ```text
//! snapshot  every option, as one fetch found it; what differs between two    status   how the refreshing goes
//! task      fetches, one after the other                                      changes  what differs, as a stream
//! ```

mod changes;
mod snapshot;
mod status;
mod task;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};

pub use self::changes::ChangesStream;
pub use self::snapshot::{Changes, Snapshot};
pub use self::status::Status;
pub(crate) use self::task::Follower;
use self::task::{Published, Task, Timing};
use crate::error::{Error, Result};
use crate::store::{ConfigStore, Pending, debug_of};

impl ConfigStore {
    /// Keeps every option of the store in memory, and fetches them again and again; see [`WatchBuilder`].
    pub fn watch(&self) -> WatchBuilder {
        WatchBuilder {
            store: self.clone(),
            timing: Timing {
                interval: INTERVAL,
                limit: LIMIT,
                is_eventual: false,
            },
        }
    }
}

/// As long as the Python library waits.
const INTERVAL: Duration = Duration::from_mins(5);

const LIMIT: Duration = Duration::from_secs(30);

/// Fetches every option of the store, and keeps fetching them at an interval: `.await` does the first fetch, and fails if that does.
///
/// One `Query` for each MB of the store, then and at each interval, strongly consistent: 1 read unit for each 4 KB. A snapshot never goes back to
/// an older state of an option. After a fetch that failed the next one comes earlier: after 1, 2, 4, .. seconds, up to the interval.
///
/// Each option is whole in a snapshot; options of one snapshot need not be of one moment: a program that writes two options, one after the other, may be
/// seen between the two. What must change together belongs into one option.
///
/// # Errors
///
/// [`InvalidSetting`](Error::InvalidSetting) for an interval under a second, and a time limit of zero; [`NoAnswer`](Error::NoAnswer), [`TableMissing`](Error::TableMissing) and [`Store`](Error::Store).
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::collections::BTreeMap;
/// use std::time::Duration;
///
/// use dyno_config::ConfigStore;
///
/// let store = dyno_core::Store::embedded()?;
/// let config = ConfigStore::open(&store, "Config", "prod").create_if_missing().await?;
/// config.set_key("limits", "users", &10).await?;
///
/// let watch = config.watch().interval(Duration::from_secs(30)).await?;
/// let mut changes = watch.changes();
/// config.set_key("limits", "users", &20).await?;
/// watch.reload().await?;
///
/// let changed = changes.next().await.expect("the watch is there");
/// assert_eq!(changed.changed(), ["limits"]);
/// let limits: BTreeMap<String, u32> = watch.snapshot().get("limits")?;
/// assert_eq!(limits["users"], 20);
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is fetched until it is awaited"]
pub struct WatchBuilder {
    store: ConfigStore,
    timing: Timing,
}

debug_of!(WatchBuilder: store, timing);

impl WatchBuilder {
    /// The time between two fetches, a second at least; 300 seconds if none is given.
    pub fn interval(mut self, interval: Duration) -> Self {
        self.timing.interval = interval;
        self
    }

    /// How long a fetch may take, all its pages together; 30 seconds if nothing is given. One that takes longer is given up, and has failed with
    /// [`NoAnswer`](Error::NoAnswer): the first one, those at the interval, and reloads.
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.timing.limit = limit;
        self
    }

    /// Fetches at half the price, and perhaps not the newest: a snapshot may then show an option older than the one before it did.
    /// [`reload`](Watch::reload) is always consistent.
    pub fn eventual(mut self) -> Self {
        self.timing.is_eventual = true;
        self
    }

    async fn run(self) -> Result<Watch> {
        let Timing {
            interval,
            limit,
            is_eventual,
        } = self.timing;
        let refused = |why: &str| Error::InvalidSetting {
            why: why.to_owned(),
        };
        if interval < Duration::from_secs(1) {
            let why = "the interval of a watch is under a second; give it a second or more";
            return Err(refused(why));
        }
        if limit.is_zero() {
            return Err(refused(
                "the time limit of a fetch is zero; leave it out for 30 seconds",
            ));
        }
        let first = Snapshot::fetch(&self.store, 0, !is_eventual, limit).await?;
        let (reloads, asked) = mpsc::channel(WAITING);
        let (handles, handle) = watch::channel(());
        let (task, published) = Task::new(self.store, self.timing, first, asked);
        tokio::spawn(task.run(handles));
        Ok(Watch {
            published,
            reloads,
            _handle: handle,
        })
    }
}

impl IntoFuture for WatchBuilder {
    type Output = Result<Watch>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

/// How many calls of `reload` are queued before more wait for a place.
const WAITING: usize = 64;

/// Every option of a store in memory, refreshed by a task.
///
/// A clone shares everything. When the last one is dropped the task ends, also in the middle of a fetch, and with it the streams of
/// [`changes`](Self::changes).
#[derive(Clone)]
pub struct Watch {
    published: Arc<Published>,
    reloads: mpsc::Sender<oneshot::Sender<Result<Arc<Snapshot>>>>,
    /// The task sees when the last one is gone.
    _handle: watch::Receiver<()>,
}

debug_of!(Watch: published);

impl Watch {
    /// The options as the newest fetch found them. Never waits, sends nothing, and does not change in the hands of who holds it.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.published.snapshot()
    }

    /// Makes a follower of the newest snapshot, which sees every one after it.
    pub(crate) fn follow<F: Follower + 'static>(
        &self,
        make: impl FnOnce(&Arc<Snapshot>) -> Result<F>,
    ) -> Result<Arc<F>> {
        self.published.follow(make)
    }

    /// Fetches now, and returns the new snapshot: what was written before the call is in it.
    ///
    /// One strongly consistent `Query` for each MB; calls that wait at the same time share a fetch, and fetches never overlap. The interval begins
    /// anew.
    ///
    /// # Errors
    ///
    /// [`Refresh`](Error::Refresh): the fetch failed, or took longer than its [time limit](WatchBuilder::time_limit), and the snapshot before goes on. [`Stopped`](Error::Stopped): the runtime of the task has
    /// ended.
    pub async fn reload(&self) -> Result<Arc<Snapshot>> {
        let (answer, answered) = oneshot::channel();
        let sent = self.reloads.send(answer).await;
        sent.map_err(|_| Error::Stopped)?;
        answered.await.map_err(|_| Error::Stopped)?
    }

    /// What changes from now on, as a stream.
    ///
    /// Each element says what differs between the snapshot of the element before, or of this call, and the newest one. Who reads slowly sees
    /// several fetches as one element: no difference between the two snapshots is left out, but an option that was changed and changed back in between is not in
    /// it. Fetches that find nothing new are no elements.
    pub fn changes(&self) -> ChangesStream {
        ChangesStream::new(&self.published)
    }

    /// How the refreshing goes: the last error, the age of the snapshot, and when the next fetch is.
    pub fn status(&self) -> Status {
        self.published.status()
    }
}
