use std::error::Error as StdError;
use std::fmt;

use crate::error::{Error, ErrorKind, SaveError};
use crate::store::reseal::Failure;
use crate::store::saved::Saved;

/// A batch of which something is left over: what came of each part, in the order in which they were given. Nothing is lost.
///
/// `D` is what a part gives that was done, `L` what is left of one that was not: the object that was to be saved, or the key, with
/// why. It converts into [`Error`] with `?`, which is that of the first part that is left.
pub struct BatchError<D, L = Failure> {
    results: Vec<Result<D, L>>,
    error: Error,
    part: Option<usize>,
}

/// Of a batch that loads.
pub(super) type LeftToLoad<T> = BatchError<Option<Saved<T>>>;

impl<D, L> BatchError<D, L> {
    /// What came of each part, in the order in which they were given.
    pub fn results(&self) -> &[Result<D, L>] {
        &self.results
    }

    /// What came of each part, in the order in which they were given.
    pub fn into_results(self) -> Vec<Result<D, L>> {
        self.results
    }

    /// What is left over.
    pub fn left(&self) -> impl Iterator<Item = &L> {
        self.results.iter().filter_map(|part| part.as_ref().err())
    }

    /// What is left over.
    pub fn into_left(self) -> Vec<L> {
        self.into_parts().1
    }

    /// What was done, and what is left over.
    pub fn into_parts(self) -> (Vec<D>, Vec<L>) {
        let (mut done, mut left) = (Vec::new(), Vec::new());
        for part in self.results {
            match part {
                Ok(part) => done.push(part),
                Err(part) => left.push(part),
            }
        }
        (done, left)
    }

    /// What went wrong with the first part that is left over; if the batch was refused, with the first that is to blame.
    pub fn kind(&self) -> ErrorKind {
        self.error.kind()
    }

    /// Which part that is, counted from zero in the order in which they were given; `None` if the batch is refused and has no part.
    pub fn part(&self) -> Option<usize> {
        self.part
    }

    /// What went wrong with that part, without what is left of it.
    pub fn error(&self) -> &Error {
        &self.error
    }
}

/// What is left of a part of a batch.
pub(super) trait Leftover {
    fn why(&self) -> &Error;
}

impl Leftover for Failure {
    fn why(&self) -> &Error {
        self.error()
    }
}

impl<T> Leftover for SaveError<T> {
    fn why(&self) -> &Error {
        self.error()
    }
}

/// Nothing was done, of a part that may have asked for nothing.
pub(super) fn none_of<D, L: Leftover>(
    left: Vec<L>,
    of_all: Option<Error>,
) -> Result<Vec<D>, BatchError<D, L>> {
    match (left.is_empty(), of_all) {
        (true, Some(error)) => Err(BatchError {
            results: Vec::new(),
            error,
            part: None,
        }),
        _ => all_of(left.into_iter().map(Err).collect()),
    }
}

/// What was done, if all was.
pub(super) fn all_of<D, L: Leftover>(
    results: Vec<Result<D, L>>,
) -> Result<Vec<D>, BatchError<D, L>> {
    let left = || {
        let parts = results.iter().enumerate();
        parts.filter_map(|(at, part)| Some((at, part.as_ref().err()?.why())))
    };
    let to_blame = left().find(|(_, why)| why.kind() != ErrorKind::BatchRefused);
    let Some((at, why)) = to_blame.or_else(|| left().next()) else {
        return Ok(results.into_iter().flatten().collect());
    };
    let error = why.twin().of_key(why.key());
    let error = match (left().count(), results.len()) {
        (1, 1) => error,
        (left, all) => error.and(&format!(
            " (part {} of {all} in the batch; left over: {left})",
            at + 1
        )),
    };
    Err(BatchError {
        results,
        error,
        part: Some(at),
    })
}

impl<D, L> fmt::Display for BatchError<D, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl<D, L> fmt::Debug for BatchError<D, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.error, f)
    }
}

impl<D, L> StdError for BatchError<D, L> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.error.source()
    }
}

impl<D, L> From<BatchError<D, L>> for Error {
    fn from(error: BatchError<D, L>) -> Self {
        error.error
    }
}

/// Why nothing of a part of a batch was sent.
#[derive(Default)]
pub(super) struct Refusal {
    /// What is wrong with the part, whatever it asks for.
    pub(super) of_all: Option<Error>,
    /// Of each object: what is wrong with it, or that another is to blame.
    pub(super) of_each: Vec<Error>,
}

/// Why nothing of a part of a batch is sent; `explained` names an object with which nothing is wrong.
pub(super) fn refusals<K>(
    objects: impl IntoIterator<Item = Result<K, Error>>,
    of_all: Option<Error>,
    explained: impl Fn(K, Error) -> Error,
) -> Refusal {
    let refusal = |object: Result<K, Error>| match object {
        Ok(object) => explained(
            object,
            Error::new(
                ErrorKind::BatchRefused,
                "nothing was sent, because another part of the batch is refused; mend that one, or leave it out",
            ),
        ),
        Err(error) => error,
    };
    Refusal {
        of_all,
        of_each: objects.into_iter().map(refusal).collect(),
    }
}
