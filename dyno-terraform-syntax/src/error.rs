//! Why a file is refused, and where.

use std::error::Error;
use std::fmt;

/// What kind of mistake a [`ReadError`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReadErrorKind {
    /// The file or directory cannot be read.
    Io,
    /// The text is not of the language.
    Syntax,
    /// An expression cannot be evaluated here.
    NotEvaluated,
    /// An argument or block that is not known, or has no place in a specification.
    NotSupported,
    /// A value of another type, or one that no table can have.
    Invalid,
}

/// Why a file was not read: where, what is wrong, and what to do about it.
///
/// It prints as compilers do, `file:line:column: what is wrong; what to do`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    kind: ReadErrorKind,
    file: String,
    position: Option<(usize, usize)>,
    why: String,
}

impl ReadError {
    pub(crate) fn new(kind: ReadErrorKind, file: &str, why: impl Into<String>) -> Self {
        Self {
            kind,
            file: file.to_owned(),
            position: None,
            why: why.into(),
        }
    }

    pub(crate) fn at(mut self, position: Option<(usize, usize)>) -> Self {
        self.position = position;
        self
    }

    /// What kind of mistake it is.
    pub fn kind(&self) -> ReadErrorKind {
        self.kind
    }

    /// The file, as it was named.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The line, from 1, if the mistake has a place in the file.
    pub fn line(&self) -> Option<usize> {
        self.position.map(|(line, _)| line)
    }

    /// The column in letters, from 1, if the mistake has a place in the file.
    pub fn column(&self) -> Option<usize> {
        self.position.map(|(_, column)| column)
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            kind: _,
            file,
            position,
            why,
        } = self;
        match position {
            Some((line, column)) => write!(f, "{file}:{line}:{column}: {why}"),
            None => write!(f, "{file}: {why}"),
        }
    }
}

impl Error for ReadError {}

pub(crate) type Result<T> = std::result::Result<T, ReadError>;
