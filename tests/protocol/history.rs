//! What clients asked for, what they were told, and what was stored meanwhile.

use std::fmt;

use dyno::ErrorKind;

use crate::work::Work;

/// A history of one object.
#[derive(Debug)]
pub(crate) struct History<T: Work> {
    /// The object at first.
    pub(crate) first: Option<T>,
    /// Every change of the stored items, in order.
    pub(crate) commits: Vec<Stored<T>>,
    /// Every operation, in the order of their beginnings.
    pub(crate) operations: Vec<Operation<T>>,
}

/// The object after one change of its items.
#[derive(Debug)]
pub(crate) struct Stored<T> {
    /// The operation that asked for the change.
    pub(crate) by: u64,
    pub(crate) object: Option<T>,
    /// What the format does not allow.
    pub(crate) wrong: Vec<String>,
}

/// One operation of a client.
#[derive(Debug)]
pub(crate) struct Operation<T: Work> {
    /// The number of its client, two zeros, and its own: 203 is the third of client 2.
    pub(crate) number: u64,
    pub(crate) call: Call<T>,
    /// How many commits there were when it began.
    pub(crate) began: usize,
    /// How many commits there were when it ended.
    pub(crate) ended: usize,
    pub(crate) outcome: Outcome<T>,
}

#[derive(Debug)]
pub(crate) enum Call<T: Work> {
    Delete,
    DeleteAsLoaded { base: T },
    Insert { wanted: T },
    Load,
    Put { wanted: T },
    Save { base: T, wanted: T },
    WritePath { place: T::Place, value: u64 },
}

#[derive(Debug)]
pub(crate) enum Outcome<T> {
    /// The client stopped before it was told.
    Died,
    Done,
    Failed(ErrorKind, String),
    Loaded(T),
}

impl<T: Work> History<T> {
    /// The object after so many commits.
    pub(crate) fn state(&self, commits: usize) -> Option<&T> {
        match commits.checked_sub(1) {
            None => self.first.as_ref(),
            Some(last) => self.commits.get(last)?.object.as_ref(),
        }
    }
}

impl<T: Work> fmt::Display for History<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let show =
            |object: Option<&T>| object.map_or_else(|| "nothing".to_owned(), ToString::to_string);
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

impl<T: Work> fmt::Display for Operation<T> {
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

impl<T: Work> fmt::Display for Call<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Delete => write!(formatter, "delete"),
            Self::DeleteAsLoaded { base } => write!(formatter, "delete as loaded: {base}"),
            Self::Insert { wanted } => write!(formatter, "insert {wanted}"),
            Self::Load => write!(formatter, "load"),
            Self::Put { wanted } => write!(formatter, "put {wanted}"),
            Self::Save { base, wanted } => write!(formatter, "save {wanted} over {base}"),
            Self::WritePath { place, value } => {
                write!(formatter, "write {}={value}", T::path(*place))
            }
        }
    }
}
