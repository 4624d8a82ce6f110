//! Objects without a Rust type.

mod delete;
mod documents;
mod handle;
mod open;
mod path;
mod read;
mod sealed;
mod write;

pub use self::delete::Delete;
pub use self::documents::{Documents, EnsureDocumentTables};
pub use self::handle::{DeleteDocument, Document, Reload, SaveDocument};
pub use self::path::{ReadPath, WritePath};
pub use self::read::{Read, ReadOptional};
pub use self::write::Write;
