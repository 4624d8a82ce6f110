//! What an operation would send and what it would cost, as data that a program can look at. Pure: requests come in,
//! a description goes out.
//!
//! | file | holds |
//! |---|---|
//! | `action` | one action on one item |
//! | `request` | one request, made from a commit's or from what is to be read |
//! | `plan` | the requests of an operation, and how they print |

mod action;
mod plan;
mod request;

pub use action::{ActionKind, PlannedAction};
pub(crate) use plan::More;
pub use plan::Plan;
pub use request::PlannedRequest;
