//! Kinds of types: enums, recursion, optional and boxed shards, flattened parts, other serde types.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use dyno::{ConfigLoader, DyObject, ErrorKind, Item, Store, TypeTag};
use dyno_testkit::{Recorder, dump};
use serde::{Deserialize, Serialize};

async fn store_of<T: DyObject>() -> (Store, Recorder) {
    let recorder = Recorder::new();
    let store = dyno_testbed::store().with_interceptor(recorder.clone());
    store.ensure_tables::<T>().await.unwrap();
    recorder.take();
    (store, recorder)
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Node", key = "ID")]
struct Node {
    value: u32,
    #[dyno(shard)]
    next: Option<Box<Link>>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Link", key = "IDX")]
struct Link {
    value: u32,
    #[dyno(shard)]
    next: Option<Box<Self>>,
}

fn chain(length: u32) -> Node {
    let mut next = None;
    for value in (1..=length).rev() {
        next = Some(Box::new(Link { value, next }));
    }
    Node { value: 0, next }
}

#[tokio::test]
async fn a_recursive_type_grows_and_shrinks() {
    let (store, recorder) = store_of::<Node>().await;
    let mut saved = store.save(chain(12)).await.unwrap();
    recorder.take();
    assert_eq!(*store.load::<Node>(saved.key()).await.unwrap(), chain(12));
    assert_eq!(
        recorder.take().len(),
        2,
        "what lies deeper than the type shows is read after the root"
    );
    *saved = chain(3);
    saved.save().await.unwrap();
    assert_eq!(*store.load::<Node>(saved.key()).await.unwrap(), chain(3));
    let client = store.client::<Node>().unwrap();
    assert_eq!(dump(&client, "Link").await.unwrap().len(), 3);
    store.delete::<Node>(saved.key()).await.unwrap();
    assert_eq!(dump(&client, "Link").await.unwrap().len(), 0);
    assert_eq!(dump(&client, "Node").await.unwrap().len(), 0);
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Payload", key = "IDX", sort = "PART")]
struct Payload {
    bytes: Vec<u16>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Event", key = "STREAM", sort = "AT")]
enum Event {
    #[dyno(alias = "Started")]
    Opened {
        #[dyno(key)]
        stream: String,
        #[dyno(sort)]
        at: u64,
        #[dyno(shard)]
        payload: Option<Payload>,
    },
    Closed {
        #[dyno(key)]
        stream: String,
        #[dyno(sort)]
        at: u64,
        reason: String,
    },
}

#[tokio::test]
async fn an_enum_with_composite_keys_changes_its_variant() {
    let (store, _) = store_of::<Event>().await;
    let opened = Event::Opened {
        stream: "s".into(),
        at: 7,
        payload: Some(Payload {
            bytes: vec![1, 2, 3],
        }),
    };
    let mut saved = store.save(opened.clone()).await.unwrap();
    assert_eq!(saved.key().to_string(), "s / 7");
    assert_eq!(*store.load::<Event>(("s", 7u64)).await.unwrap(), opened);
    let client = store.client::<Event>().unwrap();
    let shards = dump(&client, "Payload").await.unwrap();
    assert_eq!(shards[0]["IDX"], AttributeValue::S("Event#s#7".to_owned()));
    assert_eq!(shards[0]["PART"], AttributeValue::S("payload".to_owned()));
    let closed = Event::Closed {
        stream: "s".into(),
        at: 7,
        reason: "done".into(),
    };
    *saved = closed.clone();
    saved.save().await.unwrap();
    assert_eq!(*store.load::<Event>(("s", 7u64)).await.unwrap(), closed);
    assert_eq!(dump(&client, "Payload").await.unwrap().len(), 0);
    store.delete::<Event>(("s", 7u64)).await.unwrap();
    assert_eq!(dump(&client, "Event").await.unwrap().len(), 0);
}

#[derive(DyObject, Clone, Debug, PartialEq)]
pub(crate) enum Shape {
    Circle { radius: f64 },
    Square { side: f64 },
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Drawing", key = "ID")]
pub(crate) struct Drawing {
    shape: Shape,
    more: Vec<Shape>,
}

struct Guess;

impl ConfigLoader for Guess {
    fn type_of(&self, name: &str, value: &AttributeValue) -> Option<TypeTag> {
        let circle = value.as_m().is_ok_and(|inner| inner.contains_key("radius"));
        (["shape", "more"].contains(&name) && circle).then(|| TypeTag::new("Circle"))
    }
}

#[tokio::test]
async fn the_loader_names_a_variant_that_was_stored_without_a_tag() {
    let (store, _) = store_of::<Drawing>().await;
    let client = store.client::<Drawing>().unwrap();
    let circle = Item::from([("radius".to_owned(), AttributeValue::N("2".to_owned()))]);
    client
        .put_item()
        .table_name("Drawing")
        .item("ID", AttributeValue::S("d".to_owned()))
        .item("shape", AttributeValue::M(circle.clone()))
        .item("more", AttributeValue::L(vec![AttributeValue::M(circle)]))
        .send()
        .await
        .unwrap();
    let error = store.load::<Drawing>("d").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DoesNotFit);
    assert!(error.to_string().contains("type_of"), "{error}");
    let drawing = store.load::<Drawing>("d").loader(Guess).await.unwrap();
    assert_eq!(drawing.shape, Shape::Circle { radius: 2.0 });
    assert_eq!(drawing.more, [Shape::Circle { radius: 2.0 }]);
}

#[tokio::test]
async fn an_unknown_tag_names_the_known_ones() {
    let (store, _) = store_of::<Drawing>().await;
    let drawing = Drawing {
        shape: Shape::Square { side: 1.0 },
        more: vec![Shape::Circle { radius: 0.5 }],
    };
    store.save(drawing.clone()).key("d").await.unwrap();
    assert_eq!(*store.load::<Drawing>("d").await.unwrap(), drawing);
    let client = store.client::<Drawing>().unwrap();
    let tag = Item::from([(
        "_dy_type".to_owned(),
        AttributeValue::S("Hexagon".to_owned()),
    )]);
    client
        .put_item()
        .table_name("Drawing")
        .item("ID", AttributeValue::S("d".to_owned()))
        .item("shape", AttributeValue::M(tag))
        .send()
        .await
        .unwrap();
    let error = store.load::<Drawing>("d").await.unwrap_err();
    assert!(error.to_string().contains("`Circle`, `Square`"), "{error}");
    assert_eq!(error.path().unwrap(), "shape");
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
struct Settings {
    theme: String,
    sizes: (u8, u8),
    nested: Option<Box<Self>>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
struct Audit {
    by: String,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Everything", key = "ID", rename_all = "camelCase")]
struct Everything {
    #[dyno(key)]
    id: uuid::Uuid,
    big_number: i128,
    text_set: BTreeSet<String>,
    by_name: HashMap<String, Vec<Option<u8>>>,
    settings: Settings,
    maybe_settings: Option<Settings>,
    json: serde_json::Value,
    letter: char,
    pair: [bool; 2],
    raw: AttributeValue,
    #[dyno(flatten)]
    audit: Audit,
    #[dyno(default)]
    count: u32,
    #[dyno(skip)]
    cache: Option<String>,
    #[dyno(flatten)]
    rest: BTreeMap<String, AttributeValue>,
}

#[tokio::test]
async fn every_kind_of_field_reads_back() {
    let (store, _) = store_of::<Everything>().await;
    let settings = Settings {
        theme: String::new(),
        sizes: (1, 2),
        nested: None,
    };
    let everything = Everything {
        id: uuid::Uuid::now_v7(),
        big_number: -99_999_999_999_999_999_999_999_999_999_999_999_999,
        text_set: BTreeSet::from(["é".to_owned(), "a".to_owned()]),
        by_name: HashMap::from([(String::from("odd name.[0]"), vec![Some(1), None])]),
        settings: Settings {
            nested: Some(Box::new(settings.clone())),
            ..settings
        },
        maybe_settings: None,
        json: serde_json::json!({"a": [1, null, "x", {"b": false}]}),
        letter: '日',
        pair: [true, false],
        raw: AttributeValue::Ns(vec!["1".into()]),
        audit: Audit { by: "me".into() },
        count: 3,
        cache: None,
        rest: BTreeMap::from([("other".to_owned(), AttributeValue::Bool(true))]),
    };
    let saved = store.save(everything.clone()).await.unwrap();
    assert_eq!(
        store
            .load::<Everything>(saved.key())
            .await
            .unwrap()
            .into_object(),
        everything
    );
    let client = store.client::<Everything>().unwrap();
    let item = dump(&client, "Everything").await.unwrap().remove(0);
    assert!(
        item.contains_key("bigNumber") && item.contains_key("by") && item.contains_key("other")
    );
    assert!(
        !item
            .keys()
            .any(|name| name.starts_with("_dy_") || name == "cache")
    );
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Person2", key = "ID")]
struct PersonBefore {
    name: String,
    home: Home,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Home", key = "IDX")]
struct Home {
    street: String,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Person2", key = "ID")]
struct PersonAfter {
    name: String,
    #[dyno(shard)]
    home: Home,
}

#[tokio::test]
async fn a_field_that_becomes_a_shard_moves_at_the_next_save() {
    let (store, _) = store_of::<PersonAfter>().await;
    let before = PersonBefore {
        name: "a".into(),
        home: Home { street: "s".into() },
    };
    store.save(before).key("p").await.unwrap();
    let mut after = store.load::<PersonAfter>("p").await.unwrap();
    assert_eq!(after.home.street, "s");
    after.name = "b".into();
    after.save().await.unwrap();
    let client = store.client::<PersonAfter>().unwrap();
    assert_eq!(dump(&client, "Home").await.unwrap().len(), 1);
    assert!(!dump(&client, "Person2").await.unwrap()[0].contains_key("home"));
    assert_eq!(store.load::<PersonAfter>("p").await.unwrap().name, "b");
    let error = store
        .save(PersonBefore {
            name: "x".into(),
            home: Home { street: "y".into() },
        })
        .key("p")
        .await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::TypeMismatch);
}
