//! What an index holds of an object says neither whether it is still there nor whether it lives.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dyno::{Cursor, DyObject, Page, Result, Store};
use dyno_testkit::Recorder;

use crate::fixture::store;

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Sessions", key = "ID", tag = "Session")]
#[dyno(index(name = "by_kind", keys_only))]
struct Session {
    #[dyno(key)]
    id: String,
    #[dyno(index(name = "by_kind", key))]
    kind: String,
    #[dyno(index(name = "by_kind", sort))]
    number: u32,
    #[dyno(ttl)]
    expires: Option<u64>,
}

/// Of another type, in the same table and index.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Sessions", key = "ID", tag = "Token")]
struct Token {
    #[dyno(key)]
    id: String,
    kind: String,
    number: u32,
    #[dyno(shard)]
    notes: Notes,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Notes", key = "ID")]
struct Notes {
    text: String,
}

fn session(number: u32, expires: Option<u64>) -> Session {
    Session {
        id: format!("s{number}"),
        kind: "web".into(),
        number,
        expires,
    }
}

fn numbers(page: &Page<Session>) -> Vec<u32> {
    page.objects()
        .iter()
        .map(|session| session.number)
        .collect()
}

/// So many places in the index, of which these are those of objects that live.
async fn sessions(all: u32, living: &[u32]) -> (Store, Recorder) {
    let (store, recorder) = store().await;
    store.ensure_tables::<Session>().await.unwrap();
    store.ensure_tables::<Token>().await.unwrap();
    for number in 0..all {
        if living.contains(&number) {
            store.save(session(number, None)).await.unwrap();
        } else if number % 2 == 0 {
            store.save(session(number, Some(10))).await.unwrap();
        } else {
            let token = Token {
                id: format!("t{number}"),
                kind: "web".into(),
                number,
                notes: Notes {
                    text: "x".repeat(100),
                },
            };
            store.save(token).await.unwrap();
        }
    }
    let now = UNIX_EPOCH + Duration::from_secs(100);
    recorder.take();
    (at(&store, now), recorder)
}

fn at(store: &Store, now: SystemTime) -> Store {
    store.clone().with_clock(move || now)
}

#[tokio::test]
async fn a_page_with_nothing_behind_it_leads_nowhere() {
    let (store, _) = store().await;
    store.ensure_tables::<Session>().await.unwrap();
    store.save(session(0, None)).await.unwrap();
    store.save(session(1, Some(10))).await.unwrap();
    let store = at(&store, UNIX_EPOCH + Duration::from_secs(100));
    let index = Session::indexes().by_kind().hydrated();
    let query = store.query::<Session>().index(index).key("web");
    let page = query.page(1).await.unwrap();
    assert_eq!(numbers(&page), [0]);
    assert!(page.cursor().is_none());
}

#[tokio::test]
async fn the_pages_are_those_of_the_objects_that_live() {
    let every: Vec<u32> = (0..12).collect();
    for living in [&[0][..], &[11], &[0, 1], &[0, 5, 6, 11], &[3, 7], &every] {
        let (store, recorder) = sessions(12, living).await;
        for most in 1..=5 {
            for limit in [None, Some(1), Some(4)] {
                let query = || {
                    let index = Session::indexes().by_kind().hydrated();
                    let query = store.query::<Session>().index(index).key("web");
                    match limit {
                        Some(limit) => query.limit(limit),
                        None => query,
                    }
                };
                let pages = pages!(recorder, most, query());
                let found: Vec<_> = pages.iter().map(|(page, _)| numbers(page)).collect();
                let expected: Vec<_> = living.chunks(most).map(<[u32]>::to_vec).collect();
                assert_eq!(found, expected, "{most} {limit:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_look_behind_a_page_reads_several_objects_at_once() {
    let (store, recorder) = sessions(60, &[0]).await;
    let index = Session::indexes().by_kind().hydrated();
    let query = store.query::<Session>().index(index).key("web");
    let page = query.limit(100).page(1).await.unwrap();
    assert!(page.cursor().is_none());
    let sent = recorder.take();
    assert!(sent.len() < 10, "{}", sent.len());
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Albums", key = "ID")]
#[dyno(index(name = "by_owner", keys_only))]
struct Album {
    #[dyno(key)]
    id: String,
    #[dyno(index(name = "by_owner", key))]
    owner: String,
    #[dyno(shard)]
    notes: Vec<Notes>,
}

#[tokio::test]
async fn objects_with_shards_fill_pages_too() {
    let (store, recorder) = store().await;
    store.ensure_tables::<Album>().await.unwrap();
    for number in 0..5 {
        let notes = vec![Notes { text: "x".into() }; number];
        let (id, owner) = (format!("a{number}"), "ada".to_owned());
        store.save(Album { id, owner, notes }).await.unwrap();
    }
    for most in 1..=6 {
        let query = || {
            let index = Album::indexes().by_owner().hydrated();
            store.query::<Album>().index(index).key("ada")
        };
        let pages = pages!(recorder, most, query());
        let sizes: Vec<_> = pages.iter().map(|(page, _)| page.objects().len()).collect();
        assert_eq!(sizes.iter().sum::<usize>(), 5);
        assert_eq!(sizes.len(), 5_usize.div_ceil(most), "{sizes:?}");
        let notes =
            |page: &Page<Album>| page.objects().iter().map(|a| a.notes.len()).sum::<usize>();
        assert_eq!(pages.iter().map(|(page, _)| notes(page)).sum::<usize>(), 10);
    }
}
