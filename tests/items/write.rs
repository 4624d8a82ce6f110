//! One item written.

use dyno::items::{Written, attr};
use dyno::{AttributeValue, Namespace};

use crate::fixture::{count, item, store, visits};

#[tokio::test]
async fn each_verb_is_one_request() {
    let (store, recorder) = store().await;
    let visits = visits(&store);
    let key = ("a", "/");
    assert_eq!(visits.put(item("a", "/", 1)).await.unwrap(), None);
    assert_eq!(recorder.take()[0].operation(), "PutItem");
    let changed = visits.update(key).add("count", 2).await.unwrap();
    assert_eq!(count(&changed), 3);
    assert_eq!(recorder.take()[0].operation(), "UpdateItem");
    assert_eq!(count(&visits.get(key).await.unwrap().unwrap()), 3);
    assert_eq!(recorder.take()[0].operation(), "GetItem");
    assert_eq!(visits.delete(key).await.unwrap(), None);
    assert_eq!(recorder.operations(), ["DeleteItem"]);
}

#[tokio::test]
async fn puts_and_deletes_bring_what_stood_there_if_it_is_asked_for() {
    let (store, _) = store().await;
    let visits = visits(&store);
    let put = |count| visits.put(item("a", "/", count)).returning_old();
    assert_eq!(put(1).await.unwrap(), None);
    assert_eq!(put(2).await.unwrap(), Some(item("a", "/", 1)));
    let put = put(3).when(attr("count").eq(2)).await.unwrap();
    assert_eq!(put, Written::Applied(Some(item("a", "/", 2))));
    let quiet = visits.put(item("a", "/", 3)).when(attr("count").eq(3));
    assert_eq!(quiet.await.unwrap(), Written::Applied(None));
    let delete = || visits.delete(("a", "/")).returning_old();
    assert_eq!(delete().await.unwrap(), Some(item("a", "/", 3)));
    assert_eq!(delete().await.unwrap(), None);
}

#[tokio::test]
async fn a_refusal_brings_what_stands_there_and_changes_nothing() {
    let (store, recorder) = store().await;
    let visits = visits(&store);
    let key = ("a", "/");
    let absent = visits.update(key).set("x", 1).when(attr("site").exists());
    assert_eq!(absent.await.unwrap(), Written::Refused(None));
    let absent = visits.delete(key).when(attr("site").exists());
    assert_eq!(absent.await.unwrap(), Written::Refused(None));

    let standing = item("a", "/", 5);
    visits.put(standing.clone()).await.unwrap();
    recorder.take();
    let refused = Written::Refused(Some(standing.clone()));
    let put = visits.put(item("a", "/", 6)).when(attr("count").gt(5));
    assert_eq!(put.await.unwrap(), refused);
    let update = visits.update(key).set("x", 1).when(attr("count").ne(5));
    assert_eq!(update.await.unwrap(), refused);
    let delete = visits.delete(key).when(attr("site").missing());
    assert_eq!(delete.await.unwrap(), refused);
    assert_eq!(recorder.take().len(), 3);
    assert_eq!(visits.get(key).await.unwrap(), Some(standing));
}

#[tokio::test]
async fn conditions_are_those_of_the_service() {
    let (store, _) = store().await;
    let visits = visits(&store);
    let mut standing = item("a", "/", 5);
    standing.insert("tags".into(), AttributeValue::Ss(vec!["x".into()]));
    standing.insert("by.name[0]".into(), AttributeValue::Bool(true));
    visits.put(standing).await.unwrap();
    let count = || attr("count");
    let holding = [
        count().eq(5),
        count().ne(6),
        count().lt(6),
        count().le(5),
        count().gt(4),
        count().ge(5),
        count().between(5, 6),
        attr("page").begins_with("/"),
        attr("tags").contains("x"),
        attr("size").missing(),
        attr("by.name[0]").eq(true),
        attr("size").missing() | count().eq(6),
        !count().eq(6) & attr("by.name[0]").exists(),
    ];
    for condition in holding {
        let text = condition.to_string();
        let held = visits
            .update(("a", "/"))
            .set("x", 1)
            .when(condition.clone());
        assert!(held.await.unwrap().is_applied(), "{text}");
        let refused = visits.update(("a", "/")).set("x", 1).when(!condition);
        assert!(!refused.await.unwrap().is_applied(), "not {text}");
    }
}

#[tokio::test]
async fn two_conditions_must_both_hold() {
    let (store, _) = store().await;
    let visits = visits(&store);
    visits.put(item("a", "/", 5)).await.unwrap();
    let update = visits.update(("a", "/")).set("x", 1);
    let update = update.when(attr("count").eq(6)).when(attr("site").exists());
    assert!(!update.await.unwrap().is_applied());
}

#[tokio::test]
async fn an_update_leaves_what_it_does_not_name() {
    let (store, _) = store().await;
    let visits = visits(&store);
    let key = ("a", "/");
    visits
        .update(key)
        .set("x", 1)
        .set("y", "text")
        .await
        .unwrap();
    let changed = visits
        .update(key)
        .set_if_absent("x", 2)
        .set_if_absent("z", vec![1_u8])
        .add("n", -3)
        .remove("y");
    let changed = changed.await.unwrap();
    let number = |number: &str| AttributeValue::N(number.into());
    assert_eq!(changed["x"], number("1"));
    assert_eq!(changed["n"], number("-3"));
    assert!(changed["z"].is_b() && !changed.contains_key("y"));
}

#[tokio::test]
async fn a_namespace_is_that_of_the_store() {
    let (store, recorder) = store().await;
    let dev = store
        .clone()
        .with_namespace(Namespace::new("dev_").unwrap());
    let error = visits(&dev).put(item("a", "/", 1)).await.unwrap_err();
    assert!(
        error.to_string().contains("`dev_Visits` does not exist"),
        "{error}"
    );
    assert!(recorder.take()[0].tables().contains_key("dev_Visits"));
}

#[tokio::test]
async fn nothing_that_is_printed_shows_a_value() {
    let (store, _) = store().await;
    let visits = visits(&store);
    let key = ("a", "/");
    let secret = "the secret";
    let written = visits
        .update(key)
        .set("text", secret)
        .when(attr("text").ne(secret));
    let shown = format!("{written:?}");
    assert!(shown.contains("text"), "{shown}");
    let put = visits.put(visits.update(key).set("text", secret).await.unwrap());
    let parts = format!("{:?}", dyno::items::WritePart::from(put.clone()));
    let refused = put.when(attr("text").eq("other"));
    let printed = [
        shown,
        parts,
        format!("{refused:?}"),
        format!("{:?}", refused.await.unwrap()),
    ];
    for text in printed {
        assert!(!text.contains(secret), "{text}");
    }
}
