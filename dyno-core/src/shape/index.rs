//! Sealed fields whose values can be searched.

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::Blob;
use uuid::Uuid;

use super::Codec;

/// The index of one field, as the derive prints it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexShape {
    name: &'static str,
    columns: [&'static str; 2],
    bits: Option<u16>,
    low_entropy: bool,
}

impl IndexShape {
    /// An index with this full name, whose values stand in these attributes of the root item.
    pub const fn new(name: &'static str, columns: [&'static str; 2]) -> Self {
        Self {
            name,
            columns,
            bits: None,
            low_entropy: false,
        }
    }

    /// The same index with values of this many bits.
    #[must_use]
    pub const fn bits(mut self, bits: u16) -> Self {
        self.bits = Some(bits);
        self
    }

    /// The same index, also for values that are true, false or null.
    #[must_use]
    pub const fn low_entropy(mut self) -> Self {
        self.low_entropy = true;
        self
    }

    /// The full name: a name of its own, and perhaps a normalizer with its version.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The attributes that hold the values: under the first and under the second index key.
    pub const fn columns(&self) -> [&'static str; 2] {
        self.columns
    }

    /// How many bits a value has, if that is said.
    pub const fn bit_count(&self) -> Option<u16> {
        self.bits
    }

    /// Whether values are taken that counting is enough to tell apart.
    pub const fn takes_low_entropy(&self) -> bool {
        self.low_entropy
    }
}

/// A type with so many values that an index over them does not tell which is which.
///
/// Whoever reads a table sees how often each index value occurs. Of a type with few values that is enough to know
/// them all: `bool`, and enums without data, are not `Searchable`. Implement it for a type of your own that has many
/// values.
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// use dyno::{Attribute, AttributeValue, Searchable, ValueError};
///
/// struct Email(String);
///
/// impl Attribute for Email {
///     fn to_value(&self) -> Result<AttributeValue, ValueError> {
///         self.0.to_value()
///     }
///     fn from_value(value: AttributeValue) -> Result<Self, ValueError> {
///         String::from_value(value).map(Email)
///     }
/// }
///
/// impl Searchable for Email {}
/// ```
#[diagnostic::on_unimplemented(
    message = "an index over `{Self}` would not hide its values",
    label = "too few values, or not known to have many",
    note = "whoever reads the table counts how often each index value occurs, which is enough to tell a few values apart",
    note = "if the type has many values, say so: `impl Searchable for {Self} {{}}`",
    note = "to index it all the same, write `#[dyno(encrypt(index = \"..\", low_entropy))]`"
)]
pub trait Searchable {}

macro_rules! searchable {
    ($($type:ty),* $(,)?) => {
        $(impl Searchable for $type {})*
    };
}

searchable! {
    u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize, f32, f64,
    String, str, char, Uuid, Blob, AttributeValue,
}

macro_rules! as_what_it_holds {
    ($($around:ident),*) => {
        $(impl<T: Searchable + ?Sized> Searchable for $around<T> {})*
    };
}

as_what_it_holds!(Arc, Box);

impl<T: Searchable> Searchable for Option<T> {}
impl<T: Searchable> Searchable for Vec<T> {}
impl<T: Searchable> Searchable for [T] {}
impl<T: Searchable, const N: usize> Searchable for [T; N] {}
impl<T: Searchable> Searchable for BTreeSet<T> {}
impl<T: Searchable, S> Searchable for HashSet<T, S> {}
impl<V: Searchable> Searchable for BTreeMap<String, V> {}
impl<V: Searchable, S> Searchable for HashMap<String, V, S> {}

/// The codec of a field with an index.
pub fn searchable<T: Searchable, C: Borrow<Codec<T>>>(codec: C) -> C {
    codec
}
