//! The task that fetches, one fetch after the other.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

use super::snapshot::Snapshot;
use super::status::{Health, Status};
use crate::error::{Error, Result};
use crate::store::ConfigStore;

/// Is shown each snapshot, in their order, and before a reload returns it.
pub(crate) trait Follower: Send + Sync {
    fn follow(&self, snapshot: &Arc<Snapshot>);
}

/// What the task shows to handles and streams.
pub(super) struct Published {
    snapshot: ArcSwap<Snapshot>,
    followers: Mutex<Vec<Weak<dyn Follower>>>,
    health: ArcSwap<Health>,
    /// The number of the newest snapshot; closed when the task has ended.
    ticks: watch::Receiver<u64>,
}

impl Published {
    pub(super) fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot.load_full()
    }

    /// Makes a follower of the newest snapshot, which sees every one after it.
    pub(super) fn follow<F: Follower + 'static>(
        &self,
        make: impl FnOnce(&Arc<Snapshot>) -> Result<F>,
    ) -> Result<Arc<F>> {
        let mut followers = self.lock();
        let follower = Arc::new(make(&self.snapshot())?);
        let weak: Weak<F> = Arc::downgrade(&follower);
        followers.push(weak);
        Ok(follower)
    }

    fn publish(&self, snapshot: &Arc<Snapshot>) {
        let mut followers = self.lock();
        self.snapshot.store(Arc::clone(snapshot));
        followers.retain(|follower| match follower.upgrade() {
            Some(follower) => {
                follower.follow(snapshot);
                true
            }
            None => false,
        });
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Weak<dyn Follower>>> {
        self.followers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn ticks(&self) -> watch::Receiver<u64> {
        self.ticks.clone()
    }

    pub(super) fn status(&self) -> Status {
        Status {
            age: self.snapshot.load().age(),
            health: self.health.load().as_ref().clone(),
            is_running: self.ticks.has_changed().is_ok(),
        }
    }
}

impl fmt::Debug for Published {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Published")
            .field("snapshot", &self.snapshot.load())
            .finish_non_exhaustive()
    }
}

/// When is fetched, how, and for how long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timing {
    pub(super) interval: Duration,
    pub(super) limit: Duration,
    pub(super) is_eventual: bool,
}

type Asked = oneshot::Sender<Result<Arc<Snapshot>>>;

/// Ends when its handles are gone, also in the middle of a fetch.
pub(super) struct Task {
    store: ConfigStore,
    timing: Timing,
    published: Arc<Published>,
    ticks: watch::Sender<u64>,
    asked: mpsc::Receiver<Asked>,
}

impl Task {
    pub(super) fn new(
        store: ConfigStore,
        timing: Timing,
        first: Snapshot,
        asked: mpsc::Receiver<Asked>,
    ) -> (Self, Arc<Published>) {
        let (ticks, seen) = watch::channel(0);
        let health = Health {
            next: Instant::now().checked_add(timing.interval),
            ..Health::default()
        };
        let published = Arc::new(Published {
            snapshot: ArcSwap::from_pointee(first),
            followers: Mutex::default(),
            health: ArcSwap::from_pointee(health),
            ticks: seen,
        });
        let task = Self {
            store,
            timing,
            published: Arc::clone(&published),
            ticks,
            asked,
        };
        (task, published)
    }

    pub(super) async fn run(mut self, handles: watch::Sender<()>) {
        tokio::select! {
            biased;
            () = handles.closed() => {}
            () = self.refresh_for_ever() => {}
        }
    }

    async fn refresh_for_ever(&mut self) {
        loop {
            let pause = self.published.health.load().pause(self.timing.interval);
            let mut waiting = Vec::new();
            tokio::select! {
                biased;
                asked = self.asked.recv() => match asked {
                    Some(asked) => waiting.push(asked),
                    None => return,
                },
                () = tokio::time::sleep(pause) => {}
            }
            // Whoever asks while a fetch is under way may have written since it began, and waits for the next.
            while let Ok(asked) = self.asked.try_recv() {
                waiting.push(asked);
            }
            let outcome = self.refresh(!waiting.is_empty()).await;
            for asked in waiting {
                let answer = match &outcome {
                    Ok(snapshot) => Ok(Arc::clone(snapshot)),
                    Err(source) => Err(Error::Refresh {
                        source: Arc::clone(source),
                    }),
                };
                // Nobody waits for it any more.
                let _ = asked.send(answer);
            }
        }
    }

    async fn refresh(&self, is_reload: bool) -> Result<Arc<Snapshot>, Arc<Error>> {
        let before = self.published.health.load_full();
        let number = self.published.snapshot.load().number() + 1;
        let consistent = is_reload || !self.timing.is_eventual;
        let limit = self.timing.limit;
        let fetched = Snapshot::fetch(&self.store, number, consistent, limit).await;
        let mut health = Health::default();
        let outcome = match fetched {
            Ok(snapshot) => Ok(Arc::new(snapshot)),
            Err(error) => {
                tracing::warn!(table = self.store.table(), store = self.store.name(), %error,
                    "the options could not be fetched");
                let error = Arc::new(error);
                health.failures = before.failures.saturating_add(1);
                health.error = Some(Arc::clone(&error));
                Err(error)
            }
        };
        health.next = Instant::now().checked_add(health.pause(self.timing.interval));
        if let Ok(snapshot) = &outcome {
            self.published.publish(snapshot);
        }
        self.published.health.store(Arc::new(health));
        if outcome.is_ok() {
            self.ticks.send_replace(number);
        }
        outcome
    }
}
