//! Tables: made, checked, migrated and deleted.
//!
//! ```text
//! tables    the tables of an object, as the service calls them    describe  what is there
//! request   one change of one table                               wait      until a table can be used
//! expiry    by which attribute objects can expire                 time_to_live  the change that lets them
//! ensure, check, migrate, delete                                  the operations
//! specs     ensure and check for tables that no type declares
//! ```

mod check;
mod delete;
mod describe;
mod ensure;
mod expiry;
mod migrate;
mod options;
mod request;
mod specs;
mod tables;
mod time_to_live;
mod wait;

pub use self::check::CheckTables;
pub use self::delete::DeleteTables;
pub use self::ensure::EnsureTables;
pub(super) use self::ensure::ensure_all;
pub use self::migrate::MigrateTables;
pub use self::specs::{CheckSpecs, EnsureSpecs};
