use std::fmt;

use crate::FieldPath;

/// A value that DynamoDB would refuse or that does not fit its field: where it stands, and what is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueError {
    path: FieldPath,
    cause: Box<ValueCause>,
}

impl ValueError {
    /// An error about the value at hand, with an empty path.
    pub fn new(cause: ValueCause) -> Self {
        Self {
            path: FieldPath::root(),
            cause: Box::new(cause),
        }
    }

    /// An error in the words of a conversion: `expected` a kind of value, `found` another.
    pub fn expected(
        expected: &'static str,
        found: &aws_sdk_dynamodb::types::AttributeValue,
    ) -> Self {
        Self::new(ValueCause::UnexpectedType {
            expected,
            found: crate::type_name(found),
        })
    }

    /// An error in free words, for conversions outside this crate.
    pub fn custom(message: impl fmt::Display) -> Self {
        Self::new(ValueCause::Custom {
            message: message.to_string(),
        })
    }

    /// The same error seen from the map that holds the value under `name`.
    #[must_use]
    pub fn under_key(mut self, name: &str) -> Self {
        self.path.prepend_key(name);
        self
    }

    /// The same error seen from the list that holds the value at `index`.
    #[must_use]
    pub fn under_index(mut self, index: usize) -> Self {
        self.path
            .prepend_index(u32::try_from(index).unwrap_or(u32::MAX));
        self
    }

    /// The same error seen from the object in which the value's root stands at `path`.
    #[must_use]
    pub fn under_path(mut self, path: &FieldPath) -> Self {
        self.path = path.join(&self.path);
        self
    }

    /// Where the value stands, from the object's root.
    pub fn path(&self) -> &FieldPath {
        &self.path
    }

    /// What is wrong with it.
    pub fn cause(&self) -> &ValueCause {
        &self.cause
    }

    /// Both parts, for an error that shows them its own way.
    pub fn into_parts(self) -> (FieldPath, ValueCause) {
        (self.path, *self.cause)
    }
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_root() {
            write!(f, "{}", self.cause)
        } else {
            write!(f, "field `{}`: {}", self.path, self.cause)
        }
    }
}

impl std::error::Error for ValueError {}

/// What is wrong with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ValueCause {
    /// A conversion refused the value, in its own words.
    Custom {
        /// What the conversion said.
        message: String,
    },
    /// A set holds the same element twice.
    DuplicateInSet,
    /// An attribute or map key has no name.
    EmptyName,
    /// A set holds nothing.
    EmptySet,
    /// A null written as false; DynamoDB knows null only as true.
    FalseNull,
    /// A field that must be there is absent.
    Missing,
    /// An attribute name is longer than DynamoDB allows.
    NameTooLong {
        /// Length of the name in bytes of UTF-8.
        bytes: usize,
        /// The longest allowed.
        limit: usize,
    },
    /// A number is not finite.
    NotFinite,
    /// A text is not a decimal number.
    NotANumber {
        /// The text.
        text: String,
    },
    /// A number does not fit the type of its field.
    NumberDoesNotFit {
        /// The number.
        number: String,
        /// The type it should fit.
        target: &'static str,
    },
    /// A number's magnitude is outside 1E-130 to 9.9999999999999999999999999999999999999E+125.
    NumberOutOfRange {
        /// The number.
        number: String,
    },
    /// Lists and maps are nested deeper than DynamoDB allows.
    TooDeep {
        /// The deepest allowed.
        limit: usize,
    },
    /// A value inside another has more bytes or elements than can be encoded; no item holds that many.
    TooLarge {
        /// How many bytes or elements it has.
        length: usize,
        /// The most that can be encoded.
        limit: usize,
    },
    /// A number has more than 38 significant digits.
    TooManyDigits {
        /// How many it has.
        digits: usize,
    },
    /// A value has another type than its field.
    UnexpectedType {
        /// What the field holds.
        expected: &'static str,
        /// What was found.
        found: &'static str,
    },
    /// A variant's tag is not one that the type knows.
    UnknownVariant {
        /// The tag found.
        found: String,
        /// The tags known.
        known: Vec<&'static str>,
    },
    /// A map without a variant's tag, where a variant must be chosen.
    VariantMissing {
        /// The tags known.
        known: Vec<&'static str>,
    },
}

impl ValueCause {
    /// Whether its text shows the value, or a part of it.
    pub fn shows_value(&self) -> bool {
        match self {
            Self::Custom { .. }
            | Self::NotANumber { .. }
            | Self::NumberDoesNotFit { .. }
            | Self::NumberOutOfRange { .. }
            | Self::UnknownVariant { .. } => true,
            Self::DuplicateInSet
            | Self::EmptyName
            | Self::EmptySet
            | Self::FalseNull
            | Self::Missing
            | Self::NameTooLong { .. }
            | Self::NotFinite
            | Self::TooDeep { .. }
            | Self::TooLarge { .. }
            | Self::TooManyDigits { .. }
            | Self::UnexpectedType { .. }
            | Self::VariantMissing { .. } => false,
        }
    }
}

impl fmt::Display for ValueCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Custom { message } => f.write_str(message),
            Self::DuplicateInSet => f.write_str("a set holds the same element twice"),
            Self::EmptyName => f.write_str("a name is empty; DynamoDB wants at least one character"),
            Self::EmptySet => f.write_str(
                "a set is empty, which DynamoDB refuses; store no attribute, by `None` of an `Option`",
            ),
            Self::FalseNull => f.write_str("null is written as false, which DynamoDB refuses; write `Null(true)`"),
            Self::Missing => {
                f.write_str("missing; mark the field `#[dyno(default)]` or make it an `Option` if it may be absent")
            }
            Self::NameTooLong { bytes, limit } => {
                write!(f, "the name has {bytes} bytes, DynamoDB allows {limit}")
            }
            Self::NotANumber { text } => write!(f, "expected a decimal number, found `{text}`"),
            Self::NotFinite => f.write_str("NaN and infinity have no form in DynamoDB"),
            Self::NumberDoesNotFit { number, target } => {
                write!(f, "the number {number} does not fit `{target}`")
            }
            Self::NumberOutOfRange { number } => write!(
                f,
                "the number {number} is outside the range of DynamoDB, 1E-130 to 9.99E+125 either side of zero"
            ),
            Self::TooDeep { limit } => write!(
                f,
                "lists and maps are nested deeper than {limit} levels, which DynamoDB refuses; move a part into a shard"
            ),
            Self::TooLarge { length, limit } => {
                write!(f, "the length {length} is over {limit}, the longest that can be encoded")
            }
            Self::TooManyDigits { digits } => {
                write!(f, "the number has {digits} significant digits, DynamoDB keeps 38; store it as a string")
            }
            Self::UnexpectedType { expected, found } => write!(f, "expected {expected}, found {found}"),
            Self::UnknownVariant { found, known } => write!(
                f,
                "unknown variant `{found}`, expected one of {}; give a renamed variant `#[dyno(alias = \"{found}\")]`",
                Listed(known)
            ),
            Self::VariantMissing { known } => write!(
                f,
                "no `_dy_type` attribute says which variant this is, expected one of {}; \
                 answer `ConfigLoader::type_of` for items written without it",
                Listed(known)
            ),
        }
    }
}

struct Listed<'a>(&'a [&'static str]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(f, "{separator}`{name}`")?;
        }
        Ok(())
    }
}
