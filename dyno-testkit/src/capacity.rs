//! Capacity units as the engine counts them.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use aws_sdk_dynamodb::{Client, config::SharedHttpClient};
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, SharedHttpConnector},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use serde_json::Value;

use crate::{
    layer::{Layer, stacked, wrap},
    wire,
};

/// Adds up the capacity units that requests consume.
///
/// A client that is [attached](Self::attach) asks for them with each request
/// (`ReturnConsumedCapacity`), whether the program does or not. A clone shares the sums, so one
/// meter can watch several clients, and it prints as the list of what was consumed, one line for
/// each request and table.
///
/// # What is not counted
///
/// An answer that is an error names no units, although DynamoDB charges for a condition that does
/// not hold. Units of secondary indexes are part of their table's.
///
/// # With faults
///
/// What a layer around the meter does to answers does not reach it: attach the meter first, and
/// a request whose answer a [`FaultClient`](crate::FaultClient) loses is counted.
///
/// # Signatures
///
/// The requests are sent with another body than the one that was signed: use it on engines that
/// do not check signatures, such as the embedded one.
///
/// # Examples
///
/// ```
/// use aws_sdk_dynamodb::types::AttributeValue;
/// use dyno_embedded::Engine;
/// use dyno_testkit::{Capacity, Item, TableSpec, table_with_data};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let capacity = Capacity::new();
/// let client = capacity.attach(&Engine::in_memory()?.client());
/// let ada = Item::from([("ID".to_owned(), AttributeValue::S("ada".into()))]);
/// table_with_data(&client, &TableSpec::new("Users", "ID"), [ada.clone()]).await?;
/// capacity.clear(); // what came before does not count
///
/// client.get_item().table_name("Users").set_key(Some(ada.clone())).send().await?;
/// client.delete_item().table_name("Users").set_key(Some(ada)).send().await?;
/// assert_eq!((capacity.reads(), capacity.writes()), (0.5, 1.0));
/// assert_eq!(
///     capacity.to_string(),
///     "GetItem Users: 0.5 read, 0 written\nDeleteItem Users: 0 read, 1 written\n",
/// );
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Capacity {
    consumed: Arc<Mutex<Vec<Consumed>>>,
}

impl Capacity {
    /// Makes a meter that stands at zero.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns a client like `client` whose requests are counted here.
    pub fn attach(&self, client: &Client) -> Client {
        wrap(client, |inner| Metered {
            inner,
            capacity: Arc::new(self.clone()),
        })
    }

    /// Returns the read units consumed so far.
    pub fn reads(&self) -> f64 {
        self.list().iter().map(Consumed::reads).sum()
    }

    /// Returns the write units consumed so far.
    pub fn writes(&self) -> f64 {
        self.list().iter().map(Consumed::writes).sum()
    }

    /// Returns what was consumed so far, for each request and table, in the order of the answers.
    pub fn consumed(&self) -> Vec<Consumed> {
        self.list().clone()
    }

    /// Goes back to zero.
    pub fn clear(&self) {
        self.list().clear();
    }

    /// A panic elsewhere cannot leave the list half written, so a poisoned lock is taken all the
    /// same.
    fn list(&self) -> MutexGuard<'_, Vec<Consumed>> {
        self.consumed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Display for Capacity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.list()
            .iter()
            .try_for_each(|consumed| writeln!(formatter, "{consumed}"))
    }
}

/// The capacity units that one request consumed in one table.
#[derive(Clone, Debug, PartialEq)]
pub struct Consumed {
    operation: String,
    table: String,
    reads: f64,
    writes: f64,
}

