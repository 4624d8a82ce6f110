//! Fields that the mapper writes: versions, times; and what it refuses to save.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod expiry;
mod fixture;
mod times;
mod validate;
mod version;
