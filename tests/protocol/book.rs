//! The object of the histories: each of its items says which operations wrote it.

use dyno::DyObject;

use crate::database::{AttributeValue, Item, Items};

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
    /// A book made by one operation.
    pub(crate) fn by(operation: u64, has_right: bool) -> Self {
        let (saves, note) = (vec![operation], 0);
        Self {
            saves: saves.clone(),
            note,
            left: Left {
                saves: saves.clone(),
                note,
            },
            right: has_right.then_some(Right { saves, note }),
        }
    }

    /// Enters a save in one item; the right one is made if it is not there.
    pub(crate) fn enter(&mut self, part: Part, operation: u64) {
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
    pub(crate) fn note(&mut self, part: Part) -> Option<&mut u64> {
        match part {
            Part::Root => Some(&mut self.note),
            Part::Left => Some(&mut self.left.note),
            Part::Right => self.right.as_mut().map(|right| &mut right.note),
        }
    }

    /// The book that these items are, read without the mapper.
    pub(crate) fn of(items: &Items) -> Option<Self> {
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
}

impl Part {
    pub(crate) const ALL: [Self; 3] = [Self::Root, Self::Left, Self::Right];

    /// The path of the part's note.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Root => "note",
            Self::Left => "left.note",
            Self::Right => "right.note",
        }
    }
}

fn saves(item: &Item) -> Vec<u64> {
    match item.get("saves") {
        Some(AttributeValue::L(list)) => list.iter().map(|number_| number(Some(number_))).collect(),
        _ => Vec::new(),
    }
}

fn number(value: Option<&AttributeValue>) -> u64 {
    match value {
        Some(AttributeValue::N(number)) => number.parse().unwrap(),
        _ => 0,
    }
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
