//! What is stored already: values get their guards, and guards without a value go.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use dyno::{Cursor, DyObject, ErrorKind, Key, Store};
use dyno_testkit::{Fault, FaultClient, Recorder, Request, wrap};
use proptest::prelude::*;

use crate::fixture::{Shop, User, assert_guarded, guards, made, shop, store, user};

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.into())
}

/// Users as a program without guards stored them.
async fn put_users(client: &Client, users: &[(&str, &str)]) {
    for (id, email) in users {
        let put = client.put_item().table_name("Users");
        let put = put.item("ID", s(id)).item("email", s(email));
        let put = put.item("visits", AttributeValue::N("1".into()));
        put.send().await.unwrap();
    }
}

async fn put_guard(client: &Client, email: &str, owner: &str) {
    let put = client.put_item().table_name("Users");
    let put = put.item("ID", s(&format!("_dy_unique#Users#email#S#{email}")));
    let put = put.item("_dy_format", AttributeValue::N("11".into()));
    let put = put
        .item("_dy_type", s("#unique"))
        .item("_dy_tag", s("#unique"));
    let put = put.item("_dy_owner", AttributeValue::L(vec![s(owner)]));
    put.send().await.unwrap();
}

async fn delete(client: &Client, table: &str, key: &[(&str, AttributeValue)]) {
    let delete = client.delete_item().table_name(table);
    let key = key
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()));
    let delete = delete.set_key(Some(key.collect()));
    delete.send().await.unwrap();
}

fn requests(recorder: &Recorder) -> Vec<String> {
    let line = |request: &Request| format!("{} {}", request.operation(), request.actions());
    recorder.take().iter().map(line).collect()
}

#[tokio::test]
async fn what_is_stored_gets_its_guards() {
    let (store, recorder) = store().await;
    let client = store.client::<User>().unwrap();
    put_users(&client, &[("u1", "a@x"), ("u2", "b@x")]).await;
    store.save(user("u3", "c@x")).await.unwrap();
    recorder.take();
    let planned = store.guard_values::<User>().dry_run().await.unwrap();
    assert_eq!((planned.guarded(), planned.freed()), (2, 0));
    assert!(planned.has_ended() && !planned.is_complete());
    let sent = requests(&recorder);
    assert!(
        sent.iter().all(|line| !line.starts_with("Transact")),
        "{sent:?}"
    );
    let report = store.guard_values::<User>().await.unwrap();
    assert_eq!(
        report.to_string(),
        "3 objects, 2 values guarded, 0 freed, 0 duplicates"
    );
    assert!(report.is_complete());
    let mut sent = requests(&recorder);
    sent.sort();
    // The guards of three users, and the owner of the guard that stood there.
    let expected = ["BatchGetItem 1"; 4].into_iter();
    let expected = expected
        .chain(["Scan 1"])
        .chain(["TransactWriteItems 2"; 2]);
    assert_eq!(sent, expected.collect::<Vec<_>>());
    assert_guarded(&store).await;
    let error = store.save(user("u4", "b@x")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotUnique);
    recorder.take();
    let again = store.guard_values::<User>().await.unwrap();
    assert!(again.is_complete() && again.guarded() == 0);
    assert!(
        requests(&recorder)
            .iter()
            .all(|line| !line.starts_with("Transact"))
    );
}

#[tokio::test]
async fn a_value_of_two_objects_is_told() {
    let (store, _) = store().await;
    let client = store.client::<User>().unwrap();
    put_users(&client, &[("u1", "a@x"), ("u2", "a@x"), ("u3", "a@x")]).await;
    for dry in [true, false] {
        let walk = store.guard_values::<User>();
        let report = if dry { walk.dry_run() } else { walk }.await.unwrap();
        assert_eq!((report.guarded(), report.duplicated()), (1, 2), "{report}");
        assert!(!report.is_complete());
        let told: BTreeSet<_> = report
            .duplicates()
            .iter()
            .map(|one| one.key().to_string())
            .collect();
        let holder = report.duplicates()[0].holder().to_string();
        let all: BTreeSet<_> = told.iter().cloned().chain([holder]).collect();
        assert_eq!(all, BTreeSet::from(["u1", "u2", "u3"].map(str::to_owned)));
        assert_eq!(report.duplicates()[0].field(), "email");
    }
    assert_eq!(guards(&store).await.len(), 1);
    let again = store.guard_values::<User>().await.unwrap();
    assert_eq!((again.guarded(), again.duplicated()), (0, 2));
    for duplicate in again.duplicates() {
        store.delete::<User>(duplicate.key().clone()).await.unwrap();
    }
    assert!(store.guard_values::<User>().await.unwrap().is_complete());
    assert_guarded(&store).await;
}

