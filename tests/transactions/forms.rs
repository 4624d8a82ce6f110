//! Objects that grow, shrink and are stored in other ways, in a transaction.

use dyno::{DyObject as _, ErrorKind};

use crate::fixture::{Album, Note, Order, account, album, note, order, sent, store};

#[tokio::test]
async fn collections_change_with_their_roots() {
    let (store, _) = store().await;
    let mut one = store.save(album("a", 3)).await.unwrap();
    let mut two = store.save(album("b", 3)).await.unwrap();
    one.songs.remove(0);
    two.songs.push(one.songs[0].clone());
    store
        .transaction()
        .save(&mut one)
        .save(&mut two)
        .await
        .unwrap();
    assert_eq!(*store.load::<Album>("a").await.unwrap(), *one);
    assert_eq!(*store.load::<Album>("b").await.unwrap(), *two);
    let songs = dyno_testkit::dump(&store.client::<Album>().unwrap(), "Songs").await;
    assert_eq!(songs.unwrap().len(), 2 + 4);
}

#[tokio::test]
async fn a_key_that_is_missing_refuses_everything() {
    let (store, recorder) = store().await;
    let save = store.save(account("a"));
    let transaction = store.transaction().insert(album("a", 1));
    let error = transaction
        .insert(save.loader(dyno::Rules::new()))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KeyRefused);
    assert_eq!(error.failures()[0].part(), 1);
    assert_eq!(recorder.take().len(), 0);
}

#[tokio::test]
async fn shards_in_pieces_go_with_their_objects() {
    let (store, recorder) = store().await;
    let mut large = order("a");
    // What does not get smaller when it is compressed.
    let mut state = 1_u64;
    let next = |_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        char::from(b'!' + u8::try_from(state >> 33 & 63).unwrap())
    };
    large.address.city = (0..900_000).map(next).collect();
    let (mut saved,) = store.transaction().insert(large).await.unwrap();
    let parts = async || {
        let client = store.client::<Order>().unwrap();
        dyno_testkit::dump(&client, "Parts").await.unwrap().len()
    };
    assert!(parts().await > 3, "{}", parts().await);
    let (found, _) = store
        .load_transaction((Order::load("a"), Note::load("a").optional()))
        .await;
    assert_eq!(*found.unwrap(), *saved);
    recorder.take();

    // The first request finds pieces that the type does not tell, and the second deletes them.
    let transaction = store.transaction().delete::<Order>("a");
    let (_, _) = transaction
        .insert(note("a"))
        .insert(account("a"))
        .await
        .unwrap();
    assert_eq!(sent(&recorder).len(), 2);
    assert_eq!(parts().await, 0);
    saved.total = 1;
    let error = store.transaction().save(&mut saved).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
}
