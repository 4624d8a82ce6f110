//! Every kind of object is saved, changed, loaded again and deleted, and each plan on the way is kept.

use std::fmt::Debug;

use dyno::{DyObject, Key, Lazy};

use super::fixture::Expected::{AtLeast, Exact};
use super::fixture::{
    Album, Book, Counter, Expected, File, Note, Order, Page, Secret, Setup, SortedOrder, Thread,
    line, note, setup, sorted, text,
};

/// What there is to know of a kind of object that is not so of all.
#[derive(Clone, Copy)]
struct Kind {
    /// A reload of what was saved and never loaded.
    first_reload: Expected,
    /// A deletion of what was loaded.
    loaded_delete: Expected,
}

const KNOWN: Kind = Kind {
    first_reload: Exact,
    loaded_delete: Exact,
};

type Edit<T> = (&'static str, fn(&mut T));

async fn lifecycle<T: DyObject + Clone + Debug>(
    key: impl Into<Key>,
    kind: Kind,
    object: T,
    edits: &[Edit<T>],
) {
    let key = key.into();
    let setup = setup::<T>().await;
    for reloading in [false, true] {
        run(&setup, &key, kind, object.clone(), edits, reloading).await;
    }
}

/// With `reloading`, each change is made to what was just loaded, otherwise to what was just saved.
async fn run<T: DyObject + Clone + Debug>(
    setup: &Setup,
    key: &Key,
    kind: Kind,
    object: T,
    edits: &[Edit<T>],
    reloading: bool,
) {
    let store = &setup.store;
    let name = |what: &str| format!("{}: {what} (reloading: {reloading})", T::SHAPE.name());
    let save = store.save(object.clone()).key(key.clone()).if_absent();
    let saved = setup
        .assert_plan_is_kept(&name("insert"), Exact, save.plan(), save)
        .await;
    let delete = saved.delete();
    setup
        .assert_plan_is_kept(&name("delete"), Exact, delete.plan(), delete)
        .await;

    let save = store.save(object).key(key.clone());
    let mut saved = setup
        .assert_plan_is_kept(&name("save"), Exact, save.plan(), save)
        .await;
    let mut expected = kind.first_reload;
    for (what, edit) in edits {
        if reloading {
            let reload = saved.reload();
            setup
                .assert_plan_is_kept(&name("reload"), expected, reload.plan(), reload)
                .await;
            expected = Exact;
        }
        edit(&mut saved);
        let save = saved.save();
        assert!(!save.plan().unwrap().requests().is_empty(), "{what}");
        setup
            .assert_plan_is_kept(&name(what), Exact, save.plan(), save)
            .await;
    }
    let save = saved.save();
    assert!(save.plan().unwrap().requests().is_empty());
    setup
        .assert_plan_is_kept(&name("nothing"), Exact, save.plan(), save)
        .await;
    let reload = saved.reload();
    setup
        .assert_plan_is_kept(&name("reload"), expected, reload.plan(), reload)
        .await;

    for load in [
        store.load::<T>(key.clone()),
        store.load(key.clone()).eventual(),
    ] {
        saved = setup
            .assert_plan_is_kept(&name("load"), AtLeast, load.plan(), load)
            .await;
    }
    let copy = saved.clone().into_object();
    let delete = saved.delete();
    setup
        .assert_plan_is_kept(
            &name("delete loaded"),
            kind.loaded_delete,
            delete.plan(),
            delete,
        )
        .await;
    if kind.loaded_delete == Exact {
        store.save(copy).key(key.clone()).await.unwrap();
        setup.forget();
    }
    let delete = store.delete::<T>(key.clone());
    setup
        .assert_plan_is_kept(&name("delete by key"), AtLeast, delete.plan(), delete)
        .await;
}

#[tokio::test]
async fn a_plain_object() {
    let edits: &[Edit<Note>] = &[
        ("grow", |note| note.text = text(5000)),
        ("shrink", |note| note.text = text(1500)),
    ];
    lifecycle("k", KNOWN, note(10), edits).await;
}

#[tokio::test]
async fn an_object_with_encrypted_fields() {
    let secret = Secret {
        word: text(900),
        hint: text(10),
    };
    let edits: &[Edit<Secret>] = &[
        ("grow", |secret| secret.word = text(4000)),
        ("the other field", |secret| secret.hint = text(2000)),
        ("shrink", |secret| secret.word.clear()),
    ];
    lifecycle("k", KNOWN, secret, edits).await;
}

#[tokio::test]
async fn an_object_with_shards() {
    let file = File {
        name: "f".into(),
        content: None,
        summary: note(3000),
    };
    let edits: &[Edit<File>] = &[
        ("the root", |file| file.name = text(1100)),
        ("add a shard", |file| file.content = Some(note(100))),
        ("grow a shard", |file| file.content = Some(note(9000))),
        ("two shards", |file| {
            file.content = Some(note(2000));
            file.summary = note(5000);
        }),
        ("take a shard away", |file| file.content = None),
        ("and everything", |file| {
            file.name.clear();
            file.summary = note(1);
        }),
    ];
    lifecycle("k", KNOWN, file, edits).await;
}

#[tokio::test]
async fn a_large_shard_in_pieces() {
    let file = File {
        name: "f".into(),
        content: Some(note(1000)),
        summary: note(10),
    };
    let edits: &[Edit<File>] = &[
        ("into pieces", |file| file.content = Some(note(1_000_000))),
        ("more pieces", |file| file.content = Some(note(2_000_000))),
        ("fewer pieces", |file| file.content = Some(note(700_000))),
        ("the root", |file| file.name = text(2000)),
        ("into one item", |file| file.content = Some(note(3000))),
        ("into pieces again", |file| {
            file.content = Some(note(500_000));
        }),
    ];
    lifecycle("k", KNOWN, file, edits).await;
}

fn order() -> Order {
    Order {
        customer: "Ada".into(),
        lines: vec![line(10), line(2000), line(5000)],
    }
}

#[tokio::test]
async fn a_list() {
    let edits: &[Edit<Order>] = &[
        ("add an entry", |order| order.lines.insert(1, line(1500))),
        ("a shard of an entry", |order| {
            order.lines[2].note = Some(note(4000));
        }),
        ("reorder", |order| order.lines.reverse()),
        ("change an entry", |order| {
            order.lines[3].product = text(900);
        }),
        ("remove entries", |order| order.lines.truncate(1)),
        ("remove all", |order| order.lines.clear()),
        ("add again", |order| order.lines.push(line(7000))),
    ];
    lifecycle("k", KNOWN, order(), edits).await;
}

#[tokio::test]
async fn a_list_with_a_sort_key() {
    let order = SortedOrder {
        customer: "Ada".into(),
        lines: vec![sorted(10), sorted(2000), sorted(5000)],
    };
    let edits: &[Edit<SortedOrder>] = &[
        ("add an entry", |order| order.lines.insert(1, sorted(1500))),
        ("reorder", |order| order.lines.reverse()),
        ("remove entries", |order| order.lines.truncate(1)),
        ("remove all", |order| order.lines.clear()),
        ("add again", |order| order.lines.push(sorted(7000))),
    ];
    lifecycle("k", KNOWN, order, edits).await;
}

#[tokio::test]
async fn shards_beside_the_root() {
    let thread = Thread {
        forum: "rust".into(),
        title: "t".into(),
        head: note(3000),
        posts: vec![sorted(10), sorted(2000)],
    };
    let edits: &[Edit<Thread>] = &[
        ("add an entry", |thread| thread.posts.push(sorted(4000))),
        ("a shard", |thread| thread.head = note(100)),
        ("remove an entry", |thread| {
            thread.posts.remove(0);
        }),
    ];
    // What other objects have between the keys of the shards is not known before a load.
    let kind = Kind {
        first_reload: AtLeast,
        ..KNOWN
    };
    lifecycle(("rust", "t"), kind, thread, edits).await;
}

#[tokio::test]
async fn a_map() {
    let entry = |key: &str, bytes| (key.to_owned(), note(bytes));
    let book = Book {
        notes: [entry("a", 10), entry("b", 2000)].into(),
    };
    let edits: &[Edit<Book>] = &[
        ("add an entry", |book| {
            book.notes.insert("c".into(), note(1500));
        }),
        ("change an entry", |book| {
            book.notes.insert("a".into(), note(3000));
        }),
        ("remove an entry", |book| {
            book.notes.remove("b");
        }),
    ];
    lifecycle("k", KNOWN, book, edits).await;
}

#[tokio::test]
async fn lazy_shards() {
    let album = Album {
        title: "Nara".into(),
        cover: Lazy::new(note(3000)),
        photos: Lazy::new(vec![line(10), line(2000)]),
    };
    let edits: &[Edit<Album>] = &[
        ("the root", |album| album.title = text(3000)),
        ("and back", |album| album.title = text(30)),
    ];
    // What was not loaded is deleted without its size being known.
    let kind = Kind {
        loaded_delete: AtLeast,
        ..KNOWN
    };
    lifecycle("k", kind, album, edits).await;
}

#[tokio::test]
async fn independent_shards() {
    let counter = |bytes| Counter {
        visits: 0,
        last: Some(text(bytes)),
    };
    let page = Page {
        title: "t".into(),
        body: note(10),
        counter: counter(10),
        likes: counter(2000),
    };
    let edits: &[Edit<Page>] = &[
        ("one", |page| page.counter.visits = 1000),
        ("the other grows", |page| page.likes.last = Some(text(5000))),
        ("both", |page| {
            page.counter.last = None;
            page.likes.visits += 1;
        }),
        ("the root", |page| page.title = text(1500)),
        ("one with the root", |page| {
            page.title = text(10);
            page.likes.last = Some(text(3000));
        }),
        ("both again", |page| {
            page.counter.last = Some(text(1200));
            page.likes.last = None;
        }),
    ];
    lifecycle("k", KNOWN, page, edits).await;
}
