//! Laws of values: one encoding each, sizes that survive storage, refusals that agree.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod encoding;
mod engine;
mod measure;
mod strategy;
