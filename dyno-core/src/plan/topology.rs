//! Which shards an object of a shape can have.

use dyno_value::FieldPath;

use super::address::{Address, shard_id, shard_id_at};
use super::manifest::Entry;
use crate::error::{Error, ErrorKind, Result};
use crate::shape::{Body, Element, FieldShape, Identity, Kind, Role, Shape, TableShape};

/// A field that is stored in an item of its own.
#[derive(Clone, Debug)]
pub(crate) struct ShardField {
    pub(crate) id: String,
    pub(crate) path: FieldPath,
    pub(crate) shape: &'static Shape,
    pub(crate) table: &'static TableShape,
    pub(crate) region: Option<&'static str>,
}

impl ShardField {
    /// The field of this shape at this place, in its table's region or else in that of the object around it; `None`
    /// if the shape has no table.
    pub(crate) fn at(
        path: FieldPath,
        shape: &'static Shape,
        around: Option<&'static str>,
    ) -> Option<Self> {
        let table = shape.table()?;
        let region = table.region_name().or(around);
        Some(Self {
            id: shard_id_at(&path),
            path,
            shape,
            table,
            region,
        })
    }

    /// The places of the shard's items: home, and the other slot if it is or was used.
    ///
    /// # Errors
    ///
    /// Those of [`Address::of_shard`].
    pub(crate) fn slots(&self, owner: &str, entry: Entry) -> Result<Vec<Address>> {
        let spare_used = entry.in_spare_slot || entry.other_slot_used;
        let slots = [false, true]
            .into_iter()
            .filter(|spare| !spare || spare_used);
        slots
            .map(|spare| Address::of_shard(owner, self.table, self.region, &self.id, spare))
            .collect()
    }
}

/// The shards that an object of a shape can have.
#[derive(Debug)]
pub(crate) struct Topology {
    pub(crate) root: &'static Shape,
    pub(crate) table: &'static TableShape,
    /// In the order of their ids. Of a recursive type, only the first round.
    pub(crate) shards: Vec<ShardField>,
    /// Whether there can be more shards than these, because a type contains itself.
    pub(crate) recursive: bool,
    /// Whether anything asks for the mapper's own attributes: a shard, or a field that must be encrypted.
    pub(crate) managed: bool,
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
        let mut walk = Walk {
            shards: Vec::new(),
            recursive: false,
            stack: Vec::new(),
        };
        walk.object(root, &FieldPath::root(), table.region_name())?;
        walk.shards.sort_by(|a, b| a.id.cmp(&b.id));
        if let Some(field) = walk
            .shards
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
        let managed = root.demands_encryption() || !walk.shards.is_empty();
        Ok(Self {
            root,
            table,
            shards: walk.shards,
            recursive: walk.recursive,
            managed,
        })
    }

    /// The shard with this id, also one deeper in a recursive type than [`shards`](Self::shards) goes.
    pub(crate) fn shard(&self, id: &str) -> Option<ShardField> {
        match self
            .shards
            .binary_search_by(|field| field.id.as_str().cmp(id))
        {
            Ok(index) => self.shards.get(index).cloned(),
            Err(_) if self.recursive => self.deeper_shard(id),
            Err(_) => None,
        }
    }

    fn deeper_shard(&self, id: &str) -> Option<ShardField> {
        let mut shape = self.root;
        let mut path = FieldPath::root();
        let mut is_shard = false;
        for name in id.split('/') {
            let found = shape.find_field(|field| shard_id([field.name()]) == name)?;
            path = path.key(found.name());
            shape = found.child()?;
            is_shard = found.field_role() == Role::Shard;
        }
        if is_shard {
            ShardField::at(path, shape, self.table.region_name())
        } else {
            None
        }
    }
}

struct Walk {
    shards: Vec<ShardField>,
    recursive: bool,
    stack: Vec<Identity>,
}

impl Walk {
    fn object(
        &mut self,
        shape: &'static Shape,
        path: &FieldPath,
        region: Option<&'static str>,
    ) -> Result<()> {
        self.stack.push(shape.identity());
        for field in shape.all_fields() {
            self.field(shape, field, path, region)?;
        }
        self.stack.pop();
        Ok(())
    }

    fn field(
        &mut self,
        owner: &'static Shape,
        field: &'static FieldShape,
        path: &FieldPath,
        region: Option<&'static str>,
    ) -> Result<()> {
        let place = if field.field_role() == Role::Flatten {
            path.clone()
        } else {
            path.key(field.name())
        };
        match field.kind() {
            Kind::Object(child) if field.field_role() == Role::Shard => {
                self.shard(owner, child, &place, region)
            }
            Kind::Object(child) if field.field_role() == Role::Flatten => {
                if matches!(child.body(), Body::Enum(_)) && matches!(owner.body(), Body::Struct(_))
                {
                    let why = format!(
                        "flattens the enum `{}`, whose tag has no place of its own",
                        child.name()
                    );
                    return Err(invalid_shape(owner, &why));
                }
                self.embedded(child, &place, region)
            }
            Kind::Object(child) => self.embedded(child, &place, region),
            Kind::List(element) | Kind::Map(element) => check_element(owner, field, element),
            Kind::Key(_) | Kind::Lazy(_) | Kind::Opaque(_) => Ok(()),
        }
    }

    fn embedded(
        &mut self,
        child: &'static Shape,
        place: &FieldPath,
        region: Option<&'static str>,
    ) -> Result<()> {
        if self.stack.contains(&child.identity()) {
            self.recursive |= Kind::Object(child).holds_shards();
            return Ok(());
        }
        self.object(child, place, region)
    }

    fn shard(
        &mut self,
        owner: &'static Shape,
        child: &'static Shape,
        place: &FieldPath,
        region: Option<&'static str>,
    ) -> Result<()> {
        let Some(shard) = ShardField::at(place.clone(), child, region) else {
            return Err(invalid_shape(child, "is a shard without a table"));
        };
        let table = shard.table;
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
        let region = shard.region;
        self.shards.push(shard);
        if self.stack.contains(&child.identity()) {
            self.recursive = true;
            return Ok(());
        }
        self.object(child, place, region)
    }
}

fn check_element(
    owner: &'static Shape,
    field: &'static FieldShape,
    element: Element,
) -> Result<()> {
    if element.kind().holds_shards() {
        let why = format!(
            "keeps objects with shards in the list or map `{}`; a shard must be reached through fields only",
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
