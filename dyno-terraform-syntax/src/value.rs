//! What expressions come to.

use std::collections::BTreeMap;

use icu_normalizer::ComposingNormalizerBorrowed;

/// A value of Terraform: of a variable that is given, or what an expression comes to.
///
/// ```
/// use dyno_terraform_syntax::Value;
///
/// assert_eq!(Value::from("dev").in_words(), "a string");
/// assert_eq!(Value::from(5).in_words(), "a number");
/// assert_eq!(Value::from(123_456_789_012_u64), Value::Number(123_456_789_012));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// None: the argument counts as left out.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Number(i128),
    /// A number with a point, an exponent or more digits, as it is written. It is no part of a table.
    Decimal(String),
    /// A text.
    String(String),
    /// Values in order.
    List(Vec<Self>),
    /// Values by name.
    Map(BTreeMap<String, Self>),
}

/// A text as Terraform has it: composed (NFC).
pub fn composed(text: &str) -> String {
    ComposingNormalizerBorrowed::new_nfc()
        .normalize(text)
        .into_owned()
}

impl Value {
    /// Its type in words.
    pub fn in_words(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "true or false",
            Self::Number(_) | Self::Decimal(_) => "a number",
            Self::String(_) => "a string",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
        }
    }

    /// A number as it is written.
    pub(crate) fn of_number(written: &str) -> Self {
        let digits = written.bytes().all(|one| one.is_ascii_digit());
        match written.parse() {
            Ok(number) if digits => Self::Number(number),
            _ => Self::Decimal(written.to_owned()),
        }
    }

    /// The text that Terraform makes of a primitive value, where that is certain.
    pub(crate) fn text(&self) -> Option<String> {
        match self {
            Self::Bool(value) => Some(value.to_string()),
            Self::Number(value) => Some(value.to_string()),
            Self::String(value) => Some(value.clone()),
            Self::Null | Self::Decimal(_) | Self::List(_) | Self::Map(_) => None,
        }
    }

    /// Whether it is, or holds, a number that has no certain text.
    pub(crate) fn has_decimal(&self) -> bool {
        let is_it = |one: &Self| matches!(one, Self::Decimal(_));
        match self {
            Self::List(values) => values.iter().any(is_it),
            Self::Map(values) => values.values().any(is_it),
            one => is_it(one),
        }
    }

    pub(crate) fn flag(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            Self::String(value) => value.parse().ok(),
            _ => None,
        }
    }

    pub(crate) fn whole(&self) -> Option<u32> {
        match self {
            Self::Number(value) => (*value).try_into().ok(),
            Self::String(value) if value.bytes().all(|one| one.is_ascii_digit()) => {
                value.parse().ok()
            }
            _ => None,
        }
    }

    /// The same with every text composed.
    pub(crate) fn composed(&self) -> Self {
        match self {
            Self::String(text) => Self::String(composed(text)),
            Self::List(values) => Self::List(values.iter().map(Self::composed).collect()),
            Self::Map(values) => {
                let values = values.iter();
                Self::Map(
                    values
                        .map(|(name, value)| (composed(name), value.composed()))
                        .collect(),
                )
            }
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Decimal(_) => self.clone(),
        }
    }

    /// How many values and letters there are in it, and how deep it is.
    pub(crate) fn extent(&self) -> (usize, usize) {
        let joined = |(size, depth): (usize, usize), (more, deep): (usize, usize)| {
            (size + more, depth.max(deep + 1))
        };
        match self {
            Self::String(text) | Self::Decimal(text) => (1 + text.len(), 1),
            Self::List(values) => values.iter().map(Self::extent).fold((1, 1), joined),
            Self::Map(values) => {
                let names = values.keys().map(String::len).sum::<usize>();
                let values = values.values().map(Self::extent);
                values.fold((1 + names, 1), joined)
            }
            Self::Null | Self::Bool(_) | Self::Number(_) => (1, 1),
        }
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::String(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::String(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

macro_rules! from_whole {
    ($($number:ty),*) => {
        $(
            impl From<$number> for Value {
                fn from(value: $number) -> Self {
                    Self::Number(value.into())
                }
            }
        )*
    };
}

from_whole!(i32, i64, u32, u64);

impl<V: Into<Self>> From<Vec<V>> for Value {
    fn from(values: Vec<V>) -> Self {
        Self::List(values.into_iter().map(Into::into).collect())
    }
}

impl<V: Into<Self>> From<BTreeMap<String, V>> for Value {
    fn from(values: BTreeMap<String, V>) -> Self {
        let values = values.into_iter();
        Self::Map(values.map(|(name, value)| (name, value.into())).collect())
    }
}
