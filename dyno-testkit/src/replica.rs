//! A second database that follows a first one late, each item at its own pace.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use aws_smithy_runtime_api::client::{
    http::{HttpConnector, SharedHttpConnector},
    orchestrator::HttpRequest,
    result::ConnectorError,
};
use serde_json::{Map, Value, json};

use crate::{random::Random, touched::touched, wire};

/// How to reach both databases: connections, and a request to take the headers from.
pub(crate) struct Link<'a> {
    pub(crate) leader: &'a SharedHttpConnector,
    pub(crate) replica: &'a SharedHttpConnector,
    pub(crate) like: &'a HttpRequest,
}

impl Link<'_> {
    async fn ask(
        &self,
        whom: &SharedHttpConnector,
        operation: &str,
        body: &Value,
    ) -> Result<Value, ConnectorError> {
        let request = wire::with_operation(self.like, operation, body)?;
        let (response, answer) = wire::read(whom.call(request).await?).await?;
        if response.status().is_success() {
            return Ok(answer);
        }
        let problem = format!("a replica could not be kept: {operation} was answered {answer}");
        Err(ConnectorError::other(problem.into(), None))
    }

    async fn item(&self, table: &str, key: &Value) -> Result<Option<Value>, ConnectorError> {
        let get = json!({"TableName": table, "Key": key, "ConsistentRead": true});
        let mut answer = self.ask(self.leader, "GetItem", &get).await?;
        Ok(answer.get_mut("Item").map(Value::take))
    }
}

/// An item is known by its table and the text of its key.
type Place = (String, String);

/// What the replica has not seen yet.
#[derive(Debug)]
pub(crate) struct Replica {
    random: Random,
    /// The names of the key attributes of each table that the replica has.
    tables: BTreeMap<String, Vec<String>>,
    items: BTreeMap<Place, Followed>,
}

/// An item that was written.
#[derive(Debug)]
struct Followed {
    key: Value,
    /// The first is what the replica has, the last is the newest that is known.
    versions: VecDeque<Option<Value>>,
    /// Writes under way; one that was dropped stays.
    writes: usize,
    /// So many versions have had time enough to arrive.
    due: usize,
}

