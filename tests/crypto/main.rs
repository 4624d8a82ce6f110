//! Encryption over years: keys replaced, encryption turned on and off, what is searched, migrated and proved.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fields;
mod fixture;
mod item_seal;
mod loaders;
mod modes;
mod policy;
mod rotation;
mod search;
