//! The object of the histories: each of its items says which operations wrote it.

use dyno::DyObject;

use crate::database::Items;
use crate::random::Random;
use crate::work::{Memory, Work, number, saves};

/// An object with two shards. `saves` lists the saves that changed an item, `note` is the last value written by path.
#[derive(DyObject, Clone, Debug, PartialEq, Eq)]
#[dyno(table = "Book", key = "ID")]
pub(crate) struct Book {
    pub(crate) saves: Vec<u64>,
    pub(crate) note: u64,
    #[dyno(shard)]
    pub(crate) left: Left,
    #[dyno(shard)]
    pub(crate) right: Option<Right>,
}

#[derive(DyObject, Clone, Debug, PartialEq, Eq)]
#[dyno(table = "Left", key = "IDX")]
pub(crate) struct Left {
    pub(crate) saves: Vec<u64>,
    pub(crate) note: u64,
}

#[derive(DyObject, Clone, Debug, PartialEq, Eq)]
#[dyno(table = "Right", key = "IDX")]
pub(crate) struct Right {
    pub(crate) saves: Vec<u64>,
    pub(crate) note: u64,
}

/// One item of a book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Root,
    Left,
    Right,
}

impl Book {
    /// Enters a save in one item; the right one is made if it is not there.
    fn enter(&mut self, part: Part, operation: u64) {
        match part {
            Part::Root => self.saves.push(operation),
            Part::Left => self.left.saves.push(operation),
            Part::Right => {
                let fresh = || Right {
                    saves: Vec::new(),
                    note: 0,
                };
                let right = self.right.get_or_insert_with(fresh);
                right.saves.push(operation);
            }
        }
    }

    /// The place of a part's note; nothing, if the book has no such part.
    fn note(&mut self, part: Part) -> Option<&mut u64> {
        match part {
            Part::Root => Some(&mut self.note),
            Part::Left => Some(&mut self.left.note),
            Part::Right => self.right.as_mut().map(|right| &mut right.note),
        }
    }
}

impl Work for Book {
    type Place = Part;

    fn by(operation: u64, random: &mut Random) -> Self {
        let (saves, note) = (vec![operation], 0);
        Self {
            saves: saves.clone(),
            note,
            left: Left {
                saves: saves.clone(),
                note,
            },
            right: random.percent(60).then_some(Right { saves, note }),
        }
    }

    fn change(&mut self, operation: u64, random: &mut Random) {
        let chosen = 1 + random.below(7);
        for (bit, part) in Part::ALL.into_iter().enumerate() {
            if chosen & (1 << bit) != 0 {
                self.enter(part, operation);
            }
        }
        if self.right.is_some() && random.percent(15) {
            self.right = None;
            self.enter(Part::Root, operation);
        }
    }

    fn of(items: &Items) -> Option<Self> {
        let item = |table| items.iter().find(|(place, _)| place.table == table);
        let (_, root) = item("Book")?;
        let left = item("Left").map(|(_, item)| Left {
            saves: saves(item),
            note: number(item.get("note")),
        });
        let right = item("Right").map(|(_, item)| Right {
            saves: saves(item),
            note: number(item.get("note")),
        });
        Some(Self {
            saves: saves(root),
            note: number(root.get("note")),
            left: left?,
            right,
        })
    }

    fn place(random: &mut Random) -> Part {
        Part::ALL[random.below(3)]
    }

    fn path(part: Part) -> String {
        let path = match part {
            Part::Root => "note",
            Part::Left => "left.note",
            Part::Right => "right.note",
        };
        path.to_owned()
    }

    fn memory(part: Part) -> Memory {
        match part {
            Part::Root => Memory::FourEtags,
            Part::Left | Part::Right => Memory::Token,
        }
    }

    fn written(&self, part: Part, value: u64, _: &[&Self]) -> Vec<Self> {
        let mut book = self.clone();
        let note = book.note(part).map(|note| *note = value);
        note.map(|()| book).into_iter().collect()
    }

    fn lacks(part: Part, among: &[&Self]) -> bool {
        part == Part::Right && among.iter().any(|book| book.right.is_none())
    }
}

impl Part {
    const ALL: [Self; 3] = [Self::Root, Self::Left, Self::Right];
}

impl std::fmt::Display for Book {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (saves, left) = (&self.saves, &self.left);
        write!(
            formatter,
            "{saves:?}{} left {:?}{}",
            self.note, left.saves, left.note
        )?;
        match &self.right {
            Some(right) => write!(formatter, " right {:?}{}", right.saves, right.note),
            None => Ok(()),
        }
    }
}
