//! What the walk over stored values meets: other writers, other programs, and damage.

use std::pin::Pin;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use dyno::{DyObject, ErrorKind, Store};
use dyno_embedded::Engine;
use dyno_testkit::Schedule;

use crate::fixture::{User, guards, made, store, user};

type Writer<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.into())
}

fn n(text: &str) -> AttributeValue {
    AttributeValue::N(text.into())
}

async fn put(client: &Client, table: &str, item: &[(&str, AttributeValue)]) {
    let put = client.put_item().table_name(table);
    let item = item
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()));
    put.set_item(Some(item.collect())).send().await.unwrap();
}

async fn put_guard(client: &Client, value: &str, owner: &str) {
    let guard = [
        ("ID", s(&format!("_dy_unique#Users#{value}"))),
        ("_dy_format", n("11")),
        ("_dy_type", s("#unique")),
        ("_dy_tag", s("#unique")),
        ("_dy_owner", AttributeValue::L(vec![s(owner)])),
    ];
    put(client, "Users", &guard).await;
}

#[derive(DyObject, Clone, Debug)]
#[dyno(table = "Contacts", key = "ID")]
enum Newer {
    Person {
        #[dyno(key)]
        id: String,
        #[dyno(unique)]
        email: String,
    },
    Club {
        #[dyno(key)]
        id: String,
        #[dyno(unique)]
        email: String,
    },
}

#[derive(DyObject, Clone, Debug)]
#[dyno(table = "Contacts", key = "ID")]
enum Older {
    Person {
        #[dyno(key)]
        id: String,
        #[dyno(unique)]
        email: String,
    },
}

#[tokio::test]
async fn the_values_of_a_variant_that_a_newer_program_stored_stay_guarded() {
    let (store, _) = store().await;
    store.ensure_tables::<Newer>().await.unwrap();
    let person = |id: &str, email: &str| Newer::Person {
        id: id.into(),
        email: email.into(),
    };
    let club = Newer::Club {
        id: "c".into(),
        email: "a@x".into(),
    };
    store.save(club).await.unwrap();
    store.save(person("p", "b@x")).await.unwrap();
    let client = store.client::<Newer>().unwrap();
    // A person with the address of the club, as something else than this mapper puts it, and one of no variant.
    let copy = [
        ("ID", s("q")),
        ("_dy_type", s("Person")),
        ("email", s("a@x")),
    ];
    put(&client, "Contacts", &copy).await;
    put(&client, "Contacts", &[("ID", s("r")), ("email", s("c@x"))]).await;
    let report = store.guard_values::<Older>().await.unwrap();
    assert_eq!((report.guarded(), report.freed()), (0, 0), "{report}");
    assert_eq!(report.duplicates()[0].key().to_string(), "q");
    let mut failed: Vec<_> = report
        .failures()
        .iter()
        .map(|failure| (failure.key().to_string(), failure.error().kind()))
        .collect();
    failed.sort_by(|one, other| one.0.cmp(&other.0));
    let mismatch = |id: &str| (id.to_owned(), ErrorKind::TypeMismatch);
    assert_eq!(failed, ["c", "r"].map(mismatch));
    let again = store.save(person("s", "a@x")).await.unwrap_err();
    assert_eq!(again.kind(), ErrorKind::NotUnique);
}

#[tokio::test]
async fn a_bad_value_does_not_keep_the_others_from_being_guarded() {
    let (store, _) = store().await;
    let client = store.client::<User>().unwrap();
    let broken = [
        ("ID", s("u1")),
        ("email", AttributeValue::Bool(true)),
        ("no", n("7")),
    ];
    put(&client, "Users", &broken).await;
    let foreign = [("ID", s("_dy_unique#Users#email#S#a@x"))];
    put(&client, "Users", &foreign).await;
    let blocked = [("ID", s("u2")), ("email", s("a@x")), ("no", n("8"))];
    put(&client, "Users", &blocked).await;
    let report = store.guard_values::<User>().await.unwrap();
    assert_eq!((report.guarded(), report.failed()), (2, 2), "{report}");
    let expected = ["7", "8"]
        .iter()
        .zip(["u1", "u2"])
        .map(|(no, owner)| (format!("_dy_unique#Users#no#N#{no}"), owner.to_owned()));
    assert_eq!(guards(&store).await, expected.collect());
}

#[tokio::test]
async fn a_guard_of_nobody_is_told() {
    let (store, _) = store().await;
    let client = store.client::<User>().unwrap();
    let damaged = [
        ("ID", s("_dy_unique#Users#email#S#a@x")),
        ("_dy_type", s("#unique")),
    ];
    put(&client, "Users", &damaged).await;
    let report = store.guard_values::<User>().await.unwrap();
    assert_eq!(report.failures()[0].error().kind(), ErrorKind::Corrupt);
    assert!(!report.is_complete());
}

/// Between the reads of a walk and its transaction the owner of two guards saves one of their values.
async fn owner_saves_meanwhile(other: &str) {
    let orders = Schedule::every(async |schedule| {
        let client = Engine::in_memory().unwrap().inline().client();
        let sound = made(client.clone()).await;
        let first = [("ID", s(other)), ("email", s("a@x")), ("no", n("7"))];
        put(&client, "Users", &first).await;
        put(&client, "Users", &[("ID", s("u2")), ("visits", n("1"))]).await;
        put_guard(&client, "email#S#a@x", "u2").await;
        put_guard(&client, "no#N#7", "u2").await;
        let scheduled = Store::new(schedule.attach(&client));
        let walk = async || {
            let report = scheduled.guard_values::<User>().await.unwrap();
            assert_eq!(report.failed(), 0);
            true
        };
        let save = async || scheduled.save(user("u2", "a@x")).await.is_ok();
        let writers: [Writer<'_, bool>; 2] = [Box::pin(walk()), Box::pin(save())];
        let saved = schedule.run(writers).await[1];
        let owner = if saved { "u2" } else { other };
        let guard = ("_dy_unique#Users#email#S#a@x".to_owned(), owner.to_owned());
        assert!(guards(&sound).await.contains(&guard));
    });
    assert!(orders.await > 1);
}

#[tokio::test]
async fn no_guard_is_taken_from_an_owner_that_gets_its_value_meanwhile() {
    // A scan meets one of them before the guards, and the other after.
    for other in ["A", "b"] {
        owner_saves_meanwhile(other).await;
    }
}

#[tokio::test]
async fn a_value_that_changes_hands_is_no_duplicate() {
    let orders = Schedule::every(async |schedule| {
        let client = Engine::in_memory().unwrap().inline().client();
        let sound = made(client.clone()).await;
        sound.save(user("u1", "a@x")).await.unwrap();
        let scheduled = Store::new(schedule.attach(&client));
        let walk = async || {
            let report = scheduled.guard_values::<User>().await.unwrap();
            assert_eq!((report.failed(), report.duplicated()), (0, 0), "{report}");
        };
        let trade = async || {
            scheduled.save(user("u1", "b@x")).await.unwrap();
            scheduled.save(user("u2", "a@x")).await.unwrap();
        };
        let writers: [Writer<'_, ()>; 2] = [Box::pin(walk()), Box::pin(trade())];
        schedule.run(writers).await;
    });
    assert!(orders.await > 1);
}
