//! Fields with a duty in transactions: as in the verbs alone.

use std::sync::atomic::{AtomicU64, Ordering};

use dyno::transaction::Slot;
use dyno::{DyObject, ErrorKind, Store};
use dyno_testbed::Service;
use dyno_testkit::{Fault, FaultClient, Recorder, wrap};

use crate::fixture::sent;

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Notes", key = "ID", validate = has_text)]
struct Note {
    #[dyno(key)]
    id: String,
    text: String,
    #[dyno(version)]
    version: u64,
    #[dyno(updated)]
    updated: u64,
}

fn has_text(note: &Note) -> Result<(), &'static str> {
    if note.text.is_empty() {
        Err("a note has a text")
    } else {
        Ok(())
    }
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Albums", key = "ID")]
struct Album {
    #[dyno(key)]
    id: String,
    title: String,
    #[dyno(version)]
    version: u64,
    #[dyno(created)]
    created: u64,
    #[dyno(shard)]
    cover: Cover,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Covers", key = "IDX")]
struct Cover {
    image: String,
}

/// An object that no version locks.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Tapes", key = "ID")]
struct Tape {
    #[dyno(key)]
    id: String,
    title: String,
    #[dyno(created)]
    created: u64,
    #[dyno(shard)]
    cover: Cover,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Tokens", key = "ID")]
struct Token {
    #[dyno(key)]
    id: String,
    #[dyno(ttl)]
    expires: u64,
}

fn note(id: &str, text: &str) -> Note {
    Note {
        id: id.into(),
        text: text.into(),
        version: 0,
        updated: 0,
    }
}

fn cover() -> Cover {
    Cover { image: "x".into() }
}

fn album(id: &str) -> Album {
    Album {
        id: id.into(),
        title: "Nara".into(),
        version: 0,
        created: 0,
        cover: cover(),
    }
}

fn tape() -> Tape {
    Tape {
        id: "t".into(),
        title: "Nara".into(),
        created: 0,
        cover: cover(),
    }
}

/// A store whose transactions go wrong by their number, and one on the same tables; it is the hundredth second.
async fn faulty(script: impl Fn(u64) -> Fault + Send + Sync + 'static) -> (Store, Store, Recorder) {
    let client = Service::new().inline().client();
    let at = |seconds| std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
    let sound = Store::new(client.clone()).with_clock(move || at(50));
    sound.ensure_tables::<Note>().await.unwrap();
    sound.ensure_tables::<Album>().await.unwrap();
    sound.ensure_tables::<Tape>().await.unwrap();
    sound.ensure_tables::<Token>().await.unwrap();
    let seen = AtomicU64::new(0);
    let client = wrap(&client, |http| {
        FaultClient::new(http, move |request| match request.operation() {
            "TransactWriteItems" => script(seen.fetch_add(1, Ordering::Relaxed)),
            _ => Fault::Pass,
        })
    });
    let recorder = Recorder::new();
    let hit = Store::new(client).with_clock(move || at(100));
    (hit.with_interceptor(recorder.clone()), sound, recorder)
}

fn once(fault: Fault) -> impl Fn(u64) -> Fault + Send + Sync + 'static {
    move |number| match number {
        0 => fault.clone(),
        _ => Fault::Pass,
    }
}

const PASSING: [Fault; 5] = [
    Fault::Pass,
    Fault::NotDelivered,
    Fault::AnswerLost,
    Fault::ServerErrorAfter,
    Fault::AppliedTwice,
];

#[tokio::test(start_paused = true)]
async fn every_part_counts_once_and_says_so() {
    for fault in PASSING {
        let (store, sound, _) = faulty(once(fault.clone())).await;
        sound.save(note("a", "a")).await.unwrap();
        sound.save(note("u", "a")).await.unwrap();
        sound.save(album("a")).await.unwrap();
        let mut plain = store.load::<Note>("a").await.unwrap();
        let mut managed = store.load::<Album>("a").await.unwrap();
        plain.text = "b".into();
        managed.title = "Uji".into();
        let mut slot = Slot::new(note("s", "a"));
        let update = Note::update("u").set(Note::fields().text(), "b");
        let transaction = store.transaction().save(&mut plain).save(&mut managed);
        let transaction = transaction.update(update).put_into(&mut slot);
        let (inserted, put) = transaction
            .insert(album("i"))
            .put(note("p", "a"))
            .await
            .unwrap_or_else(|error| panic!("{fault:?}: {error:?}"));
        let slot = slot.into_saved().unwrap();
        for saved in [&plain, &slot, &put] {
            let stored = sound.load::<Note>(saved.key()).await.unwrap();
            assert_eq!(*stored, **saved, "{fault:?}");
            assert_eq!(stored.updated, 100);
        }
        assert_eq!((plain.version, slot.version, put.version), (2, 1, 1));
        for saved in [&managed, &inserted] {
            let stored = sound.load::<Album>(saved.key()).await.unwrap();
            assert_eq!(*stored, **saved, "{fault:?}");
        }
        assert_eq!((managed.version, managed.created), (2, 50));
        assert_eq!((inserted.version, inserted.created), (1, 100));
        let updated = sound.load::<Note>("u").await.unwrap();
        assert_eq!((updated.version, updated.updated), (2, 100), "{fault:?}");
    }
}

#[tokio::test]
async fn one_version_that_does_not_stand_refuses_all() {
    let (store, sound, _) = faulty(|_| Fault::Pass).await;
    sound.save(note("a", "a")).await.unwrap();
    sound.save(note("b", "a")).await.unwrap();
    let mut one = store.load::<Note>("a").await.unwrap();
    let other = store.load::<Note>("b").await.unwrap().into_object();
    let update = sound.update::<Note>("b").set(Note::fields().text(), "c");
    update.await.unwrap();
    one.text = "mine".into();
    let before = one.clone();
    let transaction = store.transaction().save(&mut one).put(other);
    let error = transaction.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    let [failure] = error.failures() else {
        panic!("{error:?}")
    };
    assert_eq!((failure.part(), failure.kind()), (1, ErrorKind::Conflict));
    let standing = failure.standing::<Note>().await.unwrap().unwrap();
    assert_eq!((standing.text.as_str(), standing.version), ("c", 2));
    assert_eq!(*one, *before);
    assert_eq!(sound.load::<Note>("a").await.unwrap().version, 1);

    let mut managed = store.save(album("a")).await.unwrap();
    let stale = managed.clone().into_object();
    managed.title = "Uji".into();
    managed.save().await.unwrap();
    for refused in [stale, album("a")] {
        let error = store.transaction().put(refused).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_replaced_keeps_its_beginning_whatever_is_lost() {
    for fault in PASSING {
        let script = move |number| match number {
            1 => fault.clone(),
            _ => Fault::Pass,
        };
        let (store, sound, _) = faulty(script).await;
        sound.save(tape()).await.unwrap();
        let (put,) = store.transaction().put(tape()).await.unwrap();
        assert_eq!(put.created, 50);
        assert_eq!(*sound.load::<Tape>("t").await.unwrap(), *put);
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_deleted_meanwhile_begins_again() {
    // The second request is late, and what it would replace is gone.
    let (store, sound, _) = faulty(|number| match number {
        1 => Fault::Delayed(64),
        _ => Fault::Pass,
    })
    .await;
    sound.save(tape()).await.unwrap();
    let (put, ()) = tokio::join!(async { store.transaction().put(tape()).await }, async {
        for _ in 0..16 {
            tokio::task::yield_now().await;
        }
        sound.delete::<Tape>("t").await.unwrap();
    });
    let (put,) = put.unwrap();
    assert_eq!(put.created, 100);
    assert_eq!(*sound.load::<Tape>("t").await.unwrap(), *put);
}

#[tokio::test(start_paused = true)]
async fn a_version_that_nothing_can_have_is_no_unknown_outcome() {
    let (store, sound, _) = faulty(once(Fault::NotDelivered)).await;
    let first = sound.save(album("a")).await.unwrap().into_object();
    let (put,) = store.transaction().put(first).await.unwrap();
    assert_eq!(put.version, 2);
    assert_eq!(*sound.load::<Album>("a").await.unwrap(), *put);
}

#[tokio::test]
async fn what_is_not_accepted_is_not_sent() {
    let (store, _, recorder) = faulty(|_| Fault::Pass).await;
    let mut slot = Slot::new(note("s", "a"));
    let transaction = store.transaction().insert_into(&mut slot);
    let error = transaction.insert(note("n", "")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotValid);
    let source = std::error::Error::source(error.error()).unwrap();
    assert_eq!(source.to_string(), "a note has a text");
    assert!(sent(&recorder).is_empty());
    assert!(slot.saved().is_none());
    store.transaction().insert_into(&mut slot).await.unwrap();
    assert_eq!(slot.into_saved().unwrap().version, 1);
}

#[tokio::test]
async fn what_expired_still_stands() {
    let (store, _, _) = faulty(|_| Fault::Pass).await;
    let token = || Token {
        id: "t".into(),
        expires: 7,
    };
    store.save(token()).await.unwrap();
    assert_eq!(store.scan::<Token>().count().await.unwrap(), 0);
    let error = store.transaction().insert(token()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AlreadyExists);
}