impl Consumed {
    /// Reads one entry of `ConsumedCapacity`.
    fn read(operation: &str, entry: &Value) -> Self {
        let units = |name| entry.get(name).and_then(Value::as_f64);
        let table = entry.get("TableName").and_then(Value::as_str);
        let (reads, writes) = match (units("ReadCapacityUnits"), units("WriteCapacityUnits")) {
            // Only transactions say of which kind the units are: one that is sent again with the
            // same token reads what the first one wrote.
            (None, None) => {
                let total = units("CapacityUnits").unwrap_or_default();
                if writes(operation) {
                    (0.0, total)
                } else {
                    (total, 0.0)
                }
            }
            (reads, writes) => (reads.unwrap_or_default(), writes.unwrap_or_default()),
        };
        Self {
            operation: operation.to_owned(),
            table: table.unwrap_or_default().to_owned(),
            reads,
            writes,
        }
    }

    /// Returns the name of the operation, such as `TransactWriteItems`.
    pub fn operation(&self) -> &str {
        &self.operation
    }

    /// Returns the name of the table.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// Returns the read units.
    pub fn reads(&self) -> f64 {
        self.reads
    }

    /// Returns the write units.
    pub fn writes(&self) -> f64 {
        self.writes
    }
}

impl fmt::Display for Consumed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            operation,
            table,
            reads,
            writes,
        } = self;
        write!(
            formatter,
            "{operation} {table}: {reads} read, {writes} written"
        )
    }
}

/// Whether the units of an operation that does not say so are write units.
fn writes(operation: &str) -> bool {
    matches!(
        operation,
        "BatchWriteItem" | "DeleteItem" | "PutItem" | "TransactWriteItems" | "UpdateItem"
    )
}

/// Whether an operation consumes capacity. `PartiQL` is left out: its statements would have to be
/// parsed to tell reads from writes.
fn consumes(operation: &str) -> bool {
    writes(operation)
        || matches!(
            operation,
            "BatchGetItem" | "GetItem" | "Query" | "Scan" | "TransactGetItems"
        )
}

/// The HTTP client whose requests are counted.
#[derive(Clone, Debug)]
struct Metered {
    inner: SharedHttpClient,
    capacity: Arc<Capacity>,
}

stacked!(Metered, capacity);

impl Layer for Capacity {
    async fn answer(
        self: Arc<Self>,
        inner: SharedHttpConnector,
        request: HttpRequest,
    ) -> Result<HttpResponse, ConnectorError> {
        let operation = wire::operation(&request).to_owned();
        if !consumes(&operation) {
            return inner.call(request).await;
        }
        let request = asking(request)?;
        let (response, answer) = wire::read(inner.call(request).await?).await?;
        let entries = match answer.get("ConsumedCapacity") {
            Some(Value::Array(tables)) => tables.as_slice(),
            Some(table) => std::slice::from_ref(table),
            None => &[],
        };
        let consumed = entries
            .iter()
            .map(|entry| Consumed::read(&operation, entry));
        self.list().extend(consumed);
        Ok(response)
    }
}

/// The same request, asking for consumed capacity if it does not yet.
fn asking(request: HttpRequest) -> Result<HttpRequest, ConnectorError> {
    const NAME: &str = "ReturnConsumedCapacity";
    let mut body = wire::body(&request);
    match body.as_object_mut() {
        Some(fields) if fields.get(NAME).is_none_or(|mode| mode == "NONE") => {
            fields.insert(NAME.to_owned(), "TOTAL".into());
            wire::with_body(&request, &body)
        }
        // It asks already, or is for the engine to refuse.
        _ => Ok(request),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn units_are_those_of_the_operation_unless_the_answer_says_which() {
        for (operation, entry, expected) in [
            (
                "GetItem",
                json!({"CapacityUnits": 0.5}),
                "0.5 read, 0 written",
            ),
            (
                "PutItem",
                json!({"CapacityUnits": 2.0}),
                "0 read, 2 written",
            ),
            (
                "TransactWriteItems",
                json!({"CapacityUnits": 4.0, "ReadCapacityUnits": 4.0}),
                "4 read, 0 written",
            ),
        ] {
            let consumed = Consumed::read(operation, &entry).to_string();
            assert!(consumed.ends_with(expected), "{consumed}");
        }
    }
}
