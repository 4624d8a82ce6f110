//! Objects with so many parts in items of their own.

use std::fmt::Debug;

use dyno_core::DyObject;
use dyno_derive::DyObject;

use super::hand::{Item, number, string, take_number, take_string};

/// A part: 8 KB in an item of its own.
#[derive(Clone, Debug, DyObject, PartialEq)]
#[dyno(crate = dyno_core, table = "Parts", key = "IDX")]
pub(crate) struct Part {
    pub(crate) title: String,
    pub(crate) number: u32,
    pub(crate) text: String,
}

impl Part {
    /// Its attributes have 8000 bytes, so that the item has less than 8 KB with its key and what the mapper adds.
    pub(crate) fn nth(number: usize) -> Self {
        Self {
            title: format!("Part {number:02}"),
            number: 1,
            text: text(number, 7975),
        }
    }
}

/// Text that differs from place to place and from part to part.
pub(crate) fn text(seed: usize, bytes: usize) -> String {
    const WORDS: [&str; 8] = [
        "shard ", "root ", "etag ", "stamp ", "table ", "index ", "query ", "batch ",
    ];
    let mut text = String::with_capacity(bytes + 8);
    let mut state = seed;
    while text.len() < bytes {
        state = state.wrapping_mul(5).wrapping_add(seed + 3) % 4099;
        text.push_str(WORDS.get(state % 8).copied().unwrap_or_default());
    }
    text.truncate(bytes);
    text
}

/// An object with parts.
pub(crate) trait Parted: DyObject + Clone + PartialEq + Debug + Send + Sync {
    const TABLE: &'static str;

    /// The names of its parts.
    const PARTS: &'static [&'static str];

    /// One with this key.
    fn new(id: &str) -> Self;

    fn id(&self) -> &str;

    /// What is its own, written by hand.
    fn to_root(&self) -> Item;

    /// `None` where something is missing.
    fn from_items(root: Item, part: impl FnMut(&str) -> Option<Part>) -> Option<Self>;

    fn parts(&self) -> impl Iterator<Item = &Part> + Send;

    fn parts_mut(&mut self) -> impl Iterator<Item = &mut Part>;

    /// Changes the root and each part.
    fn change_all(&mut self) {
        for part in self.parts_mut() {
            part.number += 1;
        }
    }
}

macro_rules! parted {
    ($name:ident, $table:literal, $($part:ident)*) => {
        /// An object with parts. Its own attributes have 700 bytes.
        #[derive(Clone, Debug, DyObject, PartialEq)]
        #[dyno(crate = dyno_core, table = $table)]
        pub(crate) struct $name {
            #[dyno(key)]
            id: String,
            owner: String,
            revision: u32,
            summary: String,
            $(#[dyno(shard)] pub(crate) $part: Part,)*
        }

        impl Parted for $name {
            const TABLE: &'static str = $table;
            const PARTS: &'static [&'static str] = &[$(stringify!($part)),*];

            fn new(id: &str) -> Self {
                let mut number = 0;
                let mut part = || {
                    number += 1;
                    Part::nth(number)
                };
                Self {
                    id: id.to_owned(),
                    owner: "ada@example.com".to_owned(),
                    revision: 7,
                    summary: text(0, 649),
                    $($part: part(),)*
                }
            }

            fn id(&self) -> &str {
                &self.id
            }

            fn to_root(&self) -> Item {
                Item::from([
                    ("id".to_owned(), string(&self.id)),
                    ("owner".to_owned(), string(&self.owner)),
                    ("revision".to_owned(), number(self.revision)),
                    ("summary".to_owned(), string(&self.summary)),
                ])
            }

            fn from_items(
                mut root: Item,
                mut part: impl FnMut(&str) -> Option<Part>,
            ) -> Option<Self> {
                Some(Self {
                    id: take_string(&mut root, "id")?,
                    owner: take_string(&mut root, "owner")?,
                    revision: take_number(&mut root, "revision")?,
                    summary: take_string(&mut root, "summary")?,
                    $($part: part(stringify!($part))?,)*
                })
            }

            fn parts(&self) -> impl Iterator<Item = &Part> + Send {
                [$(&self.$part),*].into_iter()
            }

            fn parts_mut(&mut self) -> impl Iterator<Item = &mut Part> {
                [$(&mut self.$part),*].into_iter()
            }
        }
    };
}

parted!(Twenty, "Twenty",
    p01 p02 p03 p04 p05 p06 p07 p08 p09 p10 p11 p12 p13 p14 p15 p16 p17 p18 p19 p20
);
