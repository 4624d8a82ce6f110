//! Scans and queries: what they send, what they give, where they go on.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bad_input;
mod count;
mod cursor;
mod fixture;
mod hidden;
mod index;
mod law;
mod mismatch;
mod page;
mod parallel;
mod request;
mod secret;
mod shard;
mod shared;
mod torn;
