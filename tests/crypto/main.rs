//! Encryption over years: keys replaced, encryption turned on and off, what is searched, migrated and proved.
#![expect(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
#![expect(
    clippy::iter_over_hash_type,
    reason = "what a test does with each attribute does not depend on their order"
)]

mod audit;
mod fields;
mod file;
mod fixture;
mod hostile;
mod item_seal;
mod legacy;
mod loaders;
mod migration;
mod modes;
mod policy;
mod reseal;
mod rotation;
mod search;
mod shared_name;
mod source;
