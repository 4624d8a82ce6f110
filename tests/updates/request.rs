//! Which requests are sent, and what they say.

use dyno::{CapacityUnits, DyObject};

use crate::fixture::{Account, Card, Counter, counter, load, store};

#[tokio::test]
async fn all_changes_are_one_request_without_a_read() {
    let (store, recorder) = store().await;
    let fields = Counter::fields();
    store
        .update::<Counter>("c")
        .set(fields.name(), "second")
        .add(fields.count(), 2)
        .set_if_absent(fields.note(), "n")
        .set_if_absent(fields.score(), 0.5)
        .add(fields.tags(), ["a", "b"])
        .append(fields.log(), ["z"])
        .add(fields.sums().key("a"), 4)
        .subtract(fields.sums().key("b"), 4)
        .set(fields.home().city(), "Uji")
        .subtract(fields.home().floor(), 5)
        .await
        .unwrap();
    assert_eq!(recorder.operations(), ["UpdateItem"]);
    let mut expected = counter();
    expected.name = "second".into();
    expected.count = 3;
    expected.note = Some("n".into());
    expected.score = Some(0.5);
    expected.tags = Some(["a".into(), "b".into()].into());
    expected.log.push("z".into());
    expected.sums = [("a".into(), 5), ("b".into(), -4)].into();
    let home = expected.home.as_mut().unwrap();
    home.city = "Uji".into();
    home.floor = -2;
    assert_eq!(load(&store).await, expected);

    store
        .update::<Counter>("c")
        .prepend(fields.log(), ["y"])
        .delete(fields.tags(), ["a", "unknown"])
        .remove(fields.sums().key("a"))
        .set_if_absent(fields.note(), "other")
        .set(fields.score(), None)
        .remove(fields.home())
        .await
        .unwrap();
    expected.log.insert(0, "y".into());
    expected.tags = Some(["b".into()].into());
    expected.sums.remove("a");
    expected.score = None;
    expected.home = None;
    assert_eq!(load(&store).await, expected);
    store
        .update::<Counter>("c")
        .remove(fields.log().index(1))
        .delete(fields.tags(), ["b"])
        .await
        .unwrap();
    expected.log.remove(1);
    expected.tags = None;
    assert_eq!(load(&store).await, expected);
}

#[tokio::test]
async fn the_answer_brings_the_object_in_the_same_request() {
    let (store, recorder) = store().await;
    let fields = Counter::fields();
    let update = || store.update::<Counter>("c").add(fields.count(), 1);
    let mut new = update().returning_new().await.unwrap();
    assert_eq!((new.count, new.name.as_str()), (2, "first"));
    let old = update().returning_old().await.unwrap();
    assert_eq!(old, *new);
    assert_eq!(recorder.operations(), ["UpdateItem", "UpdateItem"]);
    // What came is a base for the next save, which compares what it changes.
    new.name = "second".into();
    new.save().await.unwrap();
    assert_eq!(load(&store).await.count, 3);

    recorder.take();
    let uses = Card::fields();
    let update = || store.update::<Card>("c").add(uses.uses(), 1);
    let mut card = update().returning_new().await.unwrap();
    assert_eq!((card.uses, card.number.as_str()), (1, "4111"));
    assert_eq!(recorder.operations(), ["UpdateItem"]);
    card.number = "5500".into();
    card.save().await.unwrap();
    let old = update().returning_old().await.unwrap();
    assert_eq!((old.uses, old.number.as_str()), (1, "5500"));
}

#[tokio::test]
async fn what_must_not_come_twice_goes_with_a_token() {
    let (store, recorder) = store().await;
    let fields = Account::fields();
    let update = || store.update::<Account>("c");
    update().add(fields.visits(), 1).await.unwrap();
    update().append(fields.log(), ["a"]).await.unwrap();
    update().set(fields.visits(), 7).await.unwrap();
    let counter = store.update::<Counter>("c");
    let counter = counter.add(Counter::fields().count(), 1);
    counter.exactly_once().await.unwrap();
    let sent = recorder.take();
    let operations: Vec<_> = sent
        .iter()
        .map(|sent| sent.operation().to_owned())
        .collect();
    let transaction = "TransactWriteItems";
    assert_eq!(
        operations,
        [transaction, transaction, "UpdateItem", transaction]
    );
    let account = store.load::<Account>("c").await.unwrap();
    assert_eq!((account.visits, account.log.len()), (7, 1));
}

#[tokio::test]
async fn plan_and_params_are_what_is_sent() {
    let (store, recorder) = store().await;
    let fields = Counter::fields();
    let update = || {
        let update = store.update::<Counter>("c").add(fields.count(), 1);
        let update = update.set(fields.home().city(), "Uji");
        update.when(fields.name().eq("first"))
    };
    let params = update().params().unwrap();
    assert_eq!(
        (params.operation(), params.table()),
        ("UpdateItem", "Counters")
    );
    assert_eq!(
        params.update(),
        "SET #q0=if_not_exists(#q0, :q0) + :q1, #q1.#q2=:q2"
    );
    assert_eq!(
        params.condition(),
        "attribute_exists(#k) AND attribute_not_exists(#f) AND NOT #q0 > :q3 AND attribute_exists(#q1) AND (#q3 = :q4)"
    );
    assert_eq!(params.names().get("#q2").unwrap(), "order");
    assert_eq!(params, update().params().unwrap());
    assert!(params.to_string().contains("update: SET #q0"));
    assert!(!format!("{params:?}").contains("Uji"));

    let plan = update().plan().unwrap();
    assert_eq!(plan.requests().len(), 1);
    assert_eq!(plan.requests()[0].operation(), "UpdateItem");
    assert_eq!(plan.write_units(), CapacityUnits::whole(1));
    let plan = store.update::<Account>("c");
    let plan = plan.add(Account::fields().visits(), 1).plan().unwrap();
    assert_eq!(plan.requests()[0].operation(), "TransactWriteItems");
    assert!(recorder.take().is_empty());

    update().await.unwrap();
    let sent = recorder.take();
    let body = sent[0].body();
    assert_eq!(body["UpdateExpression"], params.update());
    assert_eq!(body["ConditionExpression"], params.condition());
}
