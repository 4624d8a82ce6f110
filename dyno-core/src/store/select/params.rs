use std::collections::BTreeMap;
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;

use super::asked::Asked;
use super::expressions::{Expressions, RequestOptions};
use crate::expr::{write_line, write_placeholders};

/// The request of a [`Scan`](crate::Scan) or [`Query`](crate::Query), as it is sent: expressions, and what their
/// placeholders stand for.
///
/// The same call gives the same text. `Display` is meant for people and shows values; `Debug` does not.
#[derive(Clone, PartialEq)]
pub struct Params {
    operation: &'static str,
    table: &'static str,
    index: Option<&'static str>,
    key_condition: Option<String>,
    filter: Option<String>,
    names: BTreeMap<String, String>,
    values: BTreeMap<String, AttributeValue>,
    descending: bool,
    options: RequestOptions,
}

impl Params {
    pub(super) fn of(
        table: &'static str,
        asked: &Asked,
        expressions: Expressions,
        options: RequestOptions,
    ) -> Self {
        Self {
            operation: match expressions.key_condition {
                Some(_) => "Query",
                None => "Scan",
            },
            table,
            index: asked.keys.index_name(),
            key_condition: expressions.key_condition,
            filter: expressions.filter,
            names: expressions.names.into_iter().collect(),
            values: expressions.values.into_iter().collect(),
            descending: asked.descending,
            options,
        }
    }

    /// `Query` or `Scan`.
    pub fn operation(&self) -> &str {
        self.operation
    }

    /// The table, by the name that its type gives it, without a [namespace](crate::Namespace).
    pub fn table(&self) -> &str {
        self.table
    }

    /// `IndexName`.
    pub fn index(&self) -> Option<&str> {
        self.index
    }

    /// `KeyConditionExpression`.
    pub fn key_condition(&self) -> Option<&str> {
        self.key_condition.as_deref()
    }

    /// `FilterExpression`.
    pub fn filter(&self) -> Option<&str> {
        self.filter.as_deref()
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

impl fmt::Display for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of table `{}`", self.operation, self.table)?;
        if let Some(index) = self.index {
            write!(f, ", index `{index}`")?;
        }
        write_line(f, "key condition", self.key_condition.clone())?;
        write_line(f, "filter", self.filter.clone())?;
        write_placeholders(f, &self.names, &self.values)?;
        let RequestOptions {
            consistent,
            limit,
            counts,
        } = self.options;
        let limit = limit.map(|limit| format!("limit {limit}"));
        let options = [
            self.descending.then(|| "descending".to_owned()),
            consistent.then(|| "consistent".to_owned()),
            counts.then(|| "counts".to_owned()),
            limit,
        ];
        write_line(f, "options", options.into_iter().flatten())
    }
}

impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Params")
            .field("operation", &self.operation)
            .field("table", &self.table)
            .field("index", &self.index)
            .field("key_condition", &self.key_condition)
            .field("filter", &self.filter)
            .field("names", &self.names)
            .finish_non_exhaustive()
    }
}
