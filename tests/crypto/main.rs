//! Encryption over years: keys replaced, encryption turned on and off, what is searched, migrated and proved.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod audit;
mod fields;
mod file;
mod fixture;
mod item_seal;
mod loaders;
mod migration;
mod modes;
mod policy;
mod reseal;
mod reseal_faults;
mod reseal_race;
mod rotation;
mod search;
mod source;
