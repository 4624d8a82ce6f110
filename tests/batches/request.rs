//! What a batch sends, and how much of it.

use dyno::{ErrorKind, Saved};
use dyno_testkit::Recorder;

use crate::fixture::{Note, Tag, Whole, note, note_keys, notes, sent, store, whole, wholes};

fn texts(found: &[Option<Saved<Note>>]) -> Vec<Option<&str>> {
    let notes = found.iter().map(Option::as_ref);
    notes.map(|note| note.map(|note| &*note.text)).collect()
}

/// No request is larger than the service takes.
fn check_sizes(recorder: &Recorder) {
    for request in recorder.requests() {
        let most = match request.operation() {
            "BatchGetItem" | "TransactWriteItems" => 100,
            "BatchWriteItem" => 25,
            _ => 1,
        };
        assert!(request.actions() <= most, "{request}");
    }
}

#[tokio::test]
async fn plain_objects_are_written_and_read_by_the_request_full() {
    let (store, recorder) = store().await;
    let saved = store.save_many(notes(260)).unconditional().await.unwrap();
    assert_eq!(saved.len(), 260);
    assert!(
        (0..)
            .zip(&saved)
            .all(|(number, saved)| *saved == note(number))
    );
    check_sizes(&recorder);
    let mut expected = vec!["BatchWriteItem 10"];
    expected.extend(["BatchWriteItem 25"; 10]);
    assert_eq!(sent(&recorder), expected);

    let found = store.load_many::<Note>(note_keys(250)).await.unwrap();
    assert_eq!(found.len(), 250);
    let wanted = (0..250).map(note).map(Some);
    assert!(
        found
            .iter()
            .map(Option::as_deref)
            .eq(wanted.collect::<Vec<_>>().iter().map(Option::as_ref))
    );
    check_sizes(&recorder);
    assert_eq!(
        sent(&recorder),
        ["BatchGetItem 100", "BatchGetItem 100", "BatchGetItem 50"]
    );

    store
        .delete_many::<Note>(note_keys(60))
        .unconditional()
        .await
        .unwrap();
    assert_eq!(
        sent(&recorder),
        [
            "BatchWriteItem 10",
            "BatchWriteItem 25",
            "BatchWriteItem 25"
        ]
    );
    let left = store.load_many::<Note>(note_keys(61)).await.unwrap();
    assert_eq!(left.iter().flatten().count(), 1);
}

#[tokio::test]
async fn shards_are_read_in_batches_of_their_own() {
    let (store, recorder) = store().await;
    let saved = store.save_many(wholes(120)).await.unwrap();
    assert_eq!(recorder.count("TransactWriteItems"), 120);
    assert_eq!(recorder.take().len(), 120);
    let keys: Vec<_> = saved.iter().map(|whole| whole.id.clone()).collect();
    let found = store.load_many::<Whole>(keys.clone()).await.unwrap();
    let found: Vec<_> = found.into_iter().flatten().collect();
    assert_eq!(found, saved);
    check_sizes(&recorder);
    // 120 roots, then 120 + 60 shards.
    assert_eq!(
        sent(&recorder),
        [
            "BatchGetItem 100",
            "BatchGetItem 100",
            "BatchGetItem 20",
            "BatchGetItem 80"
        ]
    );
    store.delete_many::<Whole>(keys).await.unwrap();
    assert_eq!(recorder.count("TransactWriteItems"), 120);
}

#[tokio::test]
async fn loaded_objects_can_be_saved() {
    let (store, _) = store().await;
    store.save_many(wholes(3)).await.unwrap();
    let mut saved = store.save_many(notes(3)).await.unwrap();
    saved[0].text = "changed".into();
    saved[0].save().await.unwrap();
    let mut found = store.load_many::<Whole>(["w1"]).await.unwrap();
    let first = found[0].as_mut().unwrap();
    first.left.number = 7;
    first.save().await.unwrap();
    assert_eq!(store.load::<Whole>("w1").await.unwrap().left.number, 7);
}

#[tokio::test]
async fn answers_come_in_the_order_of_the_keys() {
    let (store, recorder) = store().await;
    store.save_many(notes(3)).await.unwrap();
    recorder.take();
    let keys = [2, 9, 0, 2, 1].map(|number| ("ada", number));
    let found = store.load_many::<Note>(keys).await.unwrap();
    assert_eq!(
        texts(&found),
        [
            Some("note 2"),
            None,
            Some("note 0"),
            Some("note 2"),
            Some("note 1")
        ]
    );
    // A key that is given twice is asked for once.
    assert_eq!(sent(&recorder), ["BatchGetItem 4"]);
    let twins = store.load_many::<Note>([("ada", 1_u64), ("ada", 1)]).await;
    assert_eq!(texts(&twins.unwrap()), [Some("note 1"); 2]);
    assert_eq!(sent(&recorder), ["GetItem 1"]);
}

#[tokio::test]
async fn nothing_is_sent_for_nothing() {
    let (store, recorder) = store().await;
    assert!(
        store
            .load_many::<Note>([("a", 1_u64); 0])
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        store
            .save_many(Vec::<Note>::new())
            .await
            .unwrap()
            .is_empty()
    );
    store.delete_many::<Whole>([""; 0]).await.unwrap();
    assert!(recorder.requests().is_empty());
}

