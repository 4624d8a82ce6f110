//! Tables with data in them.

use std::{cmp::Ordering, fmt};

use aws_sdk_dynamodb::{
    Client,
    client::Waiters,
    types::{
        AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, PutRequest,
        ScalarAttributeType, TableDescription, WriteRequest,
    },
};

use crate::Item;

/// DynamoDB takes up to 25 writes in a batch.
const WRITES: usize = 25;

/// How often what a batch left over is sent again.
const ATTEMPTS: usize = 10;

/// How long an engine may take to make a table.
const PATIENCE: std::time::Duration = std::time::Duration::from_mins(1);

/// A table to be created: its name and its keys.
///
/// # Examples
///
/// ```
/// use aws_sdk_dynamodb::types::ScalarAttributeType;
/// use dyno_testkit::TableSpec;
///
/// let users = TableSpec::new("Users", "ID");
/// let lines = TableSpec::new("Lines", "OrderID").sort_of_type("Line", ScalarAttributeType::N);
/// assert_eq!(lines.name(), "Lines");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableSpec {
    name: String,
    keys: Vec<(String, ScalarAttributeType, KeyType)>,
}

impl TableSpec {
    /// Describes a table whose partition key is a text.
    pub fn new(name: impl Into<String>, key: impl Into<String>) -> Self {
        Self::of_type(name, key, ScalarAttributeType::S)
    }

    /// Describes a table whose partition key has the given type.
    pub fn of_type(
        name: impl Into<String>,
        key: impl Into<String>,
        kind: ScalarAttributeType,
    ) -> Self {
        Self {
            name: name.into(),
            keys: vec![(key.into(), kind, KeyType::Hash)],
        }
    }

    /// Adds a sort key that is a text.
    #[must_use]
    pub fn sort(self, name: impl Into<String>) -> Self {
        self.sort_of_type(name, ScalarAttributeType::S)
    }

    /// Adds a sort key of the given type.
    #[must_use]
    pub fn sort_of_type(mut self, name: impl Into<String>, kind: ScalarAttributeType) -> Self {
        self.keys.truncate(1);
        self.keys.push((name.into(), kind, KeyType::Range));
        self
    }

    /// Returns the name of the table.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Creates the table and waits until it can be used.
    ///
    /// Two requests, `CreateTable` and `DescribeTable`; more of the second on an engine that
    /// takes its time. The table is billed per request.
    ///
    /// # Errors
    ///
    /// When the table exists, when a name is not allowed, or when the engine cannot be reached.
    pub async fn create(&self, client: &Client) -> Result<(), TableError> {
        let table = &self.name;
        let mut request = client
            .create_table()
            .table_name(&self.name)
            .billing_mode(BillingMode::PayPerRequest);
        for (name, kind, key_type) in &self.keys {
            let attribute = AttributeDefinition::builder()
                .attribute_name(name)
                .attribute_type(kind.clone())
                .build()
                .map_err(|error| TableError::new("create", table, error))?;
            let key = KeySchemaElement::builder()
                .attribute_name(name)
                .key_type(key_type.clone())
                .build()
                .map_err(|error| TableError::new("create", table, error))?;
            request = request.attribute_definitions(attribute).key_schema(key);
        }
        let created = request.send().await;
        created.map_err(|error| TableError::new("create", table, error))?;
        let ready = client.wait_until_table_exists().table_name(&self.name);
        let ready = ready.wait(PATIENCE).await;
        ready.map_err(|error| TableError::new("wait for", table, error))?;
        Ok(())
    }
}

/// Creates a table whose keys are texts, and waits until it can be used.
///
/// # Errors
///
/// As [`TableSpec::create`].
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let client = dyno_embedded::Engine::in_memory()?.client();
/// dyno_testkit::create_table(&client, "Users", "ID", None).await?;
/// dyno_testkit::create_table(&client, "Lines", "OrderID", Some("Line")).await?;
/// # Ok(())
/// # }
/// ```
pub async fn create_table(
    client: &Client,
    name: &str,
    key: &str,
    sort: Option<&str>,
) -> Result<(), TableError> {
    let mut table = TableSpec::new(name, key);
    if let Some(sort) = sort {
        table = table.sort(sort);
    }
    table.create(client).await
}

