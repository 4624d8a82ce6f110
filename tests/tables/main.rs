//! Tables: what types need of them, how they are made, checked, migrated and deleted, and their names.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod check;
mod compare;
mod delete;
mod ensure;
mod expiry;
mod fixture;
mod migrate;
mod namespace;
mod of_type;
mod specs;
mod suite;
