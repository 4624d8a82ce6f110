//! The kit on the embedded engine.

#![expect(
    clippy::unwrap_used,
    reason = "a helper of a test fails the test by panicking"
)]

mod capacities;
mod clocks;
mod faults;
mod late;
mod pages;
mod recordings;
mod schedules;
mod shared;
mod splits;
mod stale;
mod strategies;
mod support;
mod tables;
