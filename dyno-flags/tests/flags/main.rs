//! Flags and segments in a table.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod bad_input;
mod faults;
mod fixture;
mod generations;
#[cfg(feature = "launchdarkly")]
mod http;
mod large;
#[cfg(feature = "launchdarkly")]
mod launchdarkly;
mod law;
mod official;
mod predecessor;
mod races;
mod requests;
mod rows;