/// Creates a table and puts items into it.
///
/// One `BatchWriteItem` for 25 items. What an engine leaves unprocessed is sent again, ten times
/// at most.
///
/// # Errors
///
/// As [`TableSpec::create`]; also when an item has no key, when two items of one batch have the
/// same key, or when items are still unprocessed at the end.
///
/// # Examples
///
/// ```
/// use aws_sdk_dynamodb::types::AttributeValue;
/// use dyno_testkit::{Item, TableSpec, dump, table_with_data};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let client = dyno_embedded::Engine::in_memory()?.client();
/// let user = |id: u32| Item::from([("ID".to_owned(), AttributeValue::S(format!("{id:03}")))]);
/// let users: Vec<_> = (0..100).map(user).collect();
/// table_with_data(&client, &TableSpec::new("Users", "ID"), users.clone()).await?;
/// assert_eq!(dump(&client, "Users").await?, users);
/// # Ok(())
/// # }
/// ```
pub async fn table_with_data(
    client: &Client,
    table: &TableSpec,
    items: impl IntoIterator<Item = Item>,
) -> Result<(), TableError> {
    table.create(client).await?;
    let mut writes = Vec::new();
    for item in items {
        let put = PutRequest::builder().set_item(Some(item));
        let put = put.build().map_err(unfilled(table))?;
        writes.push(WriteRequest::builder().put_request(put).build());
    }
    for batch in writes.chunks(WRITES) {
        let mut rest = batch.to_vec();
        for _ in 0..ATTEMPTS {
            if rest.is_empty() {
                break;
            }
            let request = client.batch_write_item().request_items(table.name(), rest);
            let answer = request.send().await.map_err(unfilled(table))?;
            let unprocessed = answer.unprocessed_items.unwrap_or_default();
            rest = unprocessed.into_values().flatten().collect();
        }
        if !rest.is_empty() {
            let left = format!("{} items are still unprocessed", rest.len());
            return Err(unfilled(table)(left));
        }
    }
    Ok(())
}

/// Returns all items of a table, sorted by key.
///
/// One `DescribeTable`, and one strongly consistent `Scan` per megabyte. Text sorts by its bytes,
/// numbers by value.
///
/// # Errors
///
/// When the table does not exist or the engine cannot be reached.
///
/// # Examples
///
/// See [`table_with_data`].
pub async fn dump(client: &Client, table: &str) -> Result<Vec<Item>, TableError> {
    let described = client.describe_table().table_name(table).send().await;
    let keys = keys(described.map_err(undumped(table))?.table.as_ref());
    let mut items = Vec::new();
    let scan = client.scan().table_name(table).consistent_read(true);
    let mut pages = scan.into_paginator().send();
    while let Some(page) = pages.next().await {
        items.extend(page.map_err(undumped(table))?.items.unwrap_or_default());
    }
    items.sort_by(|left, right| {
        let by_key = |key: &String| compare(left.get(key), right.get(key));
        keys.iter()
            .map(by_key)
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    });
    Ok(items)
}

/// The names of the key attributes, the partition key first.
fn keys(table: Option<&TableDescription>) -> Vec<String> {
    let mut schema = table.map_or_else(Vec::new, |table| table.key_schema().to_vec());
    schema.sort_by_key(|element| element.key_type != KeyType::Hash);
    schema
        .into_iter()
        .map(|element| element.attribute_name)
        .collect()
}

fn compare(left: Option<&AttributeValue>, right: Option<&AttributeValue>) -> Ordering {
    match (left, right) {
        (Some(AttributeValue::S(left)), Some(AttributeValue::S(right))) => left.cmp(right),
        (Some(AttributeValue::B(left)), Some(AttributeValue::B(right))) => {
            left.as_ref().cmp(right.as_ref())
        }
        (Some(AttributeValue::N(left)), Some(AttributeValue::N(right))) => {
            // Numbers too close for a float are told apart by their text: any fixed order will do.
            let number = |text: &str| text.parse::<f64>().unwrap_or(f64::NAN);
            number(left)
                .total_cmp(&number(right))
                .then_with(|| left.cmp(right))
        }
        _ => Ordering::Equal,
    }
}

type Source = Box<dyn std::error::Error + Send + Sync>;

fn unfilled<E: Into<Source>>(table: &TableSpec) -> impl FnOnce(E) -> TableError {
    |error| TableError::new("fill", table.name(), error)
}

fn undumped<E: Into<Source>>(table: &str) -> impl FnOnce(E) -> TableError {
    |error| TableError::new("dump", table, error)
}

/// A table could not be created, filled or dumped.
#[derive(Debug)]
pub struct TableError {
    step: &'static str,
    table: String,
    source: Source,
}

impl TableError {
    fn new(step: &'static str, table: &str, source: impl Into<Source>) -> Self {
        Self {
            step,
            table: table.to_owned(),
            source: source.into(),
        }
    }

    /// Returns the name of the table.
    pub fn table(&self) -> &str {
        &self.table
    }
}

impl fmt::Display for TableError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "cannot {} the table `{}`", self.step, self.table)
    }
}

impl std::error::Error for TableError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.source)
    }
}
