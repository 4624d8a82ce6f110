//! Shards of every kind on a store: lists, maps, lazy, independent and large ones.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bad_input;
mod fixture;
mod independent;
mod large;
mod lazy;
mod list;
mod map;
mod nesting;
mod placing;
mod versions;
