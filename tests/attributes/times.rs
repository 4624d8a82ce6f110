//! `#[dyno(created)]` and `#[dyno(updated)]`: set by the mapper, on the clock of the store.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dyno::{DyObject, ErrorKind, Store, Stored};
use dyno_testkit::Recorder;

use crate::fixture::{item, n, s, sent, store};

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Posts", key = "ID")]
struct Post {
    #[dyno(key)]
    id: String,
    text: String,
    #[dyno(created)]
    created: Option<SystemTime>,
    #[dyno(updated)]
    updated: i64,
}

fn post(text: &str) -> Post {
    Post {
        id: "p1".into(),
        text: text.into(),
        created: None,
        updated: 0,
    }
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Albums", key = "ID")]
struct Album {
    #[dyno(key)]
    id: String,
    title: String,
    #[dyno(created, with = year)]
    since: u64,
    #[dyno(updated)]
    changed: Option<u64>,
    #[dyno(shard)]
    cover: Cover,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Covers", key = "IDX")]
struct Cover {
    image: String,
}

/// A form of the program's own.
mod year {
    use dyno::{AttributeValue, ValueError};

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        clippy::unnecessary_wraps,
        reason = "what `with` calls"
    )]
    pub(super) fn to_value(seconds: &u64) -> Result<AttributeValue, ValueError> {
        Ok(AttributeValue::S(format!("s{seconds}")))
    }

    #[expect(clippy::needless_pass_by_value, reason = "what `with` calls")]
    pub(super) fn from_value(value: AttributeValue) -> Result<u64, ValueError> {
        let text = value.as_s().map_err(|_| ValueError::custom("no text"))?;
        let seconds = text.trim_start_matches('s').parse();
        seconds.map_err(ValueError::custom)
    }
}

fn album() -> Album {
    Album {
        id: "a1".into(),
        title: "Nara".into(),
        since: 0,
        changed: None,
        cover: Cover { image: "x".into() },
    }
}

/// A store, and what sets its clock.
async fn clocked<T: Stored + DyObject>() -> (Store, Recorder, Arc<AtomicU64>) {
    let (store, recorder) = store::<T>().await;
    let clock = Arc::new(AtomicU64::new(100));
    let hand = Arc::clone(&clock);
    let now = move || UNIX_EPOCH + Duration::from_secs(hand.load(Ordering::Relaxed));
    (store.with_clock(now), recorder, clock)
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

#[tokio::test]
async fn the_first_save_sets_both_and_later_ones_the_last() {
    let (store, recorder, clock) = clocked::<Post>().await;
    let mut saved = store.save(post("a")).await.unwrap();
    assert_eq!((saved.created, saved.updated), (Some(at(100)), 100));
    assert_eq!(item::<Post>(&store).await["updated"], n(100));
    recorder.take();

    clock.store(200, Ordering::Relaxed);
    saved.save().await.unwrap();
    assert_eq!((saved.updated, sent(&recorder).len()), (100, 0));
    saved.text = "b".into();
    saved.created = None;
    saved.updated = 7;
    saved.save().await.unwrap();
    assert_eq!((saved.created, saved.updated), (Some(at(100)), 200));
    assert_eq!(sent(&recorder), ["UpdateItem"]);
    assert_eq!(*store.load::<Post>("p1").await.unwrap(), *saved);

    clock.store(300, Ordering::Relaxed);
    recorder.take();
    store
        .update::<Post>("p1")
        .set(Post::fields().text(), "c")
        .await
        .unwrap();
    assert_eq!(store.load::<Post>("p1").await.unwrap().updated, 300);
    clock.store(400, Ordering::Relaxed);
    store
        .write_path("p1", Post::paths().text(), "d")
        .await
        .unwrap();
    assert_eq!(sent(&recorder), ["UpdateItem", "GetItem", "UpdateItem"]);
    let loaded = store.load::<Post>("p1").await.unwrap();
    assert_eq!((loaded.created, loaded.updated), (Some(at(100)), 400));
    let error = store
        .update::<Post>("p1")
        .set(Post::fields().updated(), 1_i64)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidPath);
    let error = store
        .write_path("p1", Post::paths().created(), None)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidPath);
}

#[tokio::test]
async fn a_time_that_the_object_has_is_kept() {
    let (store, _, clock) = clocked::<Post>().await;
    let imported = Post {
        created: Some(at(5)),
        ..post("a")
    };
    let saved = store.save(imported).await.unwrap();
    assert_eq!((saved.created, saved.updated), (Some(at(5)), 100));
    clock.store(200, Ordering::Relaxed);
    let replaced = store.save(saved.into_object()).await.unwrap();
    assert_eq!((replaced.created, replaced.updated), (Some(at(5)), 200));
    // A plain object is put over another one, and nobody reads what stood there.
    let fresh = store.save(post("b")).await.unwrap();
    assert_eq!(fresh.created, Some(at(200)));
    let epoch = Post {
        created: Some(UNIX_EPOCH),
        ..post("c")
    };
    assert_eq!(store.save(epoch).await.unwrap().created, Some(at(200)));
}

