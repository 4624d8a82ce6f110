//! What can go wrong, said for the person who must act on it.

mod kind;

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use dyno_value::FieldPath;

pub use kind::ErrorKind;

use crate::key::Key;

/// The result of an operation on a store.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An operation that did not do what was asked: which object, where in it, why, and what to do next.
///
/// [`kind`](Self::kind) is there to match on; the place is data. The failure below, if there is one, is the
/// [`source`](StdError::source), and its text is not repeated in this one's.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: String,
    operation: Option<&'static str>,
    object: Option<&'static str>,
    key: Option<Key>,
    /// Whether the key would show what is secret.
    hides_key: bool,
    path: Option<FieldPath>,
    table: Option<String>,
    holder: Option<Key>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            operation: None,
            object: None,
            key: None,
            hides_key: false,
            path: None,
            table: None,
            holder: None,
            source: None,
        }))
    }

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The operation: `save`, `load`, ...
    pub fn operation(&self) -> Option<&str> {
        self.0.operation
    }

    /// The object's type, as it is named in Rust.
    pub fn object(&self) -> Option<&str> {
        self.0.object
    }

    /// The object's key.
    pub fn key(&self) -> Option<&Key> {
        self.0.key.as_ref()
    }

    /// The field.
    pub fn path(&self) -> Option<&FieldPath> {
        self.0.path.as_ref()
    }

    /// The table.
    pub fn table(&self) -> Option<&str> {
        self.0.table.as_deref()
    }

    /// The object that has the value that was to be unique, of [`NotUnique`](ErrorKind::NotUnique).
    pub fn holder(&self) -> Option<&Key> {
        self.0.holder.as_ref()
    }

    pub(crate) fn held_by(mut self, holder: Option<Key>) -> Self {
        self.0.holder = holder;
        self
    }

    pub(crate) fn with_source(
        mut self,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        self.0.source = Some(source.into().into());
        self
    }

    pub(crate) fn at_path(mut self, path: FieldPath) -> Self {
        self.0.path = Some(path);
        self
    }

    pub(crate) fn in_table(mut self, table: impl Into<String>) -> Self {
        self.0.table = Some(table.into());
        self
    }

    /// The same error once more, of another object: without the key.
    pub(crate) fn twin(&self) -> Self {
        let Inner {
            kind,
            message,
            operation,
            object,
            key: _,
            hides_key,
            path,
            table,
            holder,
            source,
        } = &*self.0;
        Self(Box::new(Inner {
            kind: *kind,
            message: message.clone(),
            operation: *operation,
            object: *object,
            key: None,
            hides_key: *hides_key,
            path: path.clone(),
            table: table.clone(),
            holder: holder.clone(),
            source: source.clone(),
        }))
    }

    /// The same error of the object with this key.
    pub(crate) fn of_key(mut self, key: Option<&Key>) -> Self {
        self.0.key = key.filter(|_| !self.0.hides_key).cloned();
        self
    }

    /// The same error, which will not tell the key: it would show what is secret.
    pub(crate) fn hiding_key(mut self) -> Self {
        self.0.hides_key = true;
        self
    }

    /// The same error with more to say.
    pub(crate) fn and(mut self, more: &str) -> Self {
        self.0.message.push_str(more);
        self
    }

    /// Names the operation, of no object alone.
    pub(crate) fn during(mut self, operation: &'static str) -> Self {
        self.0.operation.get_or_insert(operation);
        self
    }

    /// Names the operation and object, if no inner layer did.
    pub(crate) fn of(
        mut self,
        operation: &'static str,
        object: &'static str,
        key: Option<&Key>,
    ) -> Self {
        self.0.operation.get_or_insert(operation);
        self.0.object.get_or_insert(object);
        if self.0.key.is_none() && !self.0.hides_key {
            self.0.key = key.cloned();
        }
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner {
            kind: _,
            message,
            operation,
            object,
            key,
            path,
            table: _,
            holder: _,
            source: _,
            hides_key: _,
        } = &*self.0;
        if let Some(operation) = operation {
            write!(f, "{operation}")?;
            if let Some(object) = object {
                write!(f, " `{object}`")?;
            }
            if let Some(key) = key {
                write!(f, " with key `{key}`")?;
            }
            f.write_str(": ")?;
        }
        if let Some(path) = path.as_ref().filter(|path| !path.is_root()) {
            match object {
                Some(object) => write!(f, "field `{object}.{path}`: ")?,
                None => write!(f, "field `{path}`: ")?,
            }
        }
        f.write_str(message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {self}", self.0.kind)?;
        let mut cause = self.source();
        while let Some(error) = cause {
            write!(f, "\n  caused by: {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0
            .source
            .as_deref()
            .map(|source| source as &(dyn StdError + 'static))
    }
}

impl From<dyno_value::ValueError> for Error {
    fn from(error: dyno_value::ValueError) -> Self {
        let (path, cause) = error.into_parts();
        Self::new(ErrorKind::InvalidValue, cause.to_string()).at_path(path)
    }
}

impl From<dyno_value::ParsePathError> for Error {
    fn from(error: dyno_value::ParsePathError) -> Self {
        Self::new(ErrorKind::InvalidPath, error.to_string())
    }
}

macro_rules! key_errors {
    ($($error:ty),*) => {
        $(impl From<$error> for Error {
            fn from(error: $error) -> Self {
                Self::new(ErrorKind::KeyRefused, error.to_string())
            }
        })*
    };
}

key_errors!(
    dyno_crypto::KeyError,
    dyno_crypto::KeyringError,
    dyno_crypto::PatternError
);

/// The error of an operation on an object that is not there.
pub(crate) fn not_found() -> Error {
    Error::new(ErrorKind::NotFound, "there is no object with this key")
}

/// The error of a write to a place that the stored object does not have.
pub(crate) fn path_not_found() -> Error {
    Error::new(
        ErrorKind::PathNotFound,
        "the stored object has nothing at this path to write into; nothing was written",
    )
}

/// The error of a write whose `.when(..)` does not hold.
pub(crate) fn condition_failed() -> Error {
    Error::new(
        ErrorKind::ConditionFailed,
        "the stored object is not as `.when(..)` demands; nothing was written",
    )
}

/// The error of a request that the SDK could not put together.
pub(crate) fn incomplete(error: aws_sdk_dynamodb::error::BuildError) -> Error {
    Error::new(ErrorKind::Service, "the request lacks a part").with_source(error)
}

/// A save that failed, with the object that was to be saved: nothing is lost.
///
/// Converts into [`Error`] with `?`.
pub struct SaveError<T> {
    object: T,
    error: Error,
}

impl<T> SaveError<T> {
    pub(crate) fn new(object: T, error: Error) -> Self {
        Self { object, error }
    }

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.error.kind()
    }

    /// The error without the object.
    pub fn error(&self) -> &Error {
        &self.error
    }

    /// The key under which the object was to be saved, if it got as far as that. A key that was made up is here and nowhere else:
    /// after [`OutcomeUnknown`](ErrorKind::OutcomeUnknown) save the object under it, or it may be stored twice.
    pub fn key(&self) -> Option<&Key> {
        self.error.key()
    }

    /// The object, as it was given.
    pub fn object(&self) -> &T {
        &self.object
    }

    /// The object, as it was given.
    pub fn into_object(self) -> T {
        self.object
    }

    /// Both.
    pub fn into_parts(self) -> (T, Error) {
        (self.object, self.error)
    }
}

impl<T> fmt::Display for SaveError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl<T> fmt::Debug for SaveError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.error, f)
    }
}

impl<T> StdError for SaveError<T> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.error.source()
    }
}

impl<T> From<SaveError<T>> for Error {
    fn from(error: SaveError<T>) -> Self {
        error.error
    }
}
