//! What the service says of a table, as a specification.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, IndexStatus, KeySchemaElement, KeyType,
    Projection as SdkProjection, ProjectionType, ProvisionedThroughputDescription,
    TableDescription, TableStatus,
};

use super::compare::{Difference, DifferenceKind};
use super::index::{IndexSpec, Projection};
use super::setting::{Billing, StreamView, Throughput};
use super::spec::TableSpec;
use crate::error::{Error, ErrorKind, Result};
use crate::key::KeyKind;

/// A table that is there.
#[derive(Debug)]
pub(crate) struct Described {
    /// Without what `DescribeTable` does not say: TTL, recovery and tags; and without indexes that are being deleted.
    pub(crate) spec: TableSpec,
    /// What tags and backups are asked by.
    pub(crate) arn: Option<String>,
    /// It is being deleted.
    pub(crate) is_going: bool,
    /// What cannot be used yet, in words.
    pub(crate) unfinished: Vec<Difference>,
    /// What can be used while it is changed, in words.
    pub(crate) changing: Vec<Difference>,
}

impl Described {
    /// Reads the answer to `DescribeTable`.
    ///
    /// # Errors
    ///
    /// It lacks a name or a key.
    pub(crate) fn of(table: &TableDescription) -> Result<Self> {
        let name = table.table_name().unwrap_or_default();
        let kinds = kinds(table.attribute_definitions());
        let keys = table.key_schema();
        let key = parts(keys, &KeyType::Hash, &kinds).next();
        let Some((partition, kind)) = key else {
            let why = format!("the service describes table `{name}` without its keys");
            return Err(Error::new(ErrorKind::Service, why).in_table(name));
        };
        let billing = billing(table);
        let mut spec = TableSpec::new(name, partition, kind).with_billing(billing);
        if let Some((sort, kind)) = parts(keys, &KeyType::Range, &kinds).next() {
            spec = spec.with_sort(sort, kind);
        }
        let global = table.global_secondary_indexes().iter();
        for index in global.filter(|index| index.index_status() != Some(&IndexStatus::Deleting)) {
            let name = index.index_name().unwrap_or_default();
            let made = index_spec(name, index.key_schema(), index.projection(), &kinds);
            let throughput = index.provisioned_throughput().map(throughput);
            // No index has none: the embedded engine does not keep that of one that was added later.
            let throughput = throughput.filter(|units| units.reads() > 0);
            spec = spec.with_global_index(match (billing, throughput) {
                (Billing::Provisioned(own), Some(throughput)) if throughput != own => {
                    made.with_throughput(throughput)
                }
                _ => made,
            });
        }
        for index in table.local_secondary_indexes() {
            let name = index.index_name().unwrap_or_default();
            let mut keys = index.key_schema().to_vec();
            keys.retain(|part| *part.key_type() == KeyType::Range);
            spec = spec.with_local_index(index_spec(name, &keys, index.projection(), &kinds));
        }
        let stream = table.stream_specification();
        let stream = stream.filter(|stream| stream.stream_enabled());
        spec.stream = stream
            .and_then(|stream| stream.stream_view_type())
            .and_then(StreamView::of_view_type);
        spec.protection = table.deletion_protection_enabled().unwrap_or_default();
        Ok(Self {
            spec,
            arn: table.table_arn().map(str::to_owned),
            is_going: table.table_status() == Some(&TableStatus::Deleting),
            unfinished: unfinished(table),
            changing: changing(table),
        })
    }
}

/// Whether a table and all its indexes can be used.
pub(crate) fn is_ready(table: &TableDescription) -> bool {
    unfinished(table).is_empty()
}

