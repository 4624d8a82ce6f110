use std::marker::PhantomData;

use super::operation::{Operation, Options, Pending, common_options};
use super::saved::Saved;
use crate::error::{Error, ErrorKind, Result};
use crate::key::Key;
use crate::plan::Decisions;
use crate::shape::{Stored, read_object};

/// Loads one object.
///
/// Sends one `BatchGetItem` for the root and every shard, or one `GetItem` for an object without shards; one more
/// where a type contains itself. Costs what the items cost: 1 RCU per 4 KB of each item, half of it with
/// [`eventual`](Self::eventual). What is loaded is one committed state of the object, never a mixture of two: if
/// somebody saves in between, the shards that do not fit are read again, at last in a `TransactGetItems`.
///
/// # Errors
///
/// [`ErrorKind::NotFound`], [`ErrorKind::NotDecrypted`], [`ErrorKind::NotEncrypted`], [`ErrorKind::DoesNotFit`],
/// [`ErrorKind::Corrupt`], [`ErrorKind::NewerFormat`], [`ErrorKind::TypeMismatch`], [`ErrorKind::Contended`], and
/// those of the service.
#[derive(Debug)]
#[must_use = "nothing is loaded until it is awaited"]
pub struct Load<T> {
    key: Key,
    eventual: bool,
    options: Options,
    object: PhantomData<fn() -> T>,
}

impl<T: Stored> Load<T> {
    pub(crate) fn new(key: Key) -> Self {
        Self {
            key,
            eventual: false,
            options: Options::default(),
            object: PhantomData,
        }
    }

    common_options!();

    /// Reads at half the cost; the object may be a little old, and is still one committed state.
    pub fn eventual(mut self) -> Self {
        self.eventual = true;
        self
    }

    async fn run(self) -> Result<Saved<T>> {
        let operation = Operation::new::<T>("load", self.options)?;
        load(&operation, self.key.clone(), !self.eventual)
            .await
            .map_err(operation.explain(Some(&self.key)))
    }
}

pub(super) async fn load<T: Stored>(
    operation: &Operation,
    key: Key,
    consistent: bool,
) -> Result<Saved<T>> {
    let loaded = operation.load_tree(&key, consistent, &|_| true).await?;
    let object =
        read_object(loaded.tree).map_err(|error| does_not_fit(error, &loaded.decisions))?;
    Ok(Saved::new(
        object,
        key,
        operation.options(),
        loaded.baseline,
    ))
}

/// Says why a stored value does not become a field: sealed with a key that the loader does not give, or of another
/// type.
pub(super) fn does_not_fit(error: dyno_value::ValueError, decisions: &Decisions) -> Error {
    let (path, cause) = decisions.without_secrets(error).into_parts();
    match decisions.unopened.get(&path) {
        Some(id) => Error::new(
            ErrorKind::NotDecrypted,
            format!("sealed with key `{id}`, which the loader does not give; answer `ConfigLoader::decryption_key`"),
        ),
        None => Error::new(ErrorKind::DoesNotFit, cause.to_string()),
    }
    .at_path(path)
}

impl<T: Stored> IntoFuture for Load<T> {
    type Output = Result<Saved<T>>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
