//! What is accepted in place of a sealed value, for the time of a migration.

mod exception;
mod legacy;
mod read_policy;
mod term;
#[cfg(test)]
mod tests;
mod used;

pub use legacy::LegacyCodec;
pub use read_policy::ReadPolicy;
pub use used::{Accepted, ExceptionKind, ExceptionUses, UsedException};
