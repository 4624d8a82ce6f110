//! A configuration store on the embedded engine.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod bed;
mod conditions;
mod forms;
mod golden;
mod history;
mod laws;
mod loaders;
mod open;
mod predecessor;
mod python;
mod refusals;
mod requests;
mod rule_changes;
mod watches;
