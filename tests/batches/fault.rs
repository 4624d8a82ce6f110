//! Batches that the service does not finish.

use std::sync::atomic::{AtomicUsize, Ordering};

use dyno::ErrorKind;
use dyno_testkit::{Fault, Request};
use serde_json::json;

use crate::fixture::{Note, Whole, faulty, note, note_keys, notes, wholes};

/// Half of every batch is left over, so often.
fn halves(times: usize) -> impl Fn(&Request) -> Fault + Send + Sync + 'static {
    let seen = AtomicUsize::new(0);
    move |request| match (request.operation(), request.actions()) {
        ("BatchGetItem" | "BatchWriteItem", actions @ 2..)
            if seen.fetch_add(1, Ordering::Relaxed) < times =>
        {
            Fault::UnprocessedKeys(actions / 2)
        }
        _ => Fault::Pass,
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_left_over_is_sent_again() {
    let (store, sound, recorder) = faulty(halves(3)).await;
    let saved = store.save_many(notes(25)).unconditional().await.unwrap();
    assert_eq!(saved.len(), 25);
    let sizes = |requests: Vec<Request>| {
        let sizes = requests.iter().map(Request::actions);
        sizes.collect::<Vec<_>>()
    };
    assert_eq!(sizes(recorder.take()), [25, 12, 6, 3]);
    let all = sound.load_many::<Note>(note_keys(25)).await.unwrap();
    assert!(
        (0..)
            .zip(&all)
            .all(|(number, found)| found.as_deref() == Some(&note(number)))
    );

    let (store, sound, recorder) = faulty(halves(3)).await;
    sound.save_many(notes(100)).await.unwrap();
    let found = store.load_many::<Note>(note_keys(100)).await.unwrap();
    assert_eq!(found.iter().flatten().count(), 100);
    assert_eq!(sizes(recorder.take()), [100, 50, 25, 12]);

    let (store, sound, recorder) = faulty(halves(3)).await;
    sound.save_many(notes(25)).await.unwrap();
    store
        .delete_many::<Note>(note_keys(25))
        .unconditional()
        .await
        .unwrap();
    assert_eq!(sizes(recorder.take()), [25, 12, 6, 3]);
    assert_eq!(sound.scan::<Note>().count().await.unwrap(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_stays_left_over_comes_back() {
    let one_left = |request: &Request| match (request.operation(), request.actions()) {
        ("BatchGetItem" | "BatchWriteItem", 2..) => Fault::UnprocessedKeys(1),
        ("BatchGetItem" | "BatchWriteItem" | "GetItem", _) => Fault::Throttled,
        _ => Fault::Pass,
    };
    let (store, sound, _) = faulty(one_left).await;
    let error = store
        .save_many(notes(30))
        .unconditional()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Throttled);
    let (done, left) = error.into_parts();
    assert_eq!((done.len(), left.len()), (28, 2));
    assert!(left.iter().all(|left| left.kind() == ErrorKind::Throttled));
    let stored = sound.scan::<Note>().await.unwrap();
    assert_eq!(stored.len(), 28);
    for left in left {
        assert!(!stored.iter().any(|stored| stored == left.object()));
        sound.save(left.into_object()).await.unwrap();
    }

    let error = store.load_many::<Note>(note_keys(30)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Throttled);
    assert!(
        error.to_string().ends_with("in the batch; left over: 1)"),
        "{error}"
    );
    let key = error.left().next().unwrap().key().clone();
    let results = error.into_results();
    for (number, result) in (0..30).zip(results) {
        match result {
            Ok(found) => assert_eq!(found.as_deref(), Some(&note(number))),
            Err(left) => assert_eq!(*left.key(), key),
        }
    }

    let error = store
        .delete_many::<Note>(note_keys(30))
        .unconditional()
        .await
        .unwrap_err();
    assert_eq!(error.left().count(), 2);
    assert_eq!(sound.scan::<Note>().count().await.unwrap(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_table_that_throttles_for_ever_leaves_everything_typed() {
    let throttled = |_: &Request| Fault::Throttled;
    let (store, _, recorder) = faulty(throttled).await;
    let error = store
        .save_many(notes(60))
        .unconditional()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Throttled);
    let objects = error
        .into_left()
        .into_iter()
        .map(dyno::SaveError::into_object);
    assert_eq!(objects.collect::<Vec<_>>(), notes(60));
    assert_eq!(recorder.take().len(), 3 * 10);
    let error = store.save_many(wholes(3)).await.unwrap_err();
    let objects = error
        .into_left()
        .into_iter()
        .map(dyno::SaveError::into_object);
    assert_eq!(objects.collect::<Vec<_>>(), wholes(3));
    let error = store.load_many::<Whole>(["w0", "w1"]).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.left().count()),
        (ErrorKind::Throttled, 2)
    );
    let error = store.delete_many::<Whole>(["w0", "w1"]).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.left().count()),
        (ErrorKind::Throttled, 2)
    );
}

#[tokio::test(start_paused = true)]
async fn shards_that_stay_unread_are_those_of_their_objects() {
    let script = |request: &Request| {
        let of_halves = request.operation() == "BatchGetItem"
            && request.body()["RequestItems"].get("Halves").is_some();
        match request.actions() {
            2.. if of_halves => Fault::UnprocessedKeys(1),
            _ if of_halves => Fault::Throttled,
            _ => Fault::Pass,
        }
    };
    let (store, sound, _) = faulty(script).await;
    sound.save_many(wholes(4)).await.unwrap();
    let keys = ["w0", "w1", "w2", "w3"];
    let error = store.load_many::<Whole>(keys).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Throttled);
    assert_eq!(error.left().count(), 1);
    assert_eq!(error.results().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_asked_for_again() {
    let lost = AtomicUsize::new(0);
    let script = move |request: &Request| match request.operation() {
        "BatchWriteItem" => match lost.fetch_add(1, Ordering::Relaxed) {
            0 => Fault::AnswerLost,
            1 => Fault::ServerErrorBefore,
            _ => Fault::Pass,
        },
        _ => Fault::Pass,
    };
    let (store, sound, recorder) = faulty(script).await;
    store.save_many(notes(3)).unconditional().await.unwrap();
    assert_eq!(recorder.count("BatchWriteItem"), 3);
    assert_eq!(sound.scan::<Note>().count().await.unwrap(), 3);

    let (store, _, recorder) = faulty(|_| Fault::AnswerLost).await;
    let error = store.save_many(notes(3)).unconditional().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    assert_eq!(error.left().count(), 3);
    assert_eq!(recorder.requests().len(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_of_a_deletion_is_asked_for_again() {
    for fast in [false, true] {
        let lose_first = |request: &Request| match request.number() {
            0 => Fault::AnswerLost,
            _ => Fault::Pass,
        };
        let (store, sound, recorder) = faulty(lose_first).await;
        sound.save_many(notes(3)).await.unwrap();
        let delete = store.delete_many::<Note>(note_keys(3)).at_once(1);
        let delete = if fast { delete.unconditional() } else { delete };
        delete.await.unwrap();
        assert_eq!(recorder.requests().len(), if fast { 2 } else { 4 });
        assert_eq!(sound.scan::<Note>().count().await.unwrap(), 0);

        let (store, _, _) = faulty(|_| Fault::AnswerLost).await;
        let delete = store.delete_many::<Note>(note_keys(3));
        let delete = if fast { delete.unconditional() } else { delete };
        let error = delete.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
        assert_eq!(error.left().count(), 3);
    }
}

/// What the service says is left over, by hand.
fn answered(operation: &'static str, member: &'static str, numbers: &[&str]) -> Fault {
    let key = |number: &&str| json!({"OWNER": {"S": "ada"}, "NUMBER": {"N": number}});
    let keys: Vec<_> = numbers.iter().map(key).collect();
    let left = if operation == "BatchGetItem" {
        json!({"Notes": {"Keys": keys}})
    } else {
        let deletes = keys
            .iter()
            .map(|key| json!({"DeleteRequest": {"Key": key}}));
        json!({"Notes": deletes.collect::<Vec<_>>()})
    };
    Fault::Answered(200, json!({member: left, "Responses": {}}))
}

#[tokio::test(start_paused = true)]
async fn leftovers_are_known_by_what_they_are() {
    for (operation, member) in [
        ("BatchGetItem", "UnprocessedKeys"),
        ("BatchWriteItem", "UnprocessedItems"),
    ] {
        let keys = || [10, 20].map(|number| ("ada", number));
        // A number has many forms.
        let (store, sound, recorder) = faulty(move |request| match request.number() {
            0 => answered(operation, member, &["1E+1", "20.0"]),
            _ => Fault::Pass,
        })
        .await;
        sound.save_many([note(10), note(20)]).await.unwrap();
        if operation == "BatchGetItem" {
            let found = store.load_many::<Note>(keys()).await.unwrap();
            assert_eq!(found.iter().flatten().count(), 2);
        } else {
            store
                .delete_many::<Note>(keys())
                .unconditional()
                .await
                .unwrap();
            assert_eq!(sound.scan::<Note>().count().await.unwrap(), 0);
        }
        assert_eq!(recorder.count(operation), 2);

        // What was not asked for is not taken for what was.
        let (store, _, _) = faulty(move |_| answered(operation, member, &["30"])).await;
        let kind = if operation == "BatchGetItem" {
            let error = store.load_many::<Note>(keys()).await.unwrap_err();
            assert_eq!(error.left().count(), 2);
            error.kind()
        } else {
            let error = store
                .delete_many::<Note>(keys())
                .unconditional()
                .await
                .unwrap_err();
            assert_eq!(error.left().count(), 2);
            error.kind()
        };
        let unknown = [ErrorKind::Service, ErrorKind::OutcomeUnknown];
        assert!(unknown.contains(&kind), "{kind:?}");
    }
}
