//! Items that `cc_dynamodb3` wrote, read and written again.

use std::collections::{BTreeMap, BTreeSet};
use std::time::SystemTime;

use aws_sdk_dynamodb::Client;
use dyno::compat::{self, raw_map::RawMap};
use dyno::{AttributeValue, DyObject, Store};
use dyno_testbed::Service;
use uuid::Uuid;

use crate::fixture::at;

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "hash_only", key = "agency_subdomain")]
struct Everything {
    #[dyno(key)]
    agency_subdomain: String,
    external_id: String,
    #[dyno(with = compat::null_for_empty)]
    name: String,
    #[dyno(with = compat::null_for_none)]
    n: Option<i64>,
    #[dyno(with = compat::null_for_none)]
    d: Option<f64>,
    #[dyno(with = compat::bool_as_number)]
    is_enabled: Option<bool>,
    #[dyno(with = compat::bool_as_number, default = yes)]
    on_default: bool,
    #[dyno(with = compat::epoch_seconds)]
    created: Option<SystemTime>,
    #[dyno(with = compat::epoch_seconds_or_null)]
    day: Option<SystemTime>,
    id_ref: Option<Uuid>,
    lst: Option<Vec<String>>,
    #[dyno(with = compat::null_for_empty)]
    tags: BTreeSet<String>,
    #[dyno(with = compat::raw_map)]
    mp: RawMap,
}

fn yes() -> bool {
    true
}

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.into())
}

fn n(text: &str) -> AttributeValue {
    AttributeValue::N(text.into())
}

const NULL: AttributeValue = AttributeValue::Null(true);

async fn service() -> (Store, Client) {
    let service = Service::new();
    let store = Store::new(service.client());
    store.ensure_tables::<Everything>().await.unwrap();
    (store, service.client())
}

async fn put(client: &Client, item: &BTreeMap<&str, AttributeValue>) {
    let item = item
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()));
    let put = client.put_item().table_name("hash_only");
    put.set_item(Some(item.collect())).send().await.unwrap();
}

async fn stored(client: &Client) -> BTreeMap<String, AttributeValue> {
    let get = client.get_item().table_name("hash_only");
    let got = get.key("agency_subdomain", s("k")).send().await.unwrap();
    got.item.unwrap().into_iter().collect()
}

/// The item of a run of `cc_dynamodb3`.
fn written() -> BTreeMap<&'static str, AttributeValue> {
    let inner = [("c".to_owned(), s("x"))].into();
    let map = [
        ("a".to_owned(), n("1")),
        ("b".to_owned(), AttributeValue::M(inner)),
    ];
    [
        ("agency_subdomain", s("k")),
        ("external_id", s("e")),
        ("name", s("ada")),
        ("n", n("5")),
        ("d", n("1.5")),
        ("is_enabled", n("1")),
        ("on_default", n("1")),
        ("created", n("1795216793")),
        ("day", n("1577923200")),
        ("id_ref", s("7b865ef3-3ad5-454f-83e9-9a9d38f006f7")),
        ("lst", AttributeValue::L(vec![s("p"), s("q")])),
        ("tags", AttributeValue::Ss(vec!["r".into(), "s".into()])),
        ("mp", AttributeValue::M(map.into())),
    ]
    .into()
}

#[tokio::test]
async fn an_item_is_read_and_written_back_byte_for_byte() {
    let (store, client) = service().await;
    put(&client, &written()).await;
    let read = store.load::<Everything>("k").await.unwrap().into_object();
    assert_eq!(read.created, Some(at(1_795_216_793)));
    assert_eq!(read.day, Some(at(1_577_923_200)));
    assert_eq!((read.is_enabled, read.on_default), (Some(true), true));
    assert_eq!(read.mp["b"].as_m().unwrap()["c"], s("x"));
    store.delete::<Everything>("k").await.unwrap();
    store.save(read).await.unwrap();
    let stored = stored(&client).await;
    let stored: BTreeMap<_, _> = stored
        .iter()
        .map(|(name, value)| (name.as_str(), value.clone()))
        .collect();
    assert_eq!(stored, written());
}

#[tokio::test]
async fn what_is_none_is_null_or_zero() {
    let (store, client) = service().await;
    let none = Everything {
        agency_subdomain: "k".into(),
        external_id: "e".into(),
        name: String::new(),
        n: None,
        d: None,
        is_enabled: None,
        on_default: false,
        created: None,
        day: None,
        id_ref: None,
        lst: None,
        tags: BTreeSet::new(),
        mp: RawMap::new(),
    };
    store.save(none.clone()).await.unwrap();
    let found = stored(&client).await;
    for name in ["name", "n", "d", "day", "tags"] {
        assert_eq!(found[name], NULL, "{name}");
    }
    assert_eq!(
        (&found["created"], &found["on_default"]),
        (&n("0"), &n("0"))
    );
    assert_eq!(found["mp"], AttributeValue::M([].into()));
    for name in ["is_enabled", "id_ref", "lst"] {
        assert!(!found.contains_key(name), "{name}");
    }
    assert_eq!(
        store.load::<Everything>("k").await.unwrap().into_object(),
        none
    );

    let fields = Everything::fields();
    let holds = fields.n().eq(None)
        & fields.name().eq("")
        & fields.created().eq(None)
        & fields.day().eq(None);
    assert_eq!(
        store
            .scan::<Everything>()
            .filter(holds)
            .count()
            .await
            .unwrap(),
        1
    );
    let by_name = store
        .scan::<Everything>()
        .filter_str("n", NULL)
        .filter_str("on_default", false);
    assert_eq!(by_name.count().await.unwrap(), 1);
}

#[tokio::test]
async fn what_is_absent_is_none() {
    let (store, client) = service().await;
    put(
        &client,
        &[("agency_subdomain", s("k")), ("external_id", s("e"))].into(),
    )
    .await;
    let read = store.load::<Everything>("k").await.unwrap().into_object();
    assert_eq!(
        (read.name.as_str(), read.n, read.d, read.is_enabled),
        ("", None, None, None)
    );
    assert_eq!(
        (read.created, read.day, read.on_default),
        (None, None, true)
    );
    assert!(read.tags.is_empty() && read.mp.is_empty());
}

#[tokio::test]
async fn a_save_of_none_over_a_value() {
    let (store, client) = service().await;
    put(&client, &written()).await;
    let mut saved = store.load::<Everything>("k").await.unwrap();
    saved.created = None;
    saved.is_enabled = None;
    saved.n = None;
    saved.save().await.unwrap();
    let stored = stored(&client).await;
    assert_eq!((&stored["created"], &stored["n"]), (&n("0"), &NULL));
    assert!(!stored.contains_key("is_enabled"));
    assert_eq!(stored["external_id"], s("e"));
}
