//! Why pieces are not a body.

use std::fmt;

use dyno_value::encoding::DecodeError;

use super::LARGEST_BODY;
use crate::error::ErrorKind;

/// Pieces that cannot be joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PiecesError {
    /// An attribute is absent, of the wrong type, or of the wrong length.
    Attribute {
        /// The piece that should have it.
        piece: u32,
        /// Its name.
        name: &'static str,
    },
    /// The bytes are not the encoding of a map.
    Body(DecodeError),
    /// The manifest says another count than the first piece.
    Count {
        /// What the manifest says.
        manifest: u32,
        /// What the first piece says.
        stored: u64,
    },
    /// The body has another digest than the first piece says.
    Digest,
    /// The data is not exactly one zstd frame, or one that needs a larger window than any version writes.
    #[cfg_attr(
        not(feature = "zstd"),
        expect(dead_code, reason = "only a decompressor finds it")
    )]
    Frame,
    /// The body has not the length that the first piece says.
    Length {
        /// The length that it says.
        length: usize,
    },
    /// A piece is not there.
    Missing {
        /// Its number.
        piece: u32,
    },
    /// A piece has the number of another.
    Number {
        /// The number that it should have.
        piece: u32,
        /// The number that it has.
        stored: u64,
    },
    /// The body is longer than any version writes.
    TooLarge {
        /// The length that the first piece says.
        length: u64,
    },
    /// The codec is of a newer version.
    UnknownCodec {
        /// Its name, cut if it is long.
        codec: String,
    },
    /// The body is compressed, and this build does not decompress.
    #[cfg_attr(
        all(feature = "zstd", not(test)),
        expect(dead_code, reason = "this build decompresses")
    )]
    ZstdIsOff,
}

impl PiecesError {
    /// Whether the pieces are damaged, or only beyond this build.
    pub(crate) fn kind(&self) -> ErrorKind {
        match self {
            Self::UnknownCodec { .. } | Self::ZstdIsOff => ErrorKind::NewerFormat,
            Self::Attribute { .. }
            | Self::Body(_)
            | Self::Count { .. }
            | Self::Digest
            | Self::Frame
            | Self::Length { .. }
            | Self::Missing { .. }
            | Self::Number { .. }
            | Self::TooLarge { .. } => ErrorKind::Corrupt,
        }
    }
}

impl fmt::Display for PiecesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Attribute { piece, name } => {
                write!(f, "attribute `{name}` of piece {piece} is missing or damaged")
            }
            Self::Body(error) => write!(f, "the pieces hold no body: {error}"),
            Self::Count { manifest, stored } => write!(
                f,
                "expected {manifest} pieces by the manifest, found {stored} by the first piece"
            ),
            Self::Digest => f.write_str("the pieces hold another body than the digest says"),
            Self::Frame => f.write_str("the data of the pieces is not one zstd frame"),
            Self::Length { length } => write!(
                f,
                "the pieces hold a body of another length than the {length} bytes that the first piece says"
            ),
            Self::Missing { piece } => write!(f, "piece {piece} is missing"),
            Self::Number { piece, stored } => {
                write!(f, "expected piece {piece}, found piece {stored}")
            }
            Self::TooLarge { length } => write!(
                f,
                "the pieces say that they hold {length} bytes, and {LARGEST_BODY} is the most that is ever written"
            ),
            Self::UnknownCodec { codec } => write!(
                f,
                "the body is stored with the codec `{codec}`, which this version does not know; upgrade dyno"
            ),
            Self::ZstdIsOff => f.write_str(
                "the body is compressed with zstd, which this build does not read; enable the feature `zstd` of dyno",
            ),
        }
    }
}

impl std::error::Error for PiecesError {}
