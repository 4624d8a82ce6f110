//! A store of its own for each test, a shape, and the Rust types that store the same.

use dyno::document::Shape;
use dyno::{Documents, DyObject, Store};
use dyno_testkit::Recorder;
use serde_json::{Value, json};

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Geo", key = "IDX")]
pub(crate) struct Geo {
    pub(crate) latitude: f64,
    pub(crate) longitude: f64,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Location", key = "IDX")]
pub(crate) struct Location {
    pub(crate) city: String,
    #[dyno(shard)]
    pub(crate) geo: Geo,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
pub(crate) struct Home {
    pub(crate) rooms: u32,
    #[dyno(shard)]
    pub(crate) location: Option<Location>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Person", key = "ID")]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) tags: Vec<String>,
    pub(crate) home: Home,
    #[dyno(shard)]
    pub(crate) work: Option<Location>,
}

impl Person {
    pub(crate) fn john() -> Self {
        Self {
            name: "John".into(),
            tags: vec!["a".into(), "b".into()],
            home: Home {
                rooms: 3,
                location: Some(Location::of("Osaka")),
            },
            work: None,
        }
    }
}

impl Location {
    pub(crate) fn of(city: &str) -> Self {
        Self {
            city: city.into(),
            geo: Geo {
                latitude: 34.6937,
                longitude: 135.5023,
            },
        }
    }
}

/// What the derive makes of `Person`, declared.
pub(crate) fn person() -> Shape {
    Shape::root("Person", "ID")
        .shard("$.home.location", location())
        .shard("$.work", location())
}

fn location() -> Shape {
    Shape::table("Location", "IDX").shard("$.geo", Shape::table("Geo", "IDX"))
}

pub(crate) fn john() -> Value {
    json!({
        "name": "John",
        "tags": ["a", "b"],
        "home": {
            "rooms": 3,
            "location": { "city": "Osaka", "geo": { "latitude": 34.6937, "longitude": 135.5023 } },
        },
    })
}

/// An embedded store with the tables of `Person`, that records what it sends; documents by declaration, and by what is
/// stored.
pub(crate) async fn people() -> (Store, Documents, Documents, Recorder) {
    let recorder = Recorder::new();
    let store = dyno_testbed::store().with_interceptor(recorder.clone());
    let declared = store.documents(person());
    declared.ensure_tables().await.unwrap();
    let bare = store.documents(Shape::root("Person", "ID"));
    recorder.take();
    (store, declared, bare, recorder)
}

/// Asserts which operations were sent, and to how many items of which tables nobody asks here.
#[track_caller]
pub(crate) fn assert_sent(recorder: &Recorder, expected: &[&str]) {
    let sent: Vec<_> = recorder
        .take()
        .iter()
        .map(|request| request.operation().to_owned())
        .collect();
    assert_eq!(sent, expected);
}
