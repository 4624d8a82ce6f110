//! What is refused before the first request.

use dyno::ErrorKind;

use crate::fixture::{Note, Tag, Whole, note, store, whole};

#[tokio::test]
async fn wrong_keys_are_refused_with_the_whole_batch() {
    let (store, recorder) = store().await;
    let error = store.load_many::<Whole>(["a", "", "b"]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidKey);
    let kinds: Vec<_> = error.left().map(|left| left.error().kind()).collect();
    let refused = ErrorKind::BatchRefused;
    assert_eq!(kinds, [refused, ErrorKind::InvalidKey, refused]);
    let keys = error.left().map(|left| left.key().to_string());
    assert_eq!(keys.collect::<Vec<_>>(), ["a", "", "b"]);
    assert_eq!(error.part(), Some(1));
    let text = " (part 2 of 3 in the batch; left over: 3)";
    assert!(error.to_string().ends_with(text), "{error}");

    for error in [
        store
            .load_many::<Note>(["no sort key"])
            .await
            .unwrap_err()
            .into(),
        store
            .load_many::<Note>([("ada", "no number")])
            .await
            .unwrap_err()
            .into(),
        store
            .delete_many::<Note>(["no sort key"])
            .await
            .unwrap_err()
            .into(),
        store
            .delete_many::<Whole>(["a", ""])
            .await
            .unwrap_err()
            .into(),
    ] {
        let error: dyno::Error = error;
        assert_eq!(error.kind(), ErrorKind::InvalidKey, "{error}");
        assert!(error.key().is_some());
    }
    assert!(recorder.requests().is_empty());
}

#[tokio::test]
async fn objects_of_a_refused_batch_come_back() {
    let (store, recorder) = store().await;
    let mut objects = vec![note(0), note(1), note(2)];
    objects[1].owner = String::new();
    let error = store.save_many(objects.clone()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidKey);
    let left = error
        .into_left()
        .into_iter()
        .map(dyno::SaveError::into_object);
    assert_eq!(left.collect::<Vec<_>>(), objects);

    objects[1] = note(1);
    objects[1].text = "x".repeat(500_000);
    let error = store.save_many(objects).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert_eq!(error.part(), Some(1));
    assert!(error.error().key().is_some());
    assert_eq!(error.left().count(), 3);

    let error = store
        .save_many([Tag { name: "red".into() }])
        .keys(["a", "b"])
        .await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidKey);
    assert!(
        error
            .to_string()
            .contains("2 keys were given for 1 objects"),
        "{error}"
    );
    assert!(recorder.requests().is_empty());
}

#[tokio::test]
async fn an_object_is_not_written_twice() {
    let (store, recorder) = store().await;
    let error = store
        .save_many([note(1), note(2), note(1)])
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidKey);
    assert!(
        error.to_string().contains("a batch has no order"),
        "{error}"
    );
    let error = store
        .save_many([whole("a", 1), whole("a", 2)])
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidKey);
    assert_eq!(error.left().count(), 2);
    assert!(recorder.requests().is_empty());
}

#[tokio::test]
async fn a_store_is_needed() {
    let error = <Note as dyno::DyObject>::load_many([("a", 1_u64), ("b", 2)]).await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotInstalled);
    assert_eq!(error.left().count(), 2);
    let error = <Note as dyno::DyObject>::save_many([note(1)])
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotInstalled);
    assert_eq!(error.into_left()[0].object(), &note(1));
}

#[tokio::test]
async fn a_missing_table_leaves_everything_over() {
    let store = dyno_testbed::store();
    let error = store
        .load_many::<Note>([("a", 1_u64), ("b", 2)])
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TableMissing);
    assert!(
        error.to_string().contains("table `Notes` does not exist"),
        "{error}"
    );
    assert!(
        error
            .left()
            .all(|left| left.error().kind() == ErrorKind::TableMissing)
    );
    assert!(std::error::Error::source(error.left().last().unwrap().error()).is_some());
    let error = store.save_many([note(1), note(2)]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TableMissing);
    assert_eq!(error.left().count(), 2);
    let error = store.delete_many::<Whole>(["a"]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TableMissing);
}
