//! Managed roots get their next version with an update: other writers notice, and loads verify.

use dyno::{DyObject, ErrorKind};
use tokio::task::JoinSet;

use crate::fixture::{Account, Card, Counter, load, store};

#[tokio::test]
async fn who_loaded_before_gets_a_conflict() {
    let (store, _) = store().await;
    let mut before = store.load::<Account>("c").await.unwrap();
    let fields = Account::fields();
    store
        .update::<Account>("c")
        .set(fields.visits(), 5)
        .await
        .unwrap();
    before.log.push("late".into());
    assert_eq!(before.save().await.unwrap_err().kind(), ErrorKind::Conflict);
    let mut before = store.load::<Account>("c").await.unwrap();
    store
        .update::<Account>("c")
        .add(fields.visits(), 1)
        .await
        .unwrap();
    before.details.born = "late".into();
    assert_eq!(before.save().await.unwrap_err().kind(), ErrorKind::Conflict);

    let mut now = store.load::<Account>("c").await.unwrap();
    assert_eq!((now.visits, now.details.born.as_str()), (6, "1815"));
    now.details.born = "1816".into();
    now.save().await.unwrap();
    let deleted = store.load::<Account>("c").await.unwrap();
    store
        .update::<Account>("c")
        .append(fields.log(), ["a"])
        .await
        .unwrap();
    let refused = deleted.delete().await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Conflict);
}

#[tokio::test]
async fn a_plain_object_conflicts_where_it_changed() {
    let (store, _) = store().await;
    let mut before = store.load::<Counter>("c").await.unwrap();
    let fields = Counter::fields();
    store
        .update::<Counter>("c")
        .add(fields.count(), 1)
        .await
        .unwrap();
    before.name = "other".into();
    before.save().await.unwrap();
    assert_eq!(load(&store).await.count, 2);
    before.count = 9;
    assert_eq!(before.save().await.unwrap_err().kind(), ErrorKind::Conflict);
}

#[tokio::test]
async fn writers_at_once_all_count() {
    let (store, _) = store().await;
    let mut writers = JoinSet::new();
    for _ in 0..20 {
        let store = store.clone();
        writers.spawn(async move {
            let account = store.update::<Account>("c");
            account.add(Account::fields().visits(), 1).await.unwrap();
            let counter = store.update::<Counter>("c");
            counter.add(Counter::fields().count(), 1).await.unwrap();
            let card = store.update::<Card>("c").add(Card::fields().uses(), 1);
            card.returning_new().await.unwrap().uses
        });
    }
    let mut given = writers.join_all().await;
    given.sort_unstable();
    assert_eq!(
        given,
        (1..=20).collect::<Vec<_>>(),
        "each value is given once"
    );
    assert_eq!(store.load::<Account>("c").await.unwrap().visits, 20);
    assert_eq!(load(&store).await.count, 21);
}
