//! The tables of a type.

use std::collections::BTreeMap;

use super::index::{IndexSpec, Projection};
use super::spec::TableSpec;
use crate::error::{Error, ErrorKind, Result};
use crate::key::KeyKind;
use crate::limits;
use crate::plan::{KeyKinds, Placing, Topology, expiry_attribute, unique_fields};
use crate::shape::{Holds, SecondaryShape, Shape, Stored, TableShape};

impl TableSpec {
    /// The tables of a type and of its shards, by name, with its indexes. Sends nothing.
    ///
    /// It has the tables of guards of unique fields (`#[dyno(unique(table = ..))]`), the attribute by which objects expire (`#[dyno(ttl)]`), the indexes that fields are keys of (`#[dyno(index(..))]`), and for an encrypted field with an index two global
    /// ones, called like the attributes that hold its index values.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidShape`]: the type cannot be stored as it is declared, it has more indexes than a table can have, or
    /// two parts of it share a table and declare it differently.
    ///
    /// # Examples
    ///
    /// ```
    /// # extern crate dyno_core as dyno;
    /// # use dyno_derive::DyObject;
    /// use dyno::table::TableSpec;
    /// use dyno::DyObject;
    ///
    /// #[derive(DyObject)]
    /// #[dyno(table = "Places", key = "IDX")]
    /// struct Place { city: String }
    ///
    /// #[derive(DyObject)]
    /// #[dyno(table = "People", key = "ID")]
    /// struct Person {
    ///     #[dyno(key)]
    ///     id: u64,
    ///     #[dyno(shard)]
    ///     place: Place,
    /// }
    ///
    /// let tables = TableSpec::of::<Person>()?;
    /// let text: String = tables.iter().map(TableSpec::to_string).collect();
    /// assert_eq!(text, "table `People`: key `ID` (a number); on demand
    /// table `Places`: key `IDX` (a string); on demand
    /// ");
    /// # Ok::<(), dyno::Error>(())
    /// ```
    pub fn of<T: Stored>() -> Result<Vec<Self>> {
        specs_of(&Topology::of(T::SHAPE)?)
    }

    /// One specification for each table, by name, where several types declare some of the same tables: with the indexes of
    /// all of them, and expiring by the attribute that one names.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidShape`]: two declare a table, or an index of it, differently; it says what both declare.
    pub fn merged(specs: impl IntoIterator<Item = Self>) -> Result<Vec<Self>> {
        let mut by_name: BTreeMap<String, Self> = BTreeMap::new();
        for spec in specs {
            match by_name.get_mut(&spec.name) {
                Some(known) => known.take_in(spec)?,
                None => {
                    by_name.insert(spec.name.clone(), spec);
                }
            }
        }
        Ok(by_name.into_values().collect())
    }

    /// Adds the indexes of another declaration of the same table.
    fn take_in(&mut self, other: Self) -> Result<()> {
        let disagreement = |what: &str, one: &str, another: &str| {
            let why = format!(
                "two types share table `{}` and declare different {what}: {one} and {another}",
                other.name
            );
            Err(Error::new(ErrorKind::InvalidShape, why).in_table(other.name.as_str()))
        };
        if self.keys() != other.keys() {
            return disagreement("keys", &self.keys(), &other.keys());
        }
        if self.region != other.region {
            let name = |region: &Option<String>| region.clone().unwrap_or_else(|| "none".into());
            return disagreement("regions", &name(&self.region), &name(&other.region));
        }
        if let (Some(own), Some(theirs)) = (&self.ttl, &other.ttl)
            && own != theirs
        {
            return disagreement("attributes by which items expire", own, theirs);
        }
        let (own, theirs) = (self.kept(), other.kept());
        if own != theirs {
            return disagreement("settings", &own.to_string(), &theirs.to_string());
        }
        for (known, added) in [
            (&self.global, &other.global),
            (&self.local, &other.local),
            (&self.global, &other.local),
            (&self.local, &other.global),
        ] {
            let twins = added.values().map(|index| (known.get(index.name()), index));
            for (known, index) in twins.filter_map(|(known, index)| Some((known?, index))) {
                if known != index {
                    return disagreement("indexes", &known.to_string(), &index.to_string());
                }
            }
        }
        self.ttl = self.ttl.take().or(other.ttl);
        self.global.extend(other.global);
        self.local.extend(other.local);
        Ok(())
    }

