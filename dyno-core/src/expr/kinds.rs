//! What the values of a field can do in an expression.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_smithy_types::Blob;
use uuid::Uuid;

use crate::shape::{Attribute, Lazy, SetElement};

/// A field type that DynamoDB orders: numbers by value, strings by the bytes of their UTF-8, binary by its bytes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no order in DynamoDB",
    label = "cannot be compared with `<`, `>` or `between`",
    note = "numbers, strings and binary have an order; implement `Ordered` for a type of your own that is stored as one of these"
)]
pub trait Ordered {
    /// Whether the type's own form has another order, or none: it is ordered where conversions store it as a number.
    #[doc(hidden)]
    const ONLY_AS_NUMBER: bool = false;
}

/// A field type that has a beginning: strings and binary.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no beginning in DynamoDB",
    label = "`begins_with` is for strings and binary",
    note = "implement `Text` for a type of your own that is stored as a string or binary"
)]
pub trait Text {}

/// A field type that has a size: the length of a string, the bytes of binary, the elements of a list, map or set.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no size in DynamoDB",
    label = "`size` is for strings, binary, lists, maps and sets",
    note = "implement `Measured` for a type of your own that is stored as one of these"
)]
pub trait Measured {}

/// A field type that contains others: strings contain strings, sets and lists their elements.
#[diagnostic::on_unimplemented(
    message = "`{Self}` contains nothing in DynamoDB",
    label = "`contains` is for strings, sets and lists",
    note = "implement `Container` for a type of your own that is stored as one of these"
)]
pub trait Container {
    /// What it contains.
    type Element: Attribute + 'static;
}

macro_rules! marks {
    ($mark:ident: $($type:ty),* $(,)?) => {
        $(impl $mark for $type {})*
    };
}

marks!(Ordered: u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize, f32, f64);
marks!(Ordered: String, Box<str>, Arc<str>, char, Uuid, Blob, SystemTime, Duration);
macro_rules! times {
    ($($(#[$condition:meta])* $type:ty),* $(,)?) => {
        $($(#[$condition])*
        impl Ordered for $type {
            const ONLY_AS_NUMBER: bool = true;
        })*
    };
}

times!(
    #[cfg(feature = "chrono")]
    chrono::DateTime<chrono::Utc>,
    #[cfg(feature = "jiff")]
    jiff::Timestamp,
    #[cfg(feature = "time")]
    time::OffsetDateTime,
);

marks!(Text: String, Box<str>, Arc<str>, Blob);
marks!(Measured: String, Box<str>, Arc<str>, Blob);

impl<T> Measured for Vec<T> {}
impl<T, S> Measured for HashSet<T, S> {}
impl<T> Measured for BTreeSet<T> {}
impl<K, V, S> Measured for HashMap<K, V, S> {}
impl<K, V> Measured for BTreeMap<K, V> {}

impl Container for String {
    type Element = Self;
}

impl Container for Box<str> {
    type Element = String;
}

impl Container for Arc<str> {
    type Element = String;
}

impl<T: Attribute + 'static> Container for Vec<T> {
    type Element = T;
}

impl<T: SetElement + Attribute + 'static, S> Container for HashSet<T, S> {
    type Element = T;
}

impl<T: SetElement + Attribute + 'static> Container for BTreeSet<T> {
    type Element = T;
}

macro_rules! passed_through {
    ($($around:ident),*) => {
        $(impl<T: Ordered> Ordered for $around<T> {
            const ONLY_AS_NUMBER: bool = T::ONLY_AS_NUMBER;
        }
        impl<T: Text> Text for $around<T> {}
        impl<T: Measured> Measured for $around<T> {}
        impl<T: Container> Container for $around<T> {
            type Element = T::Element;
        })*
    };
}

passed_through!(Arc, Box, Lazy, Option);
