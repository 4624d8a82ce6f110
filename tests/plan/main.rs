//! What operations say that they will send and consume, and what they do.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod change;
mod fixture;
mod lifecycle;
mod page;
mod path;
mod shown;
