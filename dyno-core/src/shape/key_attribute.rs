use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_smithy_types::Blob;
use uuid::Uuid;

use super::Attribute;
use crate::key::KeyKind;

/// A type that can be a partition or sort key.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a key",
    label = "not a key type",
    note = "a key is a string, a number, binary (`Blob`), a `Uuid`, a `SystemTime` or a `Duration`; implement `KeyAttribute` for a type of your own"
)]
pub trait KeyAttribute: Attribute {
    /// The type of the key attribute in the table.
    const KEY_KIND: KeyKind;
}

macro_rules! key_attributes {
    ($($type:ty => $kind:ident),* $(,)?) => {
        $(impl KeyAttribute for $type {
            const KEY_KIND: KeyKind = KeyKind::$kind;
        })*
    };
}

key_attributes! {
    String => S, Box<str> => S, Arc<str> => S, char => S, Uuid => S, Blob => B,
    u8 => N, u16 => N, u32 => N, u64 => N, u128 => N, usize => N,
    i8 => N, i16 => N, i32 => N, i64 => N, i128 => N, isize => N,
    SystemTime => N, Duration => N,
}
