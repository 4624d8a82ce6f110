//! Two writers of one object.

use dyno::{ErrorKind, Saved};
use futures_util::future::try_join_all;

use crate::fixture::{Person, store};

#[tokio::test]
async fn the_second_writer_is_told_and_loses_nothing() {
    let (store, _) = store().await;
    let mut one = store.save(Person::john()).await.unwrap();
    let mut two = store.load::<Person>(one.key()).await.unwrap();
    one.location.city = "Kyoto".into();
    two.location.city = "Nara".into();
    one.save().await.unwrap();
    let error = two.save().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert_eq!(error.key(), Some(two.key()));
    assert_eq!(
        two.location.city, "Nara",
        "the change is still in the caller's hands"
    );
    let wanted = two.location.city.clone();
    two.reload().await.unwrap();
    assert_eq!(two.location.city, "Kyoto");
    two.location.city = wanted;
    two.save().await.unwrap();
    assert_eq!(
        store.load::<Person>(one.key()).await.unwrap().location.city,
        "Nara"
    );
}

#[tokio::test]
async fn a_path_write_in_between_is_a_conflict() {
    let (store, _) = store().await;
    let mut saved = store.save(Person::john()).await.unwrap();
    store
        .write_path::<Person, u64>(saved.key(), "location.visits", 7u64)
        .await
        .unwrap();
    saved.tags.clear();
    assert_eq!(saved.save().await.unwrap_err().kind(), ErrorKind::Conflict);
}

#[tokio::test]
async fn a_deletion_in_between_is_a_conflict() {
    let (store, _) = store().await;
    let mut saved = store.save(Person::john()).await.unwrap();
    store.delete::<Person>(saved.key()).await.unwrap();
    saved.tags.clear();
    let error = saved.save().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(error.to_string().contains("deleted"), "{error}");
    let key = saved.key().clone();
    let again = saved.into_object();
    let saved = store.save(again).key(&key).await.unwrap();
    saved.delete().await.unwrap();
    assert_eq!(
        store.load::<Person>(&key).await.unwrap_err().kind(),
        ErrorKind::NotFound
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_tasks_of_a_hundred_increments_end_at_eight_hundred() {
    let (store, _) = store().await;
    let saved = store.save(Person::john()).await.unwrap();
    let increment = |mut mine: Saved<Person>| async move {
        for _ in 0..100 {
            loop {
                mine.location.visits += 1;
                match mine.save().await {
                    Ok(()) => break,
                    Err(error) if error.kind() == ErrorKind::Conflict => mine.reload().await?,
                    Err(error) => return Err(error),
                }
            }
        }
        dyno::Result::Ok(())
    };
    let tasks = (0..8).map(|_| tokio::spawn(increment(saved.clone())));
    for task in try_join_all(tasks).await.unwrap() {
        task.unwrap();
    }
    assert_eq!(
        store
            .load::<Person>(saved.key())
            .await
            .unwrap()
            .location
            .visits,
        800
    );
}
