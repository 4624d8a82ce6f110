//! Objects on a store: what is sent, what is refused, what two writers see.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bad_input;
mod conflict;
mod encryption;
mod fault;
mod first_program;
mod fixture;
mod loader;
mod object;
mod path;
mod plain;
mod race;
mod request;
mod stored;
mod verbatim;
mod version;
mod when;
