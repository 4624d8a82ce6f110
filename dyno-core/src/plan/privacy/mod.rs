//! Which values of an object are encrypted, and with which keys. The only module that seals and opens.
//!
//! Decisions are made first, on the whole object, because a loader may look at all of it; then values are sealed or
//! opened item by item. A path is decided once, so a loader that changes its mind between the two cannot matter.

mod binding;
mod decide;
mod decisions;
mod exceptions;
mod items;
mod marks;
mod refusal;
mod rehearsal;
mod renew;
mod seal;
mod walk;

pub(crate) use self::binding::{binding, binding_of};
pub(crate) use self::decisions::Decisions;
pub(crate) use self::exceptions::report_exceptions;
pub(crate) use self::items::{ItemSeals, Verifier, seal_key_id, unsealed};
pub(crate) use self::marks::Mark;
pub(crate) use self::rehearsal::Rehearsal;
pub(crate) use self::renew::{How, Renewal, Rewrite};
