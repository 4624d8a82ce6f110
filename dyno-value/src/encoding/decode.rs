//! Bytes to value: the strict inverse of encoding.

use std::ops::Range;
use std::{fmt, mem};

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::Blob;

use super::{MAX_LENGTH_BYTES, tag};
use crate::{Item, MAX_DEPTH, MAX_NAME_LENGTH, number};

/// Why bytes are not the encoding of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeError {
    /// A length or count takes more bytes than it needs, or more than four.
    Length,
    /// A name is empty, or longer than DynamoDB allows.
    Name,
    /// The value is not a map, as an item is.
    NotAMap,
    /// A number is not in normal form.
    Number,
    /// Elements of a set, or names in a map, are not strictly ascending, or a set is empty.
    Order,
    /// Padding holds something besides zeros.
    Padding,
    /// Values nest deeper than DynamoDB allows.
    TooDeep,
    /// Bytes follow the end of the value.
    Trailing,
    /// The bytes end inside the value.
    Truncated,
    /// A tag stands for no type.
    UnknownTag,
    /// A text is not UTF-8.
    Utf8,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Length => "a length is not written in the fewest bytes, four at most",
            Self::Name => "a name is empty or too long",
            Self::NotAMap => "the value is not a map",
            Self::Number => "a number is not in normal form",
            Self::Order => "a set or map is not in strictly ascending order, or a set is empty",
            Self::Padding => "the padding holds something besides zeros",
            Self::TooDeep => "values nest deeper than 32 levels",
            Self::Trailing => "bytes follow the end of the value",
            Self::Truncated => "the bytes end inside the value",
            Self::UnknownTag => "a tag stands for no type",
            Self::Utf8 => "a text is not UTF-8",
        })
    }
}

impl std::error::Error for DecodeError {}

/// The value with this encoding.
///
/// Memory is taken for what the bytes hold, never for what they claim to hold.
///
/// # Errors
///
/// [`DecodeError`] when the bytes are not exactly what [`encode`](super::encode) gives for some value.
pub fn decode(bytes: &[u8]) -> Result<AttributeValue, DecodeError> {
    let (tag, rest) = bytes.split_first().ok_or(DecodeError::Truncated)?;
    decode_root(*tag, rest)
}

/// The item with this encoding.
///
/// Memory is taken for what the bytes hold, never for what they claim to hold.
///
/// # Errors
///
/// [`DecodeError`] when the bytes are not exactly what [`encode_item`](super::encode_item) gives for some item.
pub fn decode_item(bytes: &[u8]) -> Result<Item, DecodeError> {
    let (tag, rest) = bytes.split_first().ok_or(DecodeError::Truncated)?;
    if *tag != tag::MAP {
        return Err(DecodeError::NotAMap);
    }
    let mut reader = Reader { rest };
    let item = reader.map(0)?;
    if reader.rest.is_empty() {
        Ok(item)
    } else {
        Err(DecodeError::Trailing)
    }
}

/// The value with this encoding in the padded form, whatever the bucket was.
///
/// # Errors
///
/// [`DecodeError`] when the bytes are not what [`encode_padded_into`](super::encode_padded_into) gives for some value
/// and bucket.
pub fn decode_padded(bytes: &[u8]) -> Result<AttributeValue, DecodeError> {
    let (tag, value) = unpad(bytes)?;
    decode_root(tag, bytes.get(value).unwrap_or_default())
}

/// The value with this encoding, in the padded form or not.
///
/// The buffer of a string, number or binary value becomes the value, so that nothing is allocated; otherwise it stays
/// with the caller, who may have to wipe it.
///
/// # Errors
///
/// As [`decode`] and [`decode_padded`].
pub fn decode_taking(bytes: &mut Vec<u8>) -> Result<AttributeValue, DecodeError> {
    let (tag, value) = if is_padded(bytes) {
        unpad(bytes)?
    } else {
        let tag = bytes.first().ok_or(DecodeError::Truncated)?;
        (*tag, 1..bytes.len())
    };
    match tag {
        tag::STRING => Ok(AttributeValue::S(take_text(bytes, value)?)),
        tag::NUMBER => Ok(AttributeValue::N(check_normal(take_text(bytes, value)?)?)),
        tag::BINARY => Ok(AttributeValue::B(Blob::new(take(bytes, value)))),
        _ => decode_root(tag, bytes.get(value).unwrap_or_default()),
    }
}

/// The tag of a padded root without the mark, and where the bytes after it stand.
fn unpad(bytes: &[u8]) -> Result<(u8, Range<usize>), DecodeError> {
    let (tag, rest) = bytes.split_first().ok_or(DecodeError::Truncated)?;
    if tag & tag::PADDED == 0 {
        return Err(DecodeError::UnknownTag);
    }
    let mut reader = Reader { rest };
    let value = reader.bytes()?;
    if reader.rest.iter().any(|byte| *byte != 0) {
        return Err(DecodeError::Padding);
    }
    let end = bytes.len() - reader.rest.len();
    Ok((*tag & !tag::PADDED, end - value.len()..end))
}

/// The buffer, cut to a part of it.
fn take(bytes: &mut Vec<u8>, part: Range<usize>) -> Vec<u8> {
    bytes.truncate(part.end);
    bytes.drain(..part.start);
    mem::take(bytes)
}

