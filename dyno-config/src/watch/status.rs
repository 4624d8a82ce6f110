//! How the refreshing goes.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::error::Error;

/// How the refreshing of a [`Watch`](super::Watch) goes, at the moment it was asked.
#[derive(Clone, Debug)]
pub struct Status {
    pub(super) age: Duration,
    pub(super) health: Health,
    pub(super) is_running: bool,
}

impl Status {
    /// The age of the newest snapshot.
    pub fn age(&self) -> Duration {
        self.age
    }

    /// Why the last fetch failed; `None` if it did not.
    pub fn error(&self) -> Option<&Arc<Error>> {
        self.health.error.as_ref()
    }

    /// How many fetches have failed since the last one that did not.
    pub fn failures(&self) -> u32 {
        self.health.failures
    }

    /// The time until the next fetch: zero if one is under way; `None` if none will come, or only in years.
    pub fn next_refresh(&self) -> Option<Duration> {
        let next = self.health.next.filter(|_| self.is_running)?;
        Some(next.saturating_duration_since(Instant::now()))
    }

    /// Whether the task is there; it ends before its watch only with its runtime.
    pub fn is_running(&self) -> bool {
        self.is_running
    }
}

/// What the task says of itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Health {
    pub(super) error: Option<Arc<Error>>,
    pub(super) failures: u32,
    pub(super) next: Option<Instant>,
}

impl Health {
    /// The pause before the next fetch: the interval, or less after failures.
    pub(super) fn pause(&self, interval: Duration) -> Duration {
        match self.failures.checked_sub(1) {
            None => interval,
            Some(before) => {
                let seconds = 1_u64.checked_shl(before).filter(|seconds| *seconds > 0);
                seconds.map_or(interval, |seconds| {
                    interval.min(Duration::from_secs(seconds))
                })
            }
        }
    }
}
