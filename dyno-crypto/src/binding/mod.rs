//! Associated data: what a sealed value is bound to besides its key.
//!
//! ```text
//! associated data   header of the envelope | binding | path
//! binding           text(context) | keys | owner
//! keys              count 1 or 2 | count * ( text(attribute name) | 'S' or 'N' or 'B' | text(value) )
//! owner             00, or 01 | text(context of the owner) | keys of the owner
//! path              depth 1 to 255 (0 for the root's item in an item seal) | depth * ( '$' text(name), or '#' index in four bytes )
//! text(x)           length in two bytes | x
//! ```
//!
//! Numbers are big-endian. Every part has its length before it or a fixed one, so that two different places never
//! give the same bytes.

mod place;

use std::borrow::Cow;
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Segment, ValueCause, number, type_name};

pub(crate) use place::{Output, Place};

use crate::Error;

/// The most bytes of a name that a program gives: of a context, or the full name of an index.
pub(crate) const MAX_LABEL: usize = 255;

const NO_OWNER: u8 = 0;
const OWNER: u8 = 1;
const NAME_STEP: u8 = b'$';
const INDEX_STEP: u8 = b'#';

/// The object that sealed values belong to: the context in which it lives and its primary key.
///
/// A value opens only under the binding it was sealed under. The context is a name the program gives to this kind of
/// object, never that of a table: tables are renamed, restored and copied, and values must stay readable then. For
/// the same reason a context must never change once values are sealed in it.
///
/// # Examples
///
/// ```
/// use aws_sdk_dynamodb::types::AttributeValue;
/// use dyno_crypto::Binding;
///
/// let id = AttributeValue::S("user#42".into());
/// let line = AttributeValue::N("7".into());
/// let of_a_line = Binding::new("order lines", &[("id", &id), ("line", &line)])?;
/// assert!(Binding::new("", &[("id", &id)]).is_err());
/// # Ok::<(), dyno_crypto::BindingError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Binding {
    context: String,
    /// Context and keys, then the owner.
    bytes: Vec<u8>,
    owner: usize,
}

impl Binding {
    /// A binding to an object by its context, 1 to 255 bytes, and its primary key: the names and values of one or two
    /// attributes, the partition key first.
    ///
    /// Numbers are taken in normal form, so `7.0` and `7` bind to the same object.
    ///
    /// # Errors
    ///
    /// [`BindingError`] when the context, the number of attributes, or one of them cannot be those of an object.
    pub fn new(context: &str, keys: &[(&str, &AttributeValue)]) -> Result<Self, BindingError> {
        let mut bytes = Vec::with_capacity(64);
        write_object(context, keys, &mut bytes)?;
        let owner = bytes.len();
        bytes.push(NO_OWNER);
        Ok(Self {
            context: context.to_owned(),
            bytes,
            owner,
        })
    }

    /// The same, and also to another object that owns this one. The mapper does not use it: it binds the values of
    /// all parts of an object to the object's root.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), for the owner.
    pub fn with_owner(
        mut self,
        context: &str,
        keys: &[(&str, &AttributeValue)],
    ) -> Result<Self, BindingError> {
        self.bytes.truncate(self.owner);
        self.bytes.push(OWNER);
        write_object(context, keys, &mut self.bytes)?;
        Ok(self)
    }

