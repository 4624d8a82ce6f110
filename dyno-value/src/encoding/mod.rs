//! Canonical bytes of values: each value has one encoding, and only that encoding decodes.
//!
//! ```text
//! tag   00 null  01 false  02 true  03 string  04 number  05 binary
//!       06 string set  07 number set  08 binary set  09 list  0a map
//!
//! root string, number, binary     tag | bytes to the end
//! nested string, number, binary   tag | length | bytes
//! set                             tag | count >= 1 | count * (length | bytes)           strictly ascending
//! list                            tag | count | count * value
//! map                             tag | count | count * (length | name | value)         names strictly ascending
//! padded root                     tag + 80 | length of the rest | rest | zeros to a multiple of the bucket
//! ```
//!
//! Lengths and counts are LEB128 in as few bytes as possible, at most four. Numbers are written in
//! [normal form](crate::number::normalize); bytes are ordered as unsigned. Nothing that DynamoDB would refuse has an
//! encoding, so a decoded value can always be written back.
//!
//! # Examples
//!
//! ```
//! use aws_sdk_dynamodb::types::AttributeValue;
//! use dyno_value::encoding;
//!
//! let price = AttributeValue::N("12.50".into());
//! assert_eq!(encoding::encode(&price)?, b"\x0412.5");
//! assert_eq!(encoding::decode(b"\x0412.5"), Ok(AttributeValue::N("12.5".into())));
//! assert!(encoding::decode(b"\x0412.50").is_err());
//! # Ok::<(), dyno_value::ValueError>(())
//! ```

mod decode;
mod encode;

pub use decode::{DecodeError, decode, decode_item, decode_padded, decode_taking, is_padded};
pub use encode::{encode, encode_into, encode_item, encode_padded_into, size_bound};

/// The first byte of an encoded value.
mod tag {
    pub(super) const NULL: u8 = 0x00;
    pub(super) const FALSE: u8 = 0x01;
    pub(super) const TRUE: u8 = 0x02;
    pub(super) const STRING: u8 = 0x03;
    pub(super) const NUMBER: u8 = 0x04;
    pub(super) const BINARY: u8 = 0x05;
    pub(super) const STRING_SET: u8 = 0x06;
    pub(super) const NUMBER_SET: u8 = 0x07;
    pub(super) const BINARY_SET: u8 = 0x08;
    pub(super) const LIST: u8 = 0x09;
    pub(super) const MAP: u8 = 0x0a;

    /// Set in the first byte of a padded root.
    pub(super) const PADDED: u8 = 0x80;
}

/// Bytes of the longest length or count.
const MAX_LENGTH_BYTES: usize = 4;

/// The largest length or count: seven bits to a byte.
const MAX_LENGTH: usize = (1 << (7 * MAX_LENGTH_BYTES)) - 1;
