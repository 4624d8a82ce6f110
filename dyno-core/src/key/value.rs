use std::fmt;
use std::time::{Duration, SystemTime};

use aws_sdk_dynamodb::types::{AttributeValue, ScalarAttributeType};
use aws_smithy_types::Blob;
use uuid::Uuid;

use crate::epoch;

/// The primary key of an item: a partition key, and a sort key if the table has one.
///
/// # Examples
///
/// ```
/// # extern crate dyno_core as dyno;
/// use dyno::{Key, KeyValue};
///
/// let simple = Key::from("user-1");
/// let composite = Key::from(("user-1", 42));
/// assert_eq!(composite.sort(), Some(&KeyValue::N("42".to_owned())));
/// assert_eq!(composite.to_string(), "user-1 / 42");
/// assert_eq!(simple.sort(), None);
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    partition: KeyValue,
    sort: Option<KeyValue>,
    fault: Option<Box<Fault>>,
}

/// Why a key cannot be that of anything.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Fault {
    why: String,
    /// What the key is called.
    shown: String,
}

impl Key {
    /// A key of a table with a partition key only.
    pub fn new(partition: impl Into<KeyValue>) -> Self {
        Self {
            partition: partition.into(),
            sort: None,
            fault: None,
        }
    }

    /// What cannot be the key of anything, called as this one: it is refused where it is used, and so is each of its parts alone.
    pub(crate) fn with_fault(self, why: String) -> Self {
        let no_part = || KeyValue::S(String::new());
        let shown = self.to_string();
        Self {
            partition: no_part(),
            sort: self.sort.map(|_| no_part()),
            fault: Some(Box::new(Fault { why, shown })),
        }
    }

    /// Why it cannot be the key of anything, if it cannot.
    pub(crate) fn fault(&self) -> Option<&str> {
        self.fault.as_ref().map(|fault| fault.why.as_str())
    }

    /// The same key in a table with a sort key.
    #[must_use]
    pub fn with_sort(mut self, sort: impl Into<KeyValue>) -> Self {
        self.sort = Some(sort.into());
        self
    }

    /// The partition key.
    pub fn partition(&self) -> &KeyValue {
        &self.partition
    }

    /// The sort key.
    pub fn sort(&self) -> Option<&KeyValue> {
        self.sort.as_ref()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = f.debug_struct("Key");
        key.field("partition", &self.partition);
        key.field("sort", &self.sort);
        if let Some(fault) = &self.fault {
            key.field("fault", fault);
        }
        key.finish()
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(fault) = &self.fault {
            return f.write_str(&fault.shown);
        }
        self.partition.fmt(f)?;
        match &self.sort {
            Some(sort) => write!(f, " / {sort}"),
            None => Ok(()),
        }
    }
}

/// One part of a primary key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(
    clippy::exhaustive_enums,
    reason = "DynamoDB keys are of these three types"
)]
pub enum KeyValue {
    /// A string, not empty.
    S(String),
    /// A number, as decimal text.
    N(String),
    /// Binary, not empty.
    B(Vec<u8>),
}

impl KeyValue {
    /// The type of the key attribute.
    pub fn kind(&self) -> KeyKind {
        match self {
            Self::S(_) => KeyKind::S,
            Self::N(_) => KeyKind::N,
            Self::B(_) => KeyKind::B,
        }
    }

    /// The same value as an attribute.
    pub fn to_value(&self) -> AttributeValue {
        self.clone().into_value()
    }

    /// The same value as an attribute.
    pub(crate) fn into_value(self) -> AttributeValue {
        match self {
            Self::S(text) => AttributeValue::S(text),
            Self::N(number) => AttributeValue::N(number),
            Self::B(bytes) => AttributeValue::B(Blob::new(bytes)),
        }
    }

    /// Whether an attribute holds it, in this form.
    pub(crate) fn is(&self, value: &AttributeValue) -> bool {
        match (self, value) {
            (Self::S(text), AttributeValue::S(held)) => text == held,
            (Self::N(number), AttributeValue::N(held)) => number == held,
            (Self::B(bytes), AttributeValue::B(held)) => bytes == held.as_ref(),
            _ => false,
        }
    }

    /// The key part that an attribute holds, if it is a string, a number or binary.
    pub fn from_value(value: &AttributeValue) -> Option<Self> {
        match value {
            AttributeValue::S(text) => Some(Self::S(text.clone())),
            AttributeValue::N(number) => Some(Self::N(number.clone())),
            AttributeValue::B(blob) => Some(Self::B(blob.as_ref().to_vec())),
            _ => None,
        }
    }
}

impl fmt::Display for KeyValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::S(text) | Self::N(text) => f.write_str(text),
            Self::B(bytes) => f.write_str(&hex::encode(bytes)),
        }
    }
}

/// The type of a key attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(
    clippy::exhaustive_enums,
    reason = "DynamoDB keys are of these three types"
)]
pub enum KeyKind {
    /// String.
    S,
    /// Number.
    N,
    /// Binary.
    B,
}

impl KeyKind {
    /// The type as `CreateTable` names it.
    pub fn to_scalar_type(self) -> ScalarAttributeType {
        match self {
            Self::S => ScalarAttributeType::S,
            Self::N => ScalarAttributeType::N,
            Self::B => ScalarAttributeType::B,
        }
    }
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::S => "a string",
            Self::N => "a number",
            Self::B => "binary",
        })
    }
}

impl From<&Self> for Key {
    fn from(key: &Self) -> Self {
        key.clone()
    }
}

impl<P: Into<KeyValue>, S: Into<KeyValue>> From<(P, S)> for Key {
    fn from((partition, sort): (P, S)) -> Self {
        Self::new(partition).with_sort(sort)
    }
}

impl From<KeyValue> for Key {
    fn from(partition: KeyValue) -> Self {
        Self::new(partition)
    }
}

macro_rules! into_key {
    ($($type:ty: $part:ident => $value:expr),* $(,)?) => {
        $(
            impl From<$type> for KeyValue {
                fn from($part: $type) -> Self {
                    $value
                }
            }

            impl From<$type> for Key {
                fn from(part: $type) -> Self {
                    Self::new(part)
                }
            }
        )*
    };
}

into_key! {
    &str: text => Self::S(text.to_owned()),
    &String: text => Self::S(text.clone()),
    String: text => Self::S(text),
    char: letter => Self::S(letter.into()),
    Uuid: uuid => Self::S(uuid.to_string()),
    &Uuid: uuid => Self::S(uuid.to_string()),
    Vec<u8>: bytes => Self::B(bytes),
    &[u8]: bytes => Self::B(bytes.to_vec()),
    SystemTime: time => Self::N(epoch::time_text(time)),
    Duration: duration => Self::N(epoch::duration_text(duration)),
    Blob: blob => Self::B(blob.into_inner()),
    &Blob: blob => Self::B(blob.as_ref().to_vec()),
}

macro_rules! integers_into_key {
    ($($integer:ty),*) => {
        into_key! { $($integer: number => Self::N(number.to_string())),* }
    };
}

// What is no number, such as `NaN`, is refused where the key is used.
into_key! {
    f32: number => Self::N(number.to_string()),
    f64: number => Self::N(number.to_string()),
}

integers_into_key!(
    u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize
);
