//! A store of its own for each test, and the object that most tests save.

use dyno::{DyObject, EncryptionKey, Rules, Store};
use dyno_testkit::Recorder;

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Details", key = "IDX")]
pub(crate) struct Details {
    pub(crate) hospital: String,
    pub(crate) born: String,
}

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
    pub(crate) visits: u64,
    #[dyno(shard)]
    pub(crate) geo: Geo,
}

/// An object with three shards, one of them inside another.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Person", key = "ID", region = "us-east-2")]
pub(crate) struct Person {
    #[dyno(encrypt)]
    pub(crate) name: String,
    pub(crate) tags: Vec<String>,
    #[dyno(shard)]
    pub(crate) location: Location,
    #[dyno(shard)]
    pub(crate) details: Option<Details>,
}

impl Person {
    pub(crate) fn john() -> Self {
        Self {
            name: "John".into(),
            tags: vec!["a".into(), "b".into()],
            location: Location {
                city: "Osaka".into(),
                visits: 0,
                geo: Geo {
                    latitude: 34.6937,
                    longitude: 135.5023,
                },
            },
            details: Some(Details {
                hospital: "Kosei Nenkin".into(),
                born: "12/2/1995".into(),
            }),
        }
    }
}

/// An object without shards: one plain item.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Note", key = "ID")]
pub(crate) struct Note {
    #[dyno(key)]
    pub(crate) id: String,
    pub(crate) text: String,
    pub(crate) stars: Option<u32>,
}

impl Note {
    pub(crate) fn new(id: &str, text: &str) -> Self {
        Self {
            id: id.into(),
            text: text.into(),
            stars: None,
        }
    }
}

pub(crate) fn rules(key: &EncryptionKey) -> Rules {
    Rules::new()
        .encrypt(["name", "details.*", "location.city"], key.clone())
        .unwrap()
}

pub(crate) fn key(id: &str) -> EncryptionKey {
    EncryptionKey::generate(id).unwrap()
}

/// An embedded store with the tables of both, that records what it sends.
pub(crate) async fn store() -> (Store, Recorder) {
    let recorder = Recorder::new();
    let store = dyno_testbed::store()
        .with_loader(rules(&key("k1")))
        .with_interceptor(recorder.clone());
    store.ensure_tables::<Person>().await.unwrap();
    store.ensure_tables::<Note>().await.unwrap();
    recorder.take();
    (store, recorder)
}
