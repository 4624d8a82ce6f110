//! One change of one table.

use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::operation::update_continuous_backups::UpdateContinuousBackupsError;
use aws_sdk_dynamodb::operation::update_table::builders::UpdateTableFluentBuilder;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, CreateGlobalSecondaryIndexAction, GlobalSecondaryIndex,
    GlobalSecondaryIndexUpdate, KeySchemaElement, KeyType, LocalSecondaryIndex,
    PointInTimeRecoverySpecification, Projection as SdkProjection, ProjectionType,
    ProvisionedThroughput, StreamSpecification, Tag, UpdateGlobalSecondaryIndexAction,
};

use super::tables::Tables;
use super::wait::{Patience, SHORT};
use crate::error::{Error, ErrorKind, Result, incomplete};
use crate::key::KeyKind;
use crate::store::service;
use crate::table::{
    Billing, Change, IndexSpec, KeyPart, Projection, StreamView, TableSpec, Throughput, is_ready,
};

/// What came of making a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Made {
    /// It can be used.
    AtOnce,
    /// It is being made.
    Begun,
    /// It was there.
    Stood,
}

impl Tables {
    /// Makes a table, if there is none of its name.
    pub(super) async fn create(&self, wanted: &TableSpec) -> Result<Made> {
        let name = wanted.name();
        let mut create = self.client.create_table().table_name(name);
        create = match wanted.billing() {
            Billing::OnDemand => create.billing_mode(BillingMode::PayPerRequest),
            Billing::Provisioned(units) => create
                .billing_mode(BillingMode::Provisioned)
                .provisioned_throughput(reserved(units)?),
        };
        for (name, kind) in wanted.attributes() {
            create = create.attribute_definitions(definition(name, kind)?);
        }
        let key = std::slice::from_ref(wanted.key());
        let keys = schema(key, wanted.sort().map_or(&[], std::slice::from_ref))?;
        create = create.set_key_schema(Some(keys));
        for index in wanted.global_indexes() {
            let made = GlobalSecondaryIndex::builder()
                .index_name(index.name())
                .set_key_schema(Some(schema(index.key(), index.sort())?))
                .projection(projected(index))
                .set_provisioned_throughput(wanted.throughput_of(index).map(reserved).transpose()?);
            create = create.global_secondary_indexes(made.build().map_err(incomplete)?);
        }
        for index in wanted.local_indexes() {
            let keys = schema(key, index.sort())?;
            let made = LocalSecondaryIndex::builder()
                .index_name(index.name())
                .set_key_schema(Some(keys))
                .projection(projected(index));
            create = create.local_secondary_indexes(made.build().map_err(incomplete)?);
        }
        if let Some(view) = wanted.stream() {
            create = create.stream_specification(stream(view)?);
        }
        if wanted.has_deletion_protection() {
            create = create.deletion_protection_enabled(true);
        }
        for (name, value) in wanted.tags() {
            create = create.tags(tag(name, value)?);
        }
        match create.send().await {
            Ok(answer) if answer.table_description().is_some_and(is_ready) => Ok(Made::AtOnce),
            Ok(_) => Ok(Made::Begun),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(CreateTableError::is_resource_in_use_exception) =>
            {
                Ok(Made::Stood)
            }
            Err(error) => Err(service::failure(error, &[name])),
        }
    }

    /// Sends one change of a table that is there. `arn` is what tags go by.
    pub(super) async fn change(
        &self,
        wanted: &TableSpec,
        change: &Change,
        arn: Option<&str>,
    ) -> Result<()> {
        let table = wanted.name();
        let update = self.client.update_table().table_name(table);
        match change {
            Change::AddIndex(index, throughput) => {
                update_table(table, with_index(update, index, *throughput)?).await
            }
            Change::Bill {
                table: billing,
                indexes,
            } => {
                let mut update = match billing {
                    Some(Billing::OnDemand) => update.billing_mode(BillingMode::PayPerRequest),
                    Some(Billing::Provisioned(units)) => update
                        .billing_mode(BillingMode::Provisioned)
                        .provisioned_throughput(reserved(*units)?),
                    None => update,
                };
                for (name, units) in indexes {
                    let action = UpdateGlobalSecondaryIndexAction::builder()
                        .index_name(name)
                        .provisioned_throughput(reserved(*units)?);
                    let action = action.build().map_err(incomplete)?;
                    let action = GlobalSecondaryIndexUpdate::builder().update(action);
                    update = update.global_secondary_index_updates(action.build());
                }
                update_table(table, update).await
            }
            Change::Create(spec) => self.create(spec).await.map(|_| ()),
            Change::Expire(attribute) => self.expire(table, attribute, true).await,
            Change::KeepExpired(attribute) => self.expire(table, attribute, false).await,
            Change::Protect => update_table(table, update.deletion_protection_enabled(true)).await,
            Change::Recover => self.recover(table).await,
            Change::Stream(view) => {
                update_table(table, update.stream_specification(stream(*view)?)).await
            }
            Change::Tag(tags) => {
                let mut request = self
                    .client
                    .tag_resource()
                    .set_resource_arn(arn.map(str::to_owned));
                for (name, value) in tags {
                    request = request.tags(tag(name, value)?);
                }
                let sent = request.send().await;
                sent.map_err(|error| service::failure(error, &[table]))?;
                Ok(())
            }
        }
    }

