//! A field that is stored in items of its own: what it is called, and in which table it stands.

use dyno_value::FieldPath;

use super::address::{shard_id, unescape};
use super::entries::EntryId;
use crate::shape::{Element, FieldShape, Kind, Shape, TableShape};

/// A field, or an entry of a collection, that is stored in items of its own.
#[derive(Clone, Debug)]
pub(crate) struct ShardField {
    pub(crate) id: String,
    /// The id with [`EACH`] in place of every entry: the same for all entries of a collection.
    pub(crate) pattern: String,
    /// By stored names, entries by their ids.
    pub(crate) path: FieldPath,
    pub(crate) shape: &'static Shape,
    pub(crate) table: TableShape,
    pub(crate) region: Option<&'static str>,
    pub(crate) placing: Placing,
    /// The collection whose entry this is, if it is one.
    pub(crate) collection: Option<Collection>,
    /// The shard or collection that is loaded when it is asked for, and this one with it: itself, or one around it.
    pub(crate) lazy_part: Option<String>,
    pub(crate) independent: bool,
    pub(crate) chunked: bool,
    /// What the ids of all entries of the outermost collection around it begin with.
    prefix: Option<String>,
}

/// How the key of a shard is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Placing {
    /// In the root's partition.
    Beside,
    /// In a partition of the object's shards, under this sort key attribute.
    Composite(&'static str),
    /// In a partition of its own.
    Simple,
}

/// A field with many shards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Collection {
    /// Its entries have ids.
    List,
    /// Its entries have keys.
    Map,
}

/// Stands for each entry of a collection; no part of an id is this, because it is escaped there.
pub(crate) const EACH: &str = "~";

impl Collection {
    /// The collection that a shard field holds, and what it holds.
    pub(crate) fn of(field: &FieldShape) -> Option<(Self, Element)> {
        match field.kind() {
            Kind::List(element) => Some((Self::List, element)),
            Kind::Map(element) => Some((Self::Map, element)),
            _ => None,
        }
    }

    /// The key of the entry with this part of an id.
    pub(super) fn key(self, part: &str) -> Option<String> {
        match self {
            Self::List => EntryId::parse(part).map(|id| id.to_string()),
            Self::Map => unescape(part),
        }
    }
}

/// What one `Query` reads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Span {
    /// The root, and every shard beside it.
    Beside {
        table: TableShape,
        region: Option<&'static str>,
    },
    /// The entries of a collection, with the shards inside them that stand in the same table.
    Entries {
        table: TableShape,
        region: Option<&'static str>,
        prefix: String,
    },
}

impl ShardField {
    /// The shard at this place; `None` if the shape has no table.
    pub(super) fn at(place: &Place, field: &FieldShape, shape: &'static Shape) -> Option<Self> {
        let own = shape.table()?;
        let in_root_table = field.table() == Some(place.root.name());
        let region = if in_root_table {
            place.root.region_name()
        } else {
            own.region_name().or(place.region)
        };
        let table = match field.table() {
            Some(_) if in_root_table => *place.root,
            Some(name) => own.named(name),
            None => *own,
        };
        let placing = match table.sort_name() {
            None => Placing::Simple,
            Some(_) if in_root_table => Placing::Beside,
            Some(sort) => Placing::Composite(sort),
        };
        Some(Self {
            id: place.id.clone(),
            pattern: place.pattern.clone(),
            path: place.path.clone(),
            shape,
            table,
            region,
            placing,
            collection: place.entry_of,
            lazy_part: place.lazy_part.clone(),
            independent: field.is_independent(),
            chunked: field.is_chunked(),
            prefix: place.prefix.clone(),
        })
    }

    /// Whether it is loaded when it is asked for, not with the object.
    pub(crate) fn is_lazy(&self) -> bool {
        self.lazy_part.is_some()
    }

    /// Whether it is an entry of a collection, or inside one.
    pub(crate) fn is_in_collection(&self) -> bool {
        self.prefix.is_some()
    }

    /// The `Query` that reads it, if one does.
    pub(super) fn span(&self) -> Option<Span> {
        let (table, region) = (self.table, self.region);
        match (self.placing, &self.prefix) {
            (Placing::Beside, _) => Some(Span::Beside { table, region }),
            (Placing::Composite(_), Some(prefix)) => Some(Span::Entries {
                table,
                region,
                prefix: prefix.clone(),
            }),
            (Placing::Composite(_) | Placing::Simple, _) => None,
        }
    }
}

/// A place in an object of a type, on the way to a shard.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    root: &'static TableShape,
    region: Option<&'static str>,
    id: String,
    pattern: String,
    path: FieldPath,
    prefix: Option<String>,
    entry_of: Option<Collection>,
    lazy_part: Option<String>,
}

impl Place {
    /// The object itself.
    pub(crate) fn root(table: &'static TableShape) -> Self {
        Self {
            root: table,
            region: table.region_name(),
            id: String::new(),
            pattern: String::new(),
            path: FieldPath::root(),
            prefix: None,
            entry_of: None,
            lazy_part: None,
        }
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// The place of a field of the object here.
    pub(crate) fn field(&self, field: &FieldShape) -> Self {
        let name = shard_id([field.name()]);
        let id = joined(&self.id, &name);
        Self {
            lazy_part: if field.is_lazy() {
                Some(id.clone())
            } else {
                self.lazy_part.clone()
            },
            id,
            pattern: joined(&self.pattern, &name),
            path: self.path.key(field.name()),
            entry_of: None,
            root: self.root,
            region: self.region,
            prefix: self.prefix.clone(),
        }
    }

    /// The place of the entry with this key of the collection here.
    pub(crate) fn entry(&self, collection: Collection, key: &str) -> Self {
        self.inner(collection, &shard_id([key]), key)
    }

    /// The place of any entry of the collection here.
    pub(crate) fn each(&self, collection: Collection) -> Self {
        self.inner(collection, EACH, EACH)
    }

    fn inner(&self, collection: Collection, part: &str, key: &str) -> Self {
        let prefix = self.prefix.clone();
        Self {
            id: joined(&self.id, part),
            pattern: joined(&self.pattern, EACH),
            path: self.path.key(key),
            prefix: prefix.or_else(|| Some(format!("{}/", self.id))),
            entry_of: Some(collection),
            root: self.root,
            region: self.region,
            lazy_part: self.lazy_part.clone(),
        }
    }

    /// The place of the object that is this shard.
    pub(crate) fn inside(&self, shard: &ShardField) -> Self {
        Self {
            region: shard.region,
            entry_of: None,
            ..self.clone()
        }
    }
}

fn joined(id: &str, part: &str) -> String {
    if id.is_empty() {
        part.to_owned()
    } else {
        format!("{id}/{part}")
    }
}
