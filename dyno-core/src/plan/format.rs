//! The version gate: which versions may read an object, and which may write it.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::Item;

use crate::error::{Error, ErrorKind, Result};
use crate::reserved;

/// `10 * oldest reader + oldest writer`, as the attribute `_dy_format` holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Format(u32);

impl Format {
    /// What this version writes.
    pub(crate) const PRESENT: Self = Self(10 * READER + 1);

    /// What this version writes of sealed objects: a writer that does not know seals would break them.
    pub(crate) const SEALED: Self = Self(10 * READER + 2);

    /// The lowest that this version must not read.
    pub(crate) const FIRST_UNREADABLE: Self = Self(10 * (READER + 1));

    /// What this version writes of an object that is sealed or not.
    pub(crate) const fn of(sealed: bool) -> Self {
        if sealed { Self::SEALED } else { Self::PRESENT }
    }

    /// The format of an item; `None` if the mapper does not manage it.
    ///
    /// # Errors
    ///
    /// The attribute is damaged.
    pub(crate) fn read(item: &Item) -> Result<Option<Self>> {
        let Some(format) = item.get(reserved::FORMAT) else {
            return Ok(None);
        };
        let number = format.as_n().ok().and_then(|text| text.parse().ok());
        number
            .map(|number| Some(Self(number)))
            .ok_or_else(|| damaged(reserved::FORMAT))
    }

    /// Refuses what this version must not read.
    ///
    /// # Errors
    ///
    /// A newer version wrote it.
    pub(crate) fn check_readable(self) -> Result<()> {
        if self.0 / 10 > READER {
            Err(self.newer())
        } else {
            Ok(())
        }
    }

    /// Refuses what this version must not write, though it may read it.
    ///
    /// # Errors
    ///
    /// A newer version wrote it.
    pub(crate) fn check_writable(self) -> Result<()> {
        if self.0 % 10 > WRITER {
            Err(self.newer())
        } else {
            self.check_readable()
        }
    }

    pub(crate) fn to_value(self) -> AttributeValue {
        AttributeValue::N(self.0.to_string())
    }

    fn newer(self) -> Error {
        let Self(format) = self;
        Error::new(
            ErrorKind::NewerFormat,
            format!(
                "the object is stored in a format ({format}) that this version (reader {READER}, writer {WRITER}) \
                 must not touch; upgrade dyno"
            ),
        )
    }
}

/// The error of a root item whose own attributes no version writes so.
pub(super) fn damaged(attribute: &'static str) -> Error {
    Error::new(
        ErrorKind::Corrupt,
        format!(
            "attribute `{attribute}` of the root item is missing or damaged; something other than dyno wrote to it"
        ),
    )
}

const READER: u32 = 1;
const WRITER: u32 = 2;
