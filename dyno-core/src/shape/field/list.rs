//! The list of a type's fields, as the derive prints it.

use super::{FieldShape, Kind, KindSource};

/// The fields of a struct or variant.
///
/// Most are said by their names only, and one call makes them all: what the compiler has to do for a type is mostly by the call.
#[derive(Debug)]
pub struct FieldList<const COUNT: usize>([FieldShape; COUNT]);

impl<const COUNT: usize> FieldList<COUNT> {
    /// Ordinary fields of these names, of the kinds in these slots of their type's kinds.
    #[expect(clippy::indexing_slicing, reason = "both lists are equally long")]
    pub const fn new(names: [(&'static str, usize); COUNT], kinds: fn(usize) -> Kind) -> Self {
        let mut fields = [const { FieldShape::new("", || Kind::Opaque(|_| Ok(()))) }; COUNT];
        let mut place = 0;
        while place < COUNT {
            let (name, slot) = names[place];
            let field = &mut fields[place];
            field.name = name;
            field.kind = KindSource::Slot(kinds, slot);
            place += 1;
        }
        Self(fields)
    }

    /// The same fields, with this one at its place.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "the derive counts the fields")]
    pub const fn with(mut self, place: usize, field: FieldShape) -> Self {
        self.0[place] = field;
        self
    }

    /// All fields.
    pub const fn as_slice(&self) -> &[FieldShape] {
        &self.0
    }
}