impl Replica {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            random: Random::new(seed),
            tables: BTreeMap::new(),
            items: BTreeMap::new(),
        }
    }

    pub(crate) fn random(&mut self) -> &mut Random {
        &mut self.random
    }

    /// Everything that is known is due.
    pub(crate) fn catch_up(&mut self) {
        for item in self.items.values_mut() {
            item.due = item.versions.len() - 1;
        }
    }

    /// Forgets a table that was deleted.
    pub(crate) fn forget(&mut self, table: &str) {
        self.tables.remove(table);
        self.items.retain(|(of, _), _| of != table);
    }

    /// Copies a table that is seen for the first time; `false` when there is no such table.
    pub(crate) async fn follow(
        &mut self,
        link: &Link<'_>,
        table: &str,
    ) -> Result<bool, ConnectorError> {
        if self.tables.contains_key(table) {
            return Ok(true);
        }
        let name = json!({"TableName": table});
        let Ok(described) = link.ask(link.leader, "DescribeTable", &name).await else {
            return Ok(false);
        };
        let described = described.get("Table").unwrap_or(&Value::Null);
        // A copy that was begun and cut off is made anew.
        let _ = link.ask(link.replica, "DeleteTable", &name).await;
        link.ask(link.replica, "CreateTable", &like(described))
            .await?;
        let mut scan = json!({"TableName": table, "ConsistentRead": true});
        loop {
            let page = link.ask(link.leader, "Scan", &scan).await?;
            let items = page.get("Items").and_then(Value::as_array);
            for item in items.into_iter().flatten() {
                let put = json!({"TableName": table, "Item": item});
                link.ask(link.replica, "PutItem", &put).await?;
            }
            match page.get("LastEvaluatedKey") {
                Some(last) => wire::set(&mut scan, "ExclusiveStartKey", last.clone()),
                None => break,
            }
        }
        let schema = described.get("KeySchema").and_then(Value::as_array);
        let names = schema.into_iter().flatten();
        let names = names.filter_map(|element| element.get("AttributeName")?.as_str());
        let names = names.map(str::to_owned).collect();
        self.tables.insert(table.to_owned(), names);
        Ok(true)
    }

    /// Notes that a write is about to be sent, and returns the items that it may change.
    pub(crate) async fn begin_write(
        &mut self,
        link: &Link<'_>,
        operation: &str,
        body: &Value,
    ) -> Result<BTreeSet<Place>, ConnectorError> {
        let mut places = BTreeSet::new();
        for (table, attributes) in touched(operation, body) {
            if !self.follow(link, table).await? {
                continue;
            }
            let Some(key) = self.key(table, attributes) else {
                continue;
            };
            let place = (table.to_owned(), key.to_string());
            if !self.items.contains_key(&place) {
                let versions = VecDeque::from([link.item(table, &key).await?]);
                let followed = Followed {
                    key,
                    versions,
                    writes: 0,
                    due: 0,
                };
                self.items.insert(place.clone(), followed);
            }
            places.insert(place);
        }
        for place in &places {
            if let Some(item) = self.items.get_mut(place) {
                item.writes += 1;
            }
        }
        Ok(places)
    }

    /// Notes that a write was answered.
    pub(crate) async fn end_write(
        &mut self,
        link: &Link<'_>,
        places: &BTreeSet<Place>,
    ) -> Result<(), ConnectorError> {
        self.look(link).await?;
        for place in places {
            if let Some(item) = self.items.get_mut(place) {
                item.writes = item.writes.saturating_sub(1);
            }
        }
        Ok(())
    }

    /// Reads the newest version of each item that is being written.
    async fn look(&mut self, link: &Link<'_>) -> Result<(), ConnectorError> {
        for ((table, _), item) in &mut self.items {
            if item.writes == 0 {
                continue;
            }
            let newest = link.item(table, &item.key).await?;
            if item.versions.back() != Some(&newest) {
                item.versions.push_back(newest);
            }
        }
        Ok(())
    }

    /// Lets a random number of versions of each item of these tables arrive.
    pub(crate) async fn advance(
        &mut self,
        link: &Link<'_>,
        tables: &[String],
    ) -> Result<(), ConnectorError> {
        self.look(link).await?;
        for ((table, _), item) in &mut self.items {
            if !tables.contains(table) || item.versions.len() == 1 {
                continue;
            }
            let arrived = self.random.below(item.versions.len()).max(item.due);
            item.due = 0;
            if arrived == 0 {
                continue;
            }
            let (operation, body) = match item.versions.get(arrived) {
                Some(Some(version)) => ("PutItem", json!({"TableName": table, "Item": version})),
                _ => ("DeleteItem", json!({"TableName": table, "Key": item.key})),
            };
            link.ask(link.replica, operation, &body).await?;
            item.versions.drain(..arrived);
        }
        Ok(())
    }

    fn key(&self, table: &str, attributes: &Value) -> Option<Value> {
        let mut key = Map::new();
        for name in self.tables.get(table)? {
            key.insert(name.clone(), attributes.get(name)?.clone());
        }
        Some(Value::Object(key))
    }
}

/// The request that creates a table like this one.
fn like(described: &Value) -> Value {
    let mut body = Map::new();
    for name in ["TableName", "KeySchema", "AttributeDefinitions"] {
        let value = described.get(name).cloned().unwrap_or_default();
        body.insert(name.to_owned(), value);
    }
    body.insert("BillingMode".to_owned(), json!("PAY_PER_REQUEST"));
    for name in ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"] {
        let indexes = described.get(name).and_then(Value::as_array);
        let indexes: Vec<_> = indexes.into_iter().flatten().map(index).collect();
        if !indexes.is_empty() {
            body.insert(name.to_owned(), Value::Array(indexes));
        }
    }
    Value::Object(body)
}

/// An index without its status and statistics, which a request must not hold.
fn index(described: &Value) -> Value {
    let parts = ["IndexName", "KeySchema", "Projection"];
    let parts = parts.map(|part| (part.to_owned(), described.get(part).cloned()));
    let parts = parts.into_iter();
    parts
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}