    /// Turns on recovery. A table that was just made refuses it for a while.
    async fn recover(&self, table: &str) -> Result<()> {
        let specification =
            PointInTimeRecoverySpecification::builder().point_in_time_recovery_enabled(true);
        let request = self
            .client
            .update_continuous_backups()
            .table_name(table)
            .point_in_time_recovery_specification(specification.build().map_err(incomplete)?);
        let mut patience = Patience::new(SHORT);
        loop {
            let Err(error) = request.clone().send().await else {
                return Ok(());
            };
            let is_early = error.as_service_error().is_some_and(
                UpdateContinuousBackupsError::is_continuous_backups_unavailable_exception,
            );
            if !is_early || !patience.pause().await? {
                let code = error
                    .as_service_error()
                    .and_then(|error| error.meta().code());
                if code == Some("UnknownOperationException") {
                    let why = format!(
                        "table `{table}` cannot have point-in-time recovery: the server has no `UpdateContinuousBackups`; \
                         leave it out here"
                    );
                    return Err(Error::new(ErrorKind::Service, why)
                        .in_table(table)
                        .with_source(error));
                }
                return Err(service::failure(error, &[table]));
            }
        }
    }
}

async fn update_table(table: &str, update: UpdateTableFluentBuilder) -> Result<()> {
    let sent = update.send().await;
    sent.map_err(|error| service::failure(error, &[table]))?;
    Ok(())
}

fn with_index(
    mut update: UpdateTableFluentBuilder,
    index: &IndexSpec,
    throughput: Option<Throughput>,
) -> Result<UpdateTableFluentBuilder> {
    for part in index.parts() {
        update = update.attribute_definitions(definition(part.name(), part.kind())?);
    }
    let action = CreateGlobalSecondaryIndexAction::builder()
        .index_name(index.name())
        .set_key_schema(Some(schema(index.key(), index.sort())?))
        .projection(projected(index))
        .set_provisioned_throughput(throughput.map(reserved).transpose()?);
    let action = action.build().map_err(incomplete)?;
    let action = GlobalSecondaryIndexUpdate::builder().create(action);
    Ok(update.global_secondary_index_updates(action.build()))
}

fn definition(name: &str, kind: KeyKind) -> Result<AttributeDefinition> {
    let definition = AttributeDefinition::builder()
        .attribute_name(name)
        .attribute_type(kind.to_scalar_type());
    definition.build().map_err(incomplete)
}

fn schema(key: &[KeyPart], sort: &[KeyPart]) -> Result<Vec<KeySchemaElement>> {
    let key = key.iter().map(|part| (part, KeyType::Hash));
    let sort = sort.iter().map(|part| (part, KeyType::Range));
    let element = |(part, role): (&KeyPart, KeyType)| {
        let element = KeySchemaElement::builder().attribute_name(part.name());
        element.key_type(role).build().map_err(incomplete)
    };
    key.chain(sort).map(element).collect()
}

fn projected(index: &IndexSpec) -> SdkProjection {
    let projection = SdkProjection::builder();
    match index.projection() {
        Projection::All => projection.projection_type(ProjectionType::All),
        Projection::KeysOnly => projection.projection_type(ProjectionType::KeysOnly),
        Projection::Include(names) => projection
            .projection_type(ProjectionType::Include)
            .set_non_key_attributes(Some(names.iter().cloned().collect())),
    }
    .build()
}

fn reserved(units: Throughput) -> Result<ProvisionedThroughput> {
    let units = ProvisionedThroughput::builder()
        .read_capacity_units(units.reads().into())
        .write_capacity_units(units.writes().into());
    units.build().map_err(incomplete)
}

fn stream(view: StreamView) -> Result<StreamSpecification> {
    let stream = StreamSpecification::builder()
        .stream_enabled(true)
        .stream_view_type(view.to_view_type());
    stream.build().map_err(incomplete)
}

fn tag(name: &str, value: &str) -> Result<Tag> {
    Tag::builder()
        .key(name)
        .value(value)
        .build()
        .map_err(incomplete)
}
