//! Objects with so many parts in items of their own.

use std::fmt::Debug;

use dyno_core::DyObject;
use dyno_derive::DyObject;

use super::hand::{Item, number, string, take_number, take_string};

/// Bytes of a part's text. Its attributes have 8000 then, so that the item has less than 8 KB with its key and what the
/// mapper adds.
const TEXT: usize = 7975;

/// A part: 8 KB in an item of its own.
#[derive(Clone, Debug, DyObject, PartialEq)]
#[dyno(crate = dyno_core, table = "Parts", key = "IDX")]
pub(crate) struct Part {
    pub(crate) title: String,
    pub(crate) number: u32,
    pub(crate) text: String,
}

impl Part {
    fn nth(number: usize) -> Self {
        Self {
            title: format!("Part {number:02}"),
            number: 1,
            text: text(number, TEXT),
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

    /// The same with parts whose texts have so many bytes.
    fn with_texts(mut self, bytes: usize) -> Self {
        for (number, part) in self.parts_mut().enumerate() {
            part.text = text(number + 1, bytes);
        }
        self
    }

    /// Changes each part.
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

parted!(One, "One", p01);

parted!(Five, "Five",
    p01 p02 p03 p04 p05
);

parted!(Twenty, "Twenty",
    p01 p02 p03 p04 p05 p06 p07 p08 p09 p10 p11 p12 p13 p14 p15 p16 p17 p18 p19 p20
);

parted!(NinetyNine, "NinetyNine",
    p01 p02 p03 p04 p05 p06 p07 p08 p09 p10 p11 p12 p13 p14 p15 p16 p17 p18 p19 p20
    p21 p22 p23 p24 p25 p26 p27 p28 p29 p30 p31 p32 p33 p34 p35 p36 p37 p38 p39 p40
    p41 p42 p43 p44 p45 p46 p47 p48 p49 p50 p51 p52 p53 p54 p55 p56 p57 p58 p59 p60
    p61 p62 p63 p64 p65 p66 p67 p68 p69 p70 p71 p72 p73 p74 p75 p76 p77 p78 p79 p80
    p81 p82 p83 p84 p85 p86 p87 p88 p89 p90 p91 p92 p93 p94 p95 p96 p97 p98 p99
);