#[tokio::test]
async fn what_replaces_an_object_with_shards_keeps_its_beginning() {
    let (store, recorder, clock) = clocked::<Album>().await;
    let first = store.save(album()).await.unwrap();
    assert_eq!((first.since, first.changed), (100, Some(100)));
    assert_eq!(item::<Album>(&store).await["since"], s("s100"));
    clock.store(200, Ordering::Relaxed);
    recorder.take();
    let mut second = store.save(album()).await.unwrap();
    assert_eq!((second.since, second.changed), (100, Some(200)));
    assert_eq!(
        sent(&recorder),
        ["TransactWriteItems", "TransactWriteItems"]
    );
    assert_eq!(*store.load::<Album>("a1").await.unwrap(), *second);

    clock.store(300, Ordering::Relaxed);
    recorder.take();
    second.save().await.unwrap();
    assert!(sent(&recorder).is_empty());
    second.cover.image = "y".into();
    second.save().await.unwrap();
    assert_eq!((second.since, second.changed), (100, Some(300)));
    assert_eq!(sent(&recorder), ["TransactWriteItems"]);
    clock.store(400, Ordering::Relaxed);
    store
        .write_path("a1", Album::paths().cover().image(), "z")
        .await
        .unwrap();
    let loaded = store.load::<Album>("a1").await.unwrap();
    assert_eq!((loaded.since, loaded.changed), (100, Some(400)));
    let given = Album {
        since: 7,
        ..album()
    };
    assert_eq!(store.save(given).await.unwrap().since, 7);
    store.delete::<Album>("a1").await.unwrap();
    assert_eq!(store.save(album()).if_absent().await.unwrap().since, 400);
}

#[tokio::test]
async fn a_beginning_that_the_field_cannot_hold_is_not_kept() {
    let strange = [
        n(7),
        s(""),
        s("2019-01-01"),
        dyno::AttributeValue::Null(true),
        s("s0"),
    ];
    for stands in strange {
        let (store, _, _) = clocked::<Album>().await;
        store.save(album()).await.unwrap();
        let client = store.client::<Album>().unwrap();
        let update = client.update_item().table_name("Albums").key("ID", s("a1"));
        let update = update.update_expression("SET since = :s");
        let update = update.expression_attribute_values(":s", stands.clone());
        update.send().await.unwrap();
        let saved = store.save(album()).await.unwrap();
        assert_eq!(saved.since, 100, "{stands:?}");
        assert_eq!(*store.load::<Album>("a1").await.unwrap(), *saved);
    }
}

#[tokio::test]
async fn batches_set_times() {
    let (store, recorder, clock) = clocked::<Post>().await;
    let posts = || {
        ["p1", "p2"].map(|id| Post {
            id: id.into(),
            ..post("a")
        })
    };
    let saved = store.save_many(posts()).unconditional().await.unwrap();
    assert!(
        saved
            .iter()
            .all(|post| post.created == Some(at(100)) && post.updated == 100)
    );
    assert_eq!(sent(&recorder), ["BatchWriteItem"]);
    clock.store(200, Ordering::Relaxed);
    let mut saved = store.save_many(posts()).await.unwrap();
    // What is put over another plain object without a time begins now.
    assert!(
        saved
            .iter()
            .all(|post| post.created == Some(at(200)) && post.updated == 200)
    );
    saved[0].save().await.unwrap();
    assert_eq!(sent(&recorder), ["PutItem", "PutItem"]);
}

#[tokio::test]
async fn an_object_of_before_the_field_has_no_beginning() {
    let (store, _, _) = clocked::<Post>().await;
    let client = store.client::<Post>().unwrap();
    let put = client.put_item().table_name("Posts").item("ID", s("p1"));
    put.item("text", s("a"))
        .item("updated", n(1))
        .send()
        .await
        .unwrap();
    let mut loaded = store.load::<Post>("p1").await.unwrap();
    loaded.text = "b".into();
    loaded.save().await.unwrap();
    assert_eq!((loaded.created, loaded.updated), (None, 100));
    // It was never seen, so the program does not make one up.
    loaded.text = "c".into();
    loaded.created = Some(at(7));
    loaded.save().await.unwrap();
    assert!(!item::<Post>(&store).await.contains_key("created"));
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Drafts", key = "ID")]
struct Draft<T: dyno::Attribute + dyno::Moment> {
    text: String,
    #[dyno(updated)]
    updated: T,
}

#[tokio::test]
async fn a_parameter_may_say_when() {
    let (store, _, clock) = clocked::<Draft<u32>>().await;
    let draft = Draft {
        text: "a".into(),
        updated: 0_u32,
    };
    assert_eq!(store.save(draft.clone()).await.unwrap().updated, 100);
    clock.store(1 << 33, Ordering::Relaxed);
    let error = store.save(draft).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.error().path().unwrap().to_string()),
        (ErrorKind::InvalidValue, "updated".into())
    );
}
