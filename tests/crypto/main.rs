//! Encryption over years: keys replaced, encryption turned on and off, programs that may only read or only write.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fields;
mod fixture;
mod loaders;
mod modes;
mod policy;
mod rotation;
mod source;
