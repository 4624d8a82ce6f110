//! Unique fields: no two objects of a type have the same value, whatever is lost, and no guard outlives its value.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod delete;
mod fault;
mod fixture;
mod golden;
mod managed;
mod plain;
mod race;
mod refused;
mod stored;
mod transaction;
mod walk;
