//! Whether an object says the same each time that it is written or read: not if something is filled in where nothing is stored,
//! nor if a type has its own ideas of how its values are stored.

use std::cell::Cell;

thread_local! {
    static UNCERTAIN: Cell<bool> = const { Cell::new(false) };
}

/// Notes that something was read or written that may be otherwise the next time.
pub(super) fn note() {
    UNCERTAIN.set(true);
}

/// Looks whether anything was read or written that may be otherwise the next time.
pub(crate) struct Watch {
    before: bool,
}

impl Watch {
    pub(crate) fn begin() -> Self {
        Self {
            before: UNCERTAIN.replace(false),
        }
    }

    /// Whether anything was, since the beginning.
    #[expect(clippy::unused_self, reason = "only who watches may ask")]
    pub(crate) fn has_seen_any(&self) -> bool {
        UNCERTAIN.get()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        UNCERTAIN.set(self.before);
    }
}

/// What the work gives, and whether anything that it read or wrote may be otherwise the next time.
pub(crate) fn watched<T>(work: impl FnOnce() -> T) -> (T, bool) {
    let watch = Watch::begin();
    let value = work();
    (value, watch.has_seen_any())
}
