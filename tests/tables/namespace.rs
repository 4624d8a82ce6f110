//! Stores whose tables have a prefix.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use dyno::{DyObject, ErrorKind, Item, Namespace, Store};
use dyno_testbed::Service;
use dyno_testkit::{Fault, FaultClient, Recorder, dump, wrap};
use serde_json::Value;

use crate::fixture::{Note, User};
use crate::suite::{Person, everything, person, rules};

fn namespace(prefix: &str) -> Namespace {
    Namespace::new(prefix).unwrap()
}

/// Every name of a table in the body of a request.
fn tables_in(body: &Value, names: &mut BTreeSet<String>) {
    match body {
        Value::Object(members) => {
            for (member, value) in members {
                match (member.as_str(), value) {
                    ("TableName", Value::String(name)) => {
                        names.insert(name.clone());
                    }
                    ("RequestItems", Value::Object(tables)) => {
                        names.extend(tables.keys().cloned());
                    }
                    _ => tables_in(value, names),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| tables_in(value, names)),
        _ => {}
    }
}

/// Whether these bytes stand anywhere in an item: in names, texts, or binary values.
fn item_holds(item: &Item, bytes: &[u8]) -> bool {
    let inside = |(name, value): (&String, &AttributeValue)| {
        contains(name.as_bytes(), bytes) || holds(value, bytes)
    };
    item.iter().any(inside)
}

fn holds(value: &AttributeValue, bytes: &[u8]) -> bool {
    match value {
        AttributeValue::S(text) | AttributeValue::N(text) => contains(text.as_bytes(), bytes),
        AttributeValue::B(blob) => contains(blob.as_ref(), bytes),
        AttributeValue::Ss(texts) | AttributeValue::Ns(texts) => {
            texts.iter().any(|text| contains(text.as_bytes(), bytes))
        }
        AttributeValue::Bs(blobs) => blobs.iter().any(|blob| contains(blob.as_ref(), bytes)),
        AttributeValue::L(list) => list.iter().any(|value| holds(value, bytes)),
        AttributeValue::M(map) => item_holds(map, bytes),
        _ => false,
    }
}

fn contains(text: &[u8], bytes: &[u8]) -> bool {
    text.windows(bytes.len()).any(|part| part == bytes)
}

#[test]
fn bytes_are_found_in_binary_values() {
    let blob = |text: &str| AttributeValue::B(Blob::new(text));
    let item = |value| Item::from([("a".to_owned(), AttributeValue::L(vec![value]))]);
    assert!(item_holds(&item(blob("a dev_ b")), b"dev_"));
    assert!(!item_holds(&item(blob("a dev b")), b"dev_"));
}

#[tokio::test]
async fn two_namespaces_and_none_stand_side_by_side() {
    let engine = Service::new();
    for prefix in ["dev_", "test.", ""] {
        let recorder = Recorder::new();
        let store = Store::new(engine.client()).with_loader(rules());
        let store = match prefix {
            "" => store,
            prefix => store.with_namespace(namespace(prefix)),
        };
        let store = store.with_interceptor(recorder.clone());
        everything(&store).await;
        let requests = recorder.requests();
        for request in &requests {
            let mut names = BTreeSet::new();
            tables_in(request.body(), &mut names);
            let named_otherwise = request.operation() == "ListTagsOfResource";
            assert!(named_otherwise || !names.is_empty(), "{request}");
            assert!(
                names.iter().all(|name| name.starts_with(prefix)),
                "{request}"
            );
        }
        assert!(requests.len() > 60, "{}", requests.len());
    }
    let tables = engine.client().list_tables().send().await.unwrap();
    assert_eq!(tables.table_names().len(), 3 * 6);
}

#[tokio::test]
async fn an_object_is_restored_under_another_namespace() {
    let engine = Service::new();
    let recorder = Recorder::new();
    let all = Store::new(engine.client())
        .with_loader(rules())
        .with_interceptor(recorder.clone());
    let dev = all.clone().with_namespace(namespace("dev_"));
    let live = all.clone().with_namespace(namespace("live_"));
    for store in [&dev, &live, &all] {
        store.ensure_tables::<Person>().await.unwrap();
    }
    let saved = dev.save(person("ada@example.com")).key("a").await.unwrap();
    recorder.take();
    let client = engine.client();
    for table in ["People", "Homes", "Trips"] {
        for item in dump(&client, &format!("dev_{table}")).await.unwrap() {
            assert!(!item_holds(&item, b"dev_"), "{item:?}");
            for to in [table.to_owned(), format!("live_{table}")] {
                let put = client.put_item().table_name(to);
                put.set_item(Some(item.clone())).send().await.unwrap();
            }
        }
    }
    for store in [live, all] {
        assert_eq!(*store.load::<Person>("a").await.unwrap(), *saved);
        let found = store.find(Person::paths().email(), "ada@example.com").await;
        assert_eq!(*found.unwrap()[0], *saved);
    }
}

#[tokio::test]
async fn what_a_batch_leaves_over_is_read_later() {
    let engine = Service::new();
    let torn = wrap(&engine.client(), |http| {
        FaultClient::new(http, |request| {
            match (request.operation(), request.actions()) {
                ("BatchGetItem", 2..) => Fault::UnprocessedKeys(1),
                _ => Fault::Pass,
            }
        })
    });
    let store = Store::new(torn)
        .with_loader(crate::fixture::rules())
        .with_namespace(namespace("dev_"));
    store.ensure_tables::<User>().await.unwrap();
    let saved = store.save(User {
        email: "ada@example.com".into(),
        name: "Ada".into(),
        since: 0,
        expires: 0,
        place: crate::fixture::Place {
            city: "Nara".into(),
        },
    });
    let saved = saved.key("a").await.unwrap();
    assert_eq!(*store.load::<User>("a").await.unwrap(), *saved);
}

#[tokio::test]
async fn errors_name_tables_as_the_service_does() {
    let (store, _) = crate::fixture::store();
    let store = store.with_namespace(namespace("dev_"));
    let note = Note {
        owner: "a".into(),
        number: 1,
        text: "t".into(),
        expires: 0,
    };
    let missing = [
        store.load::<Note>(("a", 1_u64)).await.unwrap_err(),
        store.save(note).await.unwrap_err().into(),
        store.reseal::<Note>().await.unwrap_err(),
    ];
    for error in missing {
        assert_eq!(error.kind(), ErrorKind::TableMissing);
        assert_eq!(error.table(), Some("dev_Notes"));
        assert!(
            error
                .to_string()
                .contains("table `dev_Notes` does not exist"),
            "{error}"
        );
    }
    let error = store.check_tables::<Note>().await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("table `dev_Notes` does not exist"),
        "{error}"
    );
    store.ensure_tables::<Note>().await.unwrap();
    assert_eq!(store.table_name::<Note>().unwrap(), "dev_Notes");
    let error = store.delete_tables::<Note>().named(["Notes"]).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::NotConfirmed);
    let client = store.client::<Note>().unwrap();
    assert!(dump(&client, "dev_Notes").await.unwrap().is_empty());
    store
        .delete_tables::<Note>()
        .named(["dev_Notes"])
        .await
        .unwrap();
}

#[tokio::test]
async fn what_is_no_namespace_is_refused() {
    for prefix in ["", "a b", "dév_", &"x".repeat(255)] {
        let error = Namespace::new(prefix).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidShape, "{error}");
    }
    let (store, recorder) = crate::fixture::store();
    let store = store.with_namespace(namespace(&"x".repeat(251)));
    let error = store.load::<Note>(("a", 1_u64)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidShape);
    assert!(
        error.to_string().contains("a name of 256 letters"),
        "{error}"
    );
    assert!(recorder.requests().is_empty());
}

#[test]
fn the_name_of_another_namespace_is_refused() {
    let dev = namespace("dev_");
    assert_eq!(dev.logical_name("dev_Users").unwrap(), "Users");
    for other in ["Users", "live_Users", "dev_", "DEV_Users"] {
        let error = dev.logical_name(other).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TableMismatch);
        assert!(
            error.to_string().contains("is not of namespace `dev_`"),
            "{error}"
        );
    }
}
