//! Objects as version 1 of the format stores them, frozen. A released file is added to, never changed.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod columns;
mod shards;
mod times;

use std::collections::BTreeMap;
use std::path::PathBuf;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno::{DyObject, EncryptionKey, Item, MasterKey, Rules, Saved, Store};
use dyno_testkit::dump;
use serde_json::{Value, json};

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Geo", key = "IDX")]
struct Geo {
    latitude: f64,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Location", key = "OWNER", sort = "PLACE", tag = "Place")]
struct Location {
    city: String,
    #[dyno(shard)]
    geo: Option<Geo>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
enum Contact {
    Nobody,
    Mail { address: String },
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(
    table = "Person",
    key = "ID",
    sort = "YEAR",
    tag = "person",
    context = "people",
    region = "us-east-2"
)]
struct Person {
    #[dyno(key)]
    id: String,
    #[dyno(sort)]
    year: u32,
    #[dyno(encrypt)]
    name: String,
    tags: Vec<String>,
    nothing: Option<String>,
    contacts: Vec<Contact>,
    #[dyno(shard)]
    location: Location,
    #[dyno(shard)]
    second: Option<Location>,
}

fn person() -> Person {
    Person {
        id: "a/b#c~d%e é".into(),
        year: 1995,
        name: "John".into(),
        tags: vec!["x".into(), String::new()],
        nothing: None,
        contacts: vec![
            Contact::Nobody,
            Contact::Mail {
                address: "j@example.com".into(),
            },
        ],
        location: Location {
            city: "Osaka".into(),
            geo: Some(Geo { latitude: 34.6937 }),
        },
        second: None,
    }
}

fn rules() -> Rules {
    let key = EncryptionKey::new("k1", MasterKey::from_bytes([7; 32])).unwrap();
    Rules::new()
        .encrypt(["name", "location.city", "second.city", "contacts"], key)
        .unwrap()
}

async fn store() -> Store {
    let store = dyno_testbed::store().with_loader(rules());
    store.ensure_tables::<Person>().await.unwrap();
    store
}

const TABLES: [&str; 3] = ["Geo", "Location", "Person"];

fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/object_v1.json")
}

fn golden() -> Value {
    serde_json::from_slice(&std::fs::read(file()).unwrap()).unwrap()
}

#[tokio::test]
async fn an_object_of_version_1_is_read() {
    let store = store().await;
    let client = store.client::<Person>().unwrap();
    let golden = golden();
    for table in TABLES {
        for item in golden[table].as_array().unwrap() {
            let item = Some(item_from_json(item));
            client
                .put_item()
                .table_name(table)
                .set_item(item)
                .send()
                .await
                .unwrap();
        }
    }
    let loaded: Saved<Person> = store.load((person().id, person().year)).await.unwrap();
    assert_eq!(*loaded, person());
    loaded.delete().await.unwrap();
    for table in TABLES {
        assert!(dump(&client, table).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn the_same_object_is_stored_in_the_same_way() {
    let stored = stored().await;
    assert_eq!(
        masked(&stored),
        masked(&golden()),
        "the stored format changed: that needs a new version and a reader"
    );
}

/// Run by hand to begin the file of a new version: `cargo test --test golden -- --ignored`. Refuses to overwrite.
#[tokio::test]
#[ignore = "writes the file of a new version"]
async fn write_the_file() {
    let text = serde_json::to_string_pretty(&stored().await).unwrap();
    let mut file = std::fs::File::create_new(file()).unwrap();
    std::io::Write::write_all(&mut file, text.as_bytes()).unwrap();
}

async fn stored() -> Value {
    let store = store().await;
    store.save(person()).await.unwrap();
    let client = store.client::<Person>().unwrap();
    let mut tables = BTreeMap::new();
    for table in TABLES {
        let items = dump(&client, table).await.unwrap();
        tables.insert(table, items.iter().map(item_to_json).collect::<Vec<_>>());
    }
    json!(tables)
}

/// Replaces what is random in a commit: etags, stamps, times and ciphertext, but not their lengths and types.
fn masked(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let field = |(name, value): (&String, &Value)| match (name.as_str(), value) {
                ("B", Value::String(hex)) => (name.clone(), json!(mask(hex))),
                ("_dy_seq", _) => (name.clone(), json!({"N": "a time"})),
                ("_dy_data" | "_dy_digest", value) => (name.clone(), value.clone()),
                (column, value) if column.ends_with("__idx") || column.ends_with("__idx2") => {
                    (name.clone(), value.clone())
                }
                (_, value) => (name.clone(), masked(value)),
            };
            Value::Object(fields.iter().map(field).collect())
        }
        Value::Array(elements) => Value::Array(elements.iter().map(masked).collect()),
        other => other.clone(),
    }
}

fn mask(hex: &str) -> String {
    let zeros = hex.bytes().all(|digit| digit == b'0');
    let kept = match hex.len() {
        2 | 18 | 20 => 2,                // a manifest entry keeps its flags
        length if length > 100 => 2 * 6, // an envelope keeps its header and key id
        length if zeros => length,
        _ => 0,
    };
    let (header, random) = hex.split_at(kept);
    format!("{header}{}", "x".repeat(random.len()))
}

fn item_to_json(item: &Item) -> Value {
    let sorted: BTreeMap<_, _> = item
        .iter()
        .map(|(name, value)| (name, to_json(value)))
        .collect();
    json!(sorted)
}

fn to_json(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::B(blob) => json!({"B": hex(blob.as_ref())}),
        AttributeValue::Bool(boolean) => json!({"BOOL": boolean}),
        AttributeValue::L(elements) => {
            json!({"L": elements.iter().map(to_json).collect::<Vec<_>>()})
        }
        AttributeValue::M(inner) => json!({"M": item_to_json(inner)}),
        AttributeValue::N(number) => json!({"N": number}),
        AttributeValue::Ns(numbers) => json!({"NS": numbers}),
        AttributeValue::Null(is_null) => json!({"NULL": is_null}),
        AttributeValue::S(text) => json!({"S": text}),
        other => json!({"unexpected": format!("{other:?}")}),
    }
}

fn item_from_json(item: &Value) -> Item {
    item.as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.clone(), from_json(value)))
        .collect()
}

fn from_json(value: &Value) -> AttributeValue {
    let (kind, value) = value.as_object().unwrap().iter().next().unwrap();
    match kind.as_str() {
        "B" => AttributeValue::B(unhex(value.as_str().unwrap()).into()),
        "BOOL" => AttributeValue::Bool(value.as_bool().unwrap()),
        "L" => AttributeValue::L(value.as_array().unwrap().iter().map(from_json).collect()),
        "M" => AttributeValue::M(item_from_json(value)),
        "NULL" => AttributeValue::Null(value.as_bool().unwrap()),
        "N" => AttributeValue::N(value.as_str().unwrap().to_owned()),
        "NS" => {
            let numbers = value.as_array().unwrap().iter();
            AttributeValue::Ns(numbers.map(|n| n.as_str().unwrap().to_owned()).collect())
        }
        _ => AttributeValue::S(value.as_str().unwrap().to_owned()),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(hex: &str) -> Vec<u8> {
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(hex.get(at..at + 2).unwrap(), 16).unwrap())
        .collect()
}
