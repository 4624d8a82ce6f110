//! The identity of a commit.

use std::fmt::Write as _;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::Blob;

use super::manifest::Stamp;

/// Identity of one commit, unique for ever; the object's etag until the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Etag(pub(crate) [u8; 16]);

impl Etag {
    /// No commit: fills the history of a new object.
    pub(super) const NONE: Self = Self([0; 16]);

    pub(crate) fn to_value(self) -> AttributeValue {
        AttributeValue::B(Blob::new(self.0))
    }

    pub(super) fn from_value(value: &AttributeValue) -> Option<Self> {
        value
            .as_b()
            .ok()
            .and_then(|blob| blob.as_ref().try_into().ok())
            .map(Self)
    }

    /// The stamp of the shards that this commit writes, and the incarnation of the object if it creates it.
    pub(crate) fn stamp(self) -> Stamp {
        let mut stamp = [0; 8];
        stamp
            .iter_mut()
            .zip(self.0)
            .for_each(|(half, byte)| *half = byte);
        Stamp(stamp)
    }

    /// The same identity as a request token of DynamoDB, at most 36 characters.
    pub(crate) fn token(self) -> String {
        self.0
            .iter()
            .fold(String::with_capacity(32), |mut token, byte| {
                // Writing to a string cannot fail.
                let _ = write!(token, "{byte:02x}");
                token
            })
    }
}
