//! Value to bytes.

use std::borrow::Cow;

use aws_sdk_dynamodb::types::AttributeValue;

use super::{MAX_LENGTH, MAX_LENGTH_BYTES, tag};
use crate::measure::{MAX_DEPTH, check_name, refuse, unknown_type};
use crate::{Item, ValueCause, ValueError, number};

/// The canonical bytes of a value.
///
/// # Errors
///
/// As [`measure`](crate::measure): a value that DynamoDB would refuse has no encoding. Also
/// [`TooLarge`](ValueCause::TooLarge) for a value inside another of 256 MiB or more.
pub fn encode(value: &AttributeValue) -> Result<Vec<u8>, ValueError> {
    let mut output = Vec::with_capacity(size_bound(value));
    encode_into(value, &mut output)?;
    Ok(output)
}

/// The canonical bytes of an item: those of a map.
///
/// An item's attributes may nest as deep as in DynamoDB. As a map it would be a level of its own, and take one from them.
///
/// # Errors
///
/// As [`encode`].
pub fn encode_item(item: &Item) -> Result<Vec<u8>, ValueError> {
    let attributes = item
        .iter()
        .map(|(name, value)| MAX_LENGTH_BYTES + name.len() + size_bound(value));
    let bound = 1 + MAX_LENGTH_BYTES + attributes.sum::<usize>();
    let mut output = Vec::with_capacity(bound);
    write_map(item, 0, &mut output)?;
    Ok(output)
}

/// Appends the canonical bytes of a value.
///
/// When the output has room for [`size_bound`] more bytes it is not moved, so that no copy of a secret stays behind
/// in freed memory.
///
/// # Errors
///
/// As [`encode`]; the output then ends in an unfinished encoding.
pub fn encode_into(value: &AttributeValue, output: &mut Vec<u8>) -> Result<(), ValueError> {
    match value {
        AttributeValue::B(bytes) => write_scalar(tag::BINARY, bytes.as_ref(), output),
        AttributeValue::N(text) => {
            write_scalar(tag::NUMBER, number::normalized(text)?.as_bytes(), output);
        }
        AttributeValue::S(text) => write_scalar(tag::STRING, text.as_bytes(), output),
        other => return encode_nested(other, 1, output),
    }
    Ok(())
}

/// Appends the padded form of a value: as [`encode_into`], filled up with zeros to a multiple of `bucket` bytes, so
/// that the length tells less. A bucket of 0 or 1 adds none.
///
/// # Errors
///
/// As [`encode`], and [`TooLarge`](ValueCause::TooLarge) for any value of 256 MiB or more.
pub fn encode_padded_into(
    value: &AttributeValue,
    bucket: usize,
    output: &mut Vec<u8>,
) -> Result<(), ValueError> {
    let start = output.len();
    encode_into(value, output)?;
    let rest = output.len().saturating_sub(start + 1);
    let (length, length_bytes) = length_bytes(rest)?;
    if let Some(first) = output.get_mut(start) {
        *first |= tag::PADDED;
    }
    let after_tag = start + 1;
    output.splice(after_tag..after_tag, length.into_iter().take(length_bytes));
    let filled = (output.len() - start).next_multiple_of(bucket.max(1));
    output.resize(start + filled, 0);
    Ok(())
}

/// At least as many bytes as the encoding of a value has; a small multiple of it at most. For a string, a binary value,
/// a boolean, null, and the usual numbers it is the exact length.
///
/// Padding is not counted.
pub fn size_bound(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::B(bytes) => return 1 + bytes.as_ref().len(),
        AttributeValue::Bool(_) | AttributeValue::Null(_) => return 1,
        AttributeValue::N(text) => return 1 + number_bound(text),
        AttributeValue::S(text) => return 1 + text.len(),
        _ => {}
    }
    let mut pending = Vec::new();
    let mut bound = own_bound(value, &mut pending);
    while let Some(value) = pending.pop() {
        bound += own_bound(value, &mut pending);
    }
    bound
}

fn own_bound<'a>(value: &'a AttributeValue, pending: &mut Vec<&'a AttributeValue>) -> usize {
    const HEAD: usize = 1 + MAX_LENGTH_BYTES;
    let contents = match value {
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        AttributeValue::Bs(elements) => elements
            .iter()
            .map(|bytes| MAX_LENGTH_BYTES + bytes.as_ref().len())
            .sum(),
        AttributeValue::L(elements) => {
            pending.extend(elements);
            0
        }
        AttributeValue::M(entries) => {
            pending.extend(entries.values());
            entries
                .keys()
                .map(|name| MAX_LENGTH_BYTES + name.len())
                .sum()
        }
        AttributeValue::N(text) => number_bound(text),
        AttributeValue::Ns(elements) => elements
            .iter()
            .map(|text| MAX_LENGTH_BYTES + number_bound(text))
            .sum(),
        AttributeValue::S(text) => text.len(),
        AttributeValue::Ss(elements) => elements
            .iter()
            .map(|text| MAX_LENGTH_BYTES + text.len())
            .sum(),
        _ => 0,
    };
    HEAD + contents
}

