//! Sets of flags that replace each other as a whole.
//!
//! ```text
//! marker     which set is current
//! init       writes a set beside the current one, and switches
//! registry   which sets may have items; removes those that are not current
//! ```

mod init;
mod marker;
mod registry;

pub(crate) use self::marker::{is_held, is_marked, marked};
