//! Saves and deletions on a condition, in the request that writes.

use dyno::{DyObject, ErrorKind, Store};
use dyno_testkit::Fault;

use crate::fault::{Faulty, lost, once};
use crate::fixture::{Note, Person, store};

async fn text(store: &Store) -> String {
    store.load::<Note>("n").await.unwrap().text.clone()
}

#[tokio::test]
async fn a_plain_object_is_replaced_on_a_condition() {
    let (store, recorder) = store().await;
    let fields = Note::fields();
    let save = |text: &str| store.save(Note::new("n", text));
    // Where nothing stands, every field is absent.
    let refused = save("a").when(fields.text().eq("x")).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConditionFailed);
    assert_eq!(refused.into_object(), Note::new("n", "a"));
    save("a").when(fields.text().is_missing()).await.unwrap();
    save("b").when(fields.text().eq("a")).await.unwrap();
    let refused = save("c").when(fields.text().eq("a")).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConditionFailed);
    let both = save("c").when(fields.text().eq("b"));
    let refused = both.when(fields.stars().gt(1)).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConditionFailed);
    let absent = save("c").if_absent().when(fields.text().eq("b"));
    let refused = absent.await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::AlreadyExists);
    assert_eq!(recorder.operations(), ["PutItem"; 6]);
    assert_eq!(text(&store).await, "b");
}

#[tokio::test]
async fn a_plain_object_is_changed_and_deleted_on_a_condition() {
    let (store, recorder) = store().await;
    let fields = Note::fields();
    let mut note = store.save(Note::new("n", "a")).await.unwrap();
    recorder.take();
    note.text = "b".into();
    let refused = note.save().when(fields.stars().gt(1)).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConditionFailed);
    assert_eq!((note.text.as_str(), &*text(&store).await), ("b", "a"));
    note.save().when(fields.text().eq("a")).await.unwrap();
    // Nothing changed: nothing is sent, and nothing asked.
    recorder.take();
    note.save().when(fields.text().eq("x")).await.unwrap();
    assert!(recorder.take().is_empty());
    // Somebody else changed the same: a conflict, whatever the condition says.
    let other = store.update::<Note>("n").set(fields.text(), "other");
    other.await.unwrap();
    note.text = "c".into();
    let refused = note.save().when(fields.stars().gt(1)).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Conflict);

    note.reload().await.unwrap();
    let refused = note.clone().delete().when(fields.text().eq("a"));
    assert_eq!(
        refused.await.unwrap_err().kind(),
        ErrorKind::ConditionFailed
    );
    let delete = || store.delete::<Note>("n");
    let refused = delete().when(fields.text().eq("a")).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConditionFailed);
    note.delete().when(fields.text().eq("other")).await.unwrap();
    // What is not there is deleted.
    delete().when(fields.text().eq("a")).await.unwrap();
    store.save(Note::new("n", "a")).await.unwrap();
    delete().when(fields.text().eq("a")).await.unwrap();
    assert!(store.scan::<Note>().await.unwrap().is_empty());
}

