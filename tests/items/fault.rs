//! Requests that fail, and answers that are lost.

use dyno::ErrorKind;
use dyno::items::{Change, attr};
use dyno_testkit::{Fault, Request};

use crate::fixture::{count, faulty, item, visits};

/// The first request meets a fault.
fn at_first(fault: Fault) -> impl Fn(&Request) -> Fault + Send + Sync + 'static {
    move |request| match request.number() {
        0 => fault.clone(),
        _ => Fault::Pass,
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_throttled_is_sent_again() {
    let (store, sound, recorder) = faulty(at_first(Fault::Throttled)).await;
    let update = visits(&store).update(("a", "/")).add("count", 1);
    let applied = update.when(attr("site").missing()).await.unwrap();
    assert!(applied.is_applied());
    assert_eq!(recorder.take().len(), 2);
    let found = visits(&sound).get(("a", "/")).await.unwrap().unwrap();
    assert_eq!(count(&found), 1);
}

#[tokio::test(start_paused = true)]
async fn a_write_that_asks_or_counts_is_never_sent_twice() {
    for fault in [
        Fault::AnswerLost,
        Fault::NotDelivered,
        Fault::ServerErrorAfter,
    ] {
        let (store, _, recorder) = faulty(at_first(fault.clone())).await;
        let visits = visits(&store);
        let counted = visits.update(("a", "/")).add("count", 1).await.unwrap_err();
        assert_eq!(counted.kind(), ErrorKind::OutcomeUnknown, "{fault:?}");
        assert_eq!(recorder.take().len(), 1);

        let (store, _, recorder) = faulty(at_first(fault.clone())).await;
        let put = crate::fixture::visits(&store).put(item("a", "/", 1));
        let error = put.when(attr("site").missing()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutcomeUnknown, "{fault:?}");
        assert_eq!(recorder.take().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_that_does_neither_is_sent_again() {
    for fault in [Fault::AnswerLost, Fault::NotDelivered] {
        let (store, sound, recorder) = faulty(at_first(fault.clone())).await;
        visits(&store).put(item("a", "/", 1)).await.unwrap();
        assert_eq!(recorder.take().len(), 2);
        let (store, _, recorder) = faulty(at_first(fault.clone())).await;
        visits(&store).delete(("a", "/")).await.unwrap();
        assert_eq!(recorder.take().len(), 2);
        assert!(visits(&sound).get(("a", "/")).await.unwrap().is_some());
    }
}

#[tokio::test(start_paused = true)]
async fn a_transaction_is_applied_once_though_its_answer_is_lost() {
    let (store, sound, recorder) = faulty(at_first(Fault::AnswerLost)).await;
    let visits = visits(&store);
    let written = store.write_items([
        visits.update(("a", "/")).add("count", 1).into(),
        visits
            .put(item("a", "/2", 5))
            .when(attr("site").missing())
            .into(),
    ]);
    assert!(written.await.unwrap().is_applied());
    assert_eq!(recorder.take().len(), 2);
    let found = crate::fixture::visits(&sound)
        .get(("a", "/"))
        .await
        .unwrap();
    assert_eq!(count(&found.unwrap()), 1);
}

#[tokio::test(start_paused = true)]
async fn what_a_batch_leaves_undone_is_sent_again() {
    let half = |request: &Request| match (request.operation(), request.actions()) {
        ("BatchWriteItem" | "BatchGetItem", actions @ 2..) => Fault::UnprocessedKeys(actions / 2),
        _ => Fault::Pass,
    };
    let (store, sound, _) = faulty(half).await;
    let put = |number: u64| Change::Put(item("a", &format!("/{number}"), number));
    visits(&store).write_many((0..30).map(put)).await.unwrap();
    assert_eq!(visits(&sound).scan().await.unwrap().len(), 30);
    let keys = (0..30).map(|number| ("a", format!("/{number}")));
    let found = visits(&store).get_many(keys).await.unwrap();
    assert!(found.iter().all(Option::is_some));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_written_comes_back_in_its_order() {
    let (store, sound, _) = faulty(|request| match request.number() {
        0 => Fault::Pass,
        _ => Fault::Throttled,
    })
    .await;
    let changes: Vec<_> = (0..60)
        .map(|number| Change::Put(item("a", &format!("/{number:02}"), number)))
        .collect();
    let error = visits(&store)
        .write_many(changes.clone())
        .await
        .unwrap_err();
    assert_eq!(error.error().kind(), ErrorKind::Throttled, "{error}");
    assert!(
        error.to_string().contains("35 of 60 changes are left"),
        "{error}"
    );
    assert_eq!(error.left(), &changes[25..]);
    let (_, left) = error.into_parts();
    visits(&sound).write_many(left).await.unwrap();
    assert_eq!(visits(&sound).scan().await.unwrap().len(), 60);
}

#[tokio::test(start_paused = true)]
async fn what_brings_the_old_item_is_sent_once() {
    let (store, sound, recorder) = faulty(at_first(Fault::AnswerLost)).await;
    visits(&sound).put(item("a", "/", 1)).await.unwrap();
    let error = visits(&store)
        .delete(("a", "/"))
        .returning_old()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown, "{error}");
    assert_eq!(recorder.take().len(), 1);
    let (store, _, recorder) = faulty(at_first(Fault::AnswerLost)).await;
    let put = visits(&store).put(item("a", "/", 1)).returning_old();
    assert_eq!(put.await.unwrap_err().kind(), ErrorKind::OutcomeUnknown);
    assert_eq!(recorder.take().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_error_of_many_changes_shows_no_value() {
    let (store, _, _) = faulty(|_| Fault::Throttled).await;
    let mut secret = item("a", "/", 1);
    secret.insert("text".into(), dyno::AttributeValue::S("the secret".into()));
    let error = visits(&store)
        .write_many([Change::Put(secret)])
        .await
        .unwrap_err();
    let shown = format!("{error:?} {error} {:?}", error.left());
    assert!(!shown.contains("the secret"), "{shown}");
    assert_eq!(dyno::Error::from(error).kind(), ErrorKind::Throttled);
}
