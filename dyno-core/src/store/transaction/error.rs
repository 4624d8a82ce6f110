use std::error::Error as StdError;
use std::fmt;

use dyno_value::Item;

use super::send::{Failed, Refused};
use crate::error::{Error, ErrorKind, Result};
use crate::key::Key;
use crate::shape::Stored;
use crate::store::operation::Operation;
use crate::store::saved::Saved;
use crate::store::select::{Root, opened};
use crate::store::shards::Shards;

/// A transaction that wrote nothing, or of which that is not known: which objects were in the way, and why. Nothing is lost.
///
/// `G` is what was given to be inserted or put, a tuple. It converts into [`Error`] with `?`, which is that of the first object that
/// was in the way, with its type and key.
pub struct TransactionError<G = ()> {
    error: Error,
    failures: Vec<TransactionFailure>,
    keys: Vec<Option<Key>>,
    given: G,
}

impl<G> TransactionError<G> {
    pub(super) fn new(refused: Refused, given: G) -> Self {
        let failure = |failed: Failed| TransactionFailure {
            part: failed.part,
            error: failed.error,
            operation: failed.operation,
            standing: failed.standing,
        };
        let failures: Vec<_> = refused.failures.into_iter().map(failure).collect();
        let first = failures.first();
        let error = refused
            .error
            .or_else(|| first.map(|first| first.error.twin().of_key(first.key())));
        let error = error.unwrap_or_else(crate::commit::unknown);
        let error = match failures.len() {
            0 | 1 => error,
            2 => error.and(" (another part of the transaction is in the way, too)"),
            more => error.and(&format!(
                " ({} other parts of the transaction are in the way, too)",
                more - 1
            )),
        };
        Self {
            error,
            failures,
            keys: refused.keys,
            given,
        }
    }

    /// What went wrong with the first object that was in the way.
    pub fn kind(&self) -> ErrorKind {
        self.error.kind()
    }

    /// The error without the objects.
    pub fn error(&self) -> &Error {
        &self.error
    }

    /// What was wrong with each object that was in the way, in the order in which they were given. Empty if it was not one object's
    /// doing.
    pub fn failures(&self) -> &[TransactionFailure] {
        &self.failures
    }

    /// Under which key each part was to be written, in the order in which they were added; `None` for one that did not get as far as
    /// that. A key that was made up is here and nowhere else: after [`OutcomeUnknown`](ErrorKind::OutcomeUnknown) give the object with
    /// it to the next try, or it may be stored twice. A [`Slot`](crate::transaction::Slot) keeps it by itself.
    pub fn keys(&self) -> &[Option<Key>] {
        &self.keys
    }

    /// The objects that were to be inserted or put, as they were given.
    pub fn given(&self) -> &G {
        &self.given
    }

    /// The objects that were to be inserted or put, as they were given.
    pub fn into_given(self) -> G {
        self.given
    }
}

/// What was wrong with one part of a transaction.
pub struct TransactionFailure {
    part: usize,
    error: Error,
    operation: Option<Operation>,
    standing: Option<Item>,
}

impl TransactionFailure {
    /// Which part, counted from zero in the order in which they were added. Each object of
    /// [`insert_all`](crate::Transaction::insert_all) is one.
    pub fn part(&self) -> usize {
        self.part
    }

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.error.kind()
    }

    /// Why, with type and key of the object.
    pub fn error(&self) -> &Error {
        &self.error
    }

    /// The object's type, as it is named in Rust.
    pub fn object(&self) -> Option<&str> {
        self.error.object()
    }

    /// The object's key.
    pub fn key(&self) -> Option<&Key> {
        self.error.key()
    }

    /// The item that stood where the root of the object stands, as it is stored, if it was in the way.
    pub fn standing_item(&self) -> Option<&Item> {
        self.standing.as_ref()
    }

    /// The object that stood there, decoded and ready to be changed and saved; `None` if there was none in the way. Sends nothing.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::TypeMismatch`]: it is of another type. [`ErrorKind::InvalidShape`]: it has shards, which the answer does not
    /// bring; load it. Those of opening it: [`ErrorKind::NotDecrypted`], [`ErrorKind::DoesNotFit`], and the like.
    pub async fn standing<T: Stored>(&self) -> Result<Option<Saved<T>>> {
        let (Some(operation), Some(item), Some(key)) =
            (&self.operation, &self.standing, self.error.key())
        else {
            return Ok(None);
        };
        let object = async {
            let topology = operation.store.topology(T::SHAPE)?;
            if topology.root.identity() != operation.topology.root.identity() {
                let why = format!(
                    "the object that stood there was asked for as `{}`",
                    topology.root.name()
                );
                return Err(Error::new(ErrorKind::TypeMismatch, why));
            }
            let address = operation.root(key)?;
            let Some(root) = Root::at(operation, key.clone(), address, item.clone())? else {
                return Ok(None);
            };
            if !root.places(operation, Shards::AsDeclared)?.is_empty() {
                let why = "the object that stood there has shards, and a refused transaction brings its root only; load it";
                return Err(Error::new(ErrorKind::InvalidShape, why));
            }
            let snapshot = root.fitted(
                operation,
                Shards::AsDeclared,
                std::collections::BTreeMap::new(),
            )?;
            match snapshot {
                Some(snapshot) => opened(operation, root, Shards::AsDeclared, snapshot)
                    .await
                    .map(Some),
                None => Ok(None),
            }
        };
        object.await.map_err(operation.explain(Some(key)))
    }
}

/// Without what stood there, which may be secret.
impl fmt::Debug for TransactionFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransactionFailure")
            .field("part", &self.part)
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for TransactionFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl<G> fmt::Display for TransactionError<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl<G> fmt::Debug for TransactionError<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.error, f)
    }
}

impl<G> StdError for TransactionError<G> {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.error.source()
    }
}

impl<G> From<TransactionError<G>> for Error {
    fn from(error: TransactionError<G>) -> Self {
        error.error
    }
}
