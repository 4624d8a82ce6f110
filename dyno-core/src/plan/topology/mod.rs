//! Which shards an object of a shape can have.

mod unique;
mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use dyno_value::{Item, ValueError};

use self::unique::{UniqueInside, check_unique};
use self::walk::Walk;
use super::address::{KeyKinds, shard_id};
use super::entries::{EntryId, Keyed, Numbering, key_lists};
use super::expiry::expiry_attribute;
use super::index::Indexes;
use super::made::MadeKeys;
use super::shard::{Collection, Place, ShardField, Span};
use super::verbatim::{Verbatim, is_verbatim};
use crate::error::{Error, ErrorKind, Result};
use crate::shape::{Kind, Role, Shape, TableShape};

/// The shards that an object of a shape can have.
#[derive(Debug)]
pub(crate) struct Topology {
    pub(crate) root: &'static Shape,
    pub(crate) table: &'static TableShape,
    /// Those reached through fields only, in the order of their ids. Of a recursive type, only the first round.
    pub(crate) shards: Vec<Arc<ShardField>>,
    /// Those that each entry of a collection is or has, in the order of their patterns.
    pub(crate) entries: Vec<ShardField>,
    /// What is read by `Query` of the shards that are loaded with the object.
    pub(crate) spans: BTreeSet<Span>,
    /// What is read by `Query` of all shards.
    pub(crate) all_spans: BTreeSet<Span>,
    /// Whether there can be more shards than [`shards`](Self::shards): a type contains itself, or has a collection.
    pub(crate) open: bool,
    /// Whether anything asks for the mapper's own attributes: a shard, a field that must be encrypted, or a seal.
    pub(crate) managed: bool,
    /// Tells items that hold what the fields say, and nothing else; `None` if there is more to an object, also where no loader has a say.
    pub(crate) verbatim: Option<Verbatim>,
    /// The fields of the root that can be searched.
    pub(crate) indexes: Indexes,
    /// The keys of secondary indexes that are made of fields of the root.
    pub(crate) made: MadeKeys,
}

impl Topology {
    /// Walks the shape and checks that objects of it can be stored.
    ///
    /// # Errors
    ///
    /// The shape breaks a rule that the derive cannot see, because it lies across several types.
    pub(crate) fn of(root: &'static Shape) -> Result<Self> {
        let Some(table) = root.table() else {
            return Err(invalid_shape(
                root,
                "has no table; name it: `#[dyno(table = \"..\", key = \"..\")]`",
            ));
        };
        let indexes = Indexes::of(root, table)?;
        let made = MadeKeys::of(root, table)?;
        UniqueInside::default().object(root)?;
        let mut walk = Walk {
            root_sort: KeyKinds::of(root).sort,
            found: Vec::new(),
            recursive: false,
            stack: Vec::new(),
        };
        walk.object(root, &Place::root(table))?;
        let Walk {
            found, recursive, ..
        } = walk;
        if let Some(field) = found
            .iter()
            .find(|field| field.region != table.region_name())
        {
            let why = format!(
                "keeps shard `{}` in another region than the object itself; objects across regions cannot be saved \
                 atomically, so give both the same region",
                field.id
            );
            return Err(invalid_shape(root, &why));
        }
        if let Some(field) = different_twin(&found) {
            let why = format!(
                "has two different shards `{}`, in types of two of its variants; rename one, \
                 `#[dyno(rename = \"..\")]`",
                field.pattern
            );
            return Err(invalid_shape(root, &why));
        }
        if let Some(field) = found.iter().find(|field| root.seals() && field.independent) {
            let why = format!(
                "is sealed, and its shard `{}` is independent, so that the object's seals would say nothing of it; drop \
                 `independent` or `seal`",
                field.pattern
            );
            return Err(invalid_shape(root, &why));
        }
        check_expiry(root, &found)?;
        check_unique(root, table)?;
        let eager = found.iter().filter(|field| !field.is_lazy());
        let spans = eager.filter_map(ShardField::span).collect();
        let all_spans = found.iter().filter_map(ShardField::span).collect();
        let managed = root.seals() || root.demands_encryption() || !found.is_empty();
        let (mut entries, shards): (Vec<_>, Vec<_>) =
            found.into_iter().partition(ShardField::is_in_collection);
        let mut shards: Vec<_> = shards.into_iter().map(Arc::new).collect();
        shards.sort_by(|a, b| a.id.cmp(&b.id));
        entries.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(Self {
            root,
            table,
            shards,
            open: recursive || !entries.is_empty(),
            entries,
            spans,
            all_spans,
            managed,
            verbatim: (!managed && made.is_empty() && is_verbatim(root))
                .then(|| Verbatim::of(root, table)),
            indexes,
            made,
        })
    }

