//! An engine whose items are looked at, put and taken away behind the mapper's back.

use std::collections::BTreeMap;
use std::fmt;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::types::KeyType;
use dyno::{DyObject, Store};
use dyno_embedded::Engine;
use dyno_embedded::dynoxide::actions::delete_item::DeleteItemRequest;
use dyno_embedded::dynoxide::actions::put_item::PutItemRequest;
use dyno_embedded::dynoxide::actions::scan::ScanRequest;
pub(crate) use dyno_embedded::dynoxide::types::{AttributeValue, Item};

/// An engine with the tables of one type.
#[derive(Debug)]
pub(crate) struct Database {
    engine: Engine,
    tables: Vec<Table>,
}

#[derive(Debug)]
struct Table {
    name: String,
    /// The attributes of the key, the partition's first.
    keys: Vec<String>,
}

/// Where an item stands: its table, and its key as one text, the parts joined by a slash.
///
/// Both layouts of shards give the same text, which is the owner, a slash and the shard's id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) table: String,
    pub(crate) key: String,
}

/// Every item of a database, as the engine has it.
pub(crate) type Items = BTreeMap<Place, Item>;

impl Database {
    pub(crate) async fn new<T: DyObject>() -> Self {
        let engine = Engine::in_memory().unwrap().inline();
        let client = engine.client();
        let store = Store::new(client.clone());
        store.ensure_tables::<T>().await.unwrap();
        let mut tables = Vec::new();
        let names = client.list_tables().send().await.unwrap().table_names;
        for name in names.unwrap_or_default() {
            let described = client.describe_table().table_name(&name).send().await;
            let mut keys = described.unwrap().table.unwrap().key_schema.unwrap();
            keys.sort_by_key(|key| key.key_type != KeyType::Hash);
            let keys = keys.into_iter().map(|key| key.attribute_name).collect();
            tables.push(Table { name, keys });
        }
        Self { engine, tables }
    }

    /// A client as programs have it: reads are repeated by the SDK.
    pub(crate) fn client(&self) -> Client {
        let retries = RetryConfig::standard().with_max_attempts(4);
        let config = self.engine.config_builder().retry_config(retries);
        Client::from_conf(config.build())
    }

    /// A client whose SDK repeats nothing, and keeps no count of repetitions that outlives a run.
    pub(crate) fn bare_client(&self) -> Client {
        self.engine.client()
    }

    pub(crate) fn items(&self) -> Items {
        let mut items = Items::new();
        for table in &self.tables {
            let mut start = None;
            loop {
                let scan = ScanRequest {
                    table_name: table.name.clone(),
                    exclusive_start_key: start,
                    ..ScanRequest::default()
                };
                let page = self.engine.database().scan(scan).unwrap();
                for item in page.items.unwrap_or_default() {
                    items.insert(table.place(&item), item);
                }
                start = page.last_evaluated_key;
                if start.is_none() {
                    break;
                }
            }
        }
        items
    }

    /// Makes these the only items.
    pub(crate) fn set(&self, items: &Items) {
        let database = self.engine.database();
        let before = self.items();
        for (place, item) in &before {
            if !items.contains_key(place) {
                let table = self.tables.iter().find(|table| table.name == place.table);
                let delete = DeleteItemRequest {
                    table_name: place.table.clone(),
                    key: table.unwrap().key(item),
                    ..DeleteItemRequest::default()
                };
                database.delete_item(delete).unwrap();
            }
        }
        for (place, item) in items {
            if before.get(place) != Some(item) {
                let put = PutItemRequest {
                    table_name: place.table.clone(),
                    item: item.clone(),
                    ..PutItemRequest::default()
                };
                database.put_item(put).unwrap();
            }
        }
    }
}

impl Table {
    fn key(&self, item: &Item) -> Item {
        let part = |name: &String| (name.clone(), item[name].clone());
        self.keys.iter().map(part).collect()
    }

    fn place(&self, item: &Item) -> Place {
        let part = |name: &String| match item.get(name) {
            Some(AttributeValue::S(text) | AttributeValue::N(text)) => text.clone(),
            _ => String::new(),
        };
        let parts: Vec<_> = self.keys.iter().map(part).collect();
        Place {
            table: self.name.clone(),
            key: parts.join("/"),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}[{}]", self.table, self.key)
    }
}
