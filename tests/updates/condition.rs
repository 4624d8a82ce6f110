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

#[tokio::test]
async fn what_the_program_demands_is_judged_before_the_range_of_a_number() {
    let (store, _) = store().await;
    let fields = Counter::fields();
    let update = || store.update::<Counter>("c").subtract(fields.count(), 9);
    for (when, kind) in [
        (fields.count().ge(9), ErrorKind::ConditionFailed),
        (fields.count().ge(1), ErrorKind::InvalidValue),
    ] {
        let error = update().when(when).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
    }
    let fields = Account::fields();
    let update = || store.update::<Account>("c").subtract(fields.visits(), 1);
    for (when, kind) in [
        (fields.visits().ge(1), ErrorKind::ConditionFailed),
        (fields.visits().eq(0), ErrorKind::InvalidValue),
    ] {
        let error = update().when(when.clone()).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        let error = update().when(when).exactly_once().await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
    }
}

#[tokio::test]
async fn the_range_of_a_number_is_told_with_value_and_amount() {
    let (store, _) = store().await;
    let fields = Counter::fields();
    let update = || store.update::<Counter>("c");
    for (update, text) in [
        (
            update().subtract(fields.count(), 9),
            "is 1, and less 9 it would be below 0, the least that its type holds; nothing was written",
        ),
        (
            update().add(fields.home().floor(), 125),
            "is 3, and with 125 it would be above 127, the largest that its type holds; nothing was written",
        ),
    ] {
        let error = update.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidValue);
        assert!(error.to_string().ends_with(text), "{error}");
    }
    update()
        .set(fields.sums().key("a"), i64::MIN)
        .await
        .unwrap();
    let beyond = update().subtract(fields.sums().key("a"), 1);
    let error = beyond.await.unwrap_err().to_string();
    assert!(
        error
            .contains("is -9223372036854775808, and less 1 it would be below -9223372036854775808"),
        "{error}"
    );
}

/// What the service says of a condition, and what the mapper says of it where the range of a number is in the way, too.
#[tokio::test]
async fn a_condition_is_judged_here_as_the_service_judges_it() {
    let (store, _) = store().await;
    let fields = Counter::fields();
    store
        .update::<Counter>("c")
        .set(
            fields.tags(),
            std::collections::BTreeSet::from(["a".to_owned(), "b".to_owned()]),
        )
        .set(fields.score(), 1.5)
        .await
        .unwrap();
    let conditions = [
        fields.count().eq(1),
        fields.count().ne(1),
        fields.count().lt(1),
        fields.count().le(1),
        fields.count().gt(0),
        fields.count().ge(2),
        fields.count().between(1, 3),
        fields.count().between(2, 3),
        fields.count().is_in([3, 1]),
        fields.count().is_in([3, 2]),
        fields.score().eq(1.5),
        fields.score().eq(None),
        fields.note().eq(None),
        fields.note().ne(None),
        fields.note().ne("x"),
        fields.note().lt("x"),
        fields.note().exists(),
        fields.note().is_missing(),
        fields.name().begins_with("fir"),
        fields.name().begins_with("ir"),
        fields.name().contains("irs"),
        fields.name().contains("x"),
        fields.name().eq(fields.name()),
        fields.name().lt(fields.home().city()),
        fields.name().size().eq(5),
        fields.tags().contains("a"),
        fields.tags().contains("c"),
        fields.tags().size().gt(2),
        fields.log().contains("made"),
        fields.log().size().le(1),
        fields.log().index(0).eq("made"),
        fields.log().index(1).exists(),
        fields.sums().key("a").eq(1),
        fields.home().exists(),
        fields.home().floor().gt(2),
    ];
    let mut negated: Vec<_> = conditions
        .iter()
        .map(|condition| !condition.clone())
        .collect();
    negated.push((fields.count().eq(1) | fields.count().eq(2)) & fields.name().eq("first"));
    negated.push(!(fields.count().eq(1) & fields.name().eq("second")));
    for condition in conditions.into_iter().chain(negated) {
        let text = condition.to_string();
        let set = store.update::<Counter>("c").set(fields.home().floor(), 3);
        let service = match set.when(condition.clone()).await {
            Ok(()) => ErrorKind::InvalidValue,
            Err(error) => error.kind(),
        };
        let beyond = store.update::<Counter>("c").subtract(fields.count(), 9);
        let here = beyond.when(condition).await.unwrap_err().kind();
        assert_eq!(here, service, "{text}");
    }
}
