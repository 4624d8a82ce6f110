//! Lists, maps, pieces, independent shards and shards beside their root, frozen as the objects of `main.rs` are.

use std::collections::BTreeMap;
use std::path::PathBuf;

use dyno::{DyObject, Store};
use dyno_testkit::dump;
use serde_json::{Value, json};

use super::{item_from_json, item_to_json, masked};

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Notes", key = "IDX")]
struct Note {
    text: String,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Lines", key = "OWNER", sort = "PART")]
struct Line {
    product: String,
    #[dyno(shard)]
    note: Option<Note>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Orders", key = "CUSTOMER", sort = "ORDER", tag = "order")]
struct Order {
    #[dyno(key)]
    customer: String,
    #[dyno(sort, rename = "ORDER")]
    number: String,
    #[dyno(shard)]
    lines: Vec<Line>,
    #[dyno(shard)]
    nothing: Vec<Line>,
    #[dyno(shard)]
    labels: BTreeMap<String, Note>,
    #[dyno(shard, chunked)]
    file: Note,
    #[dyno(shard, independent)]
    counter: Note,
    #[dyno(shard(table = "Orders"))]
    beside: Note,
    #[dyno(shard(table = "Orders"))]
    parts: Vec<Note>,
}

fn note(text: &str) -> Note {
    Note { text: text.into() }
}

fn order() -> Order {
    let line = |product: &str, note| Line {
        product: product.into(),
        note,
    };
    Order {
        customer: "a/b".into(),
        number: "o#1".into(),
        lines: vec![line("one", Some(note("n"))), line("two", None)],
        nothing: Vec::new(),
        labels: BTreeMap::from([(String::new(), note("empty")), ("a/b~".into(), note("odd"))]),
        file: note("in pieces"),
        counter: note("own version"),
        beside: note("beside"),
        parts: vec![note("part")],
    }
}

const TABLES: [&str; 3] = ["Lines", "Notes", "Orders"];

fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/shards_v1.json")
}

fn golden() -> Value {
    serde_json::from_slice(&std::fs::read(file()).unwrap()).unwrap()
}

async fn store() -> Store {
    let store = dyno_testbed::store();
    store.ensure_tables::<Order>().await.unwrap();
    store
}

#[tokio::test]
async fn shards_of_version_1_are_read() {
    let store = store().await;
    let client = store.client::<Order>().unwrap();
    let golden = golden();
    for table in TABLES {
        for item in golden[table].as_array().unwrap() {
            let put = client.put_item().table_name(table);
            let put = put.set_item(Some(item_from_json(item)));
            put.send().await.unwrap();
        }
    }
    let loaded = store.load::<Order>(("a/b", "o#1")).await.unwrap();
    assert_eq!(*loaded, order());
    loaded.delete().await.unwrap();
    for table in TABLES {
        assert!(dump(&client, table).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn the_same_shards_are_stored_in_the_same_way() {
    let (stored, golden) = (stored().await, golden());
    assert_eq!(
        without_ids(&masked(&stored)),
        without_ids(&masked(&golden)),
        "the stored format changed: that needs a new version and a reader"
    );
}

/// Run by hand to begin the file of a new version: `cargo test --test golden -- --ignored`. Refuses to overwrite.
#[tokio::test]
#[ignore = "writes the file of a new version"]
async fn write_the_file_of_shards() {
    let text = serde_json::to_string_pretty(&stored().await).unwrap();
    let mut file = std::fs::File::create_new(file()).unwrap();
    std::io::Write::write_all(&mut file, text.as_bytes()).unwrap();
}

async fn stored() -> Value {
    let store = store().await;
    store.save(order()).await.unwrap();
    let client = store.client::<Order>().unwrap();
    let mut tables = BTreeMap::new();
    for table in TABLES {
        let items = dump(&client, table).await.unwrap();
        tables.insert(table, items.iter().map(item_to_json).collect::<Vec<_>>());
    }
    json!(tables)
}

/// Numbers the ids of entries, which begin with the time, in their order.
fn without_ids(value: &Value) -> Value {
    let text = value.to_string();
    let is_id = |part: &&str| {
        let alphabet = b"0123456789abcdefghjkmnpqrstvwxyz";
        part.len() == 13 && part.bytes().all(|byte| alphabet.contains(&byte))
    };
    let mut ids: Vec<_> = text
        .split(|character: char| !character.is_ascii_alphanumeric())
        .filter(is_id)
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let numbered = ids
        .iter()
        .enumerate()
        .fold(text.clone(), |text, (number, id)| {
            text.replace(id, &format!("entry {number}"))
        });
    serde_json::from_str(&numbered).unwrap()
}
