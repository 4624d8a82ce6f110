//! What must hold: `when`, and what an update asks by itself.

use dyno::{DyObject, ErrorKind};

use crate::fixture::{Account, Counter, counter, load, store};

#[tokio::test]
async fn an_update_on_a_condition_is_made_or_refused() {
    let (store, recorder) = store().await;
    let fields = Counter::fields();
    let update = || store.update::<Counter>("c").add(fields.count(), 1);
    update().when(fields.count().eq(1)).await.unwrap();
    let error = update().when(fields.count().eq(1)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConditionFailed);
    assert_eq!(error.operation(), Some("update"));
    let both = update()
        .when(fields.count().eq(2))
        .when(fields.name().eq("x"));
    assert_eq!(both.await.unwrap_err().kind(), ErrorKind::ConditionFailed);
    let either = fields.count().eq(2) | fields.name().eq("x");
    update().when(either).await.unwrap();
    assert_eq!(recorder.take().len(), 4);
    assert_eq!(load(&store).await.count, 3);

    let fields = Account::fields();
    let update = || store.update::<Account>("c").set(fields.visits(), 3);
    let error = update().when(fields.visits().gt(0)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConditionFailed);
    update().when(fields.visits().eq(0)).await.unwrap();
    let add = store.update::<Account>("c").add(fields.visits(), 1);
    let error = add.when(fields.visits().eq(0)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConditionFailed);
    assert_eq!(store.load::<Account>("c").await.unwrap().visits, 3);
}

#[tokio::test]
async fn an_update_makes_no_object() {
    let (store, _) = store().await;
    let update = store.update::<Counter>("other");
    let error = update.add(Counter::fields().count(), 1).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    for error in [
        store
            .update::<Account>("other")
            .set(Account::fields().visits(), 1)
            .await
            .unwrap_err(),
        store
            .update::<Account>("other")
            .add(Account::fields().visits(), 1)
            .await
            .unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }
    assert!(store.scan::<Counter>().await.unwrap().len() == 1);
}

#[tokio::test]
async fn what_is_around_a_value_must_be_there() {
    let (store, _) = store().await;
    let fields = Counter::fields();
    let update = || store.update::<Counter>("c");
    update().remove(fields.home()).await.unwrap();
    for (update, path) in [
        (update().set(fields.home().city(), "x"), "home"),
        (update().add(fields.home().floor(), 1), "home"),
        (update().set(fields.log().index(1), "x"), "log[1]"),
        (update().remove(fields.log().index(1)), "log[1]"),
    ] {
        let error = update.when(fields.count().eq(1)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::PathNotFound, "{path}");
        assert_eq!(error.path().unwrap(), path);
    }
    let mut expected = counter();
    expected.home = None;
    assert_eq!(load(&store).await, expected);
}

#[tokio::test]
async fn a_number_stays_within_its_type() {
    let (store, _) = store().await;
    let fields = Counter::fields();
    let update = || store.update::<Counter>("c");
    for (update, path) in [
        (update().subtract(fields.count(), 2), "count"),
        (update().add(fields.count(), u32::MAX), "count"),
        (update().add(fields.home().floor(), 125), "home.floor"),
        (
            update()
                .subtract(fields.home().floor(), 127)
                .subtract(fields.count(), 2),
            "count",
        ),
    ] {
        let error = update.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidValue, "{path}");
        assert_eq!(error.path().unwrap(), path);
    }
    assert_eq!(load(&store).await, counter());
    update().subtract(fields.count(), 1).await.unwrap();
    update().add(fields.count(), u32::MAX).await.unwrap();
    assert_eq!(load(&store).await.count, u32::MAX);
    update()
        .set(fields.sums().key("a"), i64::MAX)
        .await
        .unwrap();
    let error = update().add(fields.sums().key("a"), 1).await.unwrap_err();
    assert_eq!(error.path().unwrap(), "sums.a");
    update()
        .subtract(fields.sums().key("b"), i64::MAX)
        .await
        .unwrap();
    assert_eq!(load(&store).await.sums["b"], -i64::MAX);
}
