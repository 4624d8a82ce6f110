//! Pages of objects that are one item each, which holds what the fields say.

use dyno_value::Item;

use super::walk::Walk;
use crate::shape::Stored;
use crate::store::saved::Saved;

impl Walk {
    /// The objects of these items, if each is one that is given back; gives them back if any takes a closer look.
    pub(super) fn verbatim_objects<T: Stored>(
        &self,
        items: Vec<Item>,
    ) -> Result<Vec<Saved<T>>, Vec<Item>> {
        let gives_all = self.wanted.is_none_or(|wanted| items.len() <= wanted)
            && self.expiry.is_none()
            && self.keys.finds_whole_items();
        let verbatim = self.operation.verbatim().filter(|_| gives_all);
        let Some(verbatim) = verbatim else {
            return Err(items);
        };
        if !items.iter().all(|item| verbatim.is(item)) {
            return Err(items);
        }
        let mut objects = Vec::with_capacity(items.len());
        let mut items = items.into_iter();
        while let Some(item) = items.next() {
            match Saved::of_known_verbatim(&self.operation, item) {
                Ok(object) => objects.push(object),
                Err(item) => {
                    let read = objects.into_iter().map(Saved::into_item);
                    return Err(read.chain([item]).chain(items).collect());
                }
            }
        }
        Ok(objects)
    }
}