fn number_bound(text: &str) -> usize {
    /// A sign, `0.`, 129 zeros and 38 digits.
    const LONGEST: usize = 1 + 2 + 129 + 38;
    if number::is_short_and_normal(text) {
        return text.len();
    }
    // Only an exponent, or a missing zero before the point, makes the normal form longer than the text.
    if text.bytes().any(|byte| matches!(byte, b'e' | b'E')) {
        LONGEST
    } else {
        LONGEST.min(text.len() + 1)
    }
}

fn write_scalar(tag: u8, bytes: &[u8], output: &mut Vec<u8>) {
    output.push(tag);
    output.extend_from_slice(bytes);
}

/// Encodes a value whose end is not the end of the bytes; `depth` is its level, 1 at the root.
fn encode_nested(
    value: &AttributeValue,
    depth: usize,
    output: &mut Vec<u8>,
) -> Result<(), ValueError> {
    if depth > MAX_DEPTH {
        return refuse(ValueCause::TooDeep { limit: MAX_DEPTH });
    }
    match value {
        AttributeValue::B(bytes) => {
            output.push(tag::BINARY);
            write_bytes(bytes.as_ref(), output)
        }
        AttributeValue::Bool(false) => {
            output.push(tag::FALSE);
            Ok(())
        }
        AttributeValue::Bool(true) => {
            output.push(tag::TRUE);
            Ok(())
        }
        AttributeValue::Bs(elements) => {
            let elements = elements.iter().map(AsRef::as_ref).collect();
            write_set(tag::BINARY_SET, elements, output)
        }
        AttributeValue::L(elements) => write_list(elements, depth, output),
        AttributeValue::M(entries) => write_map(entries, depth, output),
        AttributeValue::N(text) => {
            output.push(tag::NUMBER);
            write_bytes(number::normalized(text)?.as_bytes(), output)
        }
        AttributeValue::Ns(elements) => {
            let elements = elements
                .iter()
                .map(|text| number::normalized(text))
                .collect::<Result<Vec<Cow<'_, str>>, _>>()?;
            let elements = elements.iter().map(|text| text.as_bytes()).collect();
            write_set(tag::NUMBER_SET, elements, output)
        }
        AttributeValue::Null(true) => {
            output.push(tag::NULL);
            Ok(())
        }
        AttributeValue::Null(false) => refuse(ValueCause::FalseNull),
        AttributeValue::S(text) => {
            output.push(tag::STRING);
            write_bytes(text.as_bytes(), output)
        }
        AttributeValue::Ss(elements) => {
            let elements = elements.iter().map(String::as_bytes).collect();
            write_set(tag::STRING_SET, elements, output)
        }
        unknown => Err(unknown_type(unknown)),
    }
}

fn write_set(tag: u8, mut elements: Vec<&[u8]>, output: &mut Vec<u8>) -> Result<(), ValueError> {
    if elements.is_empty() {
        return refuse(ValueCause::EmptySet);
    }
    elements.sort_unstable();
    output.push(tag);
    write_length(elements.len(), output)?;
    let mut previous = None;
    for element in elements {
        if previous.replace(element) == Some(element) {
            return refuse(ValueCause::DuplicateInSet);
        }
        write_bytes(element, output)?;
    }
    Ok(())
}

fn write_list(
    elements: &[AttributeValue],
    depth: usize,
    output: &mut Vec<u8>,
) -> Result<(), ValueError> {
    output.push(tag::LIST);
    write_length(elements.len(), output)?;
    for (index, element) in elements.iter().enumerate() {
        encode_nested(element, depth + 1, output).map_err(|error| error.under_index(index))?;
    }
    Ok(())
}

/// Encodes a map whose level is `depth`; an item has level 0.
fn write_map(entries: &Item, depth: usize, output: &mut Vec<u8>) -> Result<(), ValueError> {
    let mut entries: Vec<(&String, &AttributeValue)> = entries.iter().collect();
    entries.sort_unstable_by_key(|(name, _)| *name);
    output.push(tag::MAP);
    write_length(entries.len(), output)?;
    for (name, value) in entries {
        check_name(name)?;
        write_bytes(name.as_bytes(), output)?;
        encode_nested(value, depth + 1, output).map_err(|error| error.under_key(name))?;
    }
    Ok(())
}

fn write_bytes(bytes: &[u8], output: &mut Vec<u8>) -> Result<(), ValueError> {
    write_length(bytes.len(), output)?;
    output.extend_from_slice(bytes);
    Ok(())
}

fn write_length(length: usize, output: &mut Vec<u8>) -> Result<(), ValueError> {
    let (bytes, count) = length_bytes(length)?;
    output.extend(bytes.into_iter().take(count));
    Ok(())
}

/// A length as LEB128, and how many of the bytes it takes.
fn length_bytes(length: usize) -> Result<([u8; MAX_LENGTH_BYTES], usize), ValueError> {
    if length > MAX_LENGTH {
        return refuse(ValueCause::TooLarge {
            length,
            limit: MAX_LENGTH,
        });
    }
    let mut bytes = [0; MAX_LENGTH_BYTES];
    let mut count = 0;
    let mut rest = length;
    for byte in &mut bytes {
        count += 1;
        // Seven bits, so nothing is cut.
        *byte = u8::try_from(rest & 0x7f).unwrap_or_default();
        rest >>= 7;
        if rest == 0 {
            break;
        }
        *byte |= 0x80;
    }
    Ok((bytes, count))
}
