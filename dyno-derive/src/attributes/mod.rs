//! First pass: the tokens inside `#[dyno(..)]` become values. No later pass sees tokens of an attribute.
//!
//! `entry` splits an attribute into words and values, `slot` keeps a value with the place where it was given, and
//! `object`, `field`, `encrypt`, `key`, `secondary`, `shard`, `unique` and `variant` say which words each of them takes.

mod encrypt;
mod entry;
mod field;
mod key;
mod object;
mod secondary;
mod serde;
mod shard;
mod slot;
mod unique;
mod variant;
mod words;

pub(crate) use encrypt::EncryptAttributes;
pub(crate) use field::FieldAttributes;
pub(crate) use key::KeyAttributes;
pub(crate) use object::ObjectAttributes;
pub(crate) use secondary::{IndexPartAttributes, ProjectionAttributes};
pub(crate) use shard::ShardAttributes;
pub(crate) use slot::{Given, Slot};
pub(crate) use unique::UniqueAttributes;
pub(crate) use variant::VariantAttributes;
