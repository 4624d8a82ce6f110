//! Items as dynastore stored them, and as this crate does: `tests/golden/items_v1.json`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dyno_core::{AttributeValue, Item};
use serde_json::Value;

use crate::fixture::{Bench, NOW, names, number, seconds, text};

/// The frozen items, in the JSON of DynamoDB.
fn golden() -> Value {
    serde_json::from_str(include_str!("../golden/items_v1.json")).unwrap()
}

fn item_of(json: &Value) -> Item {
    let attributes = json.as_object().unwrap().iter();
    attributes
        .map(|(name, value)| (name.clone(), value_of(value)))
        .collect()
}

fn value_of(json: &Value) -> AttributeValue {
    let (kind, value) = json.as_object().unwrap().iter().next().unwrap();
    let string = || value.as_str().unwrap().to_owned();
    match kind.as_str() {
        "S" => AttributeValue::S(string()),
        "N" => AttributeValue::N(string()),
        "NULL" => AttributeValue::Null(true),
        "M" => AttributeValue::M(item_of(value)),
        other => panic!("{other}"),
    }
}

#[tokio::test(start_paused = true)]
async fn an_item_of_dynastore_is_read() {
    let bench = Bench::new().await;
    let item = item_of(&golden()["dynastore"]);
    bench.put_item(item).await;
    let record = bench.kv().partition("cust").get("k1").await.unwrap();
    assert_eq!(
        (record.partition(), record.key(), record.version()),
        ("cust", "k1", 2)
    );
    assert_eq!(record.bytes().unwrap(), [1, 2, 255]);
    assert_eq!(record.text().unwrap(), "AQL/");
    let fields: Vec<_> = record.fields().map(|(name, _)| name).collect();
    assert_eq!(fields, ["created", "pk1", "sk1"]);
    assert!(record.expires().is_some());

    let next = bench
        .kv()
        .partition("cust")
        .compare_and_put(&record, [1])
        .await
        .unwrap();
    assert_eq!((next.version(), next.fields().count()), (3, 3));
}

#[tokio::test(start_paused = true)]
async fn what_put_stores_is_what_dynastore_stores() {
    let bench = Bench::new().await;
    let records = bench.kv().partition("cust");
    let fields = [("created", "2020"), ("pk1", "u"), ("sk1", "t")];
    for _ in 0..2 {
        let put = records.put("k1", [1, 2, 255]).fields(fields);
        put.ttl(seconds(1_795_220_312 - NOW)).await.unwrap();
    }
    assert_eq!(bench.item("k1").await, item_of(&golden()["dynastore"]));

    records.put("empty", "").await.unwrap();
    assert_eq!(bench.item("empty").await, item_of(&golden()["empty"]));
}

#[tokio::test(start_paused = true)]
async fn what_other_writes_store_has_a_mark_more() {
    let bench = Bench::new().await;
    let records = bench.kv().partition("cust");
    records.create("k1", "v").fence(7).await.unwrap();
    records.counter("visits").add(5).await.unwrap();
    let guard = records.lock("job", seconds(30)).await.unwrap();
    for (key, name) in [("k1", "created"), ("visits", "counter"), ("job", "lock")] {
        let mut item = bench.item(key).await;
        for (attribute, bytes) in [("_dy_write", 48), ("_dy_holder", 16)] {
            if let Some(value) = item.remove(attribute) {
                // Old programs decode what they do not know as text.
                let decoded = STANDARD.decode(value.as_s().unwrap()).unwrap();
                assert_eq!(decoded.len(), bytes);
                item.insert(attribute.to_owned(), text("random"));
            }
        }
        assert_eq!(item, item_of(&golden()[name]), "{name}");
    }
    guard.release().await.unwrap();
    let freed = bench.item("job").await;
    assert_eq!(names(&freed), ["_dy_lease", "id", "name", "version"]);
    assert_eq!(
        (&freed["version"], &freed["id"]),
        (&number(NOW * 1000 + 1), &text("cust"))
    );
}
