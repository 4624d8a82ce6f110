//! A body that is too large for one item, stored in several.
//!
//! ```text
//! piece 0        _dy_pieces  N   how many pieces, as the manifest says too
//!                _dy_length  N   bytes of the body: of its canonical encoding, before compression
//!                _dy_codec   S   `plain` or `zstd`
//!                _dy_digest  B   SHA-256 of the body
//!                _dy_data    B   the first bytes
//! piece k >= 1   _dy_piece   N   k
//!                _dy_data    B   the bytes that follow
//! ```
//!
//! The data of all pieces, one after the other, is the body or one zstd frame of it. The body is the canonical encoding of a
//! map (`dyno_value::encoding`), whose values may nest as deep as those of an item. A frame is shorter than its body, and
//! needs a window of 8 MiB at most. A writer fills every piece but the last; a reader takes pieces of any length.
//!
//! Keys and the attributes that every shard item has stand beside these; all pieces carry the same stamp.

mod codec;
mod cut;
mod error;
mod join;

pub(crate) use codec::Codec;
pub(crate) use cut::cut;
pub(crate) use error::PiecesError;
pub(crate) use join::join;

use crate::reserved;

/// The attributes of pieces.
pub(crate) const PIECE_ATTRIBUTES: [&str; 6] = [
    reserved::PIECES,
    reserved::LENGTH,
    reserved::CODEC,
    reserved::DIGEST,
    reserved::DATA,
    reserved::PIECE,
];

/// Bytes of data in each piece but the last. The rest of an item, 50 KiB, is for its key and the other attributes.
pub(crate) const PIECE_BYTES: usize = 350 * 1024;

/// Longest body, in bytes before compression: what one load may take of memory for one shard.
pub(crate) const LARGEST_BODY: usize = 256 * 1024 * 1024;
