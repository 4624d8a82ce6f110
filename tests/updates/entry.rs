//! Elements of lists, entries of maps, flattened fields, and keys of secondary indexes.

use std::collections::{BTreeMap, BTreeSet};

use dyno::{DyObject, ErrorKind, Store, Update};
use dyno_embedded::Engine;
use dyno_testkit::{Fault, FaultClient, Recorder, wrap};

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Sheets", key = "ID")]
struct Sheet {
    #[dyno(key)]
    id: String,
    marks: Vec<Option<String>>,
    by_day: BTreeMap<String, Option<u32>>,
    #[dyno(index(name = "by_owner"))]
    owner: Option<String>,
    page: Page,
    sets: BTreeMap<String, BTreeSet<u8>>,
    #[dyno(flatten)]
    rest: BTreeMap<String, String>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
struct Page {
    title: String,
    #[dyno(flatten)]
    more: BTreeMap<String, String>,
}

fn sheet() -> Sheet {
    Sheet {
        id: "s".into(),
        marks: vec![Some("a".into()), Some("b".into())],
        by_day: BTreeMap::from([("mon".into(), Some(1)), ("tue".into(), Some(2))]),
        owner: None,
        page: Page {
            title: "t".into(),
            more: BTreeMap::new(),
        },
        sets: BTreeMap::new(),
        rest: BTreeMap::new(),
    }
}

async fn sheets() -> (Store, Recorder) {
    let recorder = Recorder::new();
    let store = Store::embedded()
        .unwrap()
        .with_interceptor(recorder.clone());
    store.ensure_tables::<Sheet>().await.unwrap();
    store.save(sheet()).await.unwrap();
    recorder.take();
    (store, recorder)
}

#[tokio::test]
async fn an_element_or_entry_set_to_none_stays_as_a_save_leaves_it() {
    let (store, _) = sheets().await;
    let fields = Sheet::fields();
    store
        .update::<Sheet>("s")
        .set(fields.marks().index(0), None)
        .set(fields.by_day().key("mon"), None)
        .await
        .unwrap();
    let mut expected = sheet();
    expected.marks[0] = None;
    expected.by_day.insert("mon".into(), None);
    let now = store.load::<Sheet>("s").await.unwrap();
    assert_eq!(*now, expected);

    store
        .update::<Sheet>("s")
        .remove(fields.marks().index(0))
        .remove(fields.by_day().key("mon"))
        .await
        .unwrap();
    expected.marks.remove(0);
    expected.by_day.remove("mon");
    let now = store.load::<Sheet>("s").await.unwrap();
    assert_eq!(*now, expected);
}

#[tokio::test]
async fn a_flattened_field_is_no_place() {
    let (store, recorder) = sheets().await;
    let fields = Sheet::fields();
    let map = || BTreeMap::from([("a".to_owned(), "b".to_owned())]);
    let update = || store.update::<Sheet>("s");
    let updates: [Update<Sheet>; 4] = [
        update().set(fields.page().more(), map()),
        update().set_if_absent(fields.page().more(), map()),
        update().remove(fields.page().more()),
        update().set(fields.rest(), map()),
    ];
    for update in updates {
        let error = update.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidExpression);
        assert!(error.to_string().contains("flattened"), "{error}");
    }
    assert!(recorder.take().is_empty());
    update()
        .set(fields.page().more().key("a"), "b")
        .set(fields.rest().key("c"), "d")
        .await
        .unwrap();
    let now = store.load::<Sheet>("s").await.unwrap();
    assert_eq!(now.page.more["a"], "b");
    assert_eq!(now.rest["c"], "d");
}

#[tokio::test]
async fn what_a_secondary_index_would_not_take_is_refused() {
    let (store, recorder) = sheets().await;
    let owner = Sheet::fields();
    let update = || store.update::<Sheet>("s");
    for value in [String::new(), "x".repeat(3000)] {
        let set = update().set(owner.owner(), value.clone()).await;
        assert_eq!(set.unwrap_err().kind(), ErrorKind::InvalidValue);
        let begun = update().set_if_absent(owner.owner(), value).await;
        assert_eq!(begun.unwrap_err().kind(), ErrorKind::InvalidValue);
    }
    assert!(recorder.take().is_empty());
    update().set(owner.owner(), "ada").await.unwrap();
    update().remove(owner.owner()).await.unwrap();
}

#[tokio::test]
async fn sets_inside_other_values_are_not_added_to() {
    let (store, recorder) = sheets().await;
    let set = Sheet::fields().sets().key("a");
    let update = || store.update::<Sheet>("s");
    for update in [update().add(&set, [1]), update().delete(&set, [1])] {
        let error = update.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidExpression);
        assert!(
            error.to_string().contains("inside another value"),
            "{error}"
        );
    }
    assert!(recorder.take().is_empty());
    update().set(&set, BTreeSet::from([1])).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_stands_at_an_index_may_be_another_element_the_second_time() {
    let engine = Engine::in_memory().unwrap().inline();
    let sound = Store::new(engine.client());
    sound.ensure_tables::<Sheet>().await.unwrap();
    sound.save(sheet()).await.unwrap();
    let hit = Store::new(wrap(&engine.client(), |http| {
        FaultClient::new(http, |_| Fault::AnswerLost)
    }));
    let fields = Sheet::fields();
    let set = hit.update::<Sheet>("s").set(fields.marks().index(0), "z");
    assert_eq!(set.await.unwrap_err().kind(), ErrorKind::OutcomeUnknown);
    let params = sound.update::<Sheet>("s").set(fields.marks().index(0), "z");
    assert_eq!(params.params().unwrap().operation(), "UpdateItem");
}
