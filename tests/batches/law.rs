//! A batch does what its parts do one by one.

use dyno::Store;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::fixture::{Note, Whole, note, store, whole};

async fn saved_one_by_one(store: &Store, ids: &[u64]) {
    for id in ids {
        store.save(note(*id)).await.unwrap();
        store.save(whole(&format!("w{id}"), *id)).await.unwrap();
    }
}

async fn check(stored: Vec<u64>, asked: Vec<u64>, gone: Vec<u64>) {
    let (store, _) = store().await;
    saved_one_by_one(&store, &stored).await;
    let name = |id: &u64| format!("w{id}");
    store
        .delete_many::<Whole>(gone.iter().map(name))
        .await
        .unwrap();
    store
        .delete_many::<Note>(gone.iter().map(|id| ("ada", *id)))
        .await
        .unwrap();
    let notes = store.load_many::<Note>(asked.iter().map(|id| ("ada", *id)));
    let notes = notes.await.unwrap();
    let wholes = store
        .load_many::<Whole>(asked.iter().map(name))
        .await
        .unwrap();
    assert_eq!((notes.len(), wholes.len()), (asked.len(), asked.len()));
    for ((id, note), whole) in asked.iter().zip(notes).zip(wholes) {
        let one = store.load::<Note>(("ada", *id)).optional().await.unwrap();
        assert_eq!(note, one);
        let one = store.load::<Whole>(name(id)).optional().await.unwrap();
        assert_eq!(whole, one);
        assert_eq!(one.is_some(), stored.contains(id) && !gone.contains(id));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn loading_many_is_loading_each(
        stored in vec(0..12_u64, 0..8),
        asked in vec(0..12_u64, 0..10),
        gone in vec(0..12_u64, 0..4),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(check(stored, asked, gone));
    }
}