#[tokio::test]
async fn the_condition_of_a_sharded_object_is_on_its_root() {
    let (store, recorder) = store().await;
    let fields = Person::fields();
    let tagged = |tag: &str| fields.tags().contains(tag);
    let save = || store.save(Person::john()).key("p");
    let refused = save().when(tagged("a")).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConditionFailed);
    assert_eq!(refused.into_object(), Person::john());
    assert_eq!(recorder.operations(), ["TransactWriteItems"]);
    save().when(!tagged("a")).await.unwrap();
    recorder.take();
    let refused = save().when(tagged("x")).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConditionFailed);
    assert_eq!(recorder.operations(), ["TransactWriteItems"; 2]);
    let mut saved = save().when(tagged("a")).await.unwrap();
    recorder.take();

    // Root alone, and with a shard.
    saved.tags.push("c".into());
    let refused = saved.save().when(tagged("x")).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConditionFailed);
    saved.save().when(!tagged("c")).await.unwrap();
    assert_eq!(recorder.operations(), ["PutItem", "PutItem"]);
    saved.location.city = "Nara".into();
    let refused = saved.save().when(tagged("x")).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConditionFailed);
    let plan = saved.save().when(tagged("c")).plan().unwrap();
    assert_eq!(plan.requests().len(), 1);
    saved.save().when(tagged("c")).await.unwrap();
    let mut other = store.load::<Person>("p").await.unwrap();
    assert_eq!(*other, *saved);
    other.tags.clear();
    other.save().await.unwrap();
    saved.tags.push("d".into());
    let refused = saved.save().when(tagged("x")).await.unwrap_err();
    assert_eq!(
        refused.kind(),
        ErrorKind::Conflict,
        "somebody else was first"
    );

    let refused = other.clone().delete().when(tagged("c")).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConditionFailed);
    let refused = saved.delete().when(tagged("c")).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Conflict);
    recorder.take();
    let delete = || store.delete::<Person>("p");
    let refused = delete().when(tagged("c")).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConditionFailed);
    assert_eq!(recorder.operations(), ["TransactWriteItems"]);
    delete().when(!tagged("c")).await.unwrap();
    delete().when(tagged("c")).await.unwrap();
    assert!(store.scan::<Person>().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_condition_that_the_root_does_not_answer_is_refused_before_any_request() {
    let (store, recorder) = store().await;
    let fields = Person::fields();
    for condition in [
        fields.name().eq("John"),
        fields.location().visits().eq(0),
        fields.location().city().eq("Osaka"),
    ] {
        let saved = store.save(Person::john()).key("p").when(condition.clone());
        assert_eq!(
            saved.plan().unwrap_err().kind(),
            ErrorKind::InvalidExpression
        );
        let error = saved.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidExpression);
        assert!(!format!("{error:?}").contains("John"));
        let deleted = store.delete::<Person>("p").when(condition);
        let error = deleted.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidExpression);
    }
    assert!(recorder.take().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_no_failed_condition() {
    let faults = lost().into_iter().chain([Fault::Throttled]);
    for fault in faults {
        let fields = Person::fields();
        let first = fields.tags().contains("a");
        let store = Faulty::new(once(fault.clone())).await;
        let mut saved = store.sound.save(Person::john()).key("p").await.unwrap();
        saved.tags = vec!["b".into()];
        let hit = store.hit.load::<Person>("p");
        store.skip(1);
        let mut hit = hit.await.unwrap();
        hit.tags.clone_from(&saved.tags);
        store.skip(0);
        let done = hit.save().when(first.clone()).await;
        done.unwrap_or_else(|error| panic!("{fault:?}: {error:?}"));
        let now = store.sound.load::<Person>("p").await.unwrap();
        assert_eq!(now.tags, ["b"], "{fault:?}");

        store.sound.save(Person::john()).key("p").await.unwrap();
        store.skip(0);
        let done = store.hit.delete::<Person>("p").when(first).await;
        done.unwrap_or_else(|error| panic!("{fault:?}: {error:?}"));

        let text = Note::fields();
        store.sound.save(Note::new("n", "a")).await.unwrap();
        store.skip(0);
        let saved = store.hit.save(Note::new("n", "b"));
        let done = saved.when(text.text().eq("a")).await;
        done.unwrap_or_else(|error| panic!("{fault:?}: {error:?}"));
        store.skip(0);
        let deleted = store.hit.delete::<Note>("n");
        let done = deleted.when(text.text().eq("b")).await;
        done.unwrap_or_else(|error| panic!("{fault:?}: {error:?}"));
        assert!(store.sound.scan::<Note>().await.unwrap().is_empty());
    }
}

mod shared {
    use dyno::DyObject;

    #[derive(DyObject, Clone, Debug, PartialEq)]
    #[dyno(table = "Both", key = "ID", tag = "Note")]
    pub(super) struct Note {
        pub(super) text: String,
    }

    #[derive(DyObject, Clone, Debug, PartialEq)]
    #[dyno(table = "Both", key = "ID", tag = "Basket")]
    pub(super) struct Basket {
        pub(super) open: bool,
        #[dyno(shard)]
        pub(super) lines: Vec<Line>,
    }

    #[derive(DyObject, Clone, Debug, PartialEq)]
    #[dyno(table = "BothLines", key = "IDX")]
    pub(super) struct Line {
        pub(super) text: String,
    }
}

#[tokio::test]
async fn a_deletion_of_another_type_s_object_is_told_and_not_taken_for_done() {
    use shared::{Basket, Note};

    let store = Store::embedded().unwrap();
    store.ensure_tables::<Basket>().await.unwrap();
    store
        .save(Note { text: "n".into() })
        .key("k")
        .await
        .unwrap();
    let open = Basket::fields().open().eq(true);
    for error in [
        store.delete::<Basket>("k").await.unwrap_err(),
        store.delete::<Basket>("k").when(open).await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::TypeMismatch, "{error}");
    }
    assert_eq!(store.load::<Note>("k").await.unwrap().text, "n");
    store.delete::<Basket>("nobody").await.unwrap();
}
