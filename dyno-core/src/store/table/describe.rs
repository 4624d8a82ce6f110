//! What is there.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::{PointInTimeRecoveryStatus, TimeToLiveStatus};

use super::tables::Tables;
use crate::error::Result;
use crate::store::service;
use crate::table::{Described, DifferenceKind, Settings, TableSpec};

/// What is asked beyond `DescribeTable`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Details {
    recovery: bool,
    tags: bool,
    ttl: bool,
}

impl Details {
    pub(super) const ALL: Self = Self {
        recovery: true,
        tags: true,
        ttl: true,
    };

    /// Those that settings or types speak of.
    pub(super) fn of(settings: &Settings, wanted: &TableSpec) -> Self {
        Self {
            recovery: settings.recovery,
            tags: !settings.tags.is_empty(),
            ttl: settings.speak_of(DifferenceKind::Ttl, wanted),
        }
    }
}

impl Tables {
    /// The table, if there is one.
    pub(super) async fn describe(&self, wanted: &TableSpec) -> Result<Option<Described>> {
        let name = wanted.name();
        match self.client.describe_table().table_name(name).send().await {
            Ok(answer) => answer.table.as_ref().map(Described::of).transpose(),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(service::failure(error, &[name])),
        }
    }

    /// Asks what a description does not say, one request for each.
    pub(super) async fn add_details(&self, found: &mut Described, details: Details) -> Result<()> {
        let name = found.spec.name().to_owned();
        let mut spec = found.spec.clone();
        if details.ttl
            && let Some(attribute) = self.ttl_of(&name).await?
        {
            spec = spec.with_ttl(attribute);
        }
        if details.recovery && self.has_recovery(&name).await? {
            spec = spec.with_point_in_time_recovery();
        }
        if let Some(arn) = found.arn.as_deref().filter(|_| details.tags) {
            for (tag, value) in self.tags_of(&name, arn).await? {
                spec = spec.with_tag(tag, value);
            }
        }
        found.spec = spec;
        Ok(())
    }

    pub(super) async fn ttl_of(&self, table: &str) -> Result<Option<String>> {
        let asked = self.client.describe_time_to_live().table_name(table);
        let answer = asked.send().await;
        let answer = answer.map_err(|error| service::failure(error, &[table]))?;
        let described = answer.time_to_live_description;
        let is_on = |status: &TimeToLiveStatus| {
            matches!(
                status,
                TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling
            )
        };
        Ok(described
            .filter(|ttl| ttl.time_to_live_status().is_some_and(is_on))
            .and_then(|ttl| ttl.attribute_name))
    }

    /// A server that has no such operation has no recovery.
    async fn has_recovery(&self, table: &str) -> Result<bool> {
        let asked = self.client.describe_continuous_backups().table_name(table);
        let answer = match asked.send().await {
            Ok(answer) => answer,
            Err(error) if is_unknown(&error) => return Ok(false),
            Err(error) => return Err(service::failure(error, &[table])),
        };
        let recovery = answer
            .continuous_backups_description
            .and_then(|backups| backups.point_in_time_recovery_description)
            .and_then(|recovery| recovery.point_in_time_recovery_status);
        Ok(recovery == Some(PointInTimeRecoveryStatus::Enabled))
    }

    /// The tags that a program may set: those of AWS begin with `aws:`.
    async fn tags_of(&self, table: &str, arn: &str) -> Result<Vec<(String, String)>> {
        let mut tags = Vec::new();
        let mut next = None;
        loop {
            let asked = self.client.list_tags_of_resource().resource_arn(arn);
            let answer = asked.set_next_token(next).send().await;
            let answer = answer.map_err(|error| service::failure(error, &[table]))?;
            let page = answer.tags.unwrap_or_default().into_iter();
            let own = page.filter(|tag| !tag.key().starts_with("aws:"));
            tags.extend(own.map(|tag| (tag.key, tag.value)));
            next = answer.next_token;
            if next.is_none() {
                return Ok(tags);
            }
        }
    }
}

pub(super) fn is_missing<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    code(error) == Some("ResourceNotFoundException")
}

/// Whether the table is being made, changed or deleted.
pub(super) fn is_in_use<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    code(error) == Some("ResourceInUseException")
}

fn is_unknown<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    code(error) == Some("UnknownOperationException")
}

pub(super) fn code<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> Option<&str> {
    error.as_service_error().and_then(|error| error.code())
}