/// [`take`] as a text; what is no text stays in the buffer.
fn take_text(bytes: &mut Vec<u8>, part: Range<usize>) -> Result<String, DecodeError> {
    String::from_utf8(take(bytes, part)).map_err(|error| {
        *bytes = error.into_bytes();
        DecodeError::Utf8
    })
}

/// Whether bytes begin like the padded form, for [`decode_padded`].
pub fn is_padded(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|first| first & tag::PADDED != 0)
}

/// Decodes a value whose end is the end of the bytes.
fn decode_root(tag: u8, rest: &[u8]) -> Result<AttributeValue, DecodeError> {
    match tag {
        tag::STRING => Ok(AttributeValue::S(text(rest)?)),
        tag::NUMBER => Ok(AttributeValue::N(normal_number(rest)?)),
        tag::BINARY => Ok(AttributeValue::B(Blob::new(rest))),
        _ => {
            let mut reader = Reader { rest };
            let value = reader.value_of(tag, 1)?;
            if reader.rest.is_empty() {
                Ok(value)
            } else {
                Err(DecodeError::Trailing)
            }
        }
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn value(&mut self, depth: usize) -> Result<AttributeValue, DecodeError> {
        if depth > MAX_DEPTH {
            return Err(DecodeError::TooDeep);
        }
        let tag = self.byte()?;
        self.value_of(tag, depth)
    }

    fn value_of(&mut self, tag: u8, depth: usize) -> Result<AttributeValue, DecodeError> {
        match tag {
            tag::NULL => Ok(AttributeValue::Null(true)),
            tag::FALSE => Ok(AttributeValue::Bool(false)),
            tag::TRUE => Ok(AttributeValue::Bool(true)),
            tag::STRING => Ok(AttributeValue::S(text(self.bytes()?)?)),
            tag::NUMBER => Ok(AttributeValue::N(normal_number(self.bytes()?)?)),
            tag::BINARY => Ok(AttributeValue::B(Blob::new(self.bytes()?))),
            tag::STRING_SET => Ok(AttributeValue::Ss(self.set(text)?)),
            tag::NUMBER_SET => Ok(AttributeValue::Ns(self.set(normal_number)?)),
            tag::BINARY_SET => Ok(AttributeValue::Bs(self.set(|bytes| Ok(Blob::new(bytes)))?)),
            tag::LIST => {
                let mut elements = Vec::new();
                for _ in 0..self.length()? {
                    elements.push(self.value(depth + 1)?);
                }
                Ok(AttributeValue::L(elements))
            }
            tag::MAP => self.map(depth).map(AttributeValue::M),
            _ => Err(DecodeError::UnknownTag),
        }
    }

    fn set<T>(
        &mut self,
        element: impl Fn(&'a [u8]) -> Result<T, DecodeError>,
    ) -> Result<Vec<T>, DecodeError> {
        let mut elements = Vec::new();
        let mut previous = None;
        for _ in 0..self.length()? {
            let bytes = self.bytes()?;
            check_ascending(&mut previous, bytes)?;
            elements.push(element(bytes)?);
        }
        if elements.is_empty() {
            return Err(DecodeError::Order);
        }
        Ok(elements)
    }

    /// The map whose level is `depth`; an item has level 0.
    fn map(&mut self, depth: usize) -> Result<Item, DecodeError> {
        let mut entries = Item::new();
        let mut previous = None;
        for _ in 0..self.length()? {
            let name = self.bytes()?;
            if name.is_empty() || name.len() > MAX_NAME_LENGTH {
                return Err(DecodeError::Name);
            }
            check_ascending(&mut previous, name)?;
            entries.insert(text(name)?, self.value(depth + 1)?);
        }
        Ok(entries)
    }

    fn bytes(&mut self) -> Result<&'a [u8], DecodeError> {
        let length = self.length()?;
        let (bytes, rest) = self
            .rest
            .split_at_checked(length)
            .ok_or(DecodeError::Truncated)?;
        self.rest = rest;
        Ok(bytes)
    }

    fn length(&mut self) -> Result<usize, DecodeError> {
        let mut length = 0;
        for place in 0..MAX_LENGTH_BYTES {
            let byte = self.byte()?;
            length |= usize::from(byte & 0x7f) << (7 * place);
            if byte & 0x80 == 0 {
                let needless = place > 0 && byte == 0;
                return if needless {
                    Err(DecodeError::Length)
                } else {
                    Ok(length)
                };
            }
        }
        Err(DecodeError::Length)
    }

    fn byte(&mut self) -> Result<u8, DecodeError> {
        let (first, rest) = self.rest.split_first().ok_or(DecodeError::Truncated)?;
        self.rest = rest;
        Ok(*first)
    }
}

fn check_ascending<'a>(previous: &mut Option<&'a [u8]>, next: &'a [u8]) -> Result<(), DecodeError> {
    match previous.replace(next) {
        Some(previous) if previous >= next => Err(DecodeError::Order),
        _ => Ok(()),
    }
}

fn text(bytes: &[u8]) -> Result<String, DecodeError> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(_) => Err(DecodeError::Utf8),
    }
}

fn normal_number(bytes: &[u8]) -> Result<String, DecodeError> {
    check_normal(text(bytes)?)
}

fn check_normal(text: String) -> Result<String, DecodeError> {
    if number::is_normal(&text) {
        Ok(text)
    } else {
        Err(DecodeError::Number)
    }
}
