//! Stored items do not change.

use std::collections::BTreeMap;
use std::time::{Duration, UNIX_EPOCH};

use dyno_config::ConfigStore;
use dyno_core::{AttributeValue, Item};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::bed::{Bed, item, json as as_json, map};

fn golden(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[tokio::test(start_paused = true)]
async fn options_are_stored_as_they_were() {
    let golden = golden(include_str!("../golden/items_v1.json"));
    for case in golden["options"].as_array().unwrap() {
        let (option, value) = (case["option"].as_str().unwrap(), &case["value"]);
        for form in ["own", "compatible"] {
            let bed = Bed::new();
            let open = ConfigStore::open(&bed.store, "Config", "prod").create_if_missing();
            let open = if form == "own" {
                open
            } else {
                open.compatible()
            };
            let config = open.await.unwrap();
            config.set(option, value).await.unwrap();
            assert_eq!(
                as_json(&bed.items("Config").await[0]),
                case[form],
                "{option} {form}"
            );
            config.delete(option).await.unwrap();
            if value != &json!({}) {
                config.set_keys(option, value).await.unwrap();
                assert_eq!(
                    as_json(&bed.items("Config").await[0]),
                    case[form],
                    "{option} {form}"
                );
            }
        }
    }
}

#[derive(Debug, Deserialize, PartialEq)]
pub(crate) struct Recorded {
    host: String,
    port: u16,
    flag: bool,
    off: bool,
    none: Option<String>,
    #[serde(default)]
    empty: String,
    list: (u8, bool, Option<u8>),
    map: BTreeMap<String, Value>,
    price: f64,
    half: f64,
    names: Vec<String>,
    numbers: Vec<u8>,
    zero: i64,
    #[serde(default)]
    el: Vec<u8>,
}

/// What the Python library and every reader here make of the recorded item.
pub(crate) fn check_recorded(mut read: Recorded) {
    read.names.sort();
    read.numbers.sort_unstable();
    let expected = Recorded {
        host: "h".into(),
        port: 27017,
        flag: true,
        off: false,
        none: None,
        empty: String::new(),
        list: (1, true, None),
        map: BTreeMap::from([
            ("a".to_owned(), json!(0)),
            ("e".to_owned(), json!("")),
            ("n".to_owned(), json!(null)),
        ]),
        price: 1.5,
        half: 1.5,
        names: vec!["a".into(), "b".into()],
        numbers: vec![1, 2],
        zero: 0,
        el: vec![],
    };
    assert_eq!(read, expected);
}

#[tokio::test(start_paused = true)]
async fn recorded_items_of_the_python_library_are_read() {
    let golden = golden(include_str!("../golden/dynamodb_config_store_0_3_0.json"));
    let bed = Bed::new();
    let config = bed.config().await;
    bed.put(item(&golden["item"])).await;
    check_recorded(config.get::<Recorded>("db").await.unwrap().into_value());
    let watch = config.watch().await.unwrap();
    check_recorded(watch.snapshot().get("db").unwrap());
    let names: BTreeMap<String, Vec<String>> = config.get_keys("db", ["names"]).await.unwrap();
    assert_eq!(names["names"].len(), 2);
}

#[tokio::test(start_paused = true)]
async fn versions_are_stored_as_they_were() {
    let golden = golden(include_str!("../golden/history_v1.json"));
    let bed = Bed::new();
    let store = bed.store.clone();
    let store = store.with_clock(|| UNIX_EPOCH + Duration::from_secs(1_700_000_000));
    let open = ConfigStore::open(&store, "Config", "prod").history(10);
    let config = open.create_if_missing().await.unwrap();
    config.set("db", &map([("host", "a")])).await.unwrap();
    bed.put(item(
        &json!({ "_store": { "S": "prod" }, "_option": { "S": "db" }, "host": { "S": "old" } }),
    ))
    .await;
    config.set_key("db", "port", &80).await.unwrap();
    config.delete("db").await.unwrap();
    config.set("kept", &map([("host", "a")])).await.unwrap();

    let mut items = bed.items("Config").await;
    name_marks(&mut items);
    let mut stored: Vec<_> = items.iter().map(as_json).collect();
    stored.sort_by_key(order);
    let mut expected = golden["items"].as_array().unwrap().clone();
    expected.sort_by_key(order);
    assert_eq!(stored, expected);
}

fn order(item: &Value) -> (String, String) {
    let text = |name: &str| item[name]["S"].as_str().unwrap().to_owned();
    (text("_option"), text("_store"))
}

/// Marks are random, and sort by the time of their writes.
fn name_marks(items: &mut [Item]) {
    let mut marks: Vec<_> = items
        .iter()
        .map(|item| item["_dy_write"].as_s().unwrap().clone())
        .collect();
    marks.sort();
    marks.dedup();
    assert!(marks.iter().all(|mark| mark.len() == 32));
    for item in items {
        let mark = item["_dy_write"].as_s().unwrap();
        let place = marks.iter().position(|other| other == mark).unwrap();
        let name = format!("MARK-{}", place + 1);
        item.insert("_dy_write".into(), AttributeValue::S(name));
    }
}
