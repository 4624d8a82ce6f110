//! How a table is billed and kept, and what its keys are made of.

use std::fmt;

use aws_sdk_dynamodb::types::StreamViewType;

use crate::key::KeyKind;

/// One attribute of a key: its name and its type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyPart {
    name: String,
    kind: KeyKind,
}

impl KeyPart {
    /// An attribute with this name and type.
    pub fn new(name: impl Into<String>, kind: KeyKind) -> Self {
        Self {
            name: name.into(),
            kind,
        }
    }

    /// The attribute's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The attribute's type.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }
}

impl fmt::Display for KeyPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` ({})", self.name, self.kind)
    }
}

/// Units that are reserved for each second.
///
/// ```
/// # extern crate dyno_core as dyno;
/// use dyno::table::Throughput;
///
/// let throughput = Throughput::new(5, 2);
/// assert_eq!((throughput.reads(), throughput.writes()), (5, 2));
/// assert_eq!(throughput.to_string(), "5 reads and 2 writes a second");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Throughput {
    reads: u32,
    writes: u32,
}

impl Throughput {
    /// So many read units and write units.
    pub const fn new(reads: u32, writes: u32) -> Self {
        Self { reads, writes }
    }

    /// Read units.
    pub const fn reads(self) -> u32 {
        self.reads
    }

    /// Write units.
    pub const fn writes(self) -> u32 {
        self.writes
    }
}

impl fmt::Display for Throughput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} reads and {} writes a second",
            self.reads, self.writes
        )
    }
}

/// What a table is paid by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Billing {
    /// By request.
    #[default]
    OnDemand,
    /// By the throughput that is reserved.
    Provisioned(Throughput),
}

impl fmt::Display for Billing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OnDemand => f.write_str("on demand"),
            Self::Provisioned(throughput) => write!(f, "provisioned with {throughput}"),
        }
    }
}

/// What a table's stream says of each change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StreamView {
    /// The item before and after.
    Both,
    /// The item's key.
    Keys,
    /// The item after.
    New,
    /// The item before.
    Old,
}

impl StreamView {
    pub(crate) fn to_view_type(self) -> StreamViewType {
        match self {
            Self::Both => StreamViewType::NewAndOldImages,
            Self::Keys => StreamViewType::KeysOnly,
            Self::New => StreamViewType::NewImage,
            Self::Old => StreamViewType::OldImage,
        }
    }

    pub(crate) fn of_view_type(view: &StreamViewType) -> Option<Self> {
        [Self::Both, Self::Keys, Self::New, Self::Old]
            .into_iter()
            .find(|known| known.to_view_type() == *view)
    }
}

impl fmt::Display for StreamView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Both => "old and new items",
            Self::Keys => "keys",
            Self::New => "new items",
            Self::Old => "old items",
        })
    }
}
