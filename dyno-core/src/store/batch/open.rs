//! From what was read to objects of a type.

use futures_util::future::join_all;

use super::error::{LeftToLoad, Refusal, all_of, none_of};
use super::read::{Answered, Whole};
use crate::error::{ErrorKind, Result};
use crate::shape::Stored;
use crate::store::operation::Operation;
use crate::store::reseal::Failure;
use crate::store::saved::Saved;
use crate::store::select::opened;
use crate::store::shards::Shards;

/// Opens every object, in the order of the keys, so many at the same time.
pub(super) async fn open_all<T: Stored>(
    answered: Answered,
    at_once: usize,
) -> Result<Vec<Option<Saved<T>>>, LeftToLoad<T>> {
    let (operation, shards, objects) = match answered {
        Answered::Read(operation, shards, objects) => (operation, shards, objects),
        Answered::Refused(keys, Refusal { of_all, of_each }) => {
            let left = keys.into_iter().zip(of_each);
            let left = left.map(|(key, error)| Failure::new(key, error));
            return none_of(left.collect(), of_all);
        }
    };
    let operation = &operation;
    let mut all = Vec::with_capacity(objects.len());
    let mut objects = objects.into_iter().peekable();
    while objects.peek().is_some() {
        let some = objects.by_ref().take(at_once.max(1));
        let some = some.map(|(key, whole)| async move {
            let object = match whole {
                Ok(Some(whole)) => open(operation, shards, whole).await,
                Ok(None) => Ok(None),
                Err(error) => Err(error),
            };
            object.map_err(|error| Failure::new(key, error).explained(operation))
        });
        all.extend(join_all(some).await);
    }
    all_of(all)
}

async fn open<T: Stored>(
    operation: &Operation,
    shards: Shards,
    whole: Whole,
) -> Result<Option<Saved<T>>> {
    let Whole {
        root,
        items,
        at_once,
    } = whole;
    if at_once && let Some(error) = root.misfit(operation, shards, &items)? {
        return Err(error);
    }
    if let Some(snapshot) = root.fitted(operation, shards, items)? {
        return opened(operation, root, shards, snapshot).await.map(Some);
    }
    // Somebody saved between the root and its shards.
    match Box::pin(Saved::load(operation, root.key, shards, true)).await {
        Ok(object) => Ok(Some(object)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