fn unfinished(table: &TableDescription) -> Vec<Difference> {
    let name = table.table_name().unwrap_or_default();
    let note = |text| Difference::new(name, DifferenceKind::NotReady, text);
    let mut unfinished = Vec::new();
    match table.table_status() {
        Some(TableStatus::Active | TableStatus::Updating) => {}
        Some(TableStatus::Creating) | None => unfinished.push(note("is still being made".into())),
        Some(other) => unfinished.push(note(format!("is not active: it is {other}"))),
    }
    for index in table.global_secondary_indexes() {
        let of = index.index_name().unwrap_or_default();
        let note = |text| Difference::of_index(name, of, DifferenceKind::NotReady, text);
        match index.index_status() {
            Some(IndexStatus::Creating) if index.backfilling() == Some(true) => {
                unfinished.push(note(format!(
                    "has index `{of}`, which is still being filled"
                )));
            }
            Some(IndexStatus::Creating) => {
                unfinished.push(note(format!("has index `{of}`, which is still being made")));
            }
            Some(IndexStatus::Deleting) => {
                unfinished.push(note(format!("has index `{of}`, which is being deleted")));
            }
            _ => {}
        }
    }
    unfinished
}

/// DynamoDB takes no other change of a table meanwhile.
fn changing(table: &TableDescription) -> Vec<Difference> {
    let name = table.table_name().unwrap_or_default();
    let indexes = table.global_secondary_indexes().iter();
    let indexes = indexes
        .filter(|index| index.index_status() == Some(&IndexStatus::Updating))
        .map(|index| index.index_name().unwrap_or_default())
        .map(|index| format!("has index `{index}`, which is still being changed"));
    let itself = (table.table_status() == Some(&TableStatus::Updating))
        .then(|| "is still being changed".to_owned());
    itself
        .into_iter()
        .chain(indexes)
        .map(|text| Difference::new(name, DifferenceKind::NotReady, text))
        .collect()
}

fn kinds(definitions: &[AttributeDefinition]) -> BTreeMap<&str, KeyKind> {
    let kind = |definition: &AttributeDefinition| {
        [KeyKind::S, KeyKind::N, KeyKind::B]
            .into_iter()
            .find(|kind| kind.to_scalar_type() == *definition.attribute_type())
    };
    let known = definitions.iter();
    known
        .filter_map(|definition| Some((definition.attribute_name(), kind(definition)?)))
        .collect()
}

fn parts<'a>(
    keys: &'a [KeySchemaElement],
    role: &KeyType,
    kinds: &BTreeMap<&str, KeyKind>,
) -> impl Iterator<Item = (&'a str, KeyKind)> {
    keys.iter()
        .filter(move |part| part.key_type() == role)
        .filter_map(|part| {
            let name = part.attribute_name();
            Some((name, *kinds.get(name)?))
        })
}

fn index_spec(
    name: &str,
    keys: &[KeySchemaElement],
    projection: Option<&SdkProjection>,
    kinds: &BTreeMap<&str, KeyKind>,
) -> IndexSpec {
    let mut index = IndexSpec::new(name);
    for (name, kind) in parts(keys, &KeyType::Hash, kinds) {
        index = index.with_key(name, kind);
    }
    for (name, kind) in parts(keys, &KeyType::Range, kinds) {
        index = index.with_sort(name, kind);
    }
    index.with_projection(match projection {
        Some(projection) => match projection.projection_type() {
            Some(ProjectionType::KeysOnly) => Projection::KeysOnly,
            Some(ProjectionType::Include) => {
                Projection::include(projection.non_key_attributes().to_vec())
            }
            _ => Projection::All,
        },
        None => Projection::All,
    })
}

fn billing(table: &TableDescription) -> Billing {
    let mode = table
        .billing_mode_summary()
        .and_then(|summary| summary.billing_mode());
    let reserved = table.provisioned_throughput().map(throughput);
    match reserved {
        // A table on demand has throughput of zero, and a server may leave the mode out.
        Some(reserved) if mode != Some(&BillingMode::PayPerRequest) && reserved.reads() > 0 => {
            Billing::Provisioned(reserved)
        }
        _ => Billing::OnDemand,
    }
}

fn throughput(described: &ProvisionedThroughputDescription) -> Throughput {
    let units = |units: Option<i64>| u32::try_from(units.unwrap_or_default()).unwrap_or(u32::MAX);
    Throughput::new(
        units(described.read_capacity_units()),
        units(described.write_capacity_units()),
    )
}
