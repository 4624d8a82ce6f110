//! What would be sent, before it is.

use dyno::ActionKind::{Delete, Put, Update};
use dyno::{ActionKind, DyObject as _, ErrorKind, PlannedAction};

use crate::fixture::{Account, Album, Note, Order, account, album, note, order, store, stored};

#[tokio::test]
async fn a_plan_is_what_is_sent() {
    let (store, recorder) = store().await;
    let mut old = stored(&store).await;
    let gone = store.save(note("gone")).await.unwrap();
    recorder.take();
    old.order.address.city = "Kyoto".into();
    old.account.balance = 3;
    old.note.count = 7;
    let transaction = store
        .transaction()
        .save(&mut old.order)
        .save(&mut old.account)
        .save(&mut old.note)
        .delete_saved(&gone)
        .insert(order("new"));
    let plan = transaction.plan().unwrap();
    assert_eq!(recorder.take().len(), 0);
    assert!(plan.is_exact(), "{plan}");
    let [planned] = plan.requests() else {
        panic!("{plan}")
    };
    assert_eq!(planned.operation(), "TransactWriteItems");
    let (_,) = transaction.await.unwrap();
    let [request] = &*recorder.take() else {
        panic!("one request")
    };
    assert_eq!(planned.actions().len(), request.actions());
    let kinds: Vec<_> = planned.actions().iter().map(PlannedAction::kind).collect();
    assert_eq!(kinds, [Put, Put, Put, Update, Delete, Put, Put, Put]);
}

#[tokio::test]
async fn a_plan_says_where_it_does_not_know() {
    let (store, recorder) = store().await;
    let transaction = store.transaction().delete::<Album>("a");
    let transaction = transaction.check_exists::<Note>("b");
    let plan = transaction.plan().unwrap();
    let operations: Vec<_> = plan
        .requests()
        .iter()
        .map(|request| (request.round_trip(), request.operation()))
        .collect();
    assert_eq!(operations, [(1, "GetItem"), (2, "TransactWriteItems")]);
    assert!(!plan.is_complete());
    let plan = store.transaction().delete::<Order>("a").plan().unwrap();
    assert!(!plan.is_complete());
    let plan = store.transaction().delete::<Note>("a").plan().unwrap();
    assert!(plan.is_complete() && !plan.is_exact());
    let plan = store.transaction().plan().unwrap();
    assert_eq!(plan.requests().len(), 0);
    let twice = store.transaction().check_exists::<Note>("b");
    let error = twice.put(note("b")).plan().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidKey);
    let error = store.transaction().delete::<Note>("").plan().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidKey);
    assert_eq!(recorder.take().len(), 0);
}

#[tokio::test]
async fn the_request_can_be_looked_at() {
    let (store, recorder) = store().await;
    let fields = Note::fields();
    let update = Note::update("a").add(fields.count(), 1);
    let transaction = store.transaction().update(update);
    let transaction = transaction.check("b", fields.text().eq("x"));
    let transaction = transaction.insert(account("c"));
    let params = transaction.params().unwrap();
    assert_eq!(recorder.take().len(), 0);
    let [update, check, put] = params.actions() else {
        panic!("{params}")
    };
    assert_eq!(
        update.update(),
        Some("SET #q0=if_not_exists(#q0, :q0) + :q1")
    );
    assert_eq!(check.kind(), ActionKind::Check);
    assert_eq!(check.table(), "Notes");
    assert!(
        check
            .values()
            .values()
            .any(|value| value.as_s().is_ok_and(|text| text == "x"))
    );
    assert!(put.item().unwrap().contains_key("owner"));
    let text = params.to_string();
    assert!(
        text.starts_with("TransactWriteItems of 3 actions\nUpdate in table `Notes`"),
        "{text}"
    );
    assert!(!text.contains("owner c"), "{text}");
    assert!(!format!("{params:?}").contains("\"x\""), "{params:?}");

    // It is what is sent.
    transaction.await.unwrap_err();
    let request = &recorder.take()[0];
    let sent = request.body()["TransactItems"][0]["Update"]["UpdateExpression"].clone();
    assert_eq!(sent.as_str(), update.update());
}

#[tokio::test]
async fn bad_input_is_refused_before_a_root_is_read() {
    let (store, recorder) = store().await;
    store.save(album("a", 2)).await.unwrap();
    recorder.take();
    let delete = || store.transaction().delete::<Album>("a");
    let twice = delete().check_exists::<Note>("b").put(note("b")).await;
    assert_eq!(twice.unwrap_err().kind(), ErrorKind::InvalidKey);
    let same = delete().check_exists::<Album>("a").await;
    assert_eq!(same.unwrap_err().kind(), ErrorKind::InvalidKey);
    let notes = (0..100).map(|number| note(&number.to_string()));
    let many = delete().put_all(notes).await;
    assert_eq!(many.unwrap_err().kind(), ErrorKind::TooLarge);
    let large = large(500_000);
    let large = delete().put(large).await;
    assert_eq!(large.unwrap_err().kind(), ErrorKind::TooLarge);
    let save = store.save(account("a")).loader(dyno::Rules::new());
    let refused = delete().insert(save).await;
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::KeyRefused);
    assert_eq!(recorder.take().len(), 0);
    assert!(store.load::<Account>("a").await.is_err());
}

fn large(bytes: usize) -> Note {
    Note {
        text: "x".repeat(bytes),
        ..note("large")
    }
}
