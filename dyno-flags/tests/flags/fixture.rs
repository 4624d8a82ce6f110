//! Stores, flags, and a log that tests can read.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use dyno_core::{AttributeValue, Item, Store};
use dyno_flags::{Descriptor, FeatureSet, FeatureStore};
use dyno_testbed::Service;
use dyno_testkit::{Fault, FaultClient, Recorder, Request, dump, wrap};
use tracing::subscriber::DefaultGuard;

pub(crate) const TABLE: &str = "launchdarkly";

/// A database with the table.
pub(crate) async fn service() -> Service {
    let service = Service::new();
    on(&service).ensure_table().await.unwrap();
    service
}

pub(crate) fn on(service: &Service) -> FeatureStore {
    FeatureStore::new(&Store::new(service.client()), TABLE)
}

pub(crate) async fn flags() -> FeatureStore {
    on(&service().await)
}

/// A store whose requests go through a script.
pub(crate) fn faulty(
    service: &Service,
    script: impl Fn(&Request) -> Fault + Send + Sync + 'static,
) -> FeatureStore {
    let client = wrap(&service.client(), |http| FaultClient::new(http, script));
    FeatureStore::new(&Store::new(client), TABLE)
}

/// A store that ends at the request with this number, as a program that is killed.
pub(crate) fn killed(service: &Service, at: u64) -> FeatureStore {
    faulty(service, move |request| {
        if request.number() < at {
            Fault::Pass
        } else {
            Fault::NotDelivered
        }
    })
}

pub(crate) fn recorded(service: &Service) -> (FeatureStore, Recorder) {
    let recorder = Recorder::new();
    let store = Store::new(service.client()).with_interceptor(recorder.clone());
    (FeatureStore::new(&store, TABLE), recorder)
}

/// A flag or segment.
pub(crate) fn item(key: &str, version: u64) -> Descriptor {
    Descriptor::new(version, format!(r#"{{"key":"{key}","version":{version}}}"#))
}

/// One of which an official store says that it is too large.
pub(crate) fn large(key: &str, version: u64, filler: char) -> Descriptor {
    let filler = filler.to_string().repeat(1_000_000);
    let json = format!(r#"{{"key":"{key}","version":{version},"salt":"{filler}"}}"#);
    Descriptor::new(version, json)
}

pub(crate) fn keys(set: &FeatureSet) -> Vec<&str> {
    set.iter().map(|(key, _)| key).collect()
}

pub(crate) async fn rows(service: &Service) -> Vec<Item> {
    dump(&service.client(), TABLE).await.unwrap()
}

pub(crate) fn text<'a>(row: &'a Item, name: &str) -> &'a str {
    row[name].as_s().unwrap()
}

/// Every row with its namespace and key, in order.
pub(crate) async fn places(service: &Service) -> Vec<(String, String)> {
    let rows = rows(service).await;
    let mut places: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                text(row, "namespace").to_owned(),
                text(row, "key").to_owned(),
            )
        })
        .collect();
    places.sort();
    places
}

pub(crate) async fn put(service: &Service, row: Item) {
    let store = Store::new(service.client());
    let items = store.items(TABLE, "namespace").sort("key");
    items.put(row).await.unwrap();
}

/// A row from its form in JSON, as the documents show it.
pub(crate) fn row(json: &str) -> Item {
    let serde_json::Value::Object(attributes) = serde_json::from_str(json).unwrap() else {
        panic!("a row is an object");
    };
    let attributes = attributes.into_iter();
    attributes
        .map(|(name, value)| (name, attribute(&value)))
        .collect()
}

fn attribute(value: &serde_json::Value) -> AttributeValue {
    let (kind, value) = value.as_object().unwrap().iter().next().unwrap();
    let text = || value.as_str().unwrap().to_owned();
    match kind.as_str() {
        "S" => AttributeValue::S(text()),
        "N" => AttributeValue::N(text()),
        "BOOL" => AttributeValue::Bool(value.as_bool().unwrap()),
        "NULL" => AttributeValue::Null(true),
        "L" => AttributeValue::L(value.as_array().unwrap().iter().map(attribute).collect()),
        "M" => {
            let members = value.as_object().unwrap().iter();
            AttributeValue::M(
                members
                    .map(|(name, value)| (name.clone(), attribute(value)))
                    .collect(),
            )
        }
        other => panic!("a row with {other}"),
    }
}

/// What the current thread logs.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub(crate) fn start() -> (Self, DefaultGuard) {
        let log = Self::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        (log, tracing::subscriber::set_default(subscriber))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// Errors that were logged.
    pub(crate) fn errors(&self) -> usize {
        self.text().matches("ERROR").count()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut log = self.0.lock().map_err(|_| io::ErrorKind::Other)?;
        log.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
