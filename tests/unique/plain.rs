//! Objects that are one item.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno::{DyObject, ErrorKind, Key};

use crate::fixture::{User, assert_guarded, guards, sent, store, store_in_process, user};

#[tokio::test]
async fn an_insert_puts_the_guard_with_the_object() {
    let (store, recorder) = store().await;
    recorder.take();
    store.save(user("u1", "a@x")).if_absent().await.unwrap();
    assert_eq!(sent(&recorder), ["TransactWriteItems 2"]);
    assert_guarded(&store).await;
    let error = store.save(user("u2", "a@x")).if_absent().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotUnique);
    assert_eq!(error.error().holder(), Some(&Key::from("u1")));
    assert_eq!(error.error().path().unwrap().to_string(), "email");
    let text = error.to_string();
    assert!(!text.contains("a@x") && text.contains("`u1`"), "{text}");
    assert_eq!(sent(&recorder).len(), 1);
    assert_eq!(error.into_object().id, "u2");
    let error = store.save(user("u1", "a@x")).if_absent().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AlreadyExists);
    assert_guarded(&store).await;
}

#[tokio::test]
async fn a_save_of_a_loaded_object_moves_the_guard() {
    let (store, recorder) = store().await;
    let mut saved = store.save(user("u1", "a@x")).await.unwrap();
    recorder.take();
    saved.visits = 1;
    saved.save().await.unwrap();
    assert_eq!(sent(&recorder), ["UpdateItem 1"]);
    saved.email = Some("b@x".into());
    saved.save().await.unwrap();
    assert_eq!(sent(&recorder), ["TransactWriteItems 3"]);
    assert_guarded(&store).await;
    let mut loaded = store.load::<User>("u1").await.unwrap();
    loaded.email = None;
    loaded.number = Some(7);
    recorder.take();
    let plan = loaded.save().plan().unwrap();
    assert_eq!(plan.requests().len(), 1);
    loaded.save().await.unwrap();
    assert_eq!(sent(&recorder), ["TransactWriteItems 3"]);
    assert_guarded(&store).await;
    store.save(user("u2", "a@x")).await.unwrap();
    store.save(user("u3", "b@x")).await.unwrap();
    assert_guarded(&store).await;
}

#[tokio::test]
async fn a_taken_value_leaves_the_object_as_it_was() {
    let (store, _) = store().await;
    store.save(user("u1", "a@x")).await.unwrap();
    let mut saved = store.save(user("u2", "b@x")).await.unwrap();
    saved.email = Some("a@x".into());
    let error = saved.save().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotUnique, "{error}");
    assert_guarded(&store).await;
    saved.email = Some("c@x".into());
    saved.save().await.unwrap();
    assert_guarded(&store).await;
}

#[tokio::test]
async fn a_save_without_a_load_gives_up_what_it_replaces() {
    let (store, recorder) = store().await;
    recorder.take();
    store.save(user("u1", "a@x")).await.unwrap();
    assert_eq!(sent(&recorder), ["TransactWriteItems 2"]);
    store.save(user("u1", "b@x")).await.unwrap();
    assert_eq!(
        sent(&recorder),
        ["TransactWriteItems 2", "TransactWriteItems 3"]
    );
    assert_guarded(&store).await;
    store.save(user("u1", "b@x")).await.unwrap();
    assert_eq!(
        sent(&recorder),
        ["TransactWriteItems 2", "TransactWriteItems 1"]
    );
    let when = User::fields().visits().eq(9);
    let error = store.save(user("u1", "c@x")).when(when).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConditionFailed);
    store.save(user("u2", "c@x")).await.unwrap();
    let error = store.save(user("u1", "c@x")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotUnique);
    assert_guarded(&store).await;
    let many = [user("u1", "d@x"), user("u3", "e@x")];
    store.save_many(many).await.unwrap();
    assert_guarded(&store).await;
}

#[tokio::test]
async fn an_object_without_a_value_needs_no_guard() {
    let (store, recorder) = store().await;
    let nobody = |id: &str| User {
        email: None,
        ..user(id, "")
    };
    recorder.take();
    store.save(nobody("u1")).if_absent().await.unwrap();
    assert_eq!(sent(&recorder), ["PutItem 1"]);
    store.save(nobody("u2")).await.unwrap();
    assert!(guards(&store).await.is_empty());
    store.save(user("u3", "")).await.unwrap();
    assert_guarded(&store).await;
}

