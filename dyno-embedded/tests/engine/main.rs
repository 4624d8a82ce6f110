//! The engine through the SDK's client: every operation, every typed error, files and threads.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper of a test fails the test by panicking"
)]

mod concurrency;
mod errors;
mod files;
mod items;
mod partiql;
mod support;
mod tables;
mod transactions;
