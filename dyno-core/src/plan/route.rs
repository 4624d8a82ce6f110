//! A path followed through a shape: which item it ends in, and what stands there.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Item, Segment};

use super::address::shard_id_at;
use super::split::fields_in;
use super::topology::{ShardField, Topology};
use crate::error::{Error, ErrorKind, Result};
use crate::limits;
use crate::reserved;
use crate::shape::{Body, Element, FieldShape, Kind, Role, Shape};

/// Where a path leads.
#[derive(Debug)]
pub(crate) struct Route {
    /// The shard that holds the value; `None` if the root item does.
    pub(crate) shard: Option<ShardField>,
    /// The path inside that item.
    pub(crate) inside: FieldPath,
    /// Whether the value has parts in other items.
    pub(crate) holds_shards: bool,
    /// Whether only the stored object tells if there is such a place, or what fits it: the path goes through an enum,
    /// a field with older names, or a value that only its own type understands.
    pub(crate) needs_object: bool,
    /// What the value looks like, if a type says.
    pub(crate) kind: Option<Kind>,
}

impl Route {
    /// Follows a path.
    ///
    /// # Errors
    ///
    /// A segment names no field of the object it goes into.
    pub(crate) fn of(topology: &Topology, path: &FieldPath) -> Result<Self> {
        let refuse = |why: String| Error::new(ErrorKind::InvalidPath, why).at_path(path.clone());
        if path.depth() > limits::NESTING {
            return Err(refuse(format!(
                "a path has at most {} steps",
                limits::NESTING
            )));
        }
        let mut shard = None;
        let mut inside = FieldPath::root();
        let mut walked = FieldPath::root();
        let mut kind = Some(Kind::Object(topology.root));
        let mut needs_object = false;
        for segment in path.segments() {
            needs_object |= is_enum(kind) || matches!(kind, Some(Kind::Opaque(_)));
            let (next, field) = step(kind, segment).map_err(refuse)?;
            walked.push(segment.clone());
            kind = next;
            needs_object |= field.is_some_and(|field| !field.older_names().is_empty());
            match field {
                Some(field) if field.field_role() == Role::Shard => {
                    shard = topology.shard(&shard_id_at(&walked));
                    inside = FieldPath::root();
                }
                Some(field)
                    if matches!(field.field_role(), Role::PartitionKey | Role::SortKey)
                        && walked.depth() > 1 =>
                {
                    inside.push(segment.clone());
                }
                _ => inside.push(segment.clone()),
            }
        }
        let holds_shards = shard.as_ref().is_some_and(|_| inside.is_root())
            || path.is_root()
            || topology
                .shards
                .iter()
                .any(|field| field.path.depth() > path.depth() && field.path.starts_with(path))
            || (topology.recursive && matches!(kind, Some(Kind::Object(_))));
        Ok(Self {
            shard,
            inside,
            holds_shards,
            needs_object,
            kind,
        })
    }
}

impl Topology {
    /// Whether the variants in a tree have the fields that a path names.
    pub(crate) fn has_place(&self, tree: &Item, path: &FieldPath) -> bool {
        let mut shape = self.root;
        let mut item = tree;
        for segment in path.segments() {
            let Segment::Key(name) = segment else {
                return true;
            };
            let field = fields_in(item, shape)
                .iter()
                .find(|field| field.name() == name);
            let known = shape.find_field(|field| field.name() == name).is_some();
            if field.is_none() && known && matches!(shape.body(), Body::Enum(_)) {
                return false;
            }
            let (Some(child), Some(AttributeValue::M(inner))) =
                (field.and_then(FieldShape::child), item.get(name))
            else {
                return true;
            };
            (shape, item) = (child, inner);
        }
        true
    }
}

fn is_enum(kind: Option<Kind>) -> bool {
    matches!(kind, Some(Kind::Object(shape)) if matches!(shape.body(), Body::Enum(_)))
}

fn step(
    kind: Option<Kind>,
    segment: &Segment,
) -> Result<(Option<Kind>, Option<&'static FieldShape>), String> {
    match (kind, segment) {
        (Some(Kind::Object(shape)), Segment::Key(name)) => into_field(shape, name),
        (Some(Kind::Object(shape)), Segment::Index(index)) => Err(format!(
            "`[{index}]` goes into `{}`, which is an object and not a list",
            shape.name()
        )),
        (Some(Kind::Map(element)), Segment::Key(_))
        | (Some(Kind::List(element)), Segment::Index(_)) => Ok((Some(element.kind()), None)),
        (Some(Kind::Map(_)), Segment::Index(index)) => {
            Err(format!("`[{index}]` goes into a map, which has keys"))
        }
        (Some(Kind::List(_)), Segment::Key(name)) => {
            Err(format!("`{name}` goes into a list, which has indexes"))
        }
        (Some(Kind::Key(_)), _) => Err("a key has nothing inside".to_owned()),
        (Some(Kind::Lazy(_) | Kind::Opaque(_)) | None, _) => Ok((None, None)),
    }
}

fn into_field(
    shape: &'static Shape,
    name: &str,
) -> Result<(Option<Kind>, Option<&'static FieldShape>), String> {
    if reserved::is_reserved(name) {
        return Err(format!("`{name}` is one of dyno's own attributes"));
    }
    if let Some(field) = shape.find_field(|field| field.name() == name) {
        return Ok((Some(field.kind()), Some(field)));
    }
    if shape.untyped().is_some() {
        return Ok((None, None));
    }
    if let Some(element) = collected(shape) {
        return Ok((Some(element.kind()), None));
    }
    let mut known: Vec<_> = shape
        .all_fields()
        .map(|field| format!("`{}`", field.name()))
        .collect();
    known.dedup();
    Err(format!(
        "`{}` has no field `{name}`; it has {}",
        shape.name(),
        known.join(", ")
    ))
}

/// The kind of the values that a flattened map of the shape collects.
fn collected(shape: &'static Shape) -> Option<Element> {
    shape
        .all_fields()
        .find_map(|field| match (field.field_role(), field.kind()) {
            (Role::Flatten, Kind::Map(element)) => Some(element),
            (Role::Flatten, Kind::Object(inner)) => collected(inner),
            _ => None,
        })
}
