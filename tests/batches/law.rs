//! A batch does what its parts do one by one.

use std::collections::BTreeSet;

use dyno::Store;
use proptest::collection::{btree_set, vec};
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

/// Saved in a batch, in either way, is what is saved one by one.
async fn check_saved(before: Vec<u64>, saved: BTreeSet<u64>, unconditional: bool) {
    let (many, _) = store().await;
    let (each, _) = store().await;
    for store in [&many, &each] {
        saved_one_by_one(store, &before).await;
    }
    let changed = |id: &u64| (changed_note(*id), whole(&format!("w{id}"), id + 100));
    let (notes, wholes): (Vec<_>, Vec<_>) = saved.iter().map(changed).unzip();
    for (note, whole) in notes.iter().zip(&wholes) {
        each.save(note.clone()).await.unwrap();
        each.save(whole.clone()).await.unwrap();
    }
    let (some, others) = (many.save_many(notes), many.save_many(wholes));
    let parts = if unconditional {
        (some.unconditional(), others.unconditional())
    } else {
        (some, others)
    };
    let (notes, wholes) = many.write_together(parts).at_once(3).await;
    assert_eq!(notes.unwrap().len(), saved.len());
    assert_eq!(wholes.unwrap().len(), saved.len());
    let all = async |store: &Store| {
        let mut notes = store.scan::<Note>().await.unwrap();
        notes.sort_by_key(|note| note.number);
        let mut wholes = store.scan::<Whole>().await.unwrap();
        wholes.sort_by_key(|whole| whole.id.clone());
        (notes, wholes)
    };
    assert_eq!(all(&many).await, all(&each).await);
}

fn changed_note(id: u64) -> Note {
    Note {
        text: "changed".into(),
        ..note(id)
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

    #[test]
    fn saving_many_is_saving_each(
        before in vec(0..12_u64, 0..6),
        saved in btree_set(0..12_u64, 0..10),
        unconditional in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(check_saved(before, saved, unconditional));
    }
}
