//! Where a walk over a table got to, as text.

use std::fmt;
use std::str::FromStr;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{Item, encoding};
use sha2::{Digest as _, Sha256};

use crate::error::{Error, ErrorKind, Result};
use crate::plan::Topology;

/// Where a walk over a table got to: [`Reseal`](crate::Reseal) and [`Audit`](crate::Audit) go on from it.
///
/// It prints as one word, to be kept in a file or an item, and is parsed from it. It holds the primary key of an item, in
/// clear, and no key of a cipher.
///
/// # Examples
///
/// ```
/// use dyno_core::{Cursor, ErrorKind};
///
/// let error = "page 3".parse::<Cursor>().unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::InvalidCursor);
/// ```
#[derive(Clone, PartialEq)]
pub struct Cursor {
    table: String,
    tag: String,
    key: Item,
}

/// Version 1: hexadecimal digits of a canonical map, and of four bytes of its SHA-256.
const PREFIX: &str = "dyno-walk-1-";
const CHECK: usize = 4;

impl Cursor {
    pub(super) fn new(topology: &Topology, key: Item) -> Self {
        Self {
            table: topology.table.name().to_owned(),
            tag: topology.root.type_tag().to_owned(),
            key,
        }
    }

    /// The key of the last item that was read.
    ///
    /// # Errors
    ///
    /// The walk was one over another table, or of another type.
    pub(super) fn key_for(&self, topology: &Topology) -> Result<Item> {
        let (table, tag) = (topology.table.name(), topology.root.type_tag());
        let parts = [Some(topology.table.key_name()), topology.table.sort_name()];
        let names: Vec<_> = parts.into_iter().flatten().collect();
        let fits =
            self.key.len() == names.len() && names.iter().all(|name| self.key.contains_key(*name));
        if self.table == table && self.tag == tag && fits {
            return Ok(self.key.clone());
        }
        Err(invalid(format!(
            "the cursor is one of a walk over objects `{}` in table `{}`, and this one is over objects `{tag}` in table \
             `{table}`",
            self.tag, self.table
        )))
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let item = Item::from([
            ("table".to_owned(), AttributeValue::S(self.table.clone())),
            ("tag".to_owned(), AttributeValue::S(self.tag.clone())),
            ("key".to_owned(), AttributeValue::M(self.key.clone())),
        ]);
        let bytes = encoding::encode_item(&item).map_err(|_| fmt::Error)?;
        f.write_str(PREFIX)?;
        let check: [u8; 32] = Sha256::digest(&bytes).into();
        bytes
            .iter()
            .chain(check.iter().take(CHECK))
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cursor({self})")
    }
}

impl FromStr for Cursor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        parse(text).ok_or_else(|| {
            invalid(
                "the text is no cursor, or not all of one; give the text of `report.cursor()` as it was printed, or none \
                 to begin again",
            )
        })
    }
}

fn parse(text: &str) -> Option<Cursor> {
    let digits = text.trim().strip_prefix(PREFIX)?.as_bytes();
    let (pairs, []) = digits.as_chunks::<2>() else {
        return None;
    };
    let byte = |[high, low]: &[u8; 2]| {
        let digit = |digit: u8| char::from(digit).to_digit(16);
        u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()
    };
    let bytes: Vec<u8> = pairs.iter().map(byte).collect::<Option<_>>()?;
    let (bytes, check) = bytes.split_at_checked(bytes.len().checked_sub(CHECK)?)?;
    let expected: [u8; 32] = Sha256::digest(bytes).into();
    if !expected.starts_with(check) {
        return None;
    }
    let mut item = encoding::decode_item(bytes).ok()?;
    let mut text = |name: &str| match item.remove(name) {
        Some(AttributeValue::S(text)) => Some(text),
        _ => None,
    };
    let (table, tag) = (text("table")?, text("tag")?);
    match item.remove("key") {
        Some(AttributeValue::M(key)) => Some(Cursor { table, tag, key }),
        _ => None,
    }
}

fn invalid(why: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidCursor, why)
}
