//! The commit protocols, as machines that say which request to send next and are told its answer. Pure: no I/O, no
//! clock, no randomness of their own, so every interruption is an ordinary value that a test can make.
//!
//! | machine | protocol | requests |
//! |---|---|---|
//! | [`save::Save`] | A (root only) and B (one transaction) of `docs/design/protocol.md` | 1, or 2 to replace |
//! | [`bare::Bare`] | items without the mapper's attributes, alone or in one transaction | 1 |
//! | [`blind::BlindWrite`] | A and B without a read, of one path | 1 |
//! | [`delete::Delete`] | one transaction | 1 |
//! | [`independent::Independent`] | one update of a shard with a version of its own | 1 |
//! | [`regard::Regard`] | one transaction of guards, each over what it read | 1 |
//! | [`renew::Renew`] | one update of sealed values, each over its exact old bytes | 1 |
//! | [`update::Update`] | one update of the root, worked out by the service | 1, or 2 to make maps around a value |
//! | [`plain::Plain`] | one item without the mapper's attributes | 1 |
//! | [`together::Together`] | one transaction of any of these | 1, and 1 for each that finds another object than it supposed |
//!
//! `cost` says what a request consumes before it is sent, `effect` what its updates make of an item, and `footprint`
//! remembers what stands at an object's places.
//!
//! An answer that was lost is resolved by sending the same request again. That is harmless for objects with an etag,
//! because condition or token name the commit; a plain item has nothing to know a commit by, so a put or a path write
//! that is sent again can come after somebody else's. What cannot be resolved is `OutcomeUnknown`, never a guess.

mod advance;
pub(crate) mod bare;
pub(crate) mod blind;
pub(crate) mod cost;
pub(crate) mod delete;
pub(crate) mod effect;
mod footprint;
pub(crate) mod independent;
mod lock;
mod outcome;
mod parents;
pub(crate) mod plain;
mod reason;
pub(crate) mod regard;
pub(crate) mod renew;
pub(crate) mod save;
mod shard;
mod size;
mod step;
pub(crate) mod together;
pub(crate) mod update;

pub(crate) use cost::{Before, Charge, Known};
pub(crate) use footprint::{Footprint, Sizes};
pub(crate) use lock::VersionLock;
pub(crate) use reason::{Reason, item_too_large, misfit, refusal_of, says_too_large};
pub(crate) use size::{Owner, check_item, check_item_of};
pub(crate) use step::{
    Action, Answer, Expressions, Fresh, Machine, Request, Returns, Step, unknown,
};
