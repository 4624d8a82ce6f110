//! Answers that are lost while the mapper counts: every write is counted, and none is taken for another program's.

use std::sync::atomic::{AtomicU64, Ordering};

use dyno::{DyObject, Error, ErrorKind, Store, Stored};
use dyno_embedded::Engine;
use dyno_testkit::{Fault, FaultClient, wrap};

use crate::fixture::n;

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
#[dyno(table = "Small", key = "ID")]
struct Small {
    #[dyno(key)]
    id: String,
    text: String,
    #[dyno(version)]
    version: u8,
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
    #[dyno(updated)]
    updated: u64,
    #[dyno(shard)]
    cover: Cover,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Covers", key = "IDX")]
struct Cover {
    image: String,
}

fn note(text: &str, version: u64) -> Note {
    Note {
        id: "n1".into(),
        text: text.into(),
        version,
    }
}

fn album(title: &str, version: u64) -> Album {
    Album {
        id: "a1".into(),
        title: title.into(),
        version,
        created: 0,
        updated: 0,
        cover: Cover { image: "x".into() },
    }
}

/// A store whose first write meets a fault, and one on the same tables that meets none.
async fn faulty<T: Stored + DyObject>(fault: Fault) -> (Store, Store) {
    let client = Engine::in_memory().unwrap().inline().client();
    let sound = Store::new(client.clone());
    sound.ensure_tables::<T>().await.unwrap();
    let writes = AtomicU64::new(0);
    let client = wrap(&client, |http| {
        FaultClient::new(http, move |request| {
            let is_write = !matches!(
                request.operation(),
                "GetItem" | "BatchGetItem" | "TransactGetItems"
            );
            match is_write.then(|| writes.fetch_add(1, Ordering::Relaxed)) {
                Some(0) => fault.clone(),
                _ => Fault::Pass,
            }
        })
    });
    (Store::new(client), sound)
}

const NOT_APPLIED: [Fault; 3] = [
    Fault::NotDelivered,
    Fault::ServerErrorBefore,
    Fault::Throttled,
];
const APPLIED: [Fault; 2] = [Fault::AnswerLost, Fault::ServerErrorAfter];

fn is_unknown<T, E: Into<Error>>(result: Result<T, E>) -> bool {
    result.is_err_and(|error| error.into().kind() == ErrorKind::OutcomeUnknown)
}

#[tokio::test(start_paused = true)]
async fn a_plain_write_that_was_not_applied_is_made_once() {
    for fault in NOT_APPLIED {
        let (hit, sound) = faulty::<Note>(fault.clone()).await;
        assert_eq!(
            hit.save(note("a", 0)).await.unwrap().version,
            1,
            "{fault:?}"
        );
        assert_eq!(sound.load::<Note>("n1").await.unwrap().version, 1);

        let (hit, sound) = faulty::<Note>(fault.clone()).await;
        sound.save(note("a", 0)).await.unwrap();
        let mut loaded = hit.load::<Note>("n1").await.unwrap();
        loaded.text = "b".into();
        loaded.save().await.unwrap();
        assert_eq!(
            (loaded.version, &*sound.load::<Note>("n1").await.unwrap()),
            (2, &*loaded)
        );

        let (hit, sound) = faulty::<Note>(fault.clone()).await;
        let saved = hit.save(note("a", 0)).if_absent().await.unwrap();
        assert_eq!(*sound.load::<Note>("n1").await.unwrap(), *saved);

        let (hit, sound) = faulty::<Note>(fault.clone()).await;
        sound.save(note("a", 0)).await.unwrap();
        hit.write_path("n1", Note::paths().text(), "b")
            .await
            .unwrap();
        assert_eq!(*sound.load::<Note>("n1").await.unwrap(), note("b", 2));
    }
}

#[tokio::test(start_paused = true)]
async fn a_plain_write_whose_answer_is_lost_is_not_taken_for_another() {
    for fault in APPLIED {
        let (hit, sound) = faulty::<Note>(fault.clone()).await;
        assert!(is_unknown(hit.save(note("a", 0)).await), "{fault:?}");
        assert_eq!(*sound.load::<Note>("n1").await.unwrap(), note("a", 1));

        let (hit, sound) = faulty::<Note>(fault.clone()).await;
        assert!(
            is_unknown(hit.save(note("a", 0)).if_absent().await),
            "{fault:?}"
        );
        assert_eq!(*sound.load::<Note>("n1").await.unwrap(), note("a", 1));

        let (hit, sound) = faulty::<Note>(fault.clone()).await;
        sound.save(note("a", 0)).await.unwrap();
        let mut loaded = hit.load::<Note>("n1").await.unwrap();
        loaded.text = "b".into();
        assert!(is_unknown(loaded.save().await), "{fault:?}");
        assert_eq!((loaded.text.as_str(), loaded.version), ("b", 1));
        assert_eq!(*sound.load::<Note>("n1").await.unwrap(), note("b", 2));

        // Both copies are applied and counted: nobody has loaded what stood between them.
        let (hit, sound) = faulty::<Note>(fault.clone()).await;
        sound.save(note("a", 0)).await.unwrap();
        let update = hit.update::<Note>("n1").set(Note::fields().text(), "b");
        update.await.unwrap();
        assert_eq!(*sound.load::<Note>("n1").await.unwrap(), note("b", 3));
    }
}

#[tokio::test(start_paused = true)]
async fn two_programs_that_change_the_same_are_not_both_told_that_they_saved() {
    let (hit, sound) = faulty::<Note>(Fault::NotDelivered).await;
    sound.save(note("a", 0)).await.unwrap();
    let mut mine = hit.load::<Note>("n1").await.unwrap();
    let mut theirs = sound.load::<Note>("n1").await.unwrap();
    mine.text = "b".into();
    theirs.text = "b".into();
    let (lost, saved) = tokio::join!(mine.save(), theirs.save());
    saved.unwrap();
    assert!(is_unknown(lost));
    assert_eq!(*sound.load::<Note>("n1").await.unwrap(), note("b", 2));
}

#[tokio::test(start_paused = true)]
async fn a_write_of_an_object_with_shards_is_made_and_counted_once() {
    for fault in NOT_APPLIED
        .into_iter()
        .chain(APPLIED)
        .chain([Fault::AppliedTwice])
    {
        let (hit, sound) = faulty::<Album>(fault.clone()).await;
        let saved = hit.save(album("a", 0)).await.unwrap();
        assert_eq!(
            *sound.load::<Album>("a1").await.unwrap(),
            *saved,
            "{fault:?}"
        );
        assert_eq!(saved.version, 1);

        let (hit, sound) = faulty::<Album>(fault.clone()).await;
        let first = sound.save(album("a", 0)).await.unwrap().into_object();
        let saved = hit.save(first).await.unwrap();
        assert_eq!(
            *sound.load::<Album>("a1").await.unwrap(),
            *saved,
            "{fault:?}"
        );
        assert_eq!(saved.version, 2);

        let (hit, sound) = faulty::<Album>(fault.clone()).await;
        sound.save(album("a", 0)).await.unwrap();
        let mut loaded = hit.load::<Album>("a1").await.unwrap();
        loaded.cover.image = "y".into();
        loaded.save().await.unwrap();
        assert_eq!(
            *sound.load::<Album>("a1").await.unwrap(),
            *loaded,
            "{fault:?}"
        );
        assert_eq!(loaded.version, 2);

        let (hit, sound) = faulty::<Album>(fault.clone()).await;
        sound.save(album("a", 0)).await.unwrap();
        let update = hit.update::<Album>("a1").set(Album::fields().title(), "b");
        update.await.unwrap();
        let found = sound.load::<Album>("a1").await.unwrap();
        assert_eq!((found.version, found.title.as_str()), (2, "b"), "{fault:?}");

        let (hit, sound) = faulty::<Album>(fault.clone()).await;
        sound.save(album("a", 0)).await.unwrap();
        hit.write_path("a1", Album::paths().cover().image(), "z")
            .await
            .unwrap();
        let found = sound.load::<Album>("a1").await.unwrap();
        assert_eq!(
            (found.version, found.cover.image.as_str()),
            (2, "z"),
            "{fault:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_path_written_up_to_the_last_version_is_not_said_to_be_unwritten() {
    let (hit, sound) = faulty::<Small>(Fault::AnswerLost).await;
    let client = sound.client::<Small>().unwrap();
    let put = client.put_item().table_name("Small");
    let text = |text: &str| dyno::AttributeValue::S(text.into());
    let put = put.item("ID", text("s1")).item("text", text("a"));
    put.item("version", n(254)).send().await.unwrap();
    assert!(is_unknown(
        hit.write_path("s1", Small::paths().text(), "b").await
    ));
    assert_eq!(sound.load::<Small>("s1").await.unwrap().version, 255);
}
