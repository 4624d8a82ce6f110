//! What a row says of its pieces.
//!
//! ```text
//! chunks M { id S, count N, bytes N, sha256 B }
//! ```

use dyno_core::{AttributeValue, Blob, Item};
use sha2::{Digest, Sha256};

use crate::descriptor::Descriptor;
use crate::item::{number, number_in, text_in};

/// Where the pieces of one JSON are, and how to know that they are complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pointer {
    pub(crate) version: u64,
    pub(crate) id: String,
    pub(crate) count: u64,
    pub(super) bytes: u64,
    pub(super) sha256: Vec<u8>,
}

impl Pointer {
    pub(super) fn to(version: u64, id: String, count: usize, json: &str) -> Self {
        Self {
            version,
            id,
            count: count as u64,
            bytes: json.len() as u64,
            sha256: digest(json.as_bytes()),
        }
    }

    /// Reads the attribute, or says why it cannot.
    pub(crate) fn read(version: u64, chunks: &AttributeValue) -> Result<Self, String> {
        let AttributeValue::M(members) = chunks else {
            return Err("expected a map in `chunks`".to_owned());
        };
        Self::of_members(version, members)
            .ok_or_else(|| "expected `id`, `count`, `bytes` and `sha256` in `chunks`".to_owned())
    }

    fn of_members(version: u64, members: &Item) -> Option<Self> {
        Some(Self {
            version,
            id: text_in(members, "id")?.to_owned(),
            count: number_in(members, "count").filter(|count| *count <= MOST_PIECES)?,
            bytes: number_in(members, "bytes")?,
            sha256: members.get("sha256")?.as_b().ok()?.as_ref().to_vec(),
        })
    }

    pub(crate) fn attribute(&self) -> AttributeValue {
        AttributeValue::M(Item::from([
            ("id".to_owned(), AttributeValue::S(self.id.clone())),
            ("count".to_owned(), number(self.count)),
            ("bytes".to_owned(), number(self.bytes)),
            (
                "sha256".to_owned(),
                AttributeValue::B(Blob::new(self.sha256.clone())),
            ),
        ]))
    }

    /// The sort keys of the pieces.
    pub(crate) fn keys(&self) -> impl Iterator<Item = String> {
        (0..self.count).map(|number| format!("{}#{number:06}", self.id))
    }

    /// The descriptor that the pieces make, if they are all there and as they were written.
    pub(super) fn verified(&self, bytes: Vec<u8>) -> Option<Descriptor> {
        let whole = bytes.len() as u64 == self.bytes && digest(&bytes) == self.sha256;
        let json = whole.then(|| String::from_utf8(bytes).ok()).flatten()?;
        Some(Descriptor::new(self.version, json))
    }

    /// Whether both are pieces of the same JSON, whatever they are called.
    pub(crate) fn same_content(&self, other: &Self) -> bool {
        self.version == other.version && self.sha256 == other.sha256
    }
}

/// A row that names more is broken; these would be more than 37 GB.
const MOST_PIECES: u64 = 99_999;

fn digest(bytes: &[u8]) -> Vec<u8> {
    Sha256::digest(bytes).to_vec()
}
