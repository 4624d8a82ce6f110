//! Objects of several types and tables with the same requests.

use dyno::{DyObject, ErrorKind, Lazy, Shards, Store};
use dyno_testkit::{Fault, Request};

use crate::fixture::{Half, Note, Tag, Whole, faulty, note, notes, sent, store, whole, wholes};

fn tags(count: usize) -> Vec<Tag> {
    let tag = |number| Tag {
        name: format!("tag {number}"),
    };
    (0..count).map(tag).collect()
}

fn tag_keys(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("t{number}")).collect()
}

#[tokio::test]
async fn objects_of_several_types_are_read_by_one_request() {
    let (store, recorder) = store().await;
    store.save_many(notes(3)).await.unwrap();
    store.save_many(tags(3)).keys(tag_keys(3)).await.unwrap();
    store.save_many(wholes(3)).await.unwrap();
    recorder.take();

    let parts = (
        Note::load(("ada", 1_u64)),
        Tag::load_many(["t2", "none", "t0"]),
        Whole::load("w2").optional(),
        Whole::load("none").optional(),
        Note::load(("ada", 9_u64)),
    );
    let (note_1, tags, whole_2, none, missing) = store.load_together(parts).await;
    assert_eq!(*note_1.unwrap(), note(1));
    let tags = tags.unwrap();
    let names = tags.iter().map(|tag| tag.as_ref().map(|tag| &*tag.name));
    assert_eq!(
        names.collect::<Vec<_>>(),
        [Some("tag 2"), None, Some("tag 0")]
    );
    assert_eq!(*whole_2.unwrap().unwrap(), whole("w2", 2));
    assert!(none.unwrap().is_none());
    let missing = missing.unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::NotFound);
    assert_eq!(
        missing.to_string(),
        "load `Note` with key `ada / 9`: there is no object with this key"
    );
    let requests = recorder.requests();
    assert_eq!(
        requests[0].body()["RequestItems"]
            .as_object()
            .unwrap()
            .len(),
        3
    );
    assert_eq!(sent(&recorder), ["BatchGetItem 2", "BatchGetItem 7"]);
}

#[tokio::test]
async fn what_two_parts_ask_for_is_read_once() {
    let (store, recorder) = store().await;
    store.save(note(1)).await.unwrap();
    recorder.take();
    let one = || Note::load(("ada", 1_u64));
    let (a, b) = store.load_together((one(), one())).await;
    assert_eq!(a.unwrap(), b.unwrap());
    assert_eq!(sent(&recorder), ["GetItem 1"]);
    // One that may be old is not taken for one that may not.
    let (a, b) = store.load_together((one(), one().eventual())).await;
    assert_eq!(a.unwrap(), b.unwrap());
    assert_eq!(sent(&recorder), ["GetItem 1", "GetItem 1"]);
}

#[tokio::test]
async fn a_part_may_name_another_store() {
    let (here, _) = store().await;
    let (there, recorder) = store().await;
    here.save(note(1)).await.unwrap();
    there.save(note(1)).await.unwrap();
    there
        .write_path::<Note, _>(("ada", 1_u64), Note::paths().text(), "there")
        .await
        .unwrap();
    recorder.take();
    let key = ("ada", 1_u64);
    let (a, b) = here
        .load_together((Note::load(key), Note::load(key).on(&there)))
        .await;
    assert_eq!(a.unwrap().text, "note 1");
    assert_eq!(b.unwrap().text, "there");
    assert_eq!(sent(&recorder), ["GetItem 1"]);
    let parts = (
        Note::save_many(notes(2)),
        Note::save_many(notes(2)).on(&there).unconditional(),
    );
    let (a, b) = here.write_together(parts).await;
    assert_eq!((a.unwrap().len(), b.unwrap().len()), (2, 2));
    assert_eq!(sent(&recorder), ["BatchWriteItem 2"]);
}