    /// The shard with this id, also one of an entry, or deeper in a recursive type than [`shards`](Self::shards) goes.
    pub(crate) fn shard(&self, id: &str) -> Option<Arc<ShardField>> {
        match self
            .shards
            .binary_search_by(|field| field.id.as_str().cmp(id))
        {
            Ok(index) => self.shards.get(index).cloned(),
            Err(_) if self.open => self.deeper_shard(id).map(Arc::new),
            Err(_) => None,
        }
    }

    fn deeper_shard(&self, id: &str) -> Option<ShardField> {
        let mut shape = self.root;
        let mut place = Place::root(self.table);
        let mut found = None;
        let mut parts = id.split('/');
        while let Some(part) = parts.next() {
            let field = shape.find_field(|field| shard_id([field.name()]) == part)?;
            place = place.field(field);
            let kind = match (field.field_role(), Collection::of(field)) {
                (Role::Shard, Some((collection, element))) => {
                    place = place.entry(collection, &collection.key(parts.next()?)?);
                    element.kind()
                }
                _ => field.kind(),
            };
            let Kind::Object(child) = kind else {
                return None;
            };
            found = None;
            if field.field_role() == Role::Shard {
                let shard = ShardField::at(&place, field, child)?;
                place = place.inside(&shard);
                found = Some(shard);
            }
            shape = child;
        }
        found
    }

    /// Whether there are lists of shards, whose entries have ids.
    pub(crate) fn has_lists(&self) -> bool {
        let is_list = |field: &ShardField| field.collection == Some(Collection::List);
        self.entries.iter().any(is_list)
    }

    /// Turns every list of shards of a tree into a map by entry id.
    ///
    /// # Errors
    ///
    /// An entry is no map.
    pub(crate) fn key_lists(
        &self,
        tree: &mut Item,
        numbering: Numbering<'_>,
    ) -> Result<Keyed, ValueError> {
        if self.entries.is_empty() {
            return Ok(Keyed::default());
        }
        key_lists(tree, self.root, self.table, numbering)
    }

    /// Whether the type has the collection with this id.
    pub(crate) fn knows_collection(&self, id: &str) -> bool {
        // The text of an entry id is a key of a map too.
        self.shard(&format!("{id}/{}", EntryId([0; 8]))).is_some()
    }

    /// Whether there are shards that are loaded when they are asked for.
    pub(crate) fn has_lazy(&self) -> bool {
        self.patterns().any(ShardField::is_lazy)
    }

    /// Whether the pattern is one of [`patterns`](Self::patterns).
    pub(crate) fn describes(&self, pattern: &str) -> bool {
        self.patterns().any(|field| field.pattern == pattern)
    }

    /// Every shard that the layout describes, collections by their pattern.
    pub(crate) fn patterns(&self) -> impl Iterator<Item = &ShardField> {
        let shards = self.shards.iter().map(|field| &**field);
        shards.chain(&self.entries)
    }
}

/// Refuses shards of objects that the service removes, and shards that it would remove without their objects.
fn check_expiry(root: &'static Shape, found: &[ShardField]) -> Result<()> {
    let expiring = found
        .iter()
        .find_map(|field| Some((field, expiry_attribute(field.shape)?)));
    if let Some((shard, attribute)) = expiring {
        let why = format!(
            "is stored as the shard `{}` of `{}`, and expires by `{attribute}`: the service would remove the shard, and the \
             object could not be loaded any more; take `ttl` off, or store it by itself",
            shard.pattern,
            root.name()
        );
        return Err(invalid_shape(shard.shape, &why));
    }
    let (Some(attribute), Some(shard)) = (expiry_attribute(root), found.first()) else {
        return Ok(());
    };
    let why = format!(
        "expires by `{attribute}`, and has the shard `{}`: the service removes the object's own item, and nothing would find \
         the shard any more; take `ttl` off, and delete objects with `delete`, or store the part inside the object",
        shard.pattern
    );
    Err(invalid_shape(root, &why))
}

/// A shard that has the id of another, and is another: variants of an enum can hold both.
fn different_twin(found: &[ShardField]) -> Option<&ShardField> {
    let mut by_pattern: BTreeMap<&str, &ShardField> = BTreeMap::new();
    found.iter().find(|field| {
        let twin = *by_pattern.entry(&field.pattern).or_insert(field);
        let same = twin.shape.identity() == field.shape.identity()
            && twin.table == field.table
            && twin.placing == field.placing
            && twin.collection == field.collection
            && twin.independent == field.independent;
        !same
    })
}

fn invalid_shape(shape: &Shape, why: &str) -> Error {
    Error::new(
        ErrorKind::InvalidShape,
        format!("type `{}` {why}", shape.name()),
    )
}
