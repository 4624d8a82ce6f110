//! In a transaction the guards go with their objects.

use dyno::ErrorKind;

use crate::fixture::{Shop, User, assert_guarded, guards, sent, shop, store, user};

#[tokio::test]
async fn guards_go_with_their_objects() {
    let (store, recorder) = store().await;
    let mut first = store.save(user("u1", "a@x")).await.unwrap();
    let second = store.save(user("u2", "b@x")).await.unwrap();
    store.save(shop("s2", "Ink")).await.unwrap();
    recorder.take();
    first.email = Some("c@x".into());
    let transaction = store.transaction().save(&mut first).delete_saved(&second);
    let (mut tea,) = transaction.insert(shop("s1", "Tea")).await.unwrap();
    assert_eq!(sent(&recorder), ["TransactWriteItems 8"]);
    assert_guarded(&store).await;
    tea.name = "Rice".into();
    let transaction = store.transaction().save(&mut tea).delete::<User>("u1");
    let transaction = transaction.delete::<Shop>(("s2", 1995_u32));
    transaction.put(user("u3", "c@y")).await.unwrap();
    assert_guarded(&store).await;
    assert_eq!(guards(&store).await.len(), 2);
}

#[tokio::test]
async fn the_object_whose_value_is_taken_is_named() {
    let (store, _) = store().await;
    store.save(user("u1", "a@x")).await.unwrap();
    let transaction = store.transaction().insert(user("u2", "b@x"));
    let error = transaction.insert(user("u3", "a@x")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotUnique);
    let failures = error.failures();
    assert_eq!((failures.len(), failures[0].part()), (1, 1));
    assert!(failures[0].error().holder().is_some());
    assert_guarded(&store).await;
    // Both at once touch the same guard.
    let transaction = store.transaction().insert(user("u4", "z@x"));
    let error = transaction.insert(user("u5", "z@x")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidKey);
    assert_guarded(&store).await;
}
