//! Deletions take the guards with them.

use dyno::{DyObject as _, ErrorKind};

use crate::fixture::{Shop, User, assert_guarded, guards, sent, shop, store, user};

#[tokio::test]
async fn a_deletion_of_a_loaded_object_knows_its_guards() {
    let (store, recorder) = store().await;
    let saved = store.save(user("u1", "a@x")).await.unwrap();
    let shop = store.save(shop("s1", "Tea")).await.unwrap();
    recorder.take();
    saved.delete().await.unwrap();
    assert_eq!(sent(&recorder), ["TransactWriteItems 2"]);
    shop.delete().await.unwrap();
    assert_eq!(sent(&recorder), ["TransactWriteItems 3"]);
    assert!(guards(&store).await.is_empty());
    store.save(user("u2", "a@x")).await.unwrap();
    let loaded = store.load::<User>("u2").await.unwrap();
    loaded.delete().await.unwrap();
    assert_guarded(&store).await;
}

#[tokio::test]
async fn a_deletion_by_key_finds_them() {
    let (store, recorder) = store().await;
    store.save(user("u1", "a@x")).await.unwrap();
    store.save(shop("s1", "Tea")).await.unwrap();
    recorder.take();
    store.delete::<User>("u1").await.unwrap();
    assert_eq!(
        sent(&recorder),
        ["TransactWriteItems 1", "TransactWriteItems 2"]
    );
    store.delete::<Shop>(("s1", 1995_u32)).await.unwrap();
    assert_eq!(
        sent(&recorder),
        ["TransactWriteItems 1", "TransactWriteItems 3"]
    );
    assert!(guards(&store).await.is_empty());
    store.delete::<User>("u1").await.unwrap();
    store.delete::<Shop>(("s1", 1995_u32)).await.unwrap();
    assert_eq!(sent(&recorder).len(), 2);
    store.save(user("u1", "a@x")).await.unwrap();
    store.save(user("u2", "b@x")).await.unwrap();
    store.delete_many::<User>(["u1", "u2"]).await.unwrap();
    assert!(guards(&store).await.is_empty());
}

#[tokio::test]
async fn conditions_are_asked_of_what_is_deleted() {
    let (store, _) = store().await;
    store.save(user("u1", "a@x")).await.unwrap();
    store.save(shop("s1", "Tea")).await.unwrap();
    let visits = User::fields().visits();
    let error = store.delete::<User>("u1").when(visits.eq(9)).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::ConditionFailed);
    let name = Shop::fields().name();
    let key = ("s1", 1995_u32);
    let error = store.delete::<Shop>(key).when(name.eq("Rice")).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::ConditionFailed);
    assert_guarded(&store).await;
    store.delete::<User>("u1").when(visits.eq(0)).await.unwrap();
    store
        .delete::<Shop>(key)
        .when(name.eq("Tea"))
        .await
        .unwrap();
    assert!(guards(&store).await.is_empty());
}
