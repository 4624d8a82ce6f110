//! Over all objects of a type: what is sealed with which key, and how to change it.
//!
//! ```text
//! walk     object after object        pace     how fast
//! object   one of them, read whole    keep     what must stay sealed   change   what is written
//! operation what a program asks for    report   what came of it         walked   what all reports say
//! audit    the same without a key     counts   what came of that
//! ```

mod audit;
mod change;
mod counts;
mod keep;
mod object;
mod operation;
mod pace;
mod report;
pub(super) mod walk;
pub(super) mod walked;

pub use self::audit::Audit;
pub use self::counts::AuditReport;
pub use self::operation::Reseal;
pub use self::report::ResealReport;
pub(super) use self::walk::ends_walk;
pub use self::walked::Failure;
