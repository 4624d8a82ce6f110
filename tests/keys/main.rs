//! Keys made of fields: what is stored, what is read by them, what is refused, and types that share a table.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bad_input;
mod collection;
mod fault;
mod fixture;
mod golden;
mod indexed;
mod law;
mod made;
mod parts;
mod query;
mod shared;
mod stored;
mod together;
mod types;
mod variants;
