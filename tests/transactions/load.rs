//! Objects as they are at one moment.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dyno::{DyObject, ErrorKind};
use dyno_testkit::Fault;
use serde_json::json;

use crate::fixture::{
    Account, Album, Note, Order, account, album, faulty, note, order, sent, store, stored,
};

#[tokio::test]
async fn roots_and_shards_of_all_types_are_one_request() {
    let (store, recorder) = store().await;
    stored(&store).await;
    store.save(account("b")).await.unwrap();
    recorder.take();
    let parts = (
        Note::load("a"),
        Order::load("a"),
        Account::load_many(["a", "none", "b", "a"]),
        Order::load("none").optional(),
    );
    let (a_note, an_order, accounts, none) = store.load_transaction(parts).await;
    // note 1, orders 3 each, accounts 3
    assert_eq!(sent(&recorder), ["TransactGetItems 10"]);
    let mut a_note = a_note.unwrap();
    assert_eq!(*a_note, note("a"));
    let mut an_order = an_order.unwrap();
    assert_eq!(*an_order, order("a"));
    let accounts = accounts.unwrap();
    let owners: Vec<_> = accounts
        .iter()
        .map(|found| found.as_ref().map(|account| &*account.owner))
        .collect();
    assert_eq!(
        owners,
        [Some("owner a"), None, Some("owner b"), Some("owner a")]
    );
    assert!(none.unwrap().is_none());

    // What was loaded can be saved.
    a_note.count = 2;
    an_order.address.city = "Kyoto".into();
    let transaction = store.transaction().save(&mut a_note);
    transaction.save(&mut an_order).await.unwrap();
    let (now,) = store.load_transaction((Order::load("a"),)).await;
    assert_eq!(*now.unwrap(), *an_order);
    let (missing, there) = store
        .load_transaction((Note::load("x"), Note::load("a")))
        .await;
    assert_eq!(missing.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(there.unwrap().count, 2);
}

#[tokio::test]
async fn what_only_roots_tell_is_read_with_everything_once_more() {
    let (store, recorder) = store().await;
    stored(&store).await;
    store.save(album("a", 4)).await.unwrap();
    recorder.take();
    let (found, an_order) = store
        .load_transaction((Album::load("a"), Order::load("a")))
        .await;
    assert_eq!(
        sent(&recorder),
        ["TransactGetItems 4", "TransactGetItems 8"]
    );
    assert_eq!(*found.unwrap(), album("a", 4));
    assert_eq!(*an_order.unwrap(), order("a"));
    store.save(album("b", 0)).await.unwrap();
    recorder.take();
    let (found,) = store.load_transaction((Album::load("b"),)).await;
    assert_eq!(*found.unwrap(), album("b", 0));
    assert_eq!(sent(&recorder), ["TransactGetItems 1"]);
}

/// Two albums, of which one always has what the other lacks, and an account that counts the moves.
#[tokio::test]
async fn no_transaction_is_seen_in_part() {
    // Every transaction waits for a while, so that others come between.
    let (store, _, _) =
        faulty(|number| Fault::Delayed(u32::try_from(number * 7 % 5).unwrap())).await;
    let mut one = store.save(album("a", 4)).await.unwrap();
    let mut two = store.save(album("b", 0)).await.unwrap();
    let mut moves = store.save(account("moves")).await.unwrap();
    let done = Arc::new(AtomicUsize::new(0));
    let writer = async {
        for round in 0..40 {
            let (from, to) = if round % 8 < 4 {
                (&mut one, &mut two)
            } else {
                (&mut two, &mut one)
            };
            to.songs.push(from.songs.pop().unwrap());
            moves.balance += 1;
            let transaction = store.transaction().save(&mut one).save(&mut two);
            transaction.save(&mut moves).await.unwrap();
            for _ in 0..round * 7 % 30 {
                tokio::task::yield_now().await;
            }
        }
        done.store(1, Ordering::Relaxed);
    };
    let reader = async {
        let mut last = 0;
        let mut seen = BTreeSet::new();
        while done.load(Ordering::Relaxed) == 0 {
            let parts = (Album::load("b"), Account::load("moves"), Album::load("a"));
            let (b, moves, a) = store.load_transaction(parts).await;
            let (b, moves, a) = match (b, moves, a) {
                (Ok(b), Ok(moves), Ok(a)) => (b, moves, a),
                (Err(error), ..) => {
                    assert_eq!(error.kind(), ErrorKind::Contended);
                    continue;
                }
                other => panic!("{other:?}"),
            };
            assert_eq!(a.songs.len() + b.songs.len(), 4);
            let moved = usize::try_from(moves.balance - 10).unwrap() % 8;
            assert_eq!(b.songs.len(), moved.min(8 - moved));
            assert!(moves.balance >= last);
            last = moves.balance;
            seen.insert(last);
            tokio::task::yield_now().await;
        }
        assert!(seen.len() > 5, "{seen:?}");
    };
    tokio::join!(writer, reader);
}

#[tokio::test(start_paused = true)]
async fn it_is_sent_again_while_others_write() {
    let (store, sound, recorder) = faulty(|number| match number {
        0..3 => Fault::TransactionConflict,
        _ => Fault::Pass,
    })
    .await;
    stored(&sound).await;
    let (found, _) = store
        .load_transaction((Order::load("a"), Note::load("a")))
        .await;
    assert_eq!(*found.unwrap(), order("a"));
    assert_eq!(recorder.take().len(), 4);
    let (store, sound, recorder) = faulty(|_| Fault::TransactionConflict).await;
    stored(&sound).await;
    let (found, other) = store
        .load_transaction((Order::load("a"), Note::load("a")))
        .await;
    let error = found.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Contended);
    assert!(
        error.to_string().contains("`Order` with key `a`"),
        "{error}"
    );
    assert_eq!(other.unwrap_err().kind(), ErrorKind::Contended);
    assert_eq!(recorder.take().len(), 8);
}

