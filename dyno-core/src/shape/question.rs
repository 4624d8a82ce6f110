//! What a shape says before any value is seen.

use super::{FieldShape, Identity, Kind, Privacy, Role, Shape};

impl Shape {
    /// Whether objects of the shape have values that must be encrypted.
    pub(crate) fn demands_encryption(&'static self) -> bool {
        Kind::Object(self).any_field(|field| field.privacy() == Privacy::Encrypted)
    }
}

impl Kind {
    /// Whether sealing the value as one would also seal a part that must stay apart: a shard, or a plain field.
    pub(crate) fn must_stay_in_parts(self) -> bool {
        self.any_field(|field| {
            field.field_role() == Role::Shard || field.privacy() == Privacy::Plain
        })
    }

    /// Whether objects with shards are inside.
    pub(crate) fn holds_shards(self) -> bool {
        self.any_field(|field| field.field_role() == Role::Shard)
    }

    /// Whether something inside can be searched.
    pub(crate) fn holds_index(self) -> bool {
        self.any_field(|field| field.search().is_some())
    }

    /// Whether something inside is loaded when it is asked for.
    pub(crate) fn has_lazy_parts(self) -> bool {
        self.any_field(FieldShape::is_lazy)
    }

    fn any_field(self, wanted: impl Fn(&FieldShape) -> bool + Copy) -> bool {
        self.any_unseen_field(&mut Vec::new(), wanted)
    }

    fn any_unseen_field(
        self,
        seen: &mut Vec<Identity>,
        wanted: impl Fn(&FieldShape) -> bool + Copy,
    ) -> bool {
        match self {
            Self::Lazy(inside) | Self::List(inside) | Self::Map(inside) => {
                inside.kind().any_unseen_field(seen, wanted)
            }
            Self::Object(shape) if seen.contains(&shape.identity()) => false,
            Self::Object(shape) => {
                seen.push(shape.identity());
                shape
                    .all_fields()
                    .any(|field| wanted(field) || field.kind().any_unseen_field(seen, wanted))
            }
            Self::Key(_) | Self::Opaque(_) => false,
        }
    }
}
