//! The list of a type's fields, as the derive prints it.

use super::{FieldShape, Role};
use crate::shape::Object;

/// The fields of a struct or variant: those of its key, which are read last, and the others, both in the order of the type.
///
/// Most are said by their names only. What the compiler has to do for a type is mostly by the call, and it runs what a constant calls
/// each time that it checks the type, so a struct has this list in its outline, and the shapes of its fields are made where they are used.
#[derive(Debug)]
pub struct FieldList<const COUNT: usize> {
    names: [&'static str; COUNT],
    slots: Option<[usize; COUNT]>,
    roles: [Role; COUNT],
    others: &'static [(usize, FieldShape)],
}

impl<const COUNT: usize> FieldList<COUNT> {
    /// Ordinary fields of these names, each with the codec in the slot of its turn when all are read.
    pub const fn new(names: [&'static str; COUNT]) -> Self {
        Self {
            names,
            slots: None,
            roles: [Role::Inline; COUNT],
            others: &[],
        }
    }

    /// The same fields, with the codecs in these slots.
    #[must_use]
    pub const fn slots(mut self, slots: [usize; COUNT]) -> Self {
        self.slots = Some(slots);
        self
    }

    /// The same fields, the one at this place in another role.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "the derive counts the fields")]
    pub const fn role(mut self, place: usize, role: Role) -> Self {
        self.roles[place] = role;
        self
    }

    /// The same fields, of some of which more is said. Each has its place, its role and its slot.
    #[must_use]
    pub const fn others(mut self, others: &'static [(usize, FieldShape)]) -> Self {
        self.others = others;
        self
    }

    /// The shapes of the fields, which are those of `T`.
    #[expect(
        clippy::indexing_slicing,
        reason = "the lists are equally long, and the derive counts the fields"
    )]
    pub const fn shapes<T: Object>(&self) -> [FieldShape; COUNT] {
        let mut shapes = [const { FieldShape::of::<T>("", 0) }; COUNT];
        let keys = self.keys();
        let mut place = 0;
        while place < COUNT {
            let slot = match &self.slots {
                Some(slots) => slots[place],
                None => (place + COUNT - keys) % COUNT,
            };
            shapes[place] = FieldShape::of::<T>(self.names[place], slot).role(self.roles[place]);
            place += 1;
        }
        let mut others = self.others;
        while let [(place, other), rest @ ..] = others {
            shapes[*place] = *other;
            others = rest;
        }
        shapes
    }

    #[expect(clippy::indexing_slicing, reason = "the lists are equally long")]
    const fn keys(&self) -> usize {
        let mut keys = 0;
        while keys < COUNT && self.roles[keys].is_key() {
            keys += 1;
        }
        keys
    }
}
