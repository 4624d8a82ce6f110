//! `#[dyno(version)]`: counted up with every write, and compared where an object is replaced.

use dyno::{DyObject, ErrorKind};
use proptest::prelude::*;

use crate::fixture::{item, n, s, sent, store};

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Notes", key = "ID")]
struct Note {
    #[dyno(key)]
    id: String,
    text: String,
    #[dyno(version)]
    version: u64,
}

fn note(text: &str) -> Note {
    Note {
        id: "n1".into(),
        text: text.into(),
        version: 0,
    }
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Albums", key = "ID")]
struct Album {
    #[dyno(key)]
    id: String,
    title: String,
    #[dyno(version, rename = "rev")]
    version: Option<u32>,
    #[dyno(shard)]
    cover: Cover,
    #[dyno(shard, independent)]
    plays: Plays,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Covers", key = "IDX")]
struct Cover {
    image: String,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Plays", key = "IDX")]
struct Plays {
    count: u64,
}

fn album() -> Album {
    Album {
        id: "a1".into(),
        title: "Nara".into(),
        version: None,
        cover: Cover { image: "x".into() },
        plays: Plays { count: 0 },
    }
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Small", key = "ID")]
struct Small {
    #[dyno(key)]
    id: String,
    count: u32,
    #[dyno(version)]
    version: u8,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Shapes", key = "ID")]
enum Figure {
    Circle {
        #[dyno(key)]
        id: String,
        radius: u32,
        #[dyno(version)]
        version: u64,
    },
    Point {
        #[dyno(key)]
        id: String,
        #[dyno(version)]
        version: u64,
    },
}

#[tokio::test]
async fn every_save_counts_and_the_object_says_so() {
    let (store, recorder) = store::<Note>().await;
    let mut saved = store.save(note("a")).await.unwrap();
    assert_eq!(saved.version, 1);
    assert_eq!(item::<Note>(&store).await["version"], n(1));
    recorder.take();
    saved.text = "b".into();
    saved.save().await.unwrap();
    assert_eq!(saved.version, 2);
    assert_eq!(sent(&recorder), ["UpdateItem"]);
    saved.save().await.unwrap();
    assert_eq!(saved.version, 2);
    assert_eq!(sent(&recorder), [""; 0]);
    let loaded = store.load::<Note>("n1").await.unwrap();
    assert_eq!(*loaded, *saved);
}

#[tokio::test]
async fn what_the_program_sets_is_put_right() {
    let (store, recorder) = store::<Note>().await;
    let mut saved = store.save(note("a")).await.unwrap();
    recorder.take();
    saved.version = 90;
    saved.save().await.unwrap();
    assert_eq!((saved.version, sent(&recorder).len()), (1, 0));
    saved.version = 90;
    saved.text = "b".into();
    saved.save().await.unwrap();
    assert_eq!(saved.version, 2);
    assert_eq!(item::<Note>(&store).await["version"], n(2));
}

#[tokio::test]
async fn changes_of_different_attributes_meet_in_the_version() {
    let (store, _) = store::<Note>().await;
    store.save(note("a")).await.unwrap();
    let mut one = store.load::<Note>("n1").await.unwrap();
    let mut two = store.load::<Note>("n1").await.unwrap();
    one.text = "one".into();
    one.save().await.unwrap();
    two.text = "two".into();
    let error = two.save().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert_eq!((two.text.as_str(), two.version), ("two", 1));
    two.reload().await.unwrap();
    assert_eq!(two.version, 2);
}

#[tokio::test]
async fn an_object_without_baseline_replaces_only_its_own_version() {
    let (store, recorder) = store::<Note>().await;
    let first = store.save(note("a")).await.unwrap().into_object();
    recorder.take();
    let second = store
        .save(Note {
            text: "b".into(),
            ..first.clone()
        })
        .await
        .unwrap();
    assert_eq!(
        (second.version, sent(&recorder)),
        (2, vec!["PutItem".to_owned()])
    );

    let error = store
        .save(Note {
            text: "c".into(),
            ..first.clone()
        })
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert_eq!(
        (error.object().text.as_str(), error.object().version),
        ("c", 1)
    );
    let error = store.save(note("new")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(error.to_string().contains("was saved before"), "{error}");

    store.delete::<Note>("n1").await.unwrap();
    let error = store.save(first.clone()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(error.to_string().contains("deleted"), "{error}");
    let again = store.save(first).if_absent().await.unwrap();
    assert_eq!(again.version, 2);
}

#[tokio::test]
async fn a_condition_of_the_program_is_told_from_the_version() {
    let (store, _) = store::<Note>().await;
    let mut saved = store.save(note("a")).await.unwrap();
    let text = Note::fields().text();
    let object = saved.clone().into_object();
    let error = store
        .save(object.clone())
        .when(text.eq("z"))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConditionFailed);
    let stale = Note {
        version: 7,
        ..object
    };
    let error = store.save(stale).when(text.eq("a")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    saved.text = "b".into();
    saved.save().when(text.eq("a")).await.unwrap();
    assert_eq!(saved.version, 2);
}

#[tokio::test]
async fn updates_and_paths_count_too() {
    let (store, recorder) = store::<Note>().await;
    store.save(note("a")).await.unwrap();
    recorder.take();
    store
        .update::<Note>("n1")
        .set(Note::fields().text(), "b")
        .await
        .unwrap();
    assert_eq!(sent(&recorder), ["UpdateItem"]);
    assert_eq!(store.load::<Note>("n1").await.unwrap().version, 2);
    let new = store
        .update::<Note>("n1")
        .set(Note::fields().text(), "c")
        .returning_new()
        .await
        .unwrap();
    assert_eq!(new.version, 3);
    recorder.take();
    store
        .write_path("n1", Note::paths().text(), "d")
        .await
        .unwrap();
    assert_eq!(sent(&recorder), ["UpdateItem"]);
    let loaded = store.load::<Note>("n1").await.unwrap();
    assert_eq!((loaded.text.as_str(), loaded.version), ("d", 4));
}

#[tokio::test]
async fn the_version_is_not_written_by_itself() {
    let (store, recorder) = store::<Note>().await;
    store.save(note("a")).await.unwrap();
    recorder.take();
    let update = store.update::<Note>("n1").add(Note::fields().version(), 1);
    let error = update.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidPath);
    assert!(
        error.to_string().contains("counted up with every write"),
        "{error}"
    );
    let error = store
        .write_path("n1", Note::paths().version(), 9u64)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidPath);
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn an_object_with_shards_counts_in_its_root() {
    let (store, recorder) = store::<Album>().await;
    let mut saved = store.save(album()).await.unwrap();
    assert_eq!(saved.version, Some(1));
    assert_eq!(sent(&recorder), ["TransactWriteItems"]);
    saved.cover.image = "y".into();
    saved.save().await.unwrap();
    assert_eq!(
        (saved.version, sent(&recorder)),
        (Some(2), vec!["TransactWriteItems".to_owned()])
    );
    saved.title = "Kyoto".into();
    saved.save().await.unwrap();
    assert_eq!(
        (saved.version, sent(&recorder)),
        (Some(3), vec!["PutItem".to_owned()])
    );
    // A shard with a version of its own is not part of the object's.
    saved.plays.count = 1;
    saved.save().await.unwrap();
    assert_eq!(
        (saved.version, sent(&recorder)),
        (Some(3), vec!["UpdateItem".to_owned()])
    );
    store
        .write_path("a1", Album::paths().cover().image(), "z")
        .await
        .unwrap();
    assert_eq!(sent(&recorder), ["TransactWriteItems"]);
    store
        .write_path("a1", Album::paths().title(), "Osaka")
        .await
        .unwrap();
    assert_eq!(sent(&recorder), ["UpdateItem"]);
    store
        .write_path("a1", Album::paths().plays().count(), 2u64)
        .await
        .unwrap();
    assert_eq!(sent(&recorder), ["UpdateItem"]);
    store
        .update::<Album>("a1")
        .set(Album::fields().title(), "Uji")
        .await
        .unwrap();
    assert_eq!(sent(&recorder), ["UpdateItem"]);
    let loaded = store.load::<Album>("a1").await.unwrap();
    assert_eq!(
        (loaded.version, loaded.title.as_str(), loaded.plays.count),
        (Some(6), "Uji", 2)
    );
    // The etag is the lock.
    saved.title = "late".into();
    assert_eq!(saved.save().await.unwrap_err().kind(), ErrorKind::Conflict);
}

#[tokio::test]
async fn an_object_with_shards_is_replaced_over_its_version_only() {
    let (store, recorder) = store::<Album>().await;
    let first = store.save(album()).await.unwrap().into_object();
    recorder.take();
    let second = store.save(first.clone()).await.unwrap();
    assert_eq!((second.version, sent(&recorder).len()), (Some(2), 2));
    let error = store.save(first.clone()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert_eq!(sent(&recorder).len(), 1);
    assert_eq!(
        store.save(album()).await.unwrap_err().kind(),
        ErrorKind::Conflict
    );
    store.delete::<Album>("a1").await.unwrap();
    assert_eq!(
        store.save(first).await.unwrap_err().kind(),
        ErrorKind::Conflict
    );
    assert_eq!(store.save(album()).await.unwrap().version, Some(1));
}

#[tokio::test]
async fn an_item_of_another_program_keeps_its_count() {
    let (store, _) = store::<Note>().await;
    let client = store.client::<Note>().unwrap();
    let put = client.put_item().table_name("Notes").item("ID", s("n1"));
    put.item("text", s("a"))
        .item("version", n("41.0"))
        .item("colour", s("red"))
        .send()
        .await
        .unwrap();
    let mut loaded = store.load::<Note>("n1").await.unwrap();
    loaded.text = "b".into();
    loaded.save().await.unwrap();
    let item = item::<Note>(&store).await;
    assert_eq!((&item["version"], &item["colour"]), (&n(42), &s("red")));
    // As the other program would write now.
    let update = client.update_item().table_name("Notes").key("ID", s("n1"));
    update
        .update_expression("SET version = :n")
        .condition_expression("version = :o")
        .expression_attribute_values(":n", n(43))
        .expression_attribute_values(":o", n(42))
        .send()
        .await
        .unwrap();
    loaded.text = "c".into();
    assert_eq!(loaded.save().await.unwrap_err().kind(), ErrorKind::Conflict);
}

#[tokio::test]
async fn the_largest_version_is_the_last() {
    let (store, recorder) = store::<Small>().await;
    let small = Small {
        id: "s1".into(),
        count: 0,
        version: 254,
    };
    let mut saved = store.save(small).if_absent().await.unwrap();
    assert_eq!(saved.version, 255);
    recorder.take();
    // Nothing is written, so nothing is counted.
    saved.save().await.unwrap();
    assert!(recorder.take().is_empty());
    saved.count = 1;
    let error = saved.save().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidValue);
    assert_eq!(error.path().unwrap().to_string(), "version");
    assert!(recorder.take().is_empty());
    let error = store
        .update::<Small>("s1")
        .set(Small::fields().count(), 1u32)
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.path().unwrap().to_string()),
        (ErrorKind::InvalidValue, "version".into())
    );
    let error = store
        .write_path("s1", Small::paths().count(), 1u32)
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.path().unwrap().to_string()),
        (ErrorKind::InvalidValue, "version".into())
    );
}

#[tokio::test]
async fn batches_keep_versions_or_are_refused() {
    let (store, recorder) = store::<Note>().await;
    let notes = ["n1", "n2"].map(|id| Note {
        id: id.into(),
        ..note("a")
    });
    let saved = store.save_many(notes.clone()).await.unwrap();
    assert!(saved.iter().all(|note| note.version == 1));
    recorder.take();
    let error = store
        .save_many(notes.clone())
        .unconditional()
        .await
        .unwrap_err();
    let left: Vec<_> = error.left().map(dyno::SaveError::kind).collect();
    assert_eq!(left, [ErrorKind::InvalidShape; 2]);
    assert!(recorder.take().is_empty());
    let error = store.save_many(notes).await.unwrap_err();
    let left: Vec<_> = error.left().map(dyno::SaveError::kind).collect();
    assert_eq!(left, [ErrorKind::Conflict; 2]);
    for id in ["n1", "n2"] {
        let loaded = store.load::<Note>(id).await.unwrap();
        assert_eq!((loaded.text.as_str(), loaded.version), ("a", 1));
    }
}

#[tokio::test]
async fn variants_share_their_version() {
    let (store, _) = store::<Figure>().await;
    let circle = Figure::Circle {
        id: "f1".into(),
        radius: 1,
        version: 0,
    };
    let mut saved = store.save(circle).await.unwrap();
    let version = |figure: &Figure| match figure {
        Figure::Circle { version, .. } | Figure::Point { version, .. } => *version,
    };
    let point = |version| Figure::Point {
        id: "f1".into(),
        version,
    };
    assert_eq!(version(&saved), 1);
    *saved = Figure::Circle {
        id: "f1".into(),
        radius: 2,
        version: 9,
    };
    saved.save().await.unwrap();
    assert_eq!(version(&saved), 2);
    // Another variant is another value of the same object.
    let error = store.save(point(0)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    *saved = point(0);
    saved.save().await.unwrap();
    assert_eq!(version(&saved), 3);
    assert_eq!(version(&store.save(point(3)).await.unwrap()), 4);
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Counts", key = "ID")]
struct Count {
    #[dyno(key)]
    id: String,
    text: String,
    #[dyno(version)]
    version: Option<i64>,
}

fn count(version: Option<i64>) -> Count {
    Count {
        id: "c1".into(),
        text: "a".into(),
        version,
    }
}

/// An item of another program with this version.
async fn put_count(store: &dyno::Store, version: dyno::AttributeValue) {
    let client = store.client::<Count>().unwrap();
    let put = client.put_item().table_name("Counts").item("ID", s("c1"));
    let put = put.item("text", s("a")).item("version", version);
    put.send().await.unwrap();
}

#[tokio::test]
async fn a_null_is_no_version() {
    let (store, _) = store::<Count>().await;
    put_count(&store, dyno::AttributeValue::Null(true)).await;
    let loaded = store.load::<Count>("c1").await.unwrap();
    let saved = store.save(loaded.into_object()).await.unwrap();
    assert_eq!(saved.version, Some(1));
    assert_eq!(
        store.save(count(None)).await.unwrap_err().kind(),
        ErrorKind::Conflict
    );
}

#[tokio::test]
async fn a_stored_zero_is_a_version_of_another_program() {
    let (store, _) = store::<Count>().await;
    put_count(&store, n(0)).await;
    let error = store.save(count(Some(0))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(
        error.to_string().contains("save what was loaded"),
        "{error}"
    );
    let mut loaded = store.load::<Count>("c1").await.unwrap();
    loaded.text = "b".into();
    loaded.save().await.unwrap();
    assert_eq!(loaded.version, Some(1));
}

#[tokio::test]
async fn a_version_below_zero_is_refused() {
    let (store, recorder) = store::<Count>().await;
    let error = store.save(count(Some(-1))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidValue);
    assert_eq!(error.error().path().unwrap().to_string(), "version");
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn a_version_is_not_set_where_none_was_loaded() {
    let (store, _) = store::<Count>().await;
    let client = store.client::<Count>().unwrap();
    let put = client.put_item().table_name("Counts").item("ID", s("c1"));
    put.item("text", s("a")).send().await.unwrap();
    let mut loaded = store.load::<Count>("c1").await.unwrap();
    loaded.version = Some(90);
    loaded.save().await.unwrap();
    assert!(!item::<Count>(&store).await.contains_key("version"));
    loaded.text = "b".into();
    loaded.save().await.unwrap();
    assert_eq!(loaded.version, Some(1));
}

/// What is done to one object by two programs.
#[derive(Clone, Copy, Debug)]
enum Turn {
    Load(bool),
    Save(bool),
    Update,
}

fn turns() -> impl Strategy<Value = Vec<Turn>> {
    let turn = prop_oneof![
        any::<bool>().prop_map(Turn::Load),
        any::<bool>().prop_map(Turn::Save),
        Just(Turn::Update),
    ];
    proptest::collection::vec(turn, 1..20)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// The version is the number of writes that were applied, and a save is applied if its version is the stored one.
    #[test]
    fn the_version_counts_what_was_applied(turns in turns()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (store, _) = store::<Note>().await;
            let first = store.save(note("0")).await.unwrap();
            let mut hands = [first.clone(), first];
            let mut applied = 1;
            for (number, turn) in turns.iter().enumerate() {
                match turn {
                    Turn::Load(which) => hands[usize::from(*which)].reload().await.unwrap(),
                    Turn::Save(which) => {
                        let hand = &mut hands[usize::from(*which)];
                        hand.text = format!("t{number}");
                        let is_newest = hand.version == applied;
                        assert_eq!(hand.save().await.is_ok(), is_newest);
                        applied += u64::from(is_newest);
                    }
                    Turn::Update => {
                        let text = format!("u{number}");
                        store.update::<Note>("n1").set(Note::fields().text(), text).await.unwrap();
                        applied += 1;
                    }
                }
                assert_eq!(store.load::<Note>("n1").await.unwrap().version, applied);
            }
        });
    }
}

/// What is done to one object, also to one that was not loaded, and to one that is gone.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Load(bool),
    Save(bool),
    Put(bool),
    PutNew,
    Update,
    Delete,
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let deed = prop_oneof![
        2 => any::<bool>().prop_map(Deed::Load),
        3 => any::<bool>().prop_map(Deed::Save),
        3 => any::<bool>().prop_map(Deed::Put),
        1 => Just(Deed::PutNew),
        1 => Just(Deed::Update),
        1 => Just(Deed::Delete),
    ];
    proptest::collection::vec(deed, 1..20)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// With shards, a save is applied over the commit that was loaded, a put over the version that it has.
    #[test]
    fn versions_count_whatever_is_saved_over_what(deeds in deeds()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (store, _) = store::<Album>().await;
            let first = store.save(album()).await.unwrap();
            // Which commit stands, and its version; and of which commit each hand knows.
            let mut stands = Some((0, 1));
            let mut hands = [(first.clone(), 0), (first, 0)];
            for (number, deed) in (1_usize..).zip(&deeds) {
                let next = |version: u32| Some((number, version + 1));
                match deed {
                    Deed::Load(which) => {
                        let (hand, seen) = &mut hands[usize::from(*which)];
                        assert_eq!(hand.reload().await.is_ok(), stands.is_some());
                        *seen = stands.map_or(*seen, |(commit, _)| commit);
                    }
                    Deed::Save(which) => {
                        let (hand, seen) = &mut hands[usize::from(*which)];
                        hand.title = format!("s{number}");
                        let version = hand.version.unwrap();
                        let is_own = stands.is_some_and(|(commit, _)| commit == *seen);
                        assert_eq!(hand.save().await.is_ok(), is_own);
                        if is_own {
                            (stands, *seen) = (next(version), number);
                        }
                    }
                    Deed::Put(which) => {
                        let (hand, seen) = &mut hands[usize::from(*which)];
                        let mut object = hand.clone().into_object();
                        object.title = format!("p{number}");
                        let version = object.version.unwrap();
                        let put = store.save(object).await.ok();
                        let is_own = stands.is_some_and(|(_, standing)| standing == version);
                        assert_eq!(put.is_some(), is_own);
                        if let Some(put) = put {
                            (stands, *seen) = (next(version), number);
                            *hand = put;
                        }
                    }
                    Deed::PutNew => {
                        let put = store.save(album()).await.is_ok();
                        assert_eq!(put, stands.is_none());
                        if put {
                            stands = next(0);
                        }
                    }
                    Deed::Update => {
                        let update = store.update::<Album>("a1").set(Album::fields().title(), format!("u{number}"));
                        assert_eq!(update.await.is_ok(), stands.is_some());
                        stands = stands.and_then(|(_, version)| next(version));
                    }
                    Deed::Delete => {
                        store.delete::<Album>("a1").await.unwrap();
                        stands = None;
                    }
                }
                let found = store.load::<Album>("a1").optional().await.unwrap();
                assert_eq!(
                    found.map(|found| found.version),
                    stands.map(|(_, version)| Some(version))
                );
            }
        });
    }
}
