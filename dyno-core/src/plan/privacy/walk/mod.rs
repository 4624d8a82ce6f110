//! The walk that decides, value by value.

mod demand;
mod down;
mod state;
mod tree;

pub(super) use self::state::{Mode, Walk};
