//! Several items in one transaction.

use dyno::items::{Transacted, attr};
use dyno::{ErrorKind, Store};

use crate::fixture::{count, item, store, visits};

async fn counts(store: &Store) -> Vec<u64> {
    let items = visits(store).query("a").consistent().await.unwrap();
    items.iter().map(count).collect()
}

#[tokio::test]
async fn all_or_none_in_one_request() {
    let (store, recorder) = store().await;
    let visits = visits(&store);
    let key = |page| ("a", page);
    visits.put(item("a", "/old", 1)).await.unwrap();
    recorder.take();
    let written = store.write_items([
        visits
            .put(item("a", "/new", 2))
            .when(attr("site").missing())
            .into(),
        visits.update(key("/up")).add("count", 3).into(),
        visits.delete(key("/old")).when(attr("count").eq(1)).into(),
        visits.check(key("/none"), attr("site").missing()).into(),
    ]);
    assert_eq!(written.await.unwrap(), Transacted::Applied);
    assert_eq!(recorder.operations(), ["TransactWriteItems"]);
    assert_eq!(counts(&store).await, [2, 3]);

    let refused = store.write_items([
        visits
            .put(item("a", "/new", 9))
            .when(attr("site").missing())
            .into(),
        visits.update(key("/up")).add("count", 1).into(),
        visits.check(key("/none"), attr("site").exists()).into(),
    ]);
    let Transacted::Refused(refusals) = refused.await.unwrap() else {
        panic!("something stands there");
    };
    let found: Vec<_> = refusals
        .iter()
        .map(|one| (one.index(), one.standing().is_some()))
        .collect();
    assert_eq!(found, [(0, true), (2, false)]);
    assert_eq!(counts(&store).await, [2, 3]);
}

#[tokio::test]
async fn nothing_is_sent_for_nothing() {
    let (store, recorder) = store().await;
    assert!(store.write_items([]).await.unwrap().is_applied());
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn what_no_transaction_can_hold_is_refused_before() {
    let (store, recorder) = store().await;
    let visits = visits(&store);
    let put = |number: usize| visits.put(item("a", &format!("/{number}"), 1)).into();
    let error = store.write_items((0..101).map(put)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
    let error = store.write_items([put(1), put(1)]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidKey, "{error}");
    assert!(error.to_string().contains("a / /1"), "{error}");
    let old = visits.delete(("a", "/")).returning_old().into();
    let error = store.write_items([old]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidExpression, "{error}");
    let other = dyno_testbed::store();
    let foreign = crate::fixture::visits(&other).put(item("a", "/", 1)).into();
    let error = store.write_items([foreign]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidSetting, "{error}");
    let far = visits
        .clone()
        .region("eu-west-1")
        .put(item("a", "/2", 1))
        .into();
    let error = store.write_items([put(1), far]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidSetting, "{error}");
    assert!(recorder.take().is_empty());
}
