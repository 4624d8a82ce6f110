//! Which field has this name, mostly by one comparison.

use super::{Body, FieldShape};

/// Where the fields of a struct stand among them, by a mark that tells most names apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Places([u8; MARKS]);

const MARKS: usize = 64;

const NO_PLACE: u8 = u8::MAX;

impl Places {
    #[expect(
        clippy::indexing_slicing,
        reason = "a mark is below their number; the compiler runs this for each type, and takes ten times as long for calls"
    )]
    pub(super) const fn of(body: &Body) -> Self {
        let mut places = [NO_PLACE; MARKS];
        if let Body::Struct(fields) = body {
            let mut fields = *fields;
            let mut place = 0;
            while let [field, rest @ ..] = fields {
                if place < NO_PLACE {
                    let mark = mark(field.name());
                    if places[mark] == NO_PLACE {
                        places[mark] = place;
                    }
                    place += 1;
                }
                fields = rest;
            }
        }
        Self(places)
    }

    /// The place of the field with this name.
    #[inline]
    pub(super) fn find(&self, fields: &[FieldShape], name: &str) -> Option<usize> {
        let likely = usize::from(*self.0.get(mark(name))?);
        // No field has this mark, or the first that has it is the likely one.
        if fields.get(likely)?.name() == name {
            return Some(likely);
        }
        fields.iter().position(|field| field.name() == name)
    }
}

/// Below [`MARKS`].
#[inline]
const fn mark(name: &str) -> usize {
    let bytes = name.as_bytes();
    match bytes {
        [] => 0,
        [only] => *only as usize % MARKS,
        [first, .., last] => (*first as usize * 5 + *last as usize + bytes.len() * 11) % MARKS,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::shape::Kind;

    proptest! {
        #[test]
        fn every_field_is_found_and_nothing_else(
            names in prop::collection::btree_set("[a-c]{0,3}", 0..16),
            other in "[a-c]{0,4}",
        ) {
            let names: Vec<&'static str> = names.into_iter().map(|name| &*name.leak()).collect();
            let kind = Kind::Opaque(|_| Ok(()));
            let fields: Vec<_> = names.iter().map(|name| FieldShape::known(name, kind)).collect();
            let fields: &'static [FieldShape] = fields.leak();
            let places = Places::of(&Body::Struct(fields));
            for (place, name) in names.iter().enumerate() {
                prop_assert_eq!(places.find(fields, name), Some(place));
            }
            let wanted = names.iter().position(|name| *name == other);
            prop_assert_eq!(places.find(fields, &other), wanted);
        }
    }
}
