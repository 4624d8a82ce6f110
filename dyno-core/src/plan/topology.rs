//! Which shards an object of a shape can have.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::Blob;

use super::address::{KeyKinds, shard_id};
use super::entries::EntryId;
use super::expiry::expiry_attribute;
use super::index::Indexes;
use super::made::MadeKeys;
use super::shard::{Collection, Place, Placing, ShardField, Span};
use super::unique::unique_fields;
use crate::error::{Error, ErrorKind, Result};
use crate::key::KeyKind;
use crate::shape::{Body, Element, FieldShape, Identity, Kind, Role, Shape, TableShape};

/// The shards that an object of a shape can have.
#[derive(Debug)]
pub(crate) struct Topology {
    pub(crate) root: &'static Shape,
    pub(crate) table: &'static TableShape,
    /// Those reached through fields only, in the order of their ids. Of a recursive type, only the first round.
    pub(crate) shards: Vec<ShardField>,
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
        let (mut entries, mut shards): (Vec<_>, Vec<_>) =
            found.into_iter().partition(ShardField::is_in_collection);
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
            indexes,
            made,
        })
    }

    /// The shard with this id, also one of an entry, or deeper in a recursive type than [`shards`](Self::shards) goes.
    pub(crate) fn shard(&self, id: &str) -> Option<ShardField> {
        match self
            .shards
            .binary_search_by(|field| field.id.as_str().cmp(id))
        {
            Ok(index) => self.shards.get(index).cloned(),
            Err(_) if self.open => self.deeper_shard(id),
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
        self.shards.iter().chain(&self.entries)
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

/// Refuses unique fields whose values cannot be guarded.
fn check_unique(root: &'static Shape, table: &TableShape) -> Result<()> {
    let kinds = KeyKinds::of(root);
    let is_text = |kind: Option<KeyKind>| kind.is_none_or(|kind| kind == KeyKind::S);
    for (field, unique) in unique_fields(root) {
        let name = field.name();
        let why = if let Some(attribute) = expiry_attribute(root) {
            format!(
                "has the unique field `{name}`, and expires by `{attribute}`: the service would remove the object and leave the item \
                 that guards its value; take `ttl` or `unique` off"
            )
        } else if matches!(
            field.kind(),
            Kind::List(_) | Kind::Map(_) | Kind::Object(_) | Kind::Lazy(_)
        ) {
            format!(
                "has the unique field `{name}`, which is no single value; mark a string, a number or a binary"
            )
        } else if never_in_a_key(field.kind()) {
            format!(
                "has the unique field `{name}`, which is no string, number or binary; mark another field, or convert it `with` a module \
                 of yours"
            )
        } else if root
            .all_fields()
            .any(|other| other.name() == name && other.guards().is_none())
        {
            format!(
                "has the field `{name}` in several variants, unique in some of them only; mark it in all, or give it another name \
                 where it is not"
            )
        } else if unique.table().is_none() && !(is_text(kinds.partition) && is_text(kinds.sort)) {
            format!(
                "has the unique field `{name}`, and the keys of table `{}` are not strings, which those of the items that guard its \
                 values are; give these a table of their own: `unique(table = \"..\", key = \"..\")`",
                table.name()
            )
        } else {
            continue;
        };
        return Err(invalid_shape(root, &why));
    }
    Ok(())
}

/// Whether values of this kind are booleans or sets.
fn never_in_a_key(kind: Kind) -> bool {
    let text = || vec!["1".to_owned()];
    let samples = [
        AttributeValue::Bool(true),
        AttributeValue::Ss(text()),
        AttributeValue::Ns(text()),
        AttributeValue::Bs(vec![Blob::new("1")]),
    ];
    let Kind::Scalar(fits) = kind else {
        return false;
    };
    samples.into_iter().any(|sample| fits(sample).is_ok())
}

/// Refuses unique fields of objects that are not stored by themselves, however deep they are.
#[derive(Default)]
struct UniqueInside {
    seen: HashSet<Identity>,
}

impl UniqueInside {
    fn object(&mut self, owner: &'static Shape) -> Result<()> {
        if !self.seen.insert(owner.identity()) {
            return Ok(());
        }
        let mut fields = owner.all_fields();
        fields.try_for_each(|field| self.kind(owner, field, field.kind()))
    }

    fn kind(
        &mut self,
        owner: &'static Shape,
        field: &'static FieldShape,
        kind: Kind,
    ) -> Result<()> {
        match kind {
            Kind::Lazy(element) | Kind::List(element) | Kind::Map(element) => {
                self.kind(owner, field, element.kind())
            }
            Kind::Object(child) => match unique_fields(child).next() {
                None => self.object(child),
                Some((unique, _)) => {
                    let why = format!(
                        "holds a `{}` in `{}`, whose field `{}` is unique; only fields of an object that is saved by itself can be: \
                         take `unique` off, or store a type without it",
                        child.name(),
                        field.name(),
                        unique.name()
                    );
                    Err(invalid_shape(owner, &why))
                }
            },
            Kind::Key(_) | Kind::Opaque(_) | Kind::Scalar(_) => Ok(()),
        }
    }
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

struct Walk {
    root_sort: Option<KeyKind>,
    found: Vec<ShardField>,
    recursive: bool,
    stack: Vec<Identity>,
}

impl Walk {
    fn object(&mut self, shape: &'static Shape, place: &Place) -> Result<()> {
        self.stack.push(shape.identity());
        for field in shape.all_fields() {
            self.field(shape, field, place)?;
        }
        self.stack.pop();
        Ok(())
    }

    fn field(
        &mut self,
        owner: &'static Shape,
        field: &'static FieldShape,
        around: &Place,
    ) -> Result<()> {
        let role = field.field_role();
        if field.is_lazy() && role != Role::Shard {
            let why = format!(
                "has the lazy field `{}`, which is no shard; mark it `#[dyno(shard)]`",
                field.name()
            );
            return Err(invalid_shape(owner, &why));
        }
        let place = if role == Role::Flatten {
            around.clone()
        } else {
            around.field(field)
        };
        match field.kind() {
            Kind::Object(child) if role == Role::Shard => self.shard(owner, field, child, &place),
            Kind::List(element) if role == Role::Shard => {
                self.collection(owner, field, element, &place.each(Collection::List))
            }
            Kind::Map(element) if role == Role::Shard => {
                self.collection(owner, field, element, &place.each(Collection::Map))
            }
            Kind::Object(child) if role == Role::Flatten => {
                if matches!(child.body(), Body::Enum(_)) && matches!(owner.body(), Body::Struct(_))
                {
                    let why = format!(
                        "flattens the enum `{}`, whose tag has no place of its own",
                        child.name()
                    );
                    return Err(invalid_shape(owner, &why));
                }
                self.embedded(child, &place)
            }
            Kind::Object(child) => self.embedded(child, &place),
            Kind::List(element) | Kind::Map(element) => check_element(owner, field, element),
            Kind::Key(_) | Kind::Lazy(_) | Kind::Opaque(_) | Kind::Scalar(_) => Ok(()),
        }
    }

    fn embedded(&mut self, child: &'static Shape, place: &Place) -> Result<()> {
        if self.stack.contains(&child.identity()) {
            self.recursive |= Kind::Object(child).holds_shards();
            return Ok(());
        }
        self.object(child, place)
    }

    fn collection(
        &mut self,
        owner: &'static Shape,
        field: &'static FieldShape,
        element: Element,
        each: &Place,
    ) -> Result<()> {
        let Kind::Object(child) = element.kind() else {
            let why = format!(
                "keeps values without a table in the shards `{}`; derive `DyObject` on their type and name a table",
                field.name()
            );
            return Err(invalid_shape(owner, &why));
        };
        self.shard(owner, field, child, each)
    }

    fn shard(
        &mut self,
        owner: &'static Shape,
        field: &'static FieldShape,
        child: &'static Shape,
        place: &Place,
    ) -> Result<()> {
        let Some(shard) = ShardField::at(place, field, child) else {
            return Err(invalid_shape(child, "is a shard without a table"));
        };
        check_shard(owner, child, &shard, self.root_sort)?;
        let inside = place.inside(&shard);
        self.found.push(shard);
        if self.stack.contains(&child.identity()) {
            self.recursive = true;
            return Ok(());
        }
        self.object(child, &inside)
    }
}

fn check_shard(
    owner: &'static Shape,
    child: &'static Shape,
    shard: &ShardField,
    root_sort: Option<KeyKind>,
) -> Result<()> {
    let table = &shard.table;
    let key_field = child
        .all_fields()
        .find(|field| matches!(field.field_role(), Role::PartitionKey | Role::SortKey));
    let names = [Some(table.key_name()), table.sort_name()];
    let taken = names
        .into_iter()
        .flatten()
        .find_map(|name| child.find_field(|field| field.answers_to(name)));
    if let Some(field) = key_field.or(taken) {
        let why = format!(
            "is a shard of `{}`, so its key `{}` holds the shard's place and cannot be a field",
            owner.name(),
            field.name()
        );
        return Err(invalid_shape(child, &why));
    }
    if let Some(templates) = child.key_templates() {
        let why = format!(
            "is a shard of `{}`, so its key holds the shard's place and cannot be made of {}",
            owner.name(),
            templates.text()
        );
        return Err(invalid_shape(child, &why));
    }
    if shard.placing == Placing::Beside && root_sort.is_some_and(|kind| kind != KeyKind::S) {
        let why = format!(
            "keeps shard `{}` in the table of the root, whose sort key is no string and cannot hold the shard's id; \
             give the shard a table of its own",
            shard.id
        );
        return Err(invalid_shape(owner, &why));
    }
    if shard.independent && Kind::Object(child).holds_shards() {
        let why = format!(
            "has the independent shard `{}` with shards of its own; a version of its own covers one item only",
            shard.id
        );
        return Err(invalid_shape(owner, &why));
    }
    Ok(())
}

fn check_element(
    owner: &'static Shape,
    field: &'static FieldShape,
    element: Element,
) -> Result<()> {
    if element.kind().holds_shards() {
        let why = format!(
            "keeps objects with shards in the list or map `{}`; mark the field `#[dyno(shard)]`, so that each \
             of them has an identity",
            field.name()
        );
        return Err(invalid_shape(owner, &why));
    }
    Ok(())
}

fn invalid_shape(shape: &Shape, why: &str) -> Error {
    Error::new(
        ErrorKind::InvalidShape,
        format!("type `{}` {why}", shape.name()),
    )
}
