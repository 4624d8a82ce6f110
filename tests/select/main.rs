//! Scans and queries: what they send, what they give, where they go on.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod bad_input;
mod count;
mod cursor;
mod fixture;
mod law;
mod request;
mod secret;
mod shard;
mod shared;
mod torn;