#[tokio::test]
async fn keys_are_made_up_or_given() {
    let (store, recorder) = store().await;
    let tags = ["red", "green"].map(|name| Tag { name: name.into() });
    let saved = store.save_many(tags.clone()).await.unwrap();
    assert_ne!(saved[0].key(), saved[1].key());
    let saved = store.save_many(tags).keys(["r", "g"]).await.unwrap();
    assert_eq!(saved[1].key().to_string(), "g");
    assert_eq!(store.load::<Tag>("g").await.unwrap().name, "green");
    recorder.take();
    // A deletion that is asked for twice is made once.
    store
        .delete_many::<Tag>(["r", "g", "r"])
        .unconditional()
        .await
        .unwrap();
    assert_eq!(sent(&recorder), ["BatchWriteItem 2"]);
}

#[tokio::test]
async fn each_object_has_its_condition() {
    let (store, recorder) = store().await;
    let conditions = || {
        let conditions = recorder.requests();
        conditions
            .iter()
            .all(|request| request.body()["ConditionExpression"].is_string())
    };
    store.save_many(notes(3)).await.unwrap();
    assert!(conditions());
    assert_eq!(sent(&recorder), ["PutItem 1"; 3]);
    let save = store.save_many(notes(4)).if_absent().unconditional();
    let error = save.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AlreadyExists);
    let (done, left) = error.into_parts();
    assert_eq!(done, [note(3)]);
    assert_eq!(left.len(), 3);
    assert_eq!(left[2].object(), &note(2));
    recorder.take();
    store.delete_many::<Note>(note_keys(2)).await.unwrap();
    assert!(conditions());
    assert_eq!(sent(&recorder), ["DeleteItem 1"; 2]);
}

#[tokio::test]
async fn a_plan_is_what_is_sent() {
    let (store, recorder) = store().await;
    let lines = |plan: dyno::Plan| {
        let requests = plan.requests().iter();
        let mut lines: Vec<_> = requests
            .map(|request| format!("{} {}", request.operation(), request.actions().len()))
            .collect();
        lines.sort();
        lines
    };
    let save = store.save_many(notes(30)).unconditional();
    let plan = save.plan().unwrap();
    assert_eq!(plan.round_trips(), 1);
    save.await.unwrap();
    assert_eq!(lines(plan), sent(&recorder));
    let save = store.save_many([whole("a", 1), whole("b", 2)]);
    let plan = save.plan().unwrap();
    save.await.unwrap();
    assert_eq!(lines(plan), sent(&recorder));
    let load = store.load_many::<Note>(note_keys(101));
    let plan = load.plan().unwrap();
    assert!(plan.is_complete());
    load.await.unwrap();
    assert_eq!(lines(plan), sent(&recorder));
    assert!(
        !store
            .load_many::<Whole>(["a", "b"])
            .plan()
            .unwrap()
            .is_complete()
    );
    let delete = store
        .delete_many::<Note>([("ada", 0_u64), ("ada", 1), ("ada", 0)])
        .unconditional();
    let plan = delete.plan().unwrap();
    delete.await.unwrap();
    assert_eq!(lines(plan), sent(&recorder));
}

#[tokio::test]
async fn eventual_reads_are() {
    let (store, recorder) = store().await;
    store.save_many(wholes(2)).await.unwrap();
    recorder.take();
    for (eventual, consistent) in [(false, true), (true, false)] {
        let load = store.load_many::<Whole>(["w0", "w1"]);
        let load = if eventual { load.eventual() } else { load };
        assert_eq!(load.await.unwrap().iter().flatten().count(), 2);
        for request in recorder.take() {
            for table in request.body()["RequestItems"].as_object().unwrap().values() {
                assert_eq!(table["ConsistentRead"], consistent);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_more_than_16_megabytes_comes_in_parts() {
    let (store, recorder) = store().await;
    let large = |number| Note {
        text: "x".repeat(390 * 1024),
        ..note(number)
    };
    let saved = store
        .save_many((0..50).map(large))
        .unconditional()
        .await
        .unwrap();
    assert_eq!(saved.len(), 50);
    for request in recorder.requests() {
        assert_eq!(request.actions(), 25);
        assert!(request.bytes() < 16 * 1024 * 1024, "{request}");
    }
    recorder.take();
    let found = store.load_many::<Note>(note_keys(50)).await.unwrap();
    assert_eq!(found.iter().flatten().count(), 50);
    assert_eq!(sent(&recorder), ["BatchGetItem 50", "BatchGetItem 8"]);
}

#[tokio::test]
async fn a_plan_has_as_many_round_trips_as_turns() {
    let (store, recorder) = store().await;
    let plan = store.save_many(notes(20)).plan().unwrap();
    assert_eq!(plan.write_units().to_string(), "20");
    assert_eq!((plan.requests().len(), plan.round_trips()), (20, 3));
    let plan = store.save_many(wholes(4)).at_once(1).plan().unwrap();
    assert_eq!(plan.round_trips(), 4);
    let save = store.save_many(notes(60)).unconditional().at_once(2);
    let plan = save.plan().unwrap();
    assert_eq!(plan.write_units().to_string(), "60");
    assert_eq!(plan.round_trips(), 2);
    let load = store.load_many::<Note>(note_keys(250)).at_once(2);
    assert_eq!(load.plan().unwrap().round_trips(), 2);
    let nothing = store.load_many::<Whole>([""; 0]).plan().unwrap();
    assert!(nothing.is_complete());
    assert!(nothing.requests().is_empty());
    assert!(recorder.requests().is_empty());
}
