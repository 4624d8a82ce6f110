//! Keys from KMS: with canned answers, and against the KMS of the moto server.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod canned;
mod client;
mod log;
mod moto;
mod silence;
mod stores;
mod wrapped;
