//! The columns of blind indexes: with a known key their bytes are the same each time.

use std::path::PathBuf;

use dyno::{DyObject, EncryptionKey, IndexKey, IndexKeys, MasterKey, Rules, Store};
use dyno_testkit::dump;
use serde_json::{Value, json};

use super::{item_from_json, item_to_json, masked};

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Accounts", key = "ID", context = "accounts")]
struct Account {
    #[dyno(key)]
    id: String,
    #[dyno(encrypt, index = "email:email:v1", rename = "mail")]
    email: String,
    #[dyno(encrypt(index = "number", bits = 12))]
    number: u64,
    #[dyno(encrypt, index = "phone")]
    phone: Option<String>,
    #[dyno(encrypt(index = "tags", bits = 256))]
    tags: Vec<String>,
}

fn account() -> Account {
    Account {
        id: "a1".into(),
        email: " Naomi@Example.com".into(),
        number: 7731,
        phone: None,
        tags: vec!["x".into(), String::new()],
    }
}

fn store() -> Store {
    let master = |byte| MasterKey::from_bytes([byte; 32]);
    let key = EncryptionKey::new("k1", master(7)).unwrap();
    let first = IndexKey::new("i1", master(8)).unwrap();
    let second = IndexKey::new("i2", master(9)).unwrap();
    let rules = Rules::new()
        .encrypt(["*"], key)
        .unwrap()
        .index_with(IndexKeys::new(first).with_second(second).unwrap());
    dyno_testbed::store().with_loader(rules)
}

fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/columns_v1.json")
}

fn golden() -> Value {
    serde_json::from_slice(&std::fs::read(file()).unwrap()).unwrap()
}

async fn stored() -> Value {
    let store = store();
    store.ensure_tables::<Account>().await.unwrap();
    store.save(account()).await.unwrap();
    let client = store.client::<Account>().unwrap();
    let items = dump(&client, "Accounts").await.unwrap();
    json!(items.iter().map(item_to_json).collect::<Vec<_>>())
}

#[tokio::test]
async fn columns_of_version_1_are_searched() {
    let store = store();
    store.ensure_tables::<Account>().await.unwrap();
    let client = store.client::<Account>().unwrap();
    for item in golden().as_array().unwrap() {
        let put = client.put_item().table_name("Accounts");
        let put = put.set_item(Some(item_from_json(item)));
        put.send().await.unwrap();
    }
    let found = store.find(Account::paths().email(), "naomi@example.com");
    assert_eq!(*found.await.unwrap()[0], account());
    let found = store.find(Account::paths().number(), 7731u64);
    assert_eq!(*found.await.unwrap()[0], account());
    let found = store.find(Account::paths().tags(), account().tags);
    let mut found = found.await.unwrap();
    found[0].save().await.unwrap();
    let items = dump(&client, "Accounts").await.unwrap();
    assert_eq!(
        json!([item_to_json(&items[0])]),
        golden(),
        "nothing to write"
    );
}

#[tokio::test]
async fn the_same_columns_are_stored() {
    let (stored, golden) = (stored().await, golden());
    assert_eq!(
        masked(&stored),
        masked(&golden),
        "the stored format changed: that needs a new version and a reader"
    );
}

/// Run by hand to begin the file of a new version: `cargo test --test golden -- --ignored`. Refuses to overwrite.
#[tokio::test]
#[ignore = "writes the file of a new version"]
async fn write_the_file_of_columns() {
    let text = serde_json::to_string_pretty(&stored().await).unwrap();
    let mut file = std::fs::File::create_new(file()).unwrap();
    std::io::Write::write_all(&mut file, text.as_bytes()).unwrap();
}
