//! Times and durations: as they are stored, and as they were before they were numbers.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dyno::{DyObject, ErrorKind, Lazy, Store};
use dyno_testkit::dump;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{item_from_json, item_to_json};

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Visits", key = "ID")]
struct Visit {
    #[dyno(key)]
    id: String,
    at: SystemTime,
    left: Option<SystemTime>,
    stay: Duration,
    breaks: Vec<Duration>,
    #[dyno(created)]
    created: SystemTime,
    #[dyno(ttl)]
    expires: SystemTime,
}

fn after(seconds: u64, nanoseconds: u32) -> SystemTime {
    UNIX_EPOCH + Duration::new(seconds, nanoseconds)
}

fn visit() -> Visit {
    Visit {
        id: "v1".into(),
        at: after(1_795_229_996, 596_707_100),
        left: Some(after(1_795_230_000, 0)),
        stay: Duration::new(3, 403_292_900),
        breaks: vec![Duration::ZERO, Duration::from_nanos(1)],
        created: after(1_795_229_996, 1),
        expires: after(1_795_316_396, 0),
    }
}

fn file(form: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/times_{form}.json"))
}

fn golden(form: &str) -> Value {
    serde_json::from_slice(&std::fs::read(file(form)).unwrap()).unwrap()
}

async fn store() -> Store {
    let store = dyno_testbed::store();
    store.ensure_tables::<Visit>().await.unwrap();
    store
}

async fn put(store: &Store, form: &str) {
    let client = store.client::<Visit>().unwrap();
    for item in golden(form).as_array().unwrap() {
        let put = client.put_item().table_name("Visits");
        let put = put.set_item(Some(item_from_json(item)));
        put.send().await.unwrap();
    }
}

async fn stored(store: &Store) -> Value {
    let client = store.client::<Visit>().unwrap();
    let items = dump(&client, "Visits").await.unwrap();
    json!(items.iter().map(item_to_json).collect::<Vec<_>>())
}

#[tokio::test]
async fn times_are_stored_as_numbers() {
    let store = store().await;
    store.save(visit()).await.unwrap();
    assert_eq!(stored(&store).await, golden("v1"));
}

#[tokio::test]
async fn times_are_read_as_numbers_and_as_maps() {
    for form in ["v1", "maps"] {
        let store = store().await;
        put(&store, form).await;
        let mut loaded = store.load::<Visit>("v1").await.unwrap();
        assert_eq!(*loaded, visit(), "{form}");
        loaded.left = None;
        loaded.save().await.unwrap();
        let again = store.load::<Visit>("v1").await.unwrap();
        assert_eq!(*again, *loaded, "{form}");
        put(&store, form).await;
        assert_eq!(
            again.delete().await.unwrap_err().kind(),
            ErrorKind::Conflict
        );
        let loaded = store.load::<Visit>("v1").await.unwrap();
        loaded.delete().await.unwrap();
        assert_eq!(stored(&store).await, json!([]));
    }
}

