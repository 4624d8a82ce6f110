//! Flags and segments that are larger than an item: their JSON in pieces.
//!
//! ```text
//! pointer    what the row says of its pieces
//! piece      the rows of the pieces
//! read       pieces to JSON
//! sweep      removes pieces that no row names
//! ```

mod piece;
mod pointer;
mod read;
mod sweep;

pub(crate) use self::piece::cut;
pub(crate) use self::pointer::Pointer;
