use std::collections::BTreeMap;
use std::marker::PhantomData;

use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, GlobalSecondaryIndexDescription,
    IndexStatus, KeySchemaElement, KeyType, Projection, ProjectionType, ScalarAttributeType,
    TableDescription, TableStatus,
};

use super::operation::{Operation, Options, Pending, debug_of};
use super::{Store, drive, service};
use crate::error::{Error, ErrorKind, Result, incomplete};
use crate::key::KeyKind;
use crate::limits;
use crate::plan::{KeyKinds, Placing, Topology};
use crate::shape::{Stored, TableShape};

/// Makes the tables of a type and of its shards, where they do not exist, and waits until they can be used.
///
/// A field with an index has two global secondary indexes, called like the attributes that hold its index values; one
/// stays empty, and costs nothing, until the index key is replaced. DynamoDB makes 20 of them for a table, so 10 fields can have
/// an index.
///
/// Sends one `CreateTable` (billed per request) for each table, and `DescribeTable` for those that exist or are not
/// active at once. A table that exists is checked, not changed.
///
/// # Errors
///
/// [`ErrorKind::TableMismatch`] if a table has other keys than the type declares or lacks an index, [`ErrorKind::InvalidShape`], also if
/// more than 10 fields have an index, and those of the service.
#[must_use = "nothing is made until it is awaited"]
pub struct EnsureTables<T> {
    store: Store,
    object: PhantomData<fn() -> T>,
}

debug_of!(EnsureTables<T>: store);

impl<T: Stored> EnsureTables<T> {
    pub(super) fn new(store: Store) -> Self {
        Self {
            store,
            object: PhantomData,
        }
    }

    async fn run(self) -> Result<()> {
        let options = Options {
            store: Some(self.store),
            loader: None,
        };
        let operation = Operation::new::<T>("ensure the tables of", options)?;
        ensure_all(&operation)
            .await
            .map_err(operation.explain(None))
    }
}

/// Makes or checks every table of an object.
pub(super) async fn ensure_all(operation: &Operation) -> Result<()> {
    for table in tables(&operation.topology)? {
        ensure(&operation.store, &table).await?;
    }
    Ok(())
}

/// One table, as it must be.
#[derive(Debug)]
struct Table {
    keys: TableKeys,
    /// The binary attributes that have a global secondary index of their name.
    indexes: Vec<&'static str>,
}

