//! Objects without a Rust type: what is read, written, sent and refused.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bad_input;
mod encryption;
mod entries;
mod fixture;
mod json;
mod layout;
mod lifecycle;
mod path;
mod request;
mod typed;
mod version;
