//! The tables of an object, as the service calls them.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use super::expiry;
use crate::error::{Error, ErrorKind, Result};
use crate::plan::{Topology, tag_attribute};
use crate::shape::{Shape, TableShape};
use crate::store::Store;
use crate::store::operation::Operation;
use crate::table::{Difference, DifferenceKind, Settings, TableSpec, specs_of};

/// What says how tables should be; errors advise on it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Origin {
    Specs,
    Types,
}

/// What an operation on tables works on.
#[derive(Debug)]
pub(super) struct Tables {
    pub(super) client: Client,
    /// By name, under the names that they have in the service.
    pub(super) wanted: Vec<TableSpec>,
    pub(super) settings: Settings,
    pub(super) origin: Origin,
}

impl Tables {
    /// Those of the operation's type and of other shapes. Refuses what no table can be.
    pub(super) fn of(
        operation: &Operation,
        others: &[&'static Shape],
        settings: Settings,
    ) -> Result<Self> {
        let topology = &operation.topology;
        if let Some(attribute) = &settings.ttl {
            expiry::check(operation, attribute)?;
            expiry::check_declared(operation, attribute)?;
        }
        let store = &operation.store;
        let mut specs = specs_of(topology)?;
        let mut shapes = vec![topology.root];
        let mut told_by_tag = Vec::from_iter(says_its_type(topology).then_some(topology.root));
        for other in others {
            let other = store.topology(other)?;
            check_region(topology, &other)?;
            specs.extend(specs_of(&other)?);
            shapes.push(other.root);
            if says_its_type(&other) {
                check_tag(&told_by_tag, other.root)?;
                told_by_tag.push(other.root);
            }
        }
        expiry::check_together(&shapes)?;
        if let Some(attribute) = &settings.ttl {
            let expires = |shape: &&&'static Shape| {
                shape.table().map(TableShape::name) == Some(topology.table.name())
            };
            let mut expiring = shapes.iter().filter(expires);
            expiring.try_for_each(|shape| expiry::check_unguarded(shape, attribute))?;
        }
        let wanted = TableSpec::merged(specs)?.into_iter().map(|spec| {
            let spec = settings.on(spec, topology.table.name());
            let name = store.physical_name(spec.name());
            let spec = spec.with_name(name);
            spec.check().map(|()| spec)
        });
        Ok(Self {
            wanted: wanted.collect::<Result<_>>()?,
            client: store.clients().raw(topology.table.region_name()),
            settings,
            origin: Origin::Types,
        })
    }
}

fn check_region(one: &Topology, other: &Topology) -> Result<()> {
    if one.table.region_name() == other.table.region_name() {
        return Ok(());
    }
    let (table, name) = (other.table.name(), other.root.name());
    let why = format!(
        "type `{name}` has its tables in another region than `{}`; take care of them in a call of their own",
        one.root.name()
    );
    Err(Error::new(ErrorKind::InvalidShape, why).in_table(table))
}

/// Whether objects of the type are told from those of others by their tag, whatever a loader says. Plain ones do not say it.
fn says_its_type(topology: &Topology) -> bool {
    topology.managed || topology.root.key_templates().is_some()
}

/// Refuses a type whose objects would be taken for those of another.
fn check_tag(others: &[&'static Shape], shape: &'static Shape) -> Result<()> {
    let table = |shape: &Shape| shape.table().map(TableShape::name);
    let told_by = |shape: &'static Shape| (table(shape), tag_attribute(shape), shape.type_tag());
    let is_taken = |other: &&&'static Shape| {
        told_by(other) == told_by(shape) && other.identity() != shape.identity()
    };
    let Some(other) = others.iter().find(is_taken) else {
        return Ok(());
    };
    let (tag, names) = (shape.type_tag(), [shape.name(), other.name()]);
    let (table, [name, other]) = (table(shape).unwrap_or_default(), names);
    let free = names.into_iter().find(|name| *name != tag).unwrap_or("..");
    let why = format!(
        "types `{other}` and `{name}` share table `{table}` and the tag `{tag}`, so objects of one are taken for objects of the other; give \
         that of which nothing is stored yet a tag of its own, as `#[dyno(tag = \"{free}\")]`: what is stored keeps the one that it was saved with"
    );
    Err(Error::new(ErrorKind::InvalidShape, why).in_table(table))
}

/// The error of tables that are not as they are wanted.
pub(super) fn mismatch(differences: &[Difference], origin: Origin) -> Error {
    let Some(first) = differences.first() else {
        return Error::new(ErrorKind::TableMismatch, "the tables differ");
    };
    let listed: Vec<_> = differences.iter().map(Difference::to_string).collect();
    let kind = |wanted| differences.iter().any(|one| one.kind() == wanted);
    let (of_types, of_specs) = if kind(DifferenceKind::Keys) {
        (
            "change the type's `key` and `sort`, or use another table",
            "change the keys of the specification, or use another table",
        )
    } else if kind(DifferenceKind::MissingTable) {
        (
            "create it with `store.ensure_tables::<YourType>()`",
            "create it with `store.ensure_specs(..)`, or with what the specification is from",
        )
    } else if kind(DifferenceKind::IndexKeys) || kind(DifferenceKind::Projection) {
        (
            "delete the index with `UpdateTable`, and add it with `store.migrate_tables::<YourType>()`",
            "delete the index, and add it again with what the specification is from",
        )
    } else if differences
        .iter()
        .all(|one| one.kind() == DifferenceKind::NotReady)
    {
        ("try again in a while", "try again in a while")
    } else {
        (
            "`store.migrate_tables::<YourType>()` changes what can be changed",
            "change the table with what the specification is from, or the specification",
        )
    };
    let advice = match origin {
        Origin::Specs => of_specs,
        Origin::Types => of_types,
    };
    let why = format!("{}; {advice}", listed.join("; "));
    Error::new(ErrorKind::TableMismatch, why).in_table(first.table())
}

impl Store {
    /// The error of a read over a secondary index, told apart if the index is not there, or not yet.
    pub(in crate::store) fn index_failure<E>(
        &self,
        error: SdkError<E, HttpResponse>,
        table: &str,
        index: &str,
    ) -> Error
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let said = error
            .as_service_error()
            .and_then(ProvideErrorMetadata::message);
        let says = |text: &str| said.is_some_and(|said| said.contains(text));
        let physical = self.physical_name(table);
        if says("does not have the specified index") {
            return indexes_missing(&physical, &[index]).with_source(error);
        }
        if says("backfilling") {
            return index_filling(&physical, index).with_source(error);
        }
        self.failure(error, &[table])
    }
}

/// The error of a search in an index that is not made yet.
fn index_filling(table: &str, index: &str) -> Error {
    let why = format!(
        "the service still fills index `{index}` of table `{table}` with what was stored before, and does not answer from it; try \
         again later, or wait with `store.migrate_tables::<YourType>()`"
    );
    Error::new(ErrorKind::TableMismatch, why).in_table(table)
}

/// The error of a search in a table that cannot be searched.
fn indexes_missing(table: &str, missing: &[&str]) -> Error {
    let missing: Vec<_> = missing.iter().map(|name| format!("`{name}`")).collect();
    let why = format!(
        "table `{table}` lacks the indexes to search by: {}; add each with `store.migrate_tables::<YourType>()`, without a type with what made \
         the table",
        missing.join(", ")
    );
    Error::new(ErrorKind::TableMismatch, why).in_table(table)
}
