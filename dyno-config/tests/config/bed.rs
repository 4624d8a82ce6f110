//! Where a test runs: an engine, what it was asked, and what goes wrong.

use std::collections::BTreeMap;

use dyno_config::ConfigStore;
use dyno_core::{AttributeValue, Item, Store};
use dyno_embedded::Engine;
use dyno_testkit::{Fault, FaultClient, Recorder, Request, wrap};
use serde_json::{Value, json};

pub(crate) struct Bed {
    pub(crate) engine: Engine,
    pub(crate) recorder: Recorder,
    pub(crate) store: Store,
}

impl Bed {
    pub(crate) fn new() -> Self {
        let engine = Engine::in_memory().unwrap().inline();
        let recorder = Recorder::new();
        let store = Store::new(recorder.attach(&engine.client()));
        Self {
            engine,
            recorder,
            store,
        }
    }

    /// A store on the same tables, whose requests go wrong as the script says.
    pub(crate) fn faulty(
        &self,
        script: impl Fn(&Request) -> Fault + Send + Sync + 'static,
    ) -> Store {
        let client = wrap(&self.engine.client(), |http| FaultClient::new(http, script));
        Store::new(self.recorder.attach(&client))
    }

    pub(crate) async fn config(&self) -> ConfigStore {
        let open = ConfigStore::open(&self.store, "Config", "prod");
        let config = open.create_if_missing().await.unwrap();
        self.recorder.take();
        config
    }

    /// The operations since the last time.
    pub(crate) fn sent(&self) -> Vec<String> {
        let requests = self.recorder.take();
        requests
            .iter()
            .map(|request| request.operation().to_owned())
            .collect()
    }

    pub(crate) async fn items(&self, table: &str) -> Vec<Item> {
        dyno_testkit::dump(&self.engine.client(), table)
            .await
            .unwrap()
    }

    /// What a program without this crate writes.
    pub(crate) async fn put(&self, item: Item) {
        let put = self.engine.client().put_item().table_name("Config");
        put.set_item(Some(item)).send().await.unwrap();
    }
}

/// The script that does this to the first request of this operation.
pub(crate) fn first(
    operation: &'static str,
    fault: Fault,
) -> impl Fn(&Request) -> Fault + Send + Sync + 'static {
    let is_over = std::sync::atomic::AtomicBool::new(false);
    move |request| {
        let is_meant = request.operation() == operation;
        if is_meant && !is_over.swap(true, std::sync::atomic::Ordering::SeqCst) {
            return fault.clone();
        }
        Fault::Pass
    }
}

pub(crate) type Map = BTreeMap<String, String>;

pub(crate) fn map<const N: usize>(entries: [(&str, &str); N]) -> Map {
    let entries = entries.into_iter();
    entries
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

/// An item in the JSON of DynamoDB.
pub(crate) fn item(json: &Value) -> Item {
    let attributes = json.as_object().unwrap().iter();
    attributes
        .map(|(name, value)| (name.clone(), attribute(value)))
        .collect()
}

fn attribute(json: &Value) -> AttributeValue {
    let (kind, value) = json.as_object().unwrap().iter().next().unwrap();
    let text = || value.as_str().unwrap().to_owned();
    let texts = || {
        let all = value.as_array().unwrap().iter();
        all.map(|text| text.as_str().unwrap().to_owned()).collect()
    };
    match kind.as_str() {
        "S" => AttributeValue::S(text()),
        "N" => AttributeValue::N(text()),
        "BOOL" => AttributeValue::Bool(value.as_bool().unwrap()),
        "NULL" => AttributeValue::Null(true),
        "L" => AttributeValue::L(value.as_array().unwrap().iter().map(attribute).collect()),
        "M" => AttributeValue::M(item(value)),
        "SS" => AttributeValue::Ss(texts()),
        "NS" => AttributeValue::Ns(texts()),
        other => panic!("`{other}` is not used here"),
    }
}

/// The same as JSON, with sets sorted.
pub(crate) fn json(item: &Item) -> Value {
    let names: BTreeMap<_, _> = item.iter().collect();
    let attributes = names
        .into_iter()
        .map(|(name, value)| (name.clone(), json_of(value)));
    Value::Object(attributes.collect())
}

fn json_of(value: &AttributeValue) -> Value {
    let sorted = |texts: &Vec<String>| {
        let mut texts = texts.clone();
        texts.sort();
        texts
    };
    match value {
        AttributeValue::S(text) => json!({ "S": text }),
        AttributeValue::N(number) => json!({ "N": number }),
        AttributeValue::Bool(flag) => json!({ "BOOL": flag }),
        AttributeValue::Null(_) => json!({ "NULL": true }),
        AttributeValue::L(elements) => {
            json!({ "L": elements.iter().map(json_of).collect::<Vec<_>>() })
        }
        AttributeValue::M(entries) => json!({ "M": json(entries) }),
        AttributeValue::Ss(texts) => json!({ "SS": sorted(texts) }),
        AttributeValue::Ns(texts) => json!({ "NS": sorted(texts) }),
        other => panic!("{other:?} is not used here"),
    }
}
