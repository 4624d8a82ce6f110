//! The setting by which the service removes items.

use aws_sdk_dynamodb::types::TimeToLiveSpecification;

use super::describe::code;
use super::tables::Tables;
use crate::error::{Result, incomplete};
use crate::store::service;

impl Tables {
    /// Lets items expire by an attribute, or not by it any more. That it is so already is no error: the service calls it
    /// invalid if somebody else was faster.
    pub(super) async fn expire(&self, table: &str, attribute: &str, enabled: bool) -> Result<()> {
        let specification = TimeToLiveSpecification::builder()
            .attribute_name(attribute)
            .enabled(enabled);
        let request = self
            .client
            .update_time_to_live()
            .table_name(table)
            .time_to_live_specification(specification.build().map_err(incomplete)?);
        let Err(error) = request.send().await else {
            return Ok(());
        };
        if code(&error) == Some("ValidationException") {
            let stands = self.ttl_of(table).await?;
            if stands.as_deref() == enabled.then_some(attribute) {
                return Ok(());
            }
        }
        Err(service::failure(error, &[table]))
    }
}