    /// The table without its indexes, and without what one of two may say alone.
    fn kept(&self) -> Self {
        Self {
            global: BTreeMap::new(),
            local: BTreeMap::new(),
            ttl: None,
            ..self.clone()
        }
    }
}

/// The tables of the objects that a topology describes, by name.
pub(crate) fn specs_of(topology: &Topology) -> Result<Vec<TableSpec>> {
    check_index_count(topology)?;
    let strings = KeyKinds {
        partition: None,
        sort: None,
    };
    let table = topology.table;
    let root = spec(table, table.region_name(), KeyKinds::of(topology.root));
    let root = topology.indexes.columns().fold(root, |spec, column| {
        let index = IndexSpec::new(column)
            .with_key(column, KeyKind::B)
            .with_projection(Projection::KeysOnly);
        spec.with_global_index(index)
    });
    let root = with_indexes(root, topology.root);
    let root = match expiry_attribute(topology.root) {
        Some(attribute) => root.with_ttl(attribute),
        None => root,
    };
    let apart = topology
        .patterns()
        .filter(|field| field.placing != Placing::Beside);
    let shards = apart.map(|field| {
        let spec = spec(&field.table, field.region, strings);
        let own = field.shape.table().map(TableShape::name);
        if own == Some(field.table.name()) {
            with_indexes(spec, field.shape)
        } else {
            spec
        }
    });
    let guards = unique_fields(topology.root).filter_map(|(_, unique)| unique.table());
    let guards = guards.map(|guards| spec(guards, table.region_name(), strings));
    TableSpec::merged(std::iter::once(root).chain(shards).chain(guards))
}

/// The table with the indexes that a type declares for it. A local one is made with its table or never, so that a table of
/// shards has those of the shard's type, too.
fn with_indexes(spec: TableSpec, shape: &Shape) -> TableSpec {
    shape.secondary().iter().fold(spec, |spec, index| {
        let declared = declared(index);
        if index.is_local() {
            spec.with_local_index(declared)
        } else {
            spec.with_global_index(declared)
        }
    })
}

fn declared(index: &SecondaryShape) -> IndexSpec {
    let spec = IndexSpec::new(index.name()).with_projection(match index.holds() {
        Holds::Everything => Projection::All,
        Holds::Nothing => Projection::KeysOnly,
        Holds::Some(names) => Projection::include(names.iter().copied()),
    });
    let key = index.key().iter();
    let spec = key.fold(spec, |spec, part| spec.with_key(part.name(), part.kind()));
    let sort = index.sort().iter();
    sort.fold(spec, |spec, part| spec.with_sort(part.name(), part.kind()))
}

fn spec(table: &TableShape, region: Option<&str>, kinds: KeyKinds) -> TableSpec {
    let key = kinds.partition.unwrap_or(KeyKind::S);
    let spec = TableSpec::new(table.name(), table.key_name(), key);
    let spec = match table.sort_name() {
        Some(sort) => spec.with_sort(sort, kinds.sort.unwrap_or(KeyKind::S)),
        None => spec,
    };
    match region {
        Some(region) => spec.with_region(region),
        None => spec,
    }
}

fn check_index_count(topology: &Topology) -> Result<()> {
    let columns = topology.indexes.columns().count();
    let declared = topology.root.secondary().iter();
    let declared = declared.filter(|index| !index.is_local()).count();
    if columns + declared <= limits::SECONDARY_INDEXES {
        return Ok(());
    }
    let table = topology.table.name();
    let why = format!(
        "type `{}` has {declared} global indexes and searches {} encrypted fields, which take {columns} more, and DynamoDB makes \
         {} of table `{table}`; search fewer fields, or move some to an object of their own. If AWS raised the quota of the \
         account, make the table without `ensure_tables`",
        topology.root.name(),
        columns / 2,
        limits::SECONDARY_INDEXES
    );
    Err(Error::new(ErrorKind::InvalidShape, why).in_table(table))
}
