//! Times and durations: as they are stored, and as they were before they were numbers.

use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dyno::{DyObject, ErrorKind, Store};
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