#[tokio::test]
async fn what_cannot_be_read_at_one_moment_is_refused() {
    #[derive(DyObject, Clone, Debug, PartialEq)]
    #[dyno(table = "Far", key = "ID", region = "eu-west-1")]
    struct Far {
        name: String,
    }
    let (store, recorder) = store().await;
    let keys = |count: usize| (0..count).map(|number| number.to_string());
    let (found,) = store.load_transaction((Note::load_many(keys(100)),)).await;
    assert_eq!(found.unwrap().len(), 100);
    assert_eq!(recorder.take().len(), 1);
    let (found,) = store.load_transaction((Note::load_many(keys(101)),)).await;
    assert_eq!(found.unwrap_err().kind(), ErrorKind::TooLarge);
    let (far, _) = store
        .load_transaction((Far::load("a"), Note::load("a")))
        .await;
    assert_eq!(far.unwrap_err().kind(), ErrorKind::InvalidShape);
    let other = dyno_testbed::store();
    let parts = (Note::load("a").on(&other), Note::load("a"));
    let (foreign, _) = store.load_transaction(parts).await;
    assert_eq!(foreign.unwrap_err().kind(), ErrorKind::InvalidSetting);
    let (wrong, other) = store
        .load_transaction((Note::load(""), Note::load("a")))
        .await;
    assert_eq!(wrong.unwrap_err().kind(), ErrorKind::InvalidKey);
    assert_eq!(other.unwrap_err().kind(), ErrorKind::BatchRefused);
    assert_eq!(recorder.take().len(), 0);

    store.save(album("a", 100)).await.unwrap_err();
    store.save(album("a", 60)).await.unwrap();
    store.save(album("b", 60)).await.unwrap();
    let (a, _) = store
        .load_transaction((Album::load("a"), Album::load("b")))
        .await;
    let error = a.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert!(error.to_string().contains("122 items"), "{error}");
}

#[tokio::test]
async fn items_that_do_not_fit_are_not_taken_for_an_older_state() {
    let (store, _) = store().await;
    stored(&store).await;
    let client = store.client::<Order>().unwrap();
    let parts = dyno_testkit::dump(&client, "Parts").await.unwrap();
    let part = parts.iter().find(|part| part.contains_key("city")).unwrap();
    let key = part.get("IDX").unwrap().clone();
    let delete = client.delete_item().table_name("Parts").key("IDX", key);
    delete.send().await.unwrap();
    let (an_order, a_note) = store
        .load_transaction((Order::load("a"), Note::load("a")))
        .await;
    let error = an_order.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt);
    let text = error.to_string();
    assert!(
        text.contains("table `Parts`") && text.contains("shard `address`"),
        "{text}"
    );
    assert_eq!(*a_note.unwrap(), note("a"));
}

/// The answer to a read that is cancelled for these reasons.
fn cancelled(reasons: &serde_json::Value) -> Fault {
    let body = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "message": "Transaction cancelled",
        "CancellationReasons": reasons,
    });
    Fault::Answered(400, body)
}

#[tokio::test(start_paused = true)]
async fn the_reason_of_a_cancelled_read_is_told() {
    let too_large = "The aggregate size of the items in the transaction exceeded 4 MB";
    for (code, message, kind, tries) in [
        ("TransactionConflict", "", ErrorKind::Contended, 8),
        ("ThrottlingError", "slow", ErrorKind::Throttled, 8),
        ("ProvisionedThroughputExceeded", "", ErrorKind::Throttled, 8),
        ("ValidationError", "no such", ErrorKind::Service, 1),
        ("ValidationError", too_large, ErrorKind::TooLarge, 1),
    ] {
        let reasons = json!([{"Code": "None"}, {"Code": code, "Message": message}]);
        let answer = cancelled(&reasons);
        let (store, sound, recorder) = faulty(move |_| answer.clone()).await;
        stored(&sound).await;
        recorder.take();
        let parts = (Note::load("a"), Account::load("a"));
        let (found, other) = store.load_transaction(parts).await;
        let error = found.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!(recorder.take().len(), tries, "{code} {message}");
        let other = other.unwrap_err();
        assert_eq!(other.kind(), kind);
        if kind == ErrorKind::Service {
            let text = other.to_string();
            assert!(
                text.contains("no such") && text.contains("table `"),
                "{text}"
            );
        }
    }
    // Throttling passes.
    let throttled = cancelled(&json!([{"Code": "ThrottlingError"}]));
    let (store, sound, _) = faulty(move |number| match number {
        0 => throttled.clone(),
        _ => Fault::Pass,
    })
    .await;
    stored(&sound).await;
    let (found,) = store.load_transaction((Note::load("a"),)).await;
    assert_eq!(*found.unwrap(), note("a"));
}

#[tokio::test(start_paused = true)]
async fn more_than_can_be_read_at_one_moment_is_said_so() {
    let body = json!({
        "__type": "com.amazon.coral.validate#ValidationException",
        "message": "The aggregate size of the items in the transaction exceeded 4 MB",
    });
    let (store, _, _) = faulty(move |_| Fault::Answered(400, body.clone())).await;
    let (found,) = store.load_transaction((Note::load_many(["a", "b"]),)).await;
    let error = found.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert!(error.to_string().contains("4 MB"), "{error}");
}
