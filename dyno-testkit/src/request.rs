//! One request as it goes over the wire, and its answer.

use std::{collections::BTreeMap, fmt};

use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use serde_json::Value;

use crate::wire;

/// A request to DynamoDB, read from what is transmitted.
///
/// It prints as one line: operation, tables with the number of keys or actions for each, size,
/// answer.
///
/// # Examples
///
/// ```
/// use dyno_testkit::Recorder;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let recorder = Recorder::new();
/// let client = recorder.attach(&dyno_embedded::Engine::in_memory()?.client());
/// client.describe_table().table_name("Users").send().await.unwrap_err();
///
/// let requests = recorder.requests();
/// let request = requests.first().ok_or("nothing was sent")?;
/// assert_eq!(request.operation(), "DescribeTable");
/// assert_eq!(request.body()["TableName"], "Users");
/// assert_eq!(
///     request.to_string(),
///     "DescribeTable Users*1, 21 bytes -> 400 ResourceNotFoundException",
/// );
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    number: u64,
    operation: String,
    host: String,
    tables: BTreeMap<String, usize>,
    body: Value,
    bytes: usize,
    answer: Option<Answer>,
}

impl Request {
    pub(crate) fn read(number: u64, request: &HttpRequest) -> Self {
        let body = request.body().bytes().unwrap_or_default();
        let json = serde_json::from_slice(body).unwrap_or_default();
        Self {
            number,
            operation: wire::operation(request).to_owned(),
            host: wire::host(request.uri()).to_owned(),
            tables: tables(&json),
            bytes: body.len(),
            body: json,
            answer: None,
        }
    }

    pub(crate) fn set_answer(&mut self, answer: Answer) {
        self.answer = Some(answer);
    }

    /// Returns how many requests came before this one, in the same recorder or fault client.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Returns the name of the operation, such as `TransactWriteItems`.
    pub fn operation(&self) -> &str {
        &self.operation
    }

    /// Returns the host that the request is for, which names the region.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Returns the tables with the number of keys, items or actions for each.
    ///
    /// A request that names one table, such as a query, counts as one. Statements in `PartiQL`
    /// are not parsed and count nothing.
    pub fn tables(&self) -> &BTreeMap<String, usize> {
        &self.tables
    }

    /// Returns the number of keys, items or actions over all tables.
    pub fn actions(&self) -> usize {
        self.tables.values().sum()
    }

    /// Returns the body, or [`Value::Null`] when it is not JSON.
    pub fn body(&self) -> &Value {
        &self.body
    }

    /// Returns the size of the body.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Returns the answer, or `None` when none has arrived.
    pub fn answer(&self) -> Option<&Answer> {
        self.answer.as_ref()
    }
}

impl fmt::Display for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.operation)?;
        for (table, actions) in &self.tables {
            write!(formatter, " {table}*{actions}")?;
        }
        write!(formatter, ", {} bytes -> ", self.bytes)?;
        match &self.answer {
            Some(answer) => answer.fmt(formatter),
            None => formatter.write_str("no answer"),
        }
    }
}

/// The answer to a [`Request`].
///
/// It prints as the HTTP status and, for an error, its type.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    status: u16,
    body: Value,
}

impl Answer {
    pub(crate) fn read(response: &HttpResponse) -> Self {
        let body = response.body().bytes().unwrap_or_default();
        Self {
            status: response.status().as_u16(),
            body: serde_json::from_slice(body).unwrap_or_default(),
        }
    }

    /// Returns the HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Returns the type of the error, such as `ValidationException`, or `None` for a success.
    pub fn error(&self) -> Option<&str> {
        let name = self.body.get("__type")?.as_str()?;
        Some(name.rsplit_once('#').map_or(name, |(_, name)| name))
    }

    /// Returns the capacity units that were consumed, when the request asked for them.
    pub fn consumed_capacity(&self) -> Option<f64> {
        let units = |value: &Value| value.get("CapacityUnits")?.as_f64();
        match self.body.get("ConsumedCapacity")? {
            Value::Array(tables) => Some(tables.iter().filter_map(units).sum()),
            table => units(table),
        }
    }

    /// Returns the body, or [`Value::Null`] when it is not JSON.
    pub fn body(&self) -> &Value {
        &self.body
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.status)?;
        match self.error() {
            Some(error) => write!(formatter, " {error}"),
            None => Ok(()),
        }
    }
}

/// Counts keys, items and actions by table.
fn tables(body: &Value) -> BTreeMap<String, usize> {
    let mut tables = BTreeMap::new();
    let mut count = |table: &str, actions| *tables.entry(table.to_owned()).or_default() += actions;
    if let Some(table) = body.get("TableName").and_then(Value::as_str) {
        count(table, 1);
    }
    if let Some(requests) = body.get("RequestItems").and_then(Value::as_object) {
        for (table, request) in requests {
            // `BatchWriteItem` has a list here, `BatchGetItem` a list below `Keys`.
            let list = request.get("Keys").unwrap_or(request);
            count(table, list.as_array().map_or(0, Vec::len));
        }
    }
    let actions = body.get("TransactItems").and_then(Value::as_array);
    for action in actions.into_iter().flatten() {
        // `{"Put": {"TableName": ..}}`
        let action = action.as_object().and_then(|action| action.values().next());
        let table = action.and_then(|action| action.get("TableName")?.as_str());
        count(table.unwrap_or_default(), 1);
    }
    tables
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn counted(body: &Value) -> Vec<(String, usize)> {
        tables(body).into_iter().collect()
    }

    #[test]
    fn actions_are_counted_by_table() {
        for (body, expected) in [
            (json!({"TableName": "A"}), vec![("A", 1)]),
            (
                json!({"RequestItems": {"A": {"Keys": [{}, {}]}, "B": {"Keys": [{}]}}}),
                vec![("A", 2), ("B", 1)],
            ),
            (json!({"RequestItems": {"A": [{}, {}, {}]}}), vec![("A", 3)]),
            (
                json!({"TransactItems": [
                    {"Put": {"TableName": "A"}},
                    {"Delete": {"TableName": "B"}},
                    {"Update": {"TableName": "A"}},
                ]}),
                vec![("A", 2), ("B", 1)],
            ),
            (json!({"Statement": "SELECT * FROM A"}), vec![]),
        ] {
            let expected: Vec<_> = expected
                .into_iter()
                .map(|(table, actions): (&str, usize)| (table.to_owned(), actions))
                .collect();
            assert_eq!(counted(&body), expected);
        }
    }

    #[test]
    fn strange_bodies_do_no_harm() {
        for body in [
            json!(null),
            json!([1]),
            json!({"TableName": 1, "RequestItems": [], "TransactItems": {}}),
            json!({"RequestItems": {"A": 1}, "TransactItems": [1, {}, {"Put": 1}]}),
        ] {
            tables(&body);
        }
    }

    #[test]
    fn capacity_is_added_up() {
        let answer = |body| Answer { status: 200, body };
        let one = answer(json!({"ConsumedCapacity": {"CapacityUnits": 1.5}}));
        let list = json!([{"CapacityUnits": 1.0}, {"CapacityUnits": 2.0}]);
        let two = answer(json!({"ConsumedCapacity": list}));
        let none = answer(json!({}));
        assert_eq!(one.consumed_capacity(), Some(1.5));
        assert_eq!(two.consumed_capacity(), Some(3.0));
        assert_eq!(none.consumed_capacity(), None);
    }
}
