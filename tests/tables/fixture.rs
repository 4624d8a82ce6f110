//! Types with tables, and stores whose requests are seen or answered by hand.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use dyno::{DyObject, EncryptionKey, IndexKey, IndexKeys, Rules, Store};
use dyno_testbed::Service;
use dyno_testkit::{Fault, FaultClient, Recorder, Request, wrap};
use serde_json::{Value, json};

/// Two tables, of which the first has the indexes of an encrypted field.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Users", key = "ID")]
pub(crate) struct User {
    #[dyno(encrypt(index = "email"))]
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) since: u64,
    pub(crate) expires: u64,
    #[dyno(shard)]
    pub(crate) place: Place,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Places", key = "IDX")]
pub(crate) struct Place {
    pub(crate) city: String,
}

/// The same tables as an older program made them: without indexes.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Users", key = "ID")]
pub(crate) struct OldUser {
    pub(crate) name: String,
    #[dyno(shard)]
    pub(crate) place: Place,
}

/// One table with both keys and nothing else.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Notes", key = "owner", sort = "number")]
pub(crate) struct Note {
    #[dyno(key)]
    pub(crate) owner: String,
    #[dyno(sort)]
    pub(crate) number: u64,
    pub(crate) text: String,
    pub(crate) expires: u64,
}

pub(crate) fn rules() -> Rules {
    Rules::new()
        .encrypt(["email"], EncryptionKey::generate("k").unwrap())
        .unwrap()
        .index_with(IndexKeys::new(IndexKey::generate("i").unwrap()))
}

/// An empty store that records what it sends.
pub(crate) fn store() -> (Store, Recorder) {
    let recorder = Recorder::new();
    let store = dyno_testbed::store()
        .with_loader(rules())
        .with_interceptor(recorder.clone());
    (store, recorder)
}

/// An empty store, some of whose requests are answered by hand: `script` is given the request, and how many of its
/// operation came before it.
pub(crate) fn scripted(
    script: impl Fn(&Request, usize) -> Option<Value> + Send + Sync + 'static,
) -> (Store, Recorder) {
    let recorder = Recorder::new();
    let seen: std::sync::Mutex<BTreeMap<String, AtomicUsize>> = std::sync::Mutex::default();
    let client = wrap(&Service::new().client(), |http| {
        FaultClient::new(http, move |request| {
            let mut seen = seen.lock().unwrap();
            let counter = seen.entry(request.operation().to_owned()).or_default();
            let number = counter.fetch_add(1, Ordering::Relaxed);
            match script(request, number) {
                Some(body) if body.get("__type").is_some() => Fault::Answered(400, body),
                Some(body) => Fault::Answered(200, body),
                None => Fault::Pass,
            }
        })
    });
    let store = Store::new(client).with_interceptor(recorder.clone());
    (store, recorder)
}

/// What the service says of table `Notes`, as far as it matters, with other members in place of these.
pub(crate) fn notes(changes: Value) -> Value {
    let mut table = json!({
        "TableName": "Notes",
        "TableArn": "arn:aws:dynamodb:us-east-1:000000000000:table/Notes",
        "TableStatus": "ACTIVE",
        "KeySchema": [
            {"AttributeName": "owner", "KeyType": "HASH"},
            {"AttributeName": "number", "KeyType": "RANGE"},
        ],
        "AttributeDefinitions": [
            {"AttributeName": "owner", "AttributeType": "S"},
            {"AttributeName": "number", "AttributeType": "N"},
        ],
        "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"},
    });
    if let (Some(table), Value::Object(changes)) = (table.as_object_mut(), changes) {
        table.extend(changes);
    }
    table
}

pub(crate) fn in_use() -> Value {
    json!({
        "__type": "com.amazonaws.dynamodb.v20120810#ResourceInUseException",
        "message": "Table already exists: Notes",
    })
}

pub(crate) fn sent(recorder: &Recorder) -> Vec<String> {
    let requests = recorder.take();
    let operation = |request: &Request| request.operation().to_owned();
    requests.iter().map(operation).collect()
}
