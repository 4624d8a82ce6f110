//! Many objects with few requests.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bad_input;
mod fault;
mod fixture;
mod law;
mod namespace;
mod progress;
mod refused;
mod request;
mod secret;
mod shared;
mod together;
mod torn;
