//! What a shape says before any value is seen.

use dyno_value::Segment;

use super::{Body, FieldShape, Identity, Kind, Privacy, Role, Shape};

impl Shape {
    /// Whether objects of the shape have values that must be encrypted.
    pub(crate) fn demands_encryption(&'static self) -> bool {
        Kind::Object(self).holds_encrypted()
    }
}

impl FieldShape {
    /// Whether more of the field must be encrypted than of the other.
    pub(crate) fn is_more_private_than(&self, other: &Self) -> bool {
        let rank = |field: &Self| match field.privacy() {
            Privacy::Encrypted => 3,
            _ if field.kind().holds_encrypted() => 2,
            Privacy::AskLoader => 1,
            Privacy::Plain => 0,
        };
        rank(self) > rank(other)
    }
}

impl Kind {
    /// Whether sealing the value as one would also seal a part that must stay apart: a shard, or a plain field.
    pub(crate) fn must_stay_in_parts(self) -> bool {
        self.any_field(|field| {
            field.field_role() == Role::Shard || field.privacy() == Privacy::Plain
        })
    }

    /// Whether values that must be encrypted are inside.
    pub(crate) fn holds_encrypted(self) -> bool {
        self.any_field(|field| field.privacy() == Privacy::Encrypted)
    }

    /// Whether some variant has a mark on the way, or where the way ends and variants differ: where only the path of a value
    /// is known, it may be that one's.
    pub(crate) fn may_be_marked(self, way: &[Segment]) -> bool {
        let Some((first, rest)) = way.split_first() else {
            return false;
        };
        match (self, first) {
            (Self::Lazy(inside), _) => inside.kind().may_be_marked(way),
            (Self::List(element) | Self::Map(element), _) => element.kind().may_be_marked(rest),
            (Self::Object(shape), Segment::Key(name)) => {
                let mut called = Vec::new();
                shape.each_called(name, &mut |field| called.push(field));
                let differ = called.len() > 1 && rest.is_empty();
                called.iter().any(|field| {
                    let kind = field.kind();
                    field.privacy() == Privacy::Encrypted
                        || (field.privacy() != Privacy::Plain
                            && (kind.may_be_marked(rest) || (differ && kind.holds_encrypted())))
                })
            }
            (Self::Object(_) | Self::Key { .. } | Self::Opaque(_) | Self::Scalar(_), _) => false,
        }
    }

    /// Whether fields or variants that are also read under other names are inside.
    pub(crate) fn holds_older_names(self) -> bool {
        self.any_shape(|shape| {
            let old_field = shape
                .all_fields()
                .any(|field| !field.older_names().is_empty());
            let old_variant = match shape.body() {
                Body::Enum(variants) => variants
                    .iter()
                    .any(|variant| !variant.older_tags().is_empty()),
                Body::Struct(_) => false,
            };
            old_field || old_variant
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
        self.any_shape(|shape| shape.all_fields().any(wanted))
    }

    fn any_shape(self, wanted: impl Fn(&'static Shape) -> bool + Copy) -> bool {
        self.any_unseen_shape(&mut Vec::new(), wanted)
    }

    fn any_unseen_shape(
        self,
        seen: &mut Vec<Identity>,
        wanted: impl Fn(&'static Shape) -> bool + Copy,
    ) -> bool {
        match self {
            Self::Lazy(inside) | Self::List(inside) | Self::Map(inside) => {
                inside.kind().any_unseen_shape(seen, wanted)
            }
            Self::Object(shape) if seen.contains(&shape.identity()) => false,
            Self::Object(shape) => {
                seen.push(shape.identity());
                let mut fields = shape.all_fields();
                wanted(shape) || fields.any(|field| field.kind().any_unseen_shape(seen, wanted))
            }
            Self::Key { .. } | Self::Opaque(_) | Self::Scalar(_) => false,
        }
    }
}
