//! Pages of objects that are one item each, which holds what the fields say.

use dyno_value::Item;

use super::complete::complete;
use super::found::other_keys;
use super::walk::Walk;
use crate::error::{Error, Result};
use crate::key::Key;
use crate::plan::Verbatim;
use crate::shape::Stored;
use crate::store::operation::Operation;
use crate::store::reseal::Failure;
use crate::store::saved::{Saved, key_in};

/// The objects of a page, and what could not be read.
type Objects<T> = (Vec<Saved<T>>, Vec<Failure>);

impl Walk {
    /// Tells items that hold what the fields say, where so many items are given back whatever is in them.
    pub(super) fn verbatim(&self, items: usize) -> Option<Verbatim> {
        let gives_all = self.wanted.is_none_or(|wanted| items <= wanted)
            && self.expiry.is_none()
            && self.keys().finds_whole_items();
        self.operation.verbatim().filter(|_| gives_all).copied()
    }

    /// The objects of these items. One that takes a closer look gets it by itself, which takes no further request: the type has no
    /// shards.
    pub(super) async fn verbatim_objects<T: Stored>(
        &self,
        verbatim: Verbatim,
        items: Vec<Item>,
    ) -> Result<Objects<T>> {
        let operation = &self.operation;
        let options = operation.options();
        let mut objects = Vec::with_capacity(items.len());
        let mut failures = Vec::new();
        for mut item in items {
            let give = |object| objects.push(object);
            let failed = match Saved::of_verbatim(&verbatim, &options, &mut item, give) {
                Ok(true) => taken_back_if_wrong(&mut objects, operation),
                Ok(false) => {
                    let read = Box::pin(self.look_closer(item)).await?;
                    objects.extend(read.0);
                    failures.extend(read.1);
                    None
                }
                Err(error) => Some((key_in::<T>(&item), error)),
            };
            if let Some((key, error)) = failed {
                if let Err(why) = operation.place_in_table(&key) {
                    let why = other_keys(operation.topology.table, &why.to_string());
                    return Err(operation.explain(None)(why));
                }
                failures.push(Failure::new(key, error).explained(operation));
            }
        }
        Ok((objects, failures))
    }

    async fn look_closer<T: Stored>(&self, item: Item) -> Result<Objects<T>> {
        let sorted = self.sorted(vec![item], usize::MAX).await;
        let sorted = sorted.map_err(self.operation.explain(None))?;
        complete::<T>(&self.operation, sorted, self.options.consistent).await
    }
}

/// Why the last object is none, after all.
fn taken_back_if_wrong<T: Stored>(
    objects: &mut Vec<Saved<T>>,
    operation: &Operation,
) -> Option<(Key, Error)> {
    let error = objects.last_mut()?.check(operation).err()?;
    let wrong = objects.pop()?;
    Some((wrong.key().clone(), error))
}
