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

/// What the work gives, and whether anything that it read or wrote may be otherwise the next time.
pub(crate) fn watched<T>(work: impl FnOnce() -> T) -> (T, bool) {
    let before = UNCERTAIN.replace(false);
    let value = work();
    (value, UNCERTAIN.replace(before))
}
