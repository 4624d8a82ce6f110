//! Tables with a sort key, and shards that stand between the roots of their own table.

use std::sync::{Arc, Mutex};

use dyno::{Cursor, DyObject, Keyring, Rules};

use crate::file::{keys, promoted, retired, setup};

/// Everything of a thread in one partition of one table.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Threads", key = "FORUM", sort = "THREAD")]
struct Thread {
    #[dyno(key)]
    forum: String,
    #[dyno(sort, rename = "THREAD")]
    name: String,
    #[dyno(encrypt)]
    topic: String,
    #[dyno(shard(table = "Threads"))]
    head: Post,
    #[dyno(shard(table = "Threads"))]
    posts: Vec<Post>,
    #[dyno(shard(table = "Threads"), independent)]
    views: Post,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Posts", key = "IDX", sort = "AT")]
struct Post {
    text: String,
}

/// Of each thread: its own, and those of its posts.
const VALUES: u64 = 1 + 1 + POSTS + 1;
const POSTS: u64 = 45;
const THREADS: [&str; 3] = ["a", "a#Threads", "b"];

fn post(text: &str) -> Post {
    Post { text: text.into() }
}

fn thread(name: &str) -> Thread {
    Thread {
        forum: "rust".into(),
        name: name.into(),
        topic: "t".into(),
        head: post("h"),
        posts: (0..POSTS).map(|number| post(&number.to_string())).collect(),
        views: post("7"),
    }
}

fn thread_rules(keys: &Keyring) -> Rules {
    let rules = Rules::new().with_keyring(keys.clone()).unwrap();
    let patterns = ["topic", "head.text", "posts[*].text", "views.text"];
    rules.encrypt_with_primary(patterns).unwrap()
}

#[tokio::test]
async fn shards_between_roots_are_sealed_with_their_object_and_looked_at_once() {
    let (setup, keys) = (setup::<Thread>().await, keys());
    for name in THREADS {
        let save = setup.store.save(thread(name)).loader(thread_rules(&keys));
        save.await.unwrap();
    }
    let cursors = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&cursors);
    setup.recorder.take();
    let new = || thread_rules(&promoted(&keys));
    let reseal = setup.store.reseal::<Thread>().loader(new());
    let reseal = reseal.progress(move |report| {
        noted.lock().unwrap().extend(report.cursor().cloned());
    });
    let report = reseal.await.unwrap();
    assert!(report.is_complete(), "{report:?}");
    assert_eq!((report.objects(), report.passed_over()), (3, 0));
    assert_eq!(report.items_scanned(), 3 * VALUES);
    assert_eq!(report.values(), 3 * VALUES);
    let operations = setup.recorder.operations();
    let count = |name| operations.iter().filter(|one| **one == name).count();
    assert_eq!((count("Scan"), count("Query")), (2, 3), "{operations:?}");

    let audit = setup.store.audit::<Thread>().await.unwrap();
    assert!(audit.is_complete());
    assert_eq!((audit.objects(), audit.items_scanned()), (3, 3 * VALUES));
    assert_eq!((audit.count("2026"), audit.count("2027")), (0, 3 * VALUES));
    for name in THREADS {
        let load = setup.store.load::<Thread>(("rust", name));
        let loaded = load.loader(thread_rules(&retired(&keys))).await;
        assert_eq!(*loaded.unwrap(), thread(name));
    }

    // The page ended at a shard: a walk from there sees the roots behind it, and no shard as one.
    let cursor: Cursor = cursors.lock().unwrap().remove(0);
    let back = setup.store.reseal::<Thread>().loader(thread_rules(&keys));
    let rest = back.from(cursor).await.unwrap();
    assert_eq!(
        (rest.items_scanned(), rest.objects()),
        (3 * VALUES - 100, 0)
    );
    let again = setup.store.reseal::<Thread>().loader(new());
    assert_eq!(again.await.unwrap().changed(), 0);
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Entries", key = "BOOK", sort = "AT")]
struct Entry {
    #[dyno(key)]
    book: String,
    #[dyno(sort, rename = "AT")]
    at: u32,
    #[dyno(encrypt)]
    text: String,
}

#[tokio::test]
async fn roots_with_a_sort_key_are_sealed_anew() {
    let (setup, keys) = (setup::<Entry>().await, keys());
    let rules = |keys: &Keyring| {
        let rules = Rules::new().with_keyring(keys.clone()).unwrap();
        rules.encrypt_with_primary(["text"]).unwrap()
    };
    let entry = |at| Entry {
        book: "b".into(),
        at,
        text: format!("text {at}"),
    };
    for at in 0..3 {
        let save = setup.store.save(entry(at)).loader(rules(&keys));
        save.await.unwrap();
    }
    let reseal = || {
        setup
            .store
            .reseal::<Entry>()
            .loader(rules(&promoted(&keys)))
    };
    let report = reseal().await.unwrap();
    assert_eq!(report.resealed_from("2026", "2027"), 3);
    assert_eq!(reseal().await.unwrap().changed(), 0);
    for at in 0..3 {
        let load = setup.store.load::<Entry>(("b", at));
        let loaded = load.loader(rules(&retired(&keys))).await.unwrap();
        assert_eq!(*loaded, entry(at));
    }
}
