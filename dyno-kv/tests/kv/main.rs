//! The key-value store, on an engine of its own for each test.
//!
//! | module | holds |
//! |---|---|
//! | `predecessor` | dynastore's own cases, by their numbers in its suite; 1 and 2, of the token's text, are in `src/token.rs` |
//! | `golden` | items as dynastore stored them, and as this crate does |
//! | `request` | how many requests each operation sends, and what the hook is told |
//! | `expiry`, `values`, `list`, `index` | what is written and read |
//! | `compare` | conditions, and lost answers |
//! | `counter`, `lock`, `fence` | what is built on them |
//! | `storm` | laws that hold under random faults |
//! | `bad_input` | what is refused before the first request |
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

mod bad_input;
mod compare;
mod counter;
mod expiry;
mod fence;
mod fixture;
mod golden;
mod index;
mod list;
mod lock;
mod lock_record;
mod lost;
mod predecessor;
mod request;
mod storm;
mod values;