    /// The context.
    pub fn context(&self) -> &str {
        &self.context
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for Binding {
    /// Shows the context; primary keys are often personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Binding")
            .field("context", &self.context)
            .finish_non_exhaustive()
    }
}

fn write_object(
    context: &str,
    keys: &[(&str, &AttributeValue)],
    output: &mut Vec<u8>,
) -> Result<(), BindingError> {
    let bytes = context.len();
    if !(1..=MAX_LABEL).contains(&bytes) {
        return Err(BindingError::ContextLength { bytes });
    }
    write_text(context.as_bytes(), output).map_err(|_| BindingError::ContextLength { bytes })?;
    let count = match keys.len() {
        1 => 1,
        2 => 2,
        count => return Err(BindingError::KeyCount { count }),
    };
    output.push(count);
    keys.iter()
        .try_for_each(|(name, value)| write_key(name, value, output))
}

fn write_key(name: &str, value: &AttributeValue, output: &mut Vec<u8>) -> Result<(), BindingError> {
    let refused = |cause| BindingError::KeyAttribute {
        name: name.to_owned(),
        cause,
    };
    let (kind, bytes): (u8, Cow<'_, [u8]>) = match value {
        AttributeValue::B(bytes) => (b'B', Cow::Borrowed(bytes.as_ref())),
        AttributeValue::N(text) => {
            let normal = number::normalized(text).map_err(|error| refused(error.into_parts().1))?;
            (b'N', Cow::Owned(normal.into_owned().into_bytes()))
        }
        AttributeValue::S(text) => (b'S', Cow::Borrowed(text.as_bytes())),
        other => {
            return Err(refused(ValueCause::UnexpectedType {
                expected: "a string, a number or binary",
                found: type_name(other),
            }));
        }
    };
    if name.is_empty() {
        return Err(refused(ValueCause::EmptyName));
    }
    write_text(name.as_bytes(), output).map_err(refused)?;
    output.push(kind);
    write_text(&bytes, output).map_err(refused)
}

/// Appends the bytes of the path of a value.
pub(crate) fn write_path(path: &FieldPath, output: &mut impl Output) -> Result<(), Error> {
    if path.is_root() {
        return Err(Error::NotAllowedHere {
            path: path.clone(),
            why: "it is the object itself, and only values inside an object are sealed",
        });
    }
    write_place(path, output)
}

/// Appends the bytes of the path of an item; that of the root's item has no steps.
pub(crate) fn write_place(path: &FieldPath, output: &mut impl Output) -> Result<(), Error> {
    let refused = |why| Error::NotAllowedHere {
        path: path.clone(),
        why,
    };
    let depth =
        u8::try_from(path.depth()).map_err(|_| refused("its path has more than 255 steps"))?;
    output.put(&[depth]);
    for segment in path.segments() {
        match segment {
            Segment::Key(name) => {
                let length = u16::try_from(name.len())
                    .map_err(|_| refused("a name in its path has more than 65535 bytes"))?;
                let [high, low] = length.to_be_bytes();
                output.put(&[NAME_STEP, high, low]);
                output.put(name.as_bytes());
            }
            Segment::Index(index) => {
                let [a, b, c, d] = index.to_be_bytes();
                output.put(&[INDEX_STEP, a, b, c, d]);
            }
        }
    }
    Ok(())
}

fn write_text(bytes: &[u8], output: &mut Vec<u8>) -> Result<(), ValueCause> {
    let Ok(length) = u16::try_from(bytes.len()) else {
        return Err(ValueCause::TooLarge {
            length: bytes.len(),
            limit: usize::from(u16::MAX),
        });
    };
    output.extend_from_slice(&length.to_be_bytes());
    output.extend_from_slice(bytes);
    Ok(())
}

/// Why an object cannot be bound to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BindingError {
    /// A context is not 1 to 255 bytes long.
    ContextLength {
        /// How many bytes it has.
        bytes: usize,
    },
    /// An attribute cannot be part of a primary key.
    KeyAttribute {
        /// The attribute.
        name: String,
        /// What is wrong with it.
        cause: ValueCause,
    },
    /// A primary key does not have one or two attributes.
    KeyCount {
        /// How many it has.
        count: usize,
    },
}

impl fmt::Display for BindingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ContextLength { bytes } => {
                write!(
                    f,
                    "an encryption context has 1 to 255 bytes, this one has {bytes}"
                )
            }
            Self::KeyAttribute { name, cause } => write!(f, "key attribute `{name}`: {cause}"),
            Self::KeyCount { count } => {
                write!(
                    f,
                    "a primary key has one or two attributes, this one has {count}"
                )
            }
        }
    }
}

impl std::error::Error for BindingError {}

#[cfg(test)]
mod tests;
