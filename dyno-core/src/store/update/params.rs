use std::collections::BTreeMap;
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::commit::{Action, Request};
use crate::expr::write_placeholders;

/// The request of an [`Update`](crate::Update), as it is sent: expressions, and what their placeholders stand for.
///
/// The same call gives the same text; of an object that the mapper manages, the value of the new version is another one each
/// time. `Display` is meant for people and shows values, `Debug` does not. Values that are encrypted are shown sealed.
#[derive(Clone, PartialEq)]
pub struct UpdateParams {
    operation: &'static str,
    table: &'static str,
    update: String,
    condition: String,
    names: BTreeMap<String, String>,
    values: BTreeMap<String, AttributeValue>,
}

impl UpdateParams {
    /// What a request that consists of one update says.
    pub(super) fn of(request: Request) -> Option<Self> {
        let (operation, action) = match request {
            Request::Single(action) => ("UpdateItem", *action),
            Request::Transact { actions, .. } => {
                ("TransactWriteItems", actions.into_iter().next()?)
            }
        };
        let Action::Update {
            address,
            expressions,
        } = action
        else {
            return None;
        };
        Some(Self {
            operation,
            table: address.table,
            update: expressions.update.unwrap_or_default(),
            condition: expressions.condition.unwrap_or_default(),
            names: expressions.names,
            values: expressions.values,
        })
    }

    /// `UpdateItem` or `TransactWriteItems`.
    pub fn operation(&self) -> &str {
        self.operation
    }

    /// The table, by the name that its type gives it, without a [namespace](crate::Namespace).
    pub fn table(&self) -> &str {
        self.table
    }

    /// `UpdateExpression`.
    pub fn update(&self) -> &str {
        &self.update
    }

    /// `ConditionExpression`.
    pub fn condition(&self) -> &str {
        &self.condition
    }

    /// `ExpressionAttributeNames`.
    pub fn names(&self) -> &BTreeMap<String, String> {
        &self.names
    }

    /// `ExpressionAttributeValues`.
    pub fn values(&self) -> &BTreeMap<String, AttributeValue> {
        &self.values
    }
}

impl fmt::Display for UpdateParams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of table `{}`", self.operation, self.table)?;
        write!(f, "\n  update: {}", self.update)?;
        write!(f, "\n  condition: {}", self.condition)?;
        write_placeholders(f, &self.names, &self.values)
    }
}

impl fmt::Debug for UpdateParams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpdateParams")
            .field("operation", &self.operation)
            .field("table", &self.table)
            .field("update", &self.update)
            .field("condition", &self.condition)
            .field("names", &self.names)
            .finish_non_exhaustive()
    }
}
