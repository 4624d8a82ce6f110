//! The identity of a commit.

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

    /// The etag of this member of a commit of several objects: each has its own.
    #[must_use]
    pub(crate) fn of_member(mut self, at: usize) -> Self {
        // Within the half that is the stamp, so that no two objects have one life.
        let marked = self.0.iter_mut().skip(4).zip(u32_of(at).to_be_bytes());
        marked.for_each(|(byte, mark)| *byte ^= mark);
        self
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
        hex::encode(self.0)
    }
}
fn u32_of(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
