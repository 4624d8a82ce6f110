//! Objects with shards, and guards in a table of their own.

use dyno::{DyObject, ErrorKind, Key};

use crate::fixture::{Shop, assert_guarded, sent, shop, store, store_in_process};

#[tokio::test]
async fn guards_go_with_the_object() {
    let (store, recorder) = store().await;
    recorder.take();
    let mut saved = store.save(shop("s1", "Tea")).await.unwrap();
    assert_eq!(sent(&recorder), ["TransactWriteItems 3"]);
    assert_guarded(&store).await;
    let error = store.save(shop("s2", "Tea")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotUnique);
    assert_eq!(error.error().holder(), Some(&Key::from(("s1", 1995_u32))));
    recorder.take();
    saved.place.city = "Kyoto".into();
    saved.save().await.unwrap();
    assert_eq!(sent(&recorder), ["TransactWriteItems 2"]);
    saved.name = "Rice".into();
    saved.save().await.unwrap();
    assert_eq!(sent(&recorder), ["TransactWriteItems 3"]);
    assert_guarded(&store).await;
    let mut loaded = store.load::<Shop>(("s1", 1995_u32)).await.unwrap();
    loaded.name = "Tea".into();
    loaded.save().await.unwrap();
    loaded.name = "Ink".into();
    loaded.save().await.unwrap();
    assert_guarded(&store).await;
    assert_eq!(
        *loaded,
        *store.load::<Shop>(("s1", 1995_u32)).await.unwrap()
    );
}

#[tokio::test]
async fn a_save_without_a_load_gives_up_what_it_replaces() {
    let (store, recorder) = store().await;
    store.save(shop("s1", "Tea")).await.unwrap();
    recorder.take();
    store.save(shop("s1", "Rice")).await.unwrap();
    assert_eq!(
        sent(&recorder),
        ["TransactWriteItems 3", "TransactWriteItems 4"]
    );
    assert_guarded(&store).await;
    store.save(shop("s1", "Rice")).await.unwrap();
    assert_guarded(&store).await;
    store.save(shop("s2", "Tea")).await.unwrap();
    let error = store.save(shop("s1", "Tea")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotUnique, "{error}");
    assert_guarded(&store).await;
}

/// Shops that were moved out of the way, under the same tag.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "OldShops", key = "ID", tag = "Shops")]
struct OldShop {
    #[dyno(key)]
    id: String,
    #[dyno(unique(table = "Uniques", key = "value"))]
    name: String,
}

#[tokio::test]
async fn types_of_two_tables_share_no_guard() {
    let (store, _) = store().await;
    store.ensure_tables::<OldShop>().await.unwrap();
    let mut first = store.save(shop("s1", "Tea")).await.unwrap();
    let old = OldShop {
        id: "s1".into(),
        name: "Tea".into(),
    };
    let old = store.save(old).await.unwrap();
    old.delete().await.unwrap();
    let error = store.save(shop("s2", "Tea")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotUnique);
    assert_guarded(&store).await;
    first.name = "Ink".into();
    first.save().await.unwrap();
    assert_guarded(&store).await;
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_who_is_alone() {
    let (store, recorder) = store_in_process().await;
    store.save(shop("s1", "Tea")).await.unwrap();
    recorder.take();
    let begun = tokio::time::Instant::now();
    store.save(shop("s1", "Ink")).await.unwrap();
    store.delete::<Shop>(("s1", 1995_u32)).await.unwrap();
    assert_eq!(sent(&recorder).len(), 4);
    assert_eq!(begun.elapsed(), std::time::Duration::ZERO);
}
