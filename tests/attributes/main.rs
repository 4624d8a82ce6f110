//! Fields that the mapper writes: versions, times; and what it refuses to save.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod expiry;
mod fault;
mod fixture;
mod seconds;
mod times;
mod transaction;
mod validate;
mod version;
