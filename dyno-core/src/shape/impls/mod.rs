//! [`Attribute`](super::Attribute) for types of `std`, `uuid` and the SDK.

mod collection;
mod number;
mod pointer;
mod scalar;
mod set;
mod time;

pub use set::SetElement;
