//! What the histories ask of their objects.

use std::fmt;

use dyno::DyObject;

use crate::database::{AttributeValue, Item, Items};
use crate::random::Random;

/// An object each of whose items says which operations wrote it.
pub(crate) trait Work: DyObject + Clone + PartialEq + fmt::Debug + fmt::Display {
    /// A note that is written by path.
    type Place: Copy + fmt::Debug;

    /// An object made by one operation.
    fn by(operation: u64, random: &mut Random) -> Self;

    /// Enters a save in some of the items.
    fn change(&mut self, operation: u64, random: &mut Random);

    /// The object that these items are, read without the mapper.
    fn of(items: &Items) -> Option<Self>;

    fn place(random: &mut Random) -> Self::Place;

    fn path(place: Self::Place) -> String;

    /// How often a copy of a path write there may be applied.
    fn memory(place: Self::Place) -> Memory;

    /// What a write of a note may lead to, if it began when the object was one of these.
    fn written(&self, place: Self::Place, value: u64, since: &[&Self]) -> Vec<Self>;

    /// Whether there may have been no such place while the object was one of these.
    fn lacks(place: Self::Place, among: &[&Self]) -> bool;

    /// What is written and read as one; all of it, if there is no independent shard.
    fn snapshot(&self) -> Self {
        self.clone()
    }

    /// What an independent shard says.
    fn own(&self) -> Option<(&[u64], u64)> {
        None
    }
}

/// How a path write knows that it was applied before, and so what may not happen to it here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Memory {
    /// By a token, or by reading first: everything may.
    #[default]
    Token,
    /// By the four etags that a root remembers: no copy may be late.
    FourEtags,
    /// By the one version that an independent shard remembers: no copy may be late, and no answer lost.
    OneVersion,
}

/// The saves that an item names.
pub(crate) fn saves(item: &Item) -> Vec<u64> {
    match item.get("saves") {
        Some(AttributeValue::L(list)) => list.iter().map(|one| number(Some(one))).collect(),
        _ => Vec::new(),
    }
}

pub(crate) fn number(value: Option<&AttributeValue>) -> u64 {
    match value {
        Some(AttributeValue::N(number)) => number.parse().unwrap(),
        _ => 0,
    }
}
