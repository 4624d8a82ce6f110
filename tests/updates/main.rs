//! Updates: what they send, what they leave, and that nothing is applied twice.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bad_input;
mod condition;
mod entry;
mod fault;
mod fixture;
mod law;
mod parents;
mod request;
mod secret;
mod storm;
mod version;