#[tokio::test]
async fn guards_without_a_value_go() {
    let (store, _) = store().await;
    let client = store.client::<User>().unwrap();
    store.save(user("u1", "a@x")).await.unwrap();
    store.save(user("u2", "b@x")).await.unwrap();
    delete(&client, "Users", &[("ID", s("u1"))]).await;
    put_users(&client, &[("u2", "c@x"), ("u3", "b@x")]).await;
    put_guard(&client, "d@x", "nobody").await;
    let report = store.guard_values::<User>().await.unwrap();
    assert!(report.is_complete(), "{report}");
    assert_guarded(&store).await;
    assert_eq!(guards(&store).await.len(), 2);
    store.save(user("u4", "a@x")).await.unwrap();
    store.save(user("u5", "d@x")).await.unwrap();
}

#[tokio::test]
async fn guards_in_a_table_of_their_own_are_gone_over_too() {
    let (store, recorder) = store().await;
    let client = store.client::<Shop>().unwrap();
    for name in ["Tea", "Ink", "Rice"] {
        store.save(shop(name, name)).await.unwrap();
    }
    let year = AttributeValue::N("1995".into());
    delete(&client, "Shops", &[("ID", s("Tea")), ("YEAR", year)]).await;
    let ink = ("value", s("_dy_unique#Shops/Shops#name#S#Ink"));
    delete(&client, "Uniques", &[ink]).await;
    recorder.take();
    let report = store.guard_values::<Shop>().await.unwrap();
    assert_eq!((report.guarded(), report.freed()), (1, 1), "{report}");
    assert!(report.is_complete());
    assert_eq!(
        requests(&recorder)
            .iter()
            .filter(|line| *line == "Scan 1")
            .count(),
        2
    );
    assert_guarded(&store).await;
}

#[tokio::test]
async fn a_walk_goes_on_from_a_cursor_of_either_table() {
    let (store, _) = store().await;
    let client = store.client::<Shop>().unwrap();
    for number in 0..102 {
        let name = format!("s{number}");
        store.save(shop(&name, &name)).await.unwrap();
    }
    let cursors = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let kept = cursors.clone();
    let walk = store.guard_values::<Shop>().dry_run();
    let walk = walk.progress(move |report| {
        let cursor = report.cursor().map(ToString::to_string);
        kept.lock().unwrap().extend(cursor);
    });
    assert!(walk.await.unwrap().is_complete());
    let cursors = cursors.lock().unwrap().clone();
    assert_eq!(cursors.len(), 2);
    let orphan = client.put_item().table_name("Uniques");
    let orphan = orphan.item("value", s("_dy_unique#Shops/Shops#name#S#gone"));
    let nobody = AttributeValue::L(vec![s("gone"), AttributeValue::N("1".into())]);
    orphan.item("_dy_owner", nobody).send().await.unwrap();
    let scanned = async |cursor: &str| {
        let cursor: Cursor = cursor.parse().unwrap();
        let report = store.guard_values::<Shop>().dry_run().from(cursor).await;
        report.unwrap().items_scanned()
    };
    assert_eq!(scanned(&cursors[0]).await, 2 + 103);
    assert!([2, 3].contains(&scanned(&cursors[1]).await));
    let error = store
        .reseal::<Shop>()
        .from(cursors[1].parse().unwrap())
        .await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::InvalidCursor);
    assert_eq!(store.guard_values::<Shop>().await.unwrap().freed(), 1);
    assert_guarded(&store).await;
}

#[derive(DyObject, Clone, Debug)]
#[dyno(table = "Users", key = "ID")]
struct Unguarded {
    email: Option<String>,
}

#[tokio::test]
async fn what_cannot_be_guarded_is_told() {
    let (store, recorder) = store().await;
    let error = store.guard_values::<Unguarded>().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidShape);
    assert!(recorder.take().is_empty());
    let client = store.client::<User>().unwrap();
    put_users(&client, &[("u1", "a@x"), ("u2", "b@x")]).await;
    let foreign = client.put_item().table_name("Users");
    let foreign = foreign.item("ID", s("_dy_unique#Users#email#S#a@x"));
    foreign.send().await.unwrap();
    let broken = client.put_item().table_name("Users").item("ID", s("u3"));
    let broken = broken.item("email", AttributeValue::Bool(true));
    broken.send().await.unwrap();
    let report = store.guard_values::<User>().await.unwrap();
    assert_eq!(report.guarded(), 1);
    let mut kinds: Vec<_> = report
        .failures()
        .iter()
        .map(|failure| (failure.key().to_string(), failure.error().kind()))
        .collect();
    kinds.sort_by(|one, other| one.0.cmp(&other.0));
    let expected = [
        ("u1".to_owned(), ErrorKind::NotUnique),
        ("u3".to_owned(), ErrorKind::InvalidValue),
    ];
    assert_eq!(kinds, expected);
}

