//! Objects that a Rust type saved, read as documents, and the other way round.

use std::collections::{BTreeMap, BTreeSet};

use dyno::document::Shape;
use dyno::{Blob, DyObject};
use serde_json::json;

use crate::fixture::{Location, Person, john, people};

#[tokio::test]
async fn what_a_type_saved_is_a_document() {
    let (store, declared, bare, _) = people().await;
    store.save(Person::john()).await.unwrap();
    let key = store.save(Person::john()).await.unwrap().key().clone();
    for documents in [&declared, &bare] {
        assert_eq!(documents.read(key.clone()).await.unwrap().value(), john());
    }
}

#[tokio::test]
async fn what_a_document_saved_is_a_typed_object() {
    let (store, declared, bare, _) = people().await;
    declared.write(john()).key("k").await.unwrap();
    let mut loaded = store.load::<Person>("k").await.unwrap();
    assert_eq!(*loaded, Person::john());
    loaded.work = Some(Location::of("Kobe"));
    loaded.save().await.unwrap();
    let mut read = bare.read("k").await.unwrap();
    assert_eq!(read.value()["work"]["city"], "Kobe");
    read.set("$..city", "Nara").unwrap();
    read.save().await.unwrap();
    let loaded = store.load::<Person>("k").await.unwrap();
    assert_eq!(loaded.home.location, Some(Location::of("Nara")));
    assert_eq!(loaded.work, Some(Location::of("Nara")));
    store.delete::<Person>("k").await.unwrap();
    assert!(bare.read("k").optional().await.unwrap().is_none());
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Round", key = "IDX", tag = "round")]
struct Round {
    radius: u32,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Figure", key = "IDX", rename_all = "snake_case")]
enum Figure {
    Circle {
        radius: u32,
        #[dyno(shard)]
        inner: Round,
    },
    Point,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(
    table = "Drawing",
    key = "ID",
    tag = "drawing",
    rename_all = "snake_case"
)]
enum Drawing {
    Single {
        #[dyno(shard)]
        figure: Figure,
        beside: Beside,
    },
    Empty,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(rename_all = "snake_case")]
enum Beside {
    Text { text: String },
    Nothing,
}

fn drawing() -> Drawing {
    Drawing::Single {
        figure: Figure::Circle {
            radius: 2,
            inner: Round { radius: 1 },
        },
        beside: Beside::Text { text: "t".into() },
    }
}

fn declared() -> Shape {
    let figure = Shape::table("Figure", "IDX").shard("$.inner", Shape::table("Round", "IDX"));
    Shape::root("Drawing", "ID")
        .tag("drawing")
        .choice()
        .shard("$.figure", figure)
}

#[tokio::test]
async fn variants_and_tags_survive() {
    let store = dyno_testbed::store();
    store.ensure_tables::<Drawing>().await.unwrap();
    store.save(drawing()).key("k").await.unwrap();
    for documents in [
        store.documents(declared()),
        store.documents(Shape::root("Drawing", "ID")),
    ] {
        let mut read = documents.read("k").await.unwrap();
        assert_eq!(
            read.value(),
            json!({
                "_dy_type": "single",
                "figure": {
                    "_dy_type": "circle",
                    "radius": 2,
                    "inner": { "_dy_type": "round", "radius": 1 },
                },
                "beside": { "_dy_type": "text", "text": "t" },
            })
        );
        read.save().await.unwrap();
        read.set("$.figure.radius", 3).unwrap();
        read.set("$.figure.inner.radius", 2).unwrap();
        read.save().await.unwrap();
        read.set("$.beside.text", "u").unwrap();
        read.save().await.unwrap();
        let loaded = store.load::<Drawing>("k").await.unwrap();
        let Drawing::Single { figure, beside } = &*loaded else {
            panic!()
        };
        let inner = Round { radius: 2 };
        assert_eq!(*figure, Figure::Circle { radius: 3, inner });
        assert_eq!(*beside, Beside::Text { text: "u".into() });
        store.save(drawing()).key("k").await.unwrap();
    }
    let documents = store.documents(declared());
    documents
        .write_path("k", "$.figure.radius", 7)
        .await
        .unwrap();
    documents
        .write_path("k", "$.beside.text", "v")
        .await
        .unwrap();
    let loaded = store.load::<Drawing>("k").await.unwrap();
    let Drawing::Single {
        figure: Figure::Circle { radius, .. },
        ..
    } = &*loaded
    else {
        panic!()
    };
    assert_eq!(*radius, 7);
    documents.delete("k").await.unwrap();
    assert!(
        store
            .load::<Drawing>("k")
            .optional()
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn a_document_may_be_a_variant() {
    let store = dyno_testbed::store();
    store.ensure_tables::<Drawing>().await.unwrap();
    let documents = store.documents(declared());
    documents
        .write(json!({"_dy_type": "empty"}))
        .key("k")
        .await
        .unwrap();
    assert_eq!(*store.load::<Drawing>("k").await.unwrap(), Drawing::Empty);
    let value = json!({
        "_dy_type": "single",
        "figure": { "_dy_type": "point" },
        "beside": { "_dy_type": "nothing" },
    });
    documents.write(value).key("k").await.unwrap();
    let expected = Drawing::Single {
        figure: Figure::Point,
        beside: Beside::Nothing,
    };
    assert_eq!(*store.load::<Drawing>("k").await.unwrap(), expected);
    let refused = documents.write(json!({})).key("k").await.unwrap_err();
    assert!(refused.to_string().contains("_dy_type"), "{refused}");
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "All", key = "ID")]
struct All {
    #[dyno(key)]
    id: u64,
    blob: Blob,
    texts: BTreeSet<String>,
    numbers: BTreeSet<u64>,
    large: u128,
    map: BTreeMap<String, Vec<Option<f64>>>,
}

#[tokio::test]
async fn types_that_json_does_not_have_survive_it() {
    let store = dyno_testbed::store();
    store.ensure_tables::<All>().await.unwrap();
    let all = All {
        id: 7,
        blob: Blob::new([1, 2, 250]),
        texts: ["x".to_owned(), "y".to_owned()].into(),
        numbers: [u64::MAX, 0].into(),
        large: 12_345_678_901_234_567_890_123_456_789,
        map: BTreeMap::from([("m".to_owned(), vec![Some(0.1), None, Some(-2.5e-7)])]),
    };
    store.save(all.clone()).await.unwrap();
    let documents = store.documents(Shape::root("All", "ID"));
    let mut read = documents.read(7).await.unwrap();
    let mut value = read.value();
    assert_eq!(value["blob"], "AQL6");
    assert_eq!(value["large"], "12345678901234567890123456789");
    assert_eq!(value["map"], json!({"m": [0.1, null, -2.5e-7]}));
    value["texts"] = json!(["z"]);
    read.set_value(&value).unwrap();
    read.save().await.unwrap();
    let expected = All {
        texts: ["z".to_owned()].into(),
        ..all
    };
    assert_eq!(*store.load::<All>(7).await.unwrap(), expected);
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Chain", key = "ID")]
struct Chain {
    name: String,
    #[dyno(shard)]
    next: Option<Box<Link>>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Link", key = "IDX")]
struct Link {
    name: String,
    #[dyno(shard)]
    next: Option<Box<Self>>,
}

#[tokio::test]
async fn a_type_that_contains_itself() {
    let store = dyno_testbed::store();
    store.ensure_tables::<Chain>().await.unwrap();
    let link = |name: &str, next: Option<Link>| Link {
        name: name.into(),
        next: next.map(Box::new),
    };
    let next = link("b", Some(link("c", Some(link("d", None)))));
    let chain = Chain {
        name: "a".into(),
        next: Some(Box::new(next)),
    };
    store.save(chain).key("k").await.unwrap();
    let documents = store.documents(Shape::root("Chain", "ID"));
    let mut read = documents.read("k").await.unwrap();
    let value =
        json!({"name": "a", "next": {"name": "b", "next": {"name": "c", "next": {"name": "d"}}}});
    assert_eq!(read.value(), value);
    read.set("$.next.next.next.name", "x").unwrap();
    // Deeper than any stored shard: it lies in the last one until the type saves it.
    read.set("$.next.next.next.next", json!({"name": "e"}))
        .unwrap();
    read.save().await.unwrap();
    let mut loaded = store.load::<Chain>("k").await.unwrap();
    loaded.name = "y".into();
    loaded.save().await.unwrap();
    let names = documents.read_path("k", "$..name").await.unwrap();
    let mut names: Vec<_> = names.iter().map(dyno::document::Match::value).collect();
    names.sort_by_key(ToString::to_string);
    assert_eq!(names, ["b", "c", "e", "x", "y"]);
    documents.read("k").await.unwrap().delete().await.unwrap();
    let links = store.documents(Shape::root("Link", "IDX"));
    for place in ["next", "next/next", "next/next/next"] {
        let left = links
            .read(format!("Chain#k/{place}"))
            .optional()
            .await
            .unwrap();
        assert!(left.is_none(), "{place}");
    }
}
