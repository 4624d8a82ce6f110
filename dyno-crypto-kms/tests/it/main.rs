//! Keys from KMS: with canned answers, and against the KMS of the moto server.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod canned;
mod client;
mod moto;
mod wrapped;