/// A walk whose transactions go wrong in this way, over a table in which there is something to do for it.
async fn walked_under(fault: Fault) -> (Store, dyno::Result<dyno::GuardReport>) {
    let client = dyno_testbed::Service::new().inline().client();
    let sound = made(client.clone()).await;
    put_users(&client, &[("u1", "a@x"), ("u2", "b@x")]).await;
    put_guard(&client, "c@x", "u1").await;
    let seen = std::sync::atomic::AtomicU64::new(0);
    let of = move |request: &Request| match request.operation() {
        "TransactWriteItems" => {
            let number = seen.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            if number.is_multiple_of(2) {
                fault.clone()
            } else {
                Fault::Pass
            }
        }
        _ => Fault::Pass,
    };
    let faulty = Store::new(wrap(&client, |http| FaultClient::new(http, of)));
    let report = faulty.guard_values::<User>().await;
    (sound, report)
}

#[tokio::test(start_paused = true)]
async fn every_value_is_guarded_whatever_is_lost() {
    let faults = [
        Fault::NotDelivered,
        Fault::AnswerLost,
        Fault::ServerErrorBefore,
        Fault::ServerErrorAfter,
        Fault::AppliedTwice,
        Fault::Throttled,
        Fault::TransactionConflict,
        Fault::TransactionInProgress,
    ];
    for fault in faults {
        let (sound, report) = walked_under(fault).await;
        let report = report.unwrap();
        assert_eq!((report.guarded(), report.freed()), (2, 1), "{report}");
        assert_guarded(&sound).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_save_that_comes_between_wins() {
    let client = dyno_testbed::Service::new().inline().client();
    let sound = made(client.clone()).await;
    put_users(&client, &[("u1", "a@x")]).await;
    // Between the reads of the walk and its transaction the user takes another address.
    let other = client.clone();
    let delayed = Store::new(wrap(&client, |http| {
        FaultClient::new(http, |request: &Request| match request.operation() {
            "TransactWriteItems" => Fault::Delayed(1),
            _ => Fault::Pass,
        })
    }));
    let change = async {
        tokio::task::yield_now().await;
        put_users(&other, &[("u1", "z@x")]).await;
    };
    let (report, ()) = tokio::join!(delayed.guard_values::<User>(), change);
    assert!(report.unwrap().is_complete());
    assert_guarded(&sound).await;
}

/// Users by number, each with an address, and guards by address, each of a user.
type World = (BTreeMap<u8, u8>, BTreeMap<u8, u8>);

fn worlds() -> impl Strategy<Value = World> {
    let pairs = || proptest::collection::btree_map(0_u8..6, 0_u8..6, 0..6);
    (pairs(), pairs())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn afterwards_every_value_has_one_owner_or_is_told((users, owners) in worlds()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let store = made(dyno_testbed::Service::new().inline().client()).await;
            let client = store.client::<User>().unwrap();
            for (id, email) in &users {
                put_users(&client, &[(&format!("u{id}"), &format!("{email}@x"))]).await;
            }
            for (email, owner) in &owners {
                put_guard(&client, &format!("{email}@x"), &format!("u{owner}")).await;
            }
            let report = store.guard_values::<User>().await.unwrap();
            prop_assert_eq!(report.failed(), 0);
            let guards: BTreeMap<_, _> = guards(&store).await.into_iter().collect();
            let owner_of = |email: &u8| guards.get(&format!("_dy_unique#Users#email#S#{email}@x"));
            let told: BTreeMap<Key, Key> = report
                .duplicates()
                .iter()
                .map(|one| (one.key().clone(), one.holder().clone()))
                .collect();
            prop_assert_eq!(told.len() as u64, report.duplicated());
            for (id, email) in &users {
                let id = format!("u{id}");
                let owner = owner_of(email).unwrap();
                match told.get(&Key::from(id.as_str())) {
                    None => prop_assert_eq!(owner, &id),
                    Some(holder) => prop_assert!(*owner != id && *holder == Key::from(owner.as_str())),
                }
            }
            let values: BTreeSet<_> = users.values().collect();
            prop_assert_eq!(guards.len(), values.len());
            for (email, owner) in &owners {
                let has = |id: &u8| users.get(id) == Some(email);
                if has(owner) {
                    prop_assert_eq!(owner_of(email), Some(&format!("u{owner}")));
                }
            }
            Ok(())
        })?;
    }
}
