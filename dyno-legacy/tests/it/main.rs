//! The codec from outside: what it refuses, and that it reads what it writes.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod refusals;
mod values;
