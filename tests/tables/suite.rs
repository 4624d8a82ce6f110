//! What a program does with a store, whatever its tables are called.

use std::collections::BTreeMap;

use dyno::document::Shape;
use dyno::{DyObject, EncryptionKey, IndexKey, IndexKeys, Lazy, Rules, Store};
use serde_json::json;

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "People", key = "ID", seal)]
pub(crate) struct Person {
    #[dyno(encrypt, index = "email:email:v1")]
    pub(crate) email: String,
    pub(crate) name: String,
    #[dyno(shard)]
    pub(crate) home: Home,
    #[dyno(shard)]
    pub(crate) trips: Vec<Trip>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Homes", key = "IDX")]
pub(crate) struct Home {
    #[dyno(encrypt)]
    pub(crate) street: String,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Trips", key = "IDX", sort = "AT")]
pub(crate) struct Trip {
    pub(crate) to: String,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Albums", key = "ID")]
struct Album {
    name: String,
    #[dyno(shard)]
    cover: Lazy<Home>,
    #[dyno(shard)]
    pages: BTreeMap<String, Trip>,
}

pub(crate) fn person(email: &str) -> Person {
    Person {
        email: email.into(),
        name: "Ada".into(),
        home: Home {
            street: "Sanjo".into(),
        },
        trips: vec![Trip { to: "Nara".into() }, Trip { to: "Uji".into() }],
    }
}

pub(crate) fn rules() -> Rules {
    let paths = ["email", "home.street", "cover.street"];
    Rules::new()
        .encrypt(paths, EncryptionKey::generate("k").unwrap())
        .unwrap()
        .seal_items(EncryptionKey::generate("s").unwrap())
        .unwrap()
        .index_with(IndexKeys::new(IndexKey::generate("i").unwrap()))
}

/// Every operation of a store, once at least.
pub(crate) async fn everything(store: &Store) {
    tables(store).await;
    objects(store).await;
    parts(store).await;
    documents(store).await;
    let error = store.load::<Person>("none").await.unwrap_err();
    assert_eq!(error.kind(), dyno::ErrorKind::NotFound);
}

async fn tables(store: &Store) {
    store.ensure_tables::<Person>().await.unwrap();
    store.ensure_tables::<Album>().await.unwrap();
    store.check_tables::<Person>().exact().await.unwrap();
    let migration = store.migrate_tables::<Person>();
    assert_eq!(migration.await.unwrap().steps(), []);
}

async fn objects(store: &Store) {
    let mut saved = store
        .save(person("ada@example.com"))
        .key("a")
        .await
        .unwrap();
    saved.name = "Ada L.".into();
    saved.trips.push(Trip { to: "Kobe".into() });
    saved.save().await.unwrap();
    let loaded = store.load::<Person>("a").await.unwrap();
    assert_eq!(*loaded, *saved);
    let found = store.find(Person::paths().email(), "ADA@example.com").await;
    let found = found.unwrap().pop().unwrap();
    assert_eq!(*found, *saved);
    assert!(store.save(person("x")).key("a").if_absent().await.is_err());
    let resealed = store.reseal::<Person>().await.unwrap();
    assert_eq!(resealed.items_scanned(), 1);
    store.audit::<Person>().await.unwrap();
    saved.reload().await.unwrap();
    let other = store.save(person("b@example.com")).key("b").await.unwrap();
    other.delete().await.unwrap();
}

async fn parts(store: &Store) {
    let album = Album {
        name: "2024".into(),
        cover: Lazy::new(Home {
            street: "Shijo".into(),
        }),
        pages: [("one".to_owned(), Trip { to: "Uji".into() })].into(),
    };
    store.save(album).key("m").await.unwrap();
    let to = Album::paths().name();
    store.write_path("m", to, "2025").await.unwrap();
    let name: String = store.read_path("m", Album::paths().name()).await.unwrap();
    assert_eq!(name, "2025");
    let mut album = store.load::<Album>("m").await.unwrap();
    assert_eq!(album.cover.get().await.unwrap().street, "Shijo");
    album.pages.clear();
    album.save().await.unwrap();
    store.delete::<Album>("m").await.unwrap();
}

async fn documents(store: &Store) {
    let shape = Shape::root("Papers", "ID").shard("$.body", Shape::table("Bodies", "IDX"));
    let papers = store.documents(shape);
    papers.ensure_tables().await.unwrap();
    papers
        .write(json!({"title": "t", "body": {"text": "x"}}))
        .key("p")
        .await
        .unwrap();
    let stored = store.documents(Shape::root("Papers", "ID"));
    let mut paper = stored.read("p").await.unwrap();
    assert_eq!(paper.value(), json!({"title": "t", "body": {"text": "x"}}));
    paper.set("$.title", "u").unwrap();
    paper.save().await.unwrap();
    papers.write_path("p", "$.body.text", "y").await.unwrap();
    let texts = papers.read_path("p", "$..text").await.unwrap();
    assert!(texts.iter().all(|text| text.value() == "y"));
    assert_eq!(texts.len(), 1);
    papers.delete("p").await.unwrap();
}
