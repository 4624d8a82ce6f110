//! The kit on the embedded engine.

#![expect(
    clippy::unwrap_used,
    reason = "a helper of a test fails the test by panicking"
)]

mod capacities;
mod faults;
mod late;
mod recordings;
mod schedules;
mod splits;
mod strategies;
mod support;
mod tables;