/// The keys of one table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct TableKeys {
    table: &'static str,
    region: Option<&'static str>,
    partition: (&'static str, KeyKind),
    sort: Option<(&'static str, KeyKind)>,
}

impl TableKeys {
    fn new(table: &TableShape, region: Option<&'static str>, kinds: KeyKinds) -> Self {
        Self {
            table: table.name(),
            region,
            partition: (table.key_name(), kinds.partition.unwrap_or(KeyKind::S)),
            sort: table
                .sort_name()
                .map(|name| (name, kinds.sort.unwrap_or(KeyKind::S))),
        }
    }

    fn parts(&self) -> impl Iterator<Item = (&'static str, KeyKind, KeyType)> {
        let (name, kind) = self.partition;
        let sort = self.sort.map(|(name, kind)| (name, kind, KeyType::Range));
        std::iter::once((name, kind, KeyType::Hash)).chain(sort)
    }

    fn describe(&self) -> String {
        let parts: Vec<_> = self
            .parts()
            .map(|(name, kind, role)| format!("{role} `{name}` ({kind})"))
            .collect();
        parts.join(", ")
    }
}

fn tables(topology: &Topology) -> Result<Vec<Table>> {
    check_index_count(topology)?;
    let strings = KeyKinds {
        partition: None,
        sort: None,
    };
    let root = TableKeys::new(
        topology.table,
        topology.table.region_name(),
        KeyKinds::of(topology.root),
    );
    let apart = topology
        .patterns()
        .filter(|field| field.placing != Placing::Beside);
    let shards = apart.map(|field| TableKeys::new(&field.table, field.region, strings));
    let mut by_name: BTreeMap<&str, TableKeys> = BTreeMap::new();
    for table in std::iter::once(root).chain(shards) {
        let known = *by_name.entry(table.table).or_insert(table);
        if known != table {
            return Err(Error::new(
                ErrorKind::InvalidShape,
                format!(
                    "two types share table `{}` and declare different keys: {} and {}",
                    table.table,
                    known.describe(),
                    table.describe()
                ),
            )
            .in_table(table.table));
        }
    }
    let table = |keys: TableKeys| Table {
        keys,
        indexes: if keys.table == root.table {
            topology.indexes.columns().collect()
        } else {
            Vec::new()
        },
    };
    Ok(by_name.into_values().map(table).collect())
}

fn check_index_count(topology: &Topology) -> Result<()> {
    let columns = topology.indexes.columns().count();
    if columns <= limits::SECONDARY_INDEXES {
        return Ok(());
    }
    let table = topology.table.name();
    let why = format!(
        "type `{}` has indexes on {} fields, which take {columns} secondary indexes of table `{table}`, and DynamoDB makes {}; \
         search fewer fields, or move some to an object of their own. If AWS raised the quota of the account, make the \
         table without `ensure_tables`",
        topology.root.name(),
        columns / 2,
        limits::SECONDARY_INDEXES
    );
    Err(Error::new(ErrorKind::InvalidShape, why).in_table(table))
}

async fn ensure(store: &Store, wanted: &Table) -> Result<()> {
    let Table {
        keys: table,
        indexes,
    } = wanted;
    let client = store.clients().of(table.region).reads;
    let mut create = client
        .create_table()
        .table_name(table.table)
        .billing_mode(BillingMode::PayPerRequest);
    for (name, kind, role) in table.parts() {
        let attribute = AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(kind.to_scalar_type());
        let key = KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(role);
        create = create.attribute_definitions(attribute.build().map_err(incomplete)?);
        create = create.key_schema(key.build().map_err(incomplete)?);
    }
    for name in indexes {
        let attribute = AttributeDefinition::builder()
            .attribute_name(*name)
            .attribute_type(ScalarAttributeType::B);
        create = create
            .attribute_definitions(attribute.build().map_err(incomplete)?)
            .global_secondary_indexes(secondary_index(name)?);
    }
    match create.send().await {
        Ok(answer) if is_active(answer.table_description()) => return Ok(()),
        Ok(_) => {}
        Err(error)
            if error
                .as_service_error()
                .is_some_and(CreateTableError::is_resource_in_use_exception) => {}
        Err(error) => return Err(service::failure(error, &[table.table])),
    }
    for attempt in 1..=MOST_ATTEMPTS {
        let answer = client.describe_table().table_name(table.table).send().await;
        let description = answer
            .map_err(|error| service::failure(error, &[table.table]))?
            .table;
        if let Some(description) = &description {
            check_keys(table, description)?;
            check_indexes(wanted, description)?;
        }
        if is_active(description.as_ref()) {
            return Ok(());
        }
        drive::pause(attempt).await?;
    }
    let why = format!(
        "table `{}` is still not active; call again in a while",
        table.table
    );
    Err(Error::new(ErrorKind::Service, why).in_table(table.table))
}

fn is_active(description: Option<&TableDescription>) -> bool {
    let status = description.and_then(TableDescription::table_status);
    let indexes = description.map_or(&[][..], TableDescription::global_secondary_indexes);
    let is_made = |index: &GlobalSecondaryIndexDescription| {
        index.index_status() != Some(&IndexStatus::Creating)
    };
    matches!(status, Some(TableStatus::Active | TableStatus::Updating))
        && indexes.iter().all(is_made)
}

/// An index over one attribute that holds nothing but keys.
fn secondary_index(name: &str) -> Result<GlobalSecondaryIndex> {
    let key = KeySchemaElement::builder()
        .attribute_name(name)
        .key_type(KeyType::Hash);
    let projection = Projection::builder().projection_type(ProjectionType::KeysOnly);
    GlobalSecondaryIndex::builder()
        .index_name(name)
        .key_schema(key.build().map_err(incomplete)?)
        .projection(projection.build())
        .build()
        .map_err(incomplete)
}

fn check_indexes(wanted: &Table, description: &TableDescription) -> Result<()> {
    let is_binary = |name: &str| {
        let mut definitions = description.attribute_definitions().iter();
        definitions.any(|definition| {
            definition.attribute_name() == name
                && *definition.attribute_type() == ScalarAttributeType::B
        })
    };
    let stands = |name: &str| {
        let mut indexes = description.global_secondary_indexes().iter();
        indexes.any(|index| {
            let key = index.key_schema();
            index.index_name() == Some(name)
                && matches!(key, [key] if key.attribute_name() == name)
                && is_binary(name)
        })
    };
    let missing = wanted.indexes.iter().filter(|name| !stands(name)).copied();
    let missing: Vec<_> = missing.collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(indexes_missing(wanted.keys.table, &missing))
}

/// The error of a table that cannot be searched.
pub(super) fn indexes_missing(table: &str, missing: &[&str]) -> Error {
    let missing: Vec<_> = missing.iter().map(|name| format!("`{name}`")).collect();
    let why = format!(
        "table `{table}` exists without the indexes to search by: {}; add each with `UpdateTable`, one after the other, \
         as a global secondary index of that name whose partition key is the attribute of that name, of type B, with \
         projection KEYS_ONLY",
        missing.join(", ")
    );
    Error::new(ErrorKind::TableMismatch, why).in_table(table)
}

fn check_keys(table: &TableKeys, description: &TableDescription) -> Result<()> {
    let kind_of = |name: &str| {
        let definitions = description.attribute_definitions().iter();
        definitions
            .filter(|definition| definition.attribute_name() == name)
            .map(AttributeDefinition::attribute_type)
            .next()
    };
    let same = description.key_schema().len() == table.parts().count()
        && table.parts().all(|(name, kind, role)| {
            let part = description
                .key_schema()
                .iter()
                .find(|part| *part.key_type() == role);
            part.is_some_and(|part| part.attribute_name() == name)
                && kind_of(name).is_some_and(|found| *found == kind.to_scalar_type())
        });
    if same {
        return Ok(());
    }
    let found: Vec<_> = description
        .key_schema()
        .iter()
        .map(|part| format!("{} `{}`", part.key_type(), part.attribute_name()))
        .collect();
    let why = format!(
        "table `{}` exists with other keys: expected {}, found {}; change the type's `key` and `sort`, or use another table",
        table.table,
        table.describe(),
        found.join(", ")
    );
    Err(Error::new(ErrorKind::TableMismatch, why).in_table(table.table))
}

/// With pauses of up to a second: about half a minute.
const MOST_ATTEMPTS: u32 = 60;

impl<T: Stored> IntoFuture for EnsureTables<T> {
    type Output = Result<()>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
