#![deny(missing_docs, missing_debug_implementations, unnameable_types, unreachable_pub, unused)]
#![deny(unused_qualifications, single_use_lifetimes, elided_lifetimes_in_paths, let_underscore_drop)]
//! A crate with strict lints.

use dyno::DyObject;

// One error is expected, at the item without documentation: the derive's own items have theirs.

/// A user.
#[derive(DyObject, Debug)]
#[dyno(table = "Users", key = "ID")]
pub struct User {
    /// The name.
    pub name: String,
    /// Where the user lives.
    pub address: Address,
}

/// An address.
#[derive(DyObject, Debug)]
pub enum Address {
    /// In a city.
    City {
        /// Its name.
        name: String,
    },
    /// Nowhere.
    None,
}

#[derive(Debug)]
pub struct Undocumented;

fn main() {}