#[tokio::test]
async fn guards_are_seen_by_no_read() {
    let (store, _) = store().await;
    store.save(user("u1", "a@x")).await.unwrap();
    assert_eq!(store.scan::<User>().await.unwrap().len(), 1);
    assert_eq!(store.scan::<User>().count().await.unwrap(), 1);
    let (guard, _) = guards(&store).await.pop_first().unwrap();
    let error = store.load::<User>(guard.as_str()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TypeMismatch);
    let key = Key::from(guard.as_str());
    let taken = User {
        id: guard.clone(),
        ..user("", "z@x")
    };
    assert_eq!(
        store.save(taken).await.unwrap_err().kind(),
        ErrorKind::InvalidKey
    );
    assert_eq!(
        store.delete::<User>(key).await.unwrap_err().kind(),
        ErrorKind::TypeMismatch
    );
    assert_guarded(&store).await;
}

#[tokio::test]
async fn an_object_without_its_guard_gets_one_when_its_value_changes() {
    let (store, _) = store().await;
    let put = store.client::<User>().unwrap().put_item();
    let s = |text: &str| AttributeValue::S(text.into());
    let old = put.table_name("Users").item("ID", s("old"));
    let visits = AttributeValue::N("1".into());
    let old = old.item("email", s("a@x")).item("visits", visits);
    old.send().await.unwrap();
    store.save(user("new", "a@x")).await.unwrap();
    let mut old = store.load::<User>("old").await.unwrap();
    old.email = Some("b@x".into());
    old.save().await.unwrap();
    assert_guarded(&store).await;
}

/// As `cc_dynamodb3` stores them.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Members", key = "ID")]
struct Member {
    #[dyno(key)]
    id: String,
    #[dyno(unique, with = dyno::compat::null_for_none)]
    email: Option<String>,
}

#[tokio::test]
async fn null_is_no_value() {
    let (store, recorder) = store().await;
    store.ensure_tables::<Member>().await.unwrap();
    let member = |id: &str, email: Option<&str>| Member {
        id: id.into(),
        email: email.map(str::to_owned),
    };
    store.save(member("m1", None)).await.unwrap();
    store.save(member("m2", None)).if_absent().await.unwrap();
    // Over null, and over another value.
    store.save(member("m1", Some("a@x"))).await.unwrap();
    let error = store.save(member("m2", Some("a@x"))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotUnique);
    let mut loaded = store.load::<Member>("m1").await.unwrap();
    recorder.take();
    loaded.email = None;
    loaded.save().await.unwrap();
    assert_eq!(sent(&recorder), ["TransactWriteItems 2"]);
    store.save(member("m2", Some("a@x"))).await.unwrap();
    store.save(member("m2", None)).await.unwrap();
    store.delete::<Member>("m2").await.unwrap();
    store.save(member("m1", Some("a@x"))).await.unwrap();
}

#[tokio::test]
async fn an_error_says_what_stands_where_the_guard_belongs() {
    let (store, _) = store().await;
    let s = |text: &str| AttributeValue::S(text.into());
    let put = store.client::<User>().unwrap().put_item();
    let foreign = put.table_name("Users");
    let foreign = foreign.item("ID", s("_dy_unique#Users#email#S#a@x"));
    foreign.send().await.unwrap();
    let error = store.save(user("u1", "a@x")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotUnique);
    let text = error.to_string();
    assert!(text.contains("something that dyno did not write"), "{text}");
    assert!(error.error().holder().is_none());
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_who_is_alone() {
    let (store, recorder) = store_in_process().await;
    store.save(user("u1", "a@x")).await.unwrap();
    recorder.take();
    let begun = tokio::time::Instant::now();
    store.save(user("u1", "b@x")).await.unwrap();
    store.delete::<User>("u1").await.unwrap();
    assert_eq!(sent(&recorder).len(), 4);
    assert_eq!(begun.elapsed(), std::time::Duration::ZERO);
}
