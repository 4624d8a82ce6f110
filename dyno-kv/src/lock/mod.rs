//! Locks: one holder at a time, for as long as it is heard of.
//!
//! ```text
//! acquire  the protocol of those who want it      guard  what a holder has
//! hold     whether it is held still, and until when     keeper  what renews it
//! lease    what stands in the item
//! ```
//!
//! No clock is compared with that of another machine. A holder counts its lease from before it sent the write that began it; who waits
//! counts the same lease from after it read that write, and takes the lock over on the condition that nothing was written since.

mod acquire;
mod guard;
mod hold;
mod keeper;
mod lease;

pub use self::acquire::Lock;
pub use self::guard::LockGuard;
pub(crate) use self::hold::Hold;
