//! Writes of one record, one file each.

mod compare;
mod create;
mod delete;
mod options;
mod put;
mod touch;

pub use self::compare::{CompareAndDelete, CompareAndPut};
pub use self::create::Create;
pub use self::delete::Delete;
pub(crate) use self::options::Expires;
pub use self::put::Put;
pub use self::touch::Touch;
