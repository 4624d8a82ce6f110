//! What clients asked for, what they were told, and what was stored meanwhile.

use std::fmt;

use dyno::ErrorKind;

use crate::book::{Book, Part};

/// A history of one object.
#[derive(Debug, Default)]
pub(crate) struct History {
    /// The object at first.
    pub(crate) first: Option<Book>,
    /// Every change of the stored items, in order.
    pub(crate) commits: Vec<Stored>,
    /// Every operation, in the order of their beginnings.
    pub(crate) operations: Vec<Operation>,
}

/// The object after one change of its items.
#[derive(Debug)]
pub(crate) struct Stored {
    /// The operation that asked for the change.
    pub(crate) by: u64,
    pub(crate) book: Option<Book>,
    /// What the format does not allow.
    pub(crate) wrong: Vec<String>,
}

/// One operation of a client.
#[derive(Debug)]
pub(crate) struct Operation {
    /// The number of its client, two zeros, and its own: 203 is the third of client 2.
    pub(crate) number: u64,
    pub(crate) call: Call,
    /// How many commits there were when it began.
    pub(crate) began: usize,
    /// How many commits there were when it ended.
    pub(crate) ended: usize,
    pub(crate) outcome: Outcome,
}

#[derive(Debug)]
pub(crate) enum Call {
    Delete,
    DeleteAsLoaded { base: Book },
    Insert { wanted: Book },
    Load,
    Put { wanted: Book },
    Save { base: Book, wanted: Book },
    WritePath { part: Part, value: u64 },
}

#[derive(Debug)]
pub(crate) enum Outcome {
    /// The client stopped before it was told.
    Died,
    Done,
    Failed(ErrorKind, String),
    Loaded(Book),
}

impl History {
    /// The object after so many commits.
    pub(crate) fn state(&self, commits: usize) -> Option<&Book> {
        match commits.checked_sub(1) {
            None => self.first.as_ref(),
            Some(last) => self.commits.get(last)?.book.as_ref(),
        }
    }
}

impl fmt::Display for History {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let show =
            |book: Option<&Book>| book.map_or_else(|| "nothing".to_owned(), ToString::to_string);
        for at in 0..=self.commits.len() {
            let by = at.checked_sub(1).and_then(|last| self.commits.get(last));
            let by = by.map_or_else(
                || "at first".to_owned(),
                |commit| format!("by {}", commit.by),
            );
            writeln!(formatter, "state {at} {by}: {}", show(self.state(at)))?;
            for operation in self.operations.iter().filter(|one| one.began == at) {
                writeln!(formatter, "    {operation}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {} ", self.number, self.call)?;
        match &self.outcome {
            Outcome::Died => write!(formatter, "died")?,
            Outcome::Done => write!(formatter, "succeeded")?,
            Outcome::Failed(kind, why) => write!(formatter, "failed: {kind:?}: {why}")?,
            Outcome::Loaded(book) => write!(formatter, "brought {book}")?,
        }
        write!(formatter, " (states {} to {})", self.began, self.ended)
    }
}

impl fmt::Display for Call {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Delete => write!(formatter, "delete"),
            Self::DeleteAsLoaded { base } => write!(formatter, "delete as loaded: {base}"),
            Self::Insert { wanted } => write!(formatter, "insert {wanted}"),
            Self::Load => write!(formatter, "load"),
            Self::Put { wanted } => write!(formatter, "put {wanted}"),
            Self::Save { base, wanted } => write!(formatter, "save {wanted} over {base}"),
            Self::WritePath { part, value } => write!(formatter, "write {}={value}", part.path()),
        }
    }
}
