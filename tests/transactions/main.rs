//! Several objects of several types, all or none.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bad_input;
mod cancelled;
mod checks;
mod copies;
mod fault;
mod fixture;
mod forms;
mod kinds;
mod load;
mod race;
mod request;
mod shown;
mod slots;
mod storm;
