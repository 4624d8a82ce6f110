//! A path followed through a shape: which item it ends in, and what stands there.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Item, Segment};

use super::entries::{Entries, EntryId, unkey_collection, unkey_lists};
use super::made::index_with_made;
use super::shard::{Collection, EACH, Place, ShardField, Span};
use super::split::fields_in;
use super::topology::Topology;
use crate::error::{Error, ErrorKind, Result, path_not_found};
use crate::limits;
use crate::reserved;
use crate::shape::{Body, Element, FieldShape, Kind, Role, Shape};

/// Where a path leads.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    /// The shard that holds the value; `None` if the root item does.
    pub(crate) shard: Option<ShardField>,
    /// The path in the keyed tree.
    pub(crate) stored: FieldPath,
    /// The path inside that item.
    pub(crate) inside: FieldPath,
    /// Whether the value has parts in other items.
    pub(crate) holds_shards: bool,
    /// What the path comes by.
    pub(crate) way: Way,
    /// Whether only the stored root tells which entry of a list stands at an index.
    pub(crate) needs_order: bool,
    /// What the value looks like, if a type says.
    pub(crate) kind: Option<Kind>,
    /// Where the value is.
    place: Place,
    /// The collection of shards that the value is, if it is one.
    collection: Option<&'static FieldShape>,
}

/// What a path comes by.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Way {
    goes_through_enum: bool,
    /// A value that only its own type understands.
    pub(crate) goes_through_opaque: bool,
    /// A field that, in some variant, is also read under other names.
    pub(crate) has_older_name: bool,
}

impl Way {
    fn step(&mut self, kind: Option<Kind>, segment: &Segment) {
        self.goes_through_enum |= is_enum(kind);
        self.goes_through_opaque |= matches!(kind, Some(Kind::Opaque(_) | Kind::Scalar(_)));
        if let (Some(Kind::Object(shape)), Segment::Key(name)) = (kind, segment) {
            let is_old =
                |field: &FieldShape| field.name() == name && !field.older_names().is_empty();
            self.has_older_name |= shape.find_field(is_old).is_some();
        }
    }

    /// Whether only the stored object tells if there is such a place, or what fits it.
    pub(crate) fn needs_object(self) -> bool {
        self.goes_through_enum || self.goes_through_opaque || self.has_older_name
    }
}

impl Route {
    /// Follows a path; `entries` tell the ids of lists, if they are known.
    ///
    /// # Errors
    ///
    /// A segment names no field of the object it goes into, or a list ends before an index.
    pub(crate) fn of(
        topology: &Topology,
        path: &FieldPath,
        entries: Option<&Entries>,
    ) -> Result<Self> {
        if path.depth() > limits::NESTING {
            let why = format!("a path has at most {} steps", limits::NESTING);
            return Err(refuse(path, why));
        }
        let mut route = Self {
            shard: None,
            stored: FieldPath::root(),
            inside: FieldPath::root(),
            holds_shards: false,
            way: Way::default(),
            needs_order: false,
            kind: Some(Kind::Object(topology.root)),
            place: Place::root(topology.table),
            collection: None,
        };
        for segment in path.segments() {
            match route
                .collection
                .take()
                .and_then(|field| Some((field, Collection::of(field)?)))
            {
                Some((field, (collection, element))) => {
                    let key = route
                        .entry_key(collection, segment, entries)
                        .map_err(|error| error.at_path(path.clone()))?;
                    route.enter_entry(field, collection, element, key);
                }
                None => route.step(segment).map_err(|why| refuse(path, why))?,
            }
        }
        route.holds_shards = path.is_root()
            || route.collection.is_some()
            || (route.shard.is_some() && route.inside.is_root())
            || route.kind.is_some_and(Kind::holds_shards);
        Ok(route)
    }

    fn step(&mut self, segment: &Segment) -> Result<(), String> {
        self.way.step(self.kind, segment);
        let (kind, field) = step(self.kind, segment)?;
        self.kind = kind;
        self.stored.push(segment.clone());
        self.inside.push(segment.clone());
        let Some(field) = field else { return Ok(()) };
        self.place = self.place.field(field);
        if field.field_role() == Role::Shard {
            match (kind, Collection::of(field)) {
                (_, Some(_)) => self.collection = Some(field),
                (Some(Kind::Object(shape)), None) => self.enter_shard(field, shape),
                _ => {}
            }
        }
        Ok(())
    }

