//! Documents that count their writes, as a Rust type of the same objects does.

use dyno::document::Shape;
use dyno::{DyObject, ErrorKind};
use serde_json::json;

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Notes", key = "ID")]
struct Note {
    #[dyno(key)]
    id: String,
    text: String,
    #[dyno(version)]
    version: u64,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Albums", key = "ID")]
struct Album {
    #[dyno(key)]
    id: String,
    title: String,
    #[dyno(version)]
    version: u64,
    #[dyno(shard)]
    cover: Cover,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Covers", key = "IDX")]
struct Cover {
    image: String,
}

#[tokio::test]
async fn a_document_counts_what_a_type_compares() {
    let store = dyno_testbed::store();
    store.ensure_tables::<Note>().await.unwrap();
    let documents = store.documents(Shape::root("Notes", "ID").version("version"));
    let typed = store.save(Note {
        id: "n".into(),
        text: "a".into(),
        version: 0,
    });
    let held = typed.await.unwrap().into_object();
    let mut read = documents.read("n").await.unwrap();
    read.set("$.text", "b").unwrap();
    let error = read.set("$.version", 90).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidPath);
    read.save().await.unwrap();
    assert_eq!(read.value()["version"], 2);
    let error = store.save(held).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    let loaded = store.load::<Note>("n").await.unwrap();
    assert_eq!((loaded.text.as_str(), loaded.version), ("b", 2));

    // A document that was not read is one that was not loaded.
    let new = json!({"ID": "n", "text": "c"});
    let error = documents.write(new).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    let next = documents.write(json!({"ID": "n", "text": "c", "version": 2}));
    assert_eq!(next.await.unwrap().value()["version"], 3);
    let fresh = documents.write(json!({"ID": "m", "text": "c"}));
    assert_eq!(fresh.await.unwrap().value()["version"], 1);
}

#[tokio::test]
async fn a_document_with_shards_counts_too() {
    let store = dyno_testbed::store();
    store.ensure_tables::<Album>().await.unwrap();
    let bare = Shape::root("Albums", "ID").version("version");
    let declared = bare.clone().shard("$.cover", Shape::table("Covers", "IDX"));
    for shape in [bare, declared] {
        let documents = store.documents(shape);
        store.delete::<Album>("a").await.unwrap();
        let saved = store.save(Album {
            id: "a".into(),
            title: "Nara".into(),
            version: 0,
            cover: Cover { image: "x".into() },
        });
        let held = saved.await.unwrap().into_object();
        let mut read = documents.read("a").await.unwrap();
        read.set("$.cover.image", "y").unwrap();
        read.save().await.unwrap();
        assert_eq!(read.value()["version"], 2);
        let error = store.save(held).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict);
        let loaded = store.load::<Album>("a").await.unwrap();
        assert_eq!((loaded.cover.image.as_str(), loaded.version), ("y", 2));
    }
}

#[test]
fn a_version_is_an_attribute_of_the_root() {
    let shard = || Shape::table("Covers", "IDX");
    for shape in [
        Shape::root("Notes", "ID").version("ID"),
        Shape::root("Notes", "ID").version("_dy_x"),
        Shape::root("Notes", "ID").version(""),
        Shape::root("Notes", "ID")
            .version("cover")
            .shard("$.cover", shard()),
        Shape::root("Notes", "ID").shard("$.cover", shard().version("v")),
    ] {
        let error = shape.checked().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidShape);
    }
}
