//! What expressions come to.

use std::collections::BTreeMap;

use hcl_edit::Number;

/// A value of Terraform: of a variable that is given, or what an expression comes to.
///
/// ```
/// use dyno_terraform_syntax::Value;
///
/// assert_eq!(Value::from("dev").in_words(), "a string");
/// assert_eq!(Value::from(5).in_words(), "a number");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// None: the argument counts as left out.
    Null,
    /// True or false.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    String(String),
    /// Values in order.
    List(Vec<Self>),
    /// Values by name.
    Map(BTreeMap<String, Self>),
}

impl Value {
    /// Its type in words.
    pub fn in_words(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "true or false",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
        }
    }

    /// The text that Terraform makes of a primitive value.
    pub(crate) fn text(&self) -> Option<String> {
        match self {
            Self::Bool(value) => Some(value.to_string()),
            Self::Number(value) => Some(value.to_string()),
            Self::String(value) => Some(value.clone()),
            Self::Null | Self::List(_) | Self::Map(_) => None,
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
            Self::Number(value) => value.as_u64()?.try_into().ok(),
            Self::String(value) if value.bytes().all(|one| one.is_ascii_digit()) => {
                value.parse().ok()
            }
            _ => None,
        }
    }

    /// What a variable of type `string`, `number` or `bool` makes of it; anything else stays as it is.
    pub(crate) fn of_type(self, name: &str) -> Option<Self> {
        match (name, &self) {
            (_, Self::Null) | ("number", Self::Number(_)) => Some(self),
            ("string", _) => self.text().map(Self::String),
            ("bool", _) => self.flag().map(Self::Bool),
            ("number", _) => self.whole().map(|value| Self::Number(value.into())),
            _ => Some(self),
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

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Number(value.into())
    }
}

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