    fn enter_entry(
        &mut self,
        field: &'static FieldShape,
        collection: Collection,
        element: Element,
        key: Option<String>,
    ) {
        let key = if let Some(key) = key {
            self.place = self.place.entry(collection, &key);
            key
        } else {
            self.needs_order = true;
            self.place = self.place.each(collection);
            EACH.to_owned()
        };
        self.stored.push(Segment::Key(key));
        self.kind = Some(element.kind());
        if let Kind::Object(shape) = element.kind() {
            self.enter_shard(field, shape);
        }
    }

    fn enter_shard(&mut self, field: &'static FieldShape, shape: &'static Shape) {
        if let Some(shard) = ShardField::at(&self.place, field, shape) {
            self.place = self.place.inside(&shard);
            self.shard = Some(shard);
            self.inside = FieldPath::root();
        }
    }

    /// The key of an entry; `None` if only the stored order tells it.
    fn entry_key(
        &self,
        collection: Collection,
        segment: &Segment,
        entries: Option<&Entries>,
    ) -> Result<Option<String>> {
        let refuse = |why: String| Err(Error::new(ErrorKind::InvalidPath, why));
        match (collection, segment, entries) {
            (Collection::Map, Segment::Key(name), _) => Ok(Some(name.clone())),
            (Collection::Map, Segment::Index(index), _) => {
                refuse(format!("`[{index}]` goes into a map, which has keys"))
            }
            (Collection::List, Segment::Key(name), _) => match EntryId::parse(name) {
                Some(id) => Ok(Some(id.to_string())),
                None => refuse(format!("`{name}` goes into a list, which has indexes")),
            },
            (Collection::List, Segment::Index(_), None) => Ok(None),
            (Collection::List, Segment::Index(index), Some(entries)) => {
                let ids = entries.list(self.place.id());
                let id = usize::try_from(*index)
                    .ok()
                    .and_then(|index| ids.get(index));
                match id {
                    Some(id) => Ok(Some(id.to_string())),
                    None => Err(path_not_found()),
                }
            }
        }
    }

    /// What a `Query` reads of the value, if it is a collection.
    pub(crate) fn spans(&self, topology: &Topology) -> BTreeSet<Span> {
        let prefix = format!("{}/", self.place.id());
        let spans = topology.all_spans.iter();
        spans
            .filter(|span| {
                self.collection.is_some()
                    && matches!(span, Span::Entries { prefix: ours, .. } if *ours == prefix)
            })
            .cloned()
            .collect()
    }

    /// The value of a collection that has no entries, if the object has the collection.
    pub(crate) fn empty_collection(&self, entries: &Entries) -> Option<AttributeValue> {
        let present = self.collection.is_some() && entries.0.contains_key(self.place.id());
        present.then(|| AttributeValue::M(Item::new()))
    }

    /// A value that was found there, with lists in place of maps by entry id. `None`: the stored object is not whole.
    pub(crate) fn unkeyed(
        &self,
        mut value: AttributeValue,
        entries: &Entries,
    ) -> Option<AttributeValue> {
        match (self.collection, self.kind, &mut value) {
            (Some(field), _, value) => unkey_collection(value, field, &self.place, entries)?,
            (None, Some(Kind::Object(shape)), AttributeValue::M(inner)) => {
                unkey_lists(inner, shape, &self.place, entries)?;
            }
            _ => {}
        }
        Some(value)
    }
}

fn refuse(path: &FieldPath, why: String) -> Error {
    Error::new(ErrorKind::InvalidPath, why).at_path(path.clone())
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
        (Some(Kind::Key { .. }), _) => Err("a key has nothing inside".to_owned()),
        (Some(Kind::Lazy(_) | Kind::Opaque(_) | Kind::Scalar(_)) | None, _) => Ok((None, None)),
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
    let indexed = shape.find_field(|field| {
        field
            .search()
            .is_some_and(|index| index.columns().contains(&name))
    });
    if let Some(field) = indexed {
        return Err(format!(
            "`{name}` holds the values of the index on `{}`, which dyno writes with the field",
            field.name()
        ));
    }
    if let Some(index) = index_with_made(shape, name) {
        return Err(format!(
            "`{name}` is a key of index `{index}`, which dyno makes of fields and writes with them"
        ));
    }
    if let Some(kind) = shape.collected(None) {
        return Ok((Some(kind), None));
    }
    let mut known: Vec<_> = shape
        .all_fields()
        .map(|field| format!("`{}`", field.name()))
        .collect();
    known.dedup();
    Err(format!(
        "`{}` has no field `{name}`; by the names that are stored, it has {}",
        shape.name(),
        known.join(", ")
    ))
}