#[tokio::test]
async fn a_save_writes_numbers_where_maps_are_stored() {
    let store = store().await;
    put(&store, "maps").await;
    let mut loaded = store.load::<Visit>("v1").await.unwrap();
    loaded.save().await.unwrap();
    assert_eq!(stored(&store).await, golden("v1"));
    assert!(loaded.save().plan().unwrap().requests().is_empty());
    let mut again = store.load::<Visit>("v1").await.unwrap();
    assert!(again.save().plan().unwrap().requests().is_empty());
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Stays", key = "ID")]
struct Stay {
    #[dyno(key)]
    id: String,
    at: Box<SystemTime>,
    days: BTreeSet<SystemTime>,
    waits: Option<HashSet<Duration>>,
    each: BTreeMap<String, Leg>,
    #[dyno(flatten)]
    leg: Leg,
    #[dyno(shard)]
    legs: Vec<Leg>,
    #[dyno(shard)]
    last: Lazy<Leg>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Legs", key = "IDX")]
struct Leg {
    from: Option<SystemTime>,
    stops: Vec<SystemTime>,
}

fn leg(seconds: u64) -> Leg {
    Leg {
        from: Some(after(seconds, 0)),
        stops: vec![after(seconds, 0), after(seconds + 1, 5)],
    }
}

/// With maps in place of the numbers, in all that is no `_dy_` attribute.
fn earlier(value: &Value, is_duration: bool) -> Value {
    let map = |text: &str| {
        let (seconds, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let nanoseconds = format!("{decimals:0<9}").trim_start_matches('0').to_owned();
        let nanoseconds = if nanoseconds.is_empty() {
            "0".to_owned()
        } else {
            nanoseconds
        };
        let (seconds, nanoseconds) = (json!({"N": seconds}), json!({"N": nanoseconds}));
        if is_duration {
            json!({"M": {"secs": seconds, "nanos": nanoseconds}})
        } else {
            json!({"M": {"secs_since_epoch": seconds, "nanos_since_epoch": nanoseconds}})
        }
    };
    let (form, inside) = value.as_object().unwrap().iter().next().unwrap();
    match form.as_str() {
        "N" => map(inside.as_str().unwrap()),
        "NS" => {
            let numbers = inside.as_array().unwrap().iter();
            json!({"L": numbers.map(|number| map(number.as_str().unwrap())).collect::<Vec<_>>()})
        }
        "L" => {
            let values = inside.as_array().unwrap().iter();
            json!({"L": values.map(|value| earlier(value, is_duration)).collect::<Vec<_>>()})
        }
        "M" => json!({"M": earlier_item(inside)}),
        _ => value.clone(),
    }
}

fn earlier_item(item: &Value) -> Value {
    let attributes = item.as_object().unwrap().iter();
    let converted = attributes.map(|(name, value)| {
        let is_own = name.starts_with("_dy_");
        let value = if is_own {
            value.clone()
        } else {
            earlier(value, name == "waits")
        };
        (name.clone(), value)
    });
    Value::Object(converted.collect())
}

/// The items of both tables, without what changes with every save.
async fn stays(store: &Store) -> Vec<(&'static str, Value)> {
    let client = store.client::<Stay>().unwrap();
    let mut all = Vec::new();
    for table in ["Stays", "Legs"] {
        for item in dump(&client, table).await.unwrap() {
            all.push((table, item_to_json(&item)));
        }
    }
    all
}

fn without_own(items: Vec<(&'static str, Value)>) -> Vec<(&'static str, Value)> {
    let own = |(table, mut item): (&'static str, Value)| {
        let attributes = item.as_object_mut().unwrap();
        attributes.retain(|name, _| !name.starts_with("_dy_") && name != "IDX");
        (table, item)
    };
    let mut items: Vec<_> = items.into_iter().map(own).collect();
    items.sort_by_key(|(table, item)| (*table, item.to_string()));
    items
}

#[tokio::test]
async fn times_anywhere_in_an_object_are_read_and_written_anew() {
    let store = dyno_testbed::store();
    store.ensure_tables::<Stay>().await.unwrap();
    let stay = Stay {
        id: "s1".into(),
        at: Box::new(after(5, 0)),
        days: BTreeSet::from([after(1, 0), after(2, 500_000_000)]),
        waits: Some(HashSet::from([Duration::new(7, 1)])),
        each: BTreeMap::from([("a".into(), leg(10)), ("b".into(), leg(20))]),
        leg: leg(30),
        legs: vec![leg(40), leg(50)],
        last: Lazy::new(leg(60)),
    };
    store.save(stay.clone()).await.unwrap();
    let written = stays(&store).await;
    let client = store.client::<Stay>().unwrap();
    for (table, item) in &written {
        let put = client.put_item().table_name(*table);
        let put = put.set_item(Some(item_from_json(&earlier_item(item))));
        put.send().await.unwrap();
    }
    assert_ne!(
        without_own(stays(&store).await),
        without_own(written.clone())
    );
    let mut loaded = store.load::<Stay>("s1").await.unwrap();
    assert_eq!(*loaded.last.get().await.unwrap(), leg(60));
    assert_eq!(loaded.days, stay.days);
    assert_eq!(loaded.waits, stay.waits);
    loaded.save().await.unwrap();
    assert_eq!(without_own(stays(&store).await), without_own(written));
    let mut again = store.load::<Stay>("s1").await.unwrap();
    assert_eq!(*again.last.get().await.unwrap(), leg(60));
    assert!(again.save().plan().unwrap().requests().is_empty());
    assert_eq!(
        (&again.each, &again.leg, &again.legs),
        (&stay.each, &stay.leg, &stay.legs)
    );
}

/// Known to serde only, with what is in it.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
struct Span {
    from: SystemTime,
    length: Duration,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Spans", key = "ID")]
struct Measured {
    #[dyno(key)]
    id: String,
    span: Span,
}

#[tokio::test]
async fn what_only_serde_knows_keeps_its_times_as_maps() {
    let store = dyno_testbed::store();
    store.ensure_tables::<Measured>().await.unwrap();
    let measured = Measured {
        id: "m1".into(),
        span: Span {
            from: after(7, 8),
            length: Duration::new(9, 1),
        },
    };
    store.save(measured.clone()).await.unwrap();
    let client = store.client::<Measured>().unwrap();
    let items = dump(&client, "Spans").await.unwrap();
    let from = json!({"M": {"secs_since_epoch": {"N": "7"}, "nanos_since_epoch": {"N": "8"}}});
    let length = json!({"M": {"secs": {"N": "9"}, "nanos": {"N": "1"}}});
    let expected = json!({"ID": {"S": "m1"}, "span": {"M": {"from": from, "length": length}}});
    assert_eq!(item_to_json(items.first().unwrap()), expected);
    assert_eq!(*store.load::<Measured>("m1").await.unwrap(), measured);
}
