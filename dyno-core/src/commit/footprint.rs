//! The items of one object as far as they are known: what requests on them are charged for.

use std::collections::BTreeMap;

use dyno_value::{Item, item_size};

use super::cost::Known;
use super::effect;
use super::step::{Action, Request};
use crate::plan::{Address, Range, SortRange};

/// What is known of the items of an object, from reading them or from writing them. Where nothing is noted, nothing
/// stands.
#[derive(Clone, Debug, Default)]
pub(crate) struct Footprint {
    items: BTreeMap<Address, Standing>,
    /// Whether what stands between the object's own items was seen too.
    surroundings: bool,
}

#[derive(Clone, Debug)]
enum Standing {
    Bytes(usize),
    /// An item that is updated in part, so that its size alone would not tell what an update leaves.
    Whole(Item),
    Unknown,
}

impl Footprint {
    /// What was read: these items and nothing else.
    pub(crate) fn read<'a>(items: impl IntoIterator<Item = (&'a Address, &'a Item)>) -> Self {
        let sized = |(address, item): (&Address, &Item)| {
            (address.clone(), Standing::Bytes(item_size(item)))
        };
        Self {
            items: items.into_iter().map(sized).collect(),
            surroundings: true,
        }
    }

    /// Adds an item that was read with the others.
    pub(crate) fn note_read(&mut self, address: Address, item: &Item) {
        let standing = Standing::Bytes(item_size(item));
        self.items.insert(address, standing);
    }

    /// Keeps the whole of an item that is updated in part.
    pub(crate) fn note_whole(&mut self, address: Address, item: &Item) {
        let standing = Standing::Whole(item.clone());
        self.items.insert(address, standing);
    }

    /// Says that something may stand at a place that was not read.
    pub(crate) fn note_unread(&mut self, address: Address) {
        self.items.entry(address).or_insert(Standing::Unknown);
    }

    /// Adds what was read later.
    pub(crate) fn add(&mut self, later: Self) {
        for (address, standing) in later.items {
            match standing {
                Standing::Unknown => self.note_unread(address),
                known => {
                    self.items.insert(address, known);
                }
            }
        }
    }

    /// Follows a request that was applied; `whole` tells the items that are updated in part later.
    pub(crate) fn apply(&mut self, request: &Request, whole: &dyn Fn(&Address) -> bool) {
        for action in request.actions() {
            let address = action.address();
            let standing = match action {
                Action::Check { .. } => continue,
                Action::Delete { .. } => {
                    self.items.remove(address);
                    continue;
                }
                Action::Put { item, .. } if whole(address) => Standing::Whole((**item).clone()),
                Action::Put { item, .. } => Standing::Bytes(item_size(item)),
                Action::Update { expressions, .. } => match self.known(address) {
                    Known::Item(before) => effect::updated(before, expressions)
                        .map_or(Standing::Unknown, Standing::Whole),
                    Known::Absent | Known::Bytes(_) | Known::Unknown => Standing::Unknown,
                },
            };
            self.items.insert(address.clone(), standing);
        }
    }

    fn known(&self, address: &Address) -> Known<'_> {
        self.items
            .get(address)
            .map_or(Known::Absent, Standing::known)
    }
}

impl Standing {
    fn known(&self) -> Known<'_> {
        match self {
            Self::Bytes(bytes) => Known::Bytes(*bytes),
            Self::Whole(item) => Known::Item(item),
            Self::Unknown => Known::Unknown,
        }
    }
}

/// What a plan knows of the items that it reads and writes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sizes<'a> {
    /// Those of an object that was loaded or saved, and the item of one that the mapper does not manage.
    Of {
        footprint: &'a Footprint,
        plain: Option<(&'a Address, &'a Item)>,
    },
    /// Nothing: there is only a key.
    Unknown,
}

impl<'a> Sizes<'a> {
    /// The item at a place.
    pub(crate) fn at(self, address: &Address) -> Known<'a> {
        match self {
            Self::Of {
                plain: Some((place, item)),
                ..
            } if place == address => Known::Item(item),
            Self::Of { footprint, .. } => footprint.known(address),
            Self::Unknown => Known::Unknown,
        }
    }

    /// The items that a `Query` finds, in its order.
    pub(crate) fn within(self, range: &Range) -> Vec<Known<'a>> {
        let Self::Of { footprint, .. } = self else {
            return vec![Known::Unknown];
        };
        let items = footprint.items.iter();
        let mut found: Vec<_> = items
            .filter(|(address, _)| range.covers(address))
            .map(|(_, standing)| standing.known())
            .collect();
        // Beside a root, items of other objects can have keys between those of its shards.
        if matches!(range.sort, SortRange::Between(..)) && !footprint.surroundings {
            found.push(Known::Unknown);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commit::cost::tests::{address, delete, put, sized, update};

    fn bytes(footprint: &Footprint, id: &str) -> Option<usize> {
        let charge = footprint.known(&address(id)).charge();
        charge.exact.then_some(charge.bytes)
    }

    #[test]
    fn what_is_applied_is_known() {
        let (a, b) = (address("a"), address("b"));
        let (first, second) = (sized(&a, 100), sized(&b, 200));
        let mut footprint = Footprint::read([(&a, &first), (&b, &second)]);
        footprint.note_whole(b.clone(), &second);
        footprint.note_unread(address("c"));
        footprint.note_unread(a);
        let sizes = |footprint: &Footprint| ["a", "b", "c", "d"].map(|id| bytes(footprint, id));
        assert_eq!(sizes(&footprint), [Some(100), Some(200), None, Some(0)]);
        let request = Request::Transact {
            token: "t".to_owned(),
            actions: vec![delete("a"), update("b", 500), put("c", 300), put("d", 400)],
        };
        footprint.apply(&request, &|_| false);
        let padding = 500 + "PAD".len() + item_size(&b.to_item());
        assert_eq!(
            sizes(&footprint),
            [Some(0), Some(padding), Some(300), Some(400)]
        );
        footprint.apply(&Request::single(update("d", 500)), &|_| false);
        assert_eq!(bytes(&footprint, "d"), None);
    }
}
