use std::sync::Arc;

use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use crate::error::{Error, Result};
use crate::place::Place;

/// Whether a lock is held still: shared by its guard, what renews it, and writes under its token.
#[derive(Clone, Debug)]
pub(crate) struct Hold {
    place: Place,
    state: Arc<watch::Sender<State>>,
}

#[derive(Clone, Copy, Debug)]
struct State {
    version: u64,
    until: Instant,
    is_lost: bool,
}

impl State {
    fn is_held(&self) -> bool {
        !self.is_lost && Instant::now() < self.until
    }
}

impl Hold {
    pub(super) fn new(place: Place, version: u64, until: Instant) -> Self {
        let state = State {
            version,
            until,
            is_lost: false,
        };
        Self {
            place,
            state: Arc::new(watch::Sender::new(state)),
        }
    }

    /// The version that stands in the item, as far as is known.
    pub(super) fn version(&self) -> u64 {
        self.state.borrow().version
    }

    pub(super) fn until(&self) -> Instant {
        self.state.borrow().until
    }

    pub(crate) fn is_held(&self) -> bool {
        self.state.borrow().is_held()
    }

    /// # Errors
    ///
    /// [`Error::LockLost`]
    pub(crate) fn check(&self) -> Result<()> {
        if self.is_held() {
            return Ok(());
        }
        let place = self.place.clone();
        Err(Error::LockLost { place })
    }

    /// It was renewed in time; or too late, and is lost: what was lost once does not come back.
    pub(super) fn renew(&self, version: u64, until: Instant) {
        self.state.send_modify(|state| {
            let is_lost = !state.is_held();
            *state = State {
                version,
                until,
                is_lost,
            };
        });
    }

    /// Another version stands in the item, by this holder.
    pub(super) fn note_version(&self, version: u64) {
        self.state.send_modify(|state| state.version = version);
    }

    pub(super) fn lose(&self) {
        self.state.send_modify(|state| state.is_lost = true);
    }

    /// Ends when it is held no more.
    pub(super) async fn lost(self) {
        let mut changes = self.state.subscribe();
        while self.is_held() {
            // Either it changed, or its time is over, or nobody is left to change it until then.
            if let Ok(Err(_)) = timeout_at(self.until(), changes.changed()).await {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_renewal_whose_answer_came_too_late_does_not_bring_it_back() {
        let second = Duration::from_secs(1);
        let place = Place::table_named("Table");
        let hold = Hold::new(place, 1, Instant::now() + second);
        hold.renew(2, Instant::now() + 2 * second);
        advance(second).await;
        assert!(hold.is_held());
        advance(second).await;
        hold.renew(3, Instant::now() + second);
        assert!(!hold.is_held());
        hold.clone().lost().await;
    }
}
