use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Instant, SystemTime};

/// The time by both clocks of a machine: the one that people set, and the one that only goes forward.
#[derive(Clone, Copy)]
pub(super) struct Now {
    pub(super) wall: SystemTime,
    pub(super) monotonic: Instant,
}

/// The time from when an exception was made until it ends.
pub(super) struct Term {
    made: Now,
    end: SystemTime,
    /// Stays true, whatever the clocks say later.
    is_over: AtomicBool,
}

impl Term {
    pub(super) fn new(made: Now, end: SystemTime) -> Self {
        Self {
            made,
            end,
            is_over: AtomicBool::new(false),
        }
    }

    pub(super) fn end(&self) -> SystemTime {
        self.end
    }

    /// Whether it has neither ended by one of the clocks, nor begun in the future of the other.
    pub(super) fn is_running(&self, now: Now) -> bool {
        // An end that had passed already leaves no time at all.
        let length = self.end.duration_since(self.made.wall).unwrap_or_default();
        let passed = now.monotonic.saturating_duration_since(self.made.monotonic);
        if now.wall >= self.end || passed >= length {
            self.is_over.store(true, Ordering::Relaxed);
        }
        !self.is_over.load(Ordering::Relaxed) && now.wall >= self.made.wall
    }
}
