//! Encryption for years: what is searched, rotated, migrated and proved.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod search;
