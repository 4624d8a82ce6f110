//! Pages of objects that are one item each, which holds what the fields say.

use dyno_value::Item;

use super::walk::Walk;
use crate::shape::Stored;
use crate::store::reseal::Failure;
use crate::store::saved::Saved;

/// The objects of a page, and what could not be read.
type Objects<T> = (Vec<Saved<T>>, Vec<Failure>);

impl Walk {
    /// The objects of these items, if each is one that is given back; gives the items back if any takes a closer look.
    pub(super) fn verbatim_objects<T: Stored>(
        &self,
        items: Vec<Item>,
    ) -> Result<Objects<T>, Vec<Item>> {
        let operation = &self.operation;
        let gives_all = self.wanted.is_none_or(|wanted| items.len() <= wanted)
            && self.expiry.is_none()
            && self.keys.finds_whole_items();
        match operation.verbatim().filter(|_| gives_all) {
            Some(verbatim) if items.iter().all(|item| verbatim.is(item)) => {}
            _ => return Err(items),
        }
        let mut objects = Vec::with_capacity(items.len());
        let mut failures = Vec::new();
        for item in items {
            match Saved::of_verbatim(operation, None, item) {
                Ok(object) => objects.push(object),
                Err((key, error)) => failures.push(Failure::new(key, error).explained(operation)),
            }
        }
        Ok((objects, failures))
    }
}
