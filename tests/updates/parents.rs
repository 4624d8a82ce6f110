//! Maps around a value, made where they are missing.

use std::collections::BTreeMap;

use dyno::{DyObject, ErrorKind, Store};
use dyno_testkit::Recorder;
use tokio::task::JoinSet;

type Counts = BTreeMap<String, BTreeMap<String, u8>>;

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Statistics", key = "ID")]
struct Statistics {
    #[dyno(key)]
    id: String,
    counts: Option<Counts>,
    names: BTreeMap<String, Vec<String>>,
    home: Option<Home>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
struct Home {
    city: String,
    rooms: Option<BTreeMap<String, u8>>,
}

async fn statistics() -> (Store, Recorder) {
    let recorder = Recorder::new();
    let store = dyno_testbed::store().with_interceptor(recorder.clone());
    store.ensure_tables::<Statistics>().await.unwrap();
    let empty = Statistics {
        id: "s".into(),
        counts: None,
        names: BTreeMap::new(),
        home: None,
    };
    store.save(empty).await.unwrap();
    recorder.take();
    (store, recorder)
}

fn sent(recorder: &Recorder) -> Vec<String> {
    let sent = recorder.take();
    sent.iter()
        .map(|sent| sent.operation().to_owned())
        .collect()
}

async fn counts(store: &Store) -> Option<Counts> {
    let statistics = store.load::<Statistics>("s").await.unwrap();
    statistics.into_object().counts
}

#[tokio::test]
async fn missing_maps_are_made_by_a_second_request() {
    let (store, recorder) = statistics().await;
    let fields = Statistics::fields();
    let update = || store.update::<Statistics>("s");
    let count = |name: &str, of: &str| fields.counts().key(name).key(of);
    let error = update().add(count("a", "x"), 1).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PathNotFound);
    assert_eq!(error.path().unwrap(), "counts");
    recorder.take();

    let made = || update().create_parents();
    made()
        .add(count("a", "x"), 1)
        .set(count("b", "y"), 7)
        .append(fields.names().key("n"), ["one"])
        .await
        .unwrap();
    assert_eq!(sent(&recorder), ["UpdateItem", "UpdateItem"]);
    made().add(count("a", "x"), 2).await.unwrap();
    assert_eq!(sent(&recorder), ["UpdateItem"]);
    let new = made().set_if_absent(count("c", "z"), 3).returning_new();
    let new = new.await.unwrap();
    assert_eq!(sent(&recorder), ["UpdateItem", "UpdateItem"]);
    let expected: Counts = [
        ("a".into(), [("x".into(), 3)].into()),
        ("b".into(), [("y".into(), 7)].into()),
        ("c".into(), [("z".into(), 3)].into()),
    ]
    .into();
    assert_eq!(new.counts.as_ref(), Some(&expected));
    assert_eq!(new.names["n"], ["one"]);
    assert_eq!(counts(&store).await, Some(expected));
}

#[tokio::test]
async fn what_cannot_be_made_is_reported() {
    let (store, _) = statistics().await;
    let fields = Statistics::fields();
    let update = || store.update::<Statistics>("s").create_parents();
    let count = |name: &str| fields.counts().key(name).key("x");
    let room = fields.home().rooms().key("bath");
    for (update, kind, path) in [
        // An object that has one field only could not be loaded.
        (
            update().set(fields.home().city(), "Nara"),
            ErrorKind::PathNotFound,
            Some("home"),
        ),
        (
            update().set(room.clone(), 1),
            ErrorKind::PathNotFound,
            Some("home"),
        ),
        (
            update().set(fields.names().key("n").index(0), "x"),
            ErrorKind::PathNotFound,
            Some("names.n[0]"),
        ),
        // Nothing is taken away from what is not there.
        (
            update().remove(count("a")),
            ErrorKind::PathNotFound,
            Some("counts"),
        ),
        (
            update().subtract(count("a"), 1),
            ErrorKind::InvalidValue,
            Some("counts.a.x"),
        ),
        (
            update().add(count("a"), 1).when(fields.home().exists()),
            ErrorKind::ConditionFailed,
            None,
        ),
    ] {
        let error = update.await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!(
            error.path().map(ToString::to_string).as_deref(),
            path,
            "{error}"
        );
    }
    assert_eq!(counts(&store).await, None);
    let home = Home {
        city: "Nara".into(),
        rooms: None,
    };
    update().set(fields.home(), home).await.unwrap();
    update().set(room, 1).await.unwrap();
    let now = store.load::<Statistics>("s").await.unwrap();
    let rooms = now.home.as_ref().and_then(|home| home.rooms.as_ref());
    assert_eq!(rooms.unwrap()["bath"], 1);
}

#[tokio::test]
async fn writers_that_make_the_same_map_all_count() {
    let (store, _) = statistics().await;
    let mut writers = JoinSet::new();
    for writer in 0..12 {
        let store = store.clone();
        writers.spawn(async move {
            let counts = Statistics::fields().counts();
            let count = counts.key("a").key(format!("{}", writer % 3));
            let update = store.update::<Statistics>("s").create_parents();
            update.add(count, 1).await.unwrap();
        });
    }
    writers.join_all().await;
    let counts = counts(&store).await.unwrap();
    let all: Vec<_> = counts["a"].values().copied().collect();
    assert_eq!(all, [4, 4, 4]);
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Ledgers", key = "ID")]
struct Ledger {
    sums: Option<BTreeMap<String, i64>>,
    #[dyno(shard)]
    notes: Notes,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "LedgerNotes", key = "IDX")]
struct Notes {
    text: String,
}

#[tokio::test]
async fn an_object_with_shards_gets_its_next_version() {
    let (store, recorder) = statistics().await;
    store.ensure_tables::<Ledger>().await.unwrap();
    let ledger = Ledger {
        sums: None,
        notes: Notes { text: "t".into() },
    };
    let mut before = store.save(ledger).key("l").await.unwrap();
    recorder.take();
    let sum = Ledger::fields().sums().key("a");
    let update = || store.update::<Ledger>("l").create_parents();
    let plan = update().subtract(sum.clone(), 5).plan().unwrap();
    assert!(!plan.is_complete() && plan.requests().len() == 1);
    update().subtract(sum.clone(), 5).await.unwrap();
    update().add(sum, 1).await.unwrap();
    assert_eq!(sent(&recorder), ["TransactWriteItems"; 3]);
    before.notes.text = "late".into();
    assert_eq!(before.save().await.unwrap_err().kind(), ErrorKind::Conflict);
    let now = store.load::<Ledger>("l").await.unwrap();
    assert_eq!(now.sums.as_ref().unwrap()["a"], -4);
}