#[tokio::test]
async fn a_refused_part_refuses_all() {
    let (store, recorder) = store().await;
    let parts = (
        Whole::load(""),
        Note::load(("ada", 1_u64)),
        Tag::load_many(["a", "b"]),
    );
    let (whole, note, tags) = store.load_together(parts).await;
    assert_eq!(whole.unwrap_err().kind(), ErrorKind::InvalidKey);
    assert_eq!(note.unwrap_err().kind(), ErrorKind::BatchRefused);
    let tags = tags.unwrap_err();
    assert_eq!(
        (tags.kind(), tags.left().count()),
        (ErrorKind::BatchRefused, 2)
    );

    let parts = (
        Note::save_many(notes(2)),
        Note::delete_many([("ada", 1_u64), ("ada", 2)]),
    );
    let (saved, deleted) = store.write_together(parts).await;
    let saved = saved.unwrap_err();
    assert_eq!(saved.kind(), ErrorKind::BatchRefused);
    let objects = saved
        .into_left()
        .into_iter()
        .map(dyno::SaveError::into_object);
    assert_eq!(objects.collect::<Vec<_>>(), notes(2));
    let deleted = deleted.unwrap_err();
    assert_eq!(deleted.kind(), ErrorKind::InvalidKey);
    let kinds: Vec<_> = deleted.left().map(|left| left.error().kind()).collect();
    assert_eq!(kinds, [ErrorKind::InvalidKey, ErrorKind::BatchRefused]);

    let nowhere = (
        Note::load_many([("a", 1_u64); 0]).shards(Shards::None),
        Tag::load("a"),
    );
    let (none, tag) = store.load_together(nowhere).await;
    assert!(none.unwrap().is_empty());
    assert_eq!(tag.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(sent(&recorder), ["GetItem 1"]);
}

#[tokio::test]
async fn puts_and_deletes_of_several_types_share_requests() {
    let (store, recorder) = store().await;
    store.save_many(tags(20)).keys(tag_keys(20)).await.unwrap();
    recorder.take();
    let parts = (
        Note::save_many(notes(20)).unconditional(),
        Tag::delete_many(tag_keys(19)).unconditional(),
        Whole::save_many(wholes(2)).unconditional(),
        Whole::delete_many(["gone"]).unconditional(),
    );
    let (saved, deleted, wholes, gone) = store.write_together(parts).await;
    assert_eq!(saved.unwrap().len(), 20);
    deleted.unwrap();
    gone.unwrap();
    assert_eq!(wholes.unwrap().len(), 2);
    assert_eq!(
        sent(&recorder),
        [
            "BatchWriteItem 14",
            "BatchWriteItem 25",
            "TransactWriteItems 2",
            "TransactWriteItems 3",
            "TransactWriteItems 3"
        ]
    );
    assert_eq!(store.scan::<Tag>().count().await.unwrap(), 1);
    assert_eq!(store.scan::<Note>().count().await.unwrap(), 20);
}

#[tokio::test(start_paused = true)]
async fn what_is_left_of_each_part_comes_back_with_it() {
    let one_left = |request: &Request| match (request.operation(), request.actions()) {
        ("BatchWriteItem" | "BatchGetItem", 2..) => Fault::UnprocessedKeys(1),
        ("BatchWriteItem" | "BatchGetItem", _) => Fault::Throttled,
        _ => Fault::Pass,
    };
    let (store, sound, _) = faulty(one_left).await;
    let parts = (
        Note::save_many(notes(10)).unconditional(),
        Tag::save_many(tags(40)).keys(tag_keys(40)).unconditional(),
    );
    let (notes, tags) = store.write_together(parts).await;
    let notes = notes.map_or_else(|error| error.into_left().len(), |_| 0);
    let left = tags.unwrap_err().into_left();
    assert_eq!(notes + left.len(), 2);
    let stored = sound.scan::<Tag>().await.unwrap();
    assert_eq!(stored.len() + left.len(), 40);
    assert!(
        left.iter()
            .all(|left| !stored.iter().any(|stored| stored == left.object()))
    );

    let keys = (0..10).map(|number| ("ada", number));
    let parts = (Note::load_many(keys), Tag::load_many(tag_keys(40)));
    let (notes, tags) = store.load_together(parts).await;
    let left = [
        notes.map_or_else(|error| error.into_left().len(), |_| 0),
        tags.map_or_else(|error| error.into_left().len(), |_| 0),
    ];
    assert_eq!(left.iter().sum::<usize>(), 1);
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Albums", key = "ID")]
struct Album {
    name: String,
    #[dyno(shard)]
    cover: Lazy<Half>,
}

#[tokio::test]
async fn lazy_shards_are_left_out_or_not() {
    let (store, recorder) = store().await;
    store.ensure_tables::<Album>().await.unwrap();
    let albums = [1, 2].map(|number| Album {
        name: "a".into(),
        cover: Lazy::new(Half { number }),
    });
    store.save_many(albums).keys(["a", "b"]).await.unwrap();
    recorder.take();
    let load = |store: &Store| store.load_many::<Album>(["a", "b"]);
    for (shards, requests) in [
        (Shards::AsDeclared, vec!["BatchGetItem 2"]),
        (Shards::None, vec!["BatchGetItem 2"]),
        (Shards::All, vec!["BatchGetItem 2", "BatchGetItem 2"]),
    ] {
        let mut found = load(&store).shards(shards).await.unwrap();
        assert_eq!(sent(&recorder), requests);
        let second = found[1].as_mut().unwrap();
        assert_eq!(second.cover.get().await.unwrap().number, 2);
        recorder.take();
    }
    let error = store.load_many::<Whole>(["a"]).shards(Shards::None).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::InvalidShape);
    assert!(recorder.requests().is_empty());
}
