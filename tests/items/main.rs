//! Items without a type: `Store::items` and `Store::write_items`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bad_input;
mod fault;
mod fixture;
mod many;
mod read;
mod together;
mod write;
