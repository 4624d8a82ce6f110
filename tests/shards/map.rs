use std::collections::BTreeMap;

use dyno::DyObject as _;

use super::fixture::{Book, Note, note, setup};

fn notes<const N: usize>(texts: [&str; N]) -> BTreeMap<String, Note> {
    texts.map(|text| (text.to_owned(), note(text))).into()
}

#[tokio::test]
async fn a_map_comes_back_with_odd_keys() {
    let setup = setup::<Book>().await;
    let book = Book {
        notes: notes(["", "a/b", "~", "#1", "%2F", "ä", "_dy_type", "a.b[0]"]),
        more: Some(BTreeMap::new()),
    };
    let saved = setup.saved(book).await;
    let mut loaded = setup.store.load::<Book>("k").await.unwrap();
    assert_eq!(*loaded, *saved);
    loaded.more = None;
    loaded.save().await.unwrap();
    let loaded = setup.store.load::<Book>("k").await.unwrap();
    assert_eq!(loaded.more, None);
}

#[tokio::test]
async fn paths_go_into_entries_in_one_request() {
    let setup = setup::<Book>().await;
    let book = Book {
        notes: notes(["a/b", "c"]),
        more: None,
    };
    setup.saved(book).await;
    let text = Book::paths().notes().key("a/b").text();
    let read: String = setup.store.read_path("k", &text).await.unwrap();
    assert_eq!(
        (read.as_str(), setup.sent()),
        ("a/b", vec!["BatchGetItem".to_owned()])
    );
    setup.store.write_path("k", &text, "new").await.unwrap();
    assert_eq!(setup.sent(), ["TransactWriteItems"]);
    let loaded = setup.store.load::<Book>("k").await.unwrap();
    assert_eq!(loaded.notes["a/b"].text, "new");
    setup.recorder.take();
    setup
        .store
        .write_path("k", Book::paths().notes(), notes(["c", "d"]))
        .await
        .unwrap();
    let loaded = setup.store.load::<Book>("k").await.unwrap();
    assert_eq!(loaded.notes, notes(["c", "d"]));
    assert_eq!(setup.dump("Notes").await.len(), 2);
}

#[tokio::test]
async fn an_entry_that_changes_is_written_alone() {
    let setup = setup::<Book>().await;
    let book = Book {
        notes: notes(["a", "b", "c"]),
        more: None,
    };
    let mut saved = setup.saved(book).await;
    saved.notes.insert("d".into(), note("d"));
    saved.notes.remove("a");
    saved.save().await.unwrap();
    let requests = setup.recorder.take();
    assert_eq!(requests.len(), 1);
    assert_eq!(
        requests[0].body()["TransactItems"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
    let loaded = setup.store.load::<Book>("k").await.unwrap();
    assert_eq!(*loaded, *saved);
}
