//! Objects of every way of storing in one transaction: sealed, indexed, lazy, with composite keys, with shards beside their roots.

use dyno::{
    DyObject, EncryptionKey, ErrorKind, IndexKey, IndexKeys, Lazy, Rules, Store, TransactionFailure,
};
use dyno_testkit::Recorder;

use crate::fixture::sent;

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "People", key = "ID", seal)]
struct Person {
    #[dyno(encrypt, index = "email:email:v1")]
    email: String,
    visits: u64,
    #[dyno(shard)]
    home: Home,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Homes", key = "IDX")]
struct Home {
    #[dyno(encrypt)]
    street: String,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Books", key = "ID")]
struct Book {
    title: String,
    #[dyno(shard)]
    cover: Lazy<Cover>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Covers", key = "IDX")]
struct Cover {
    colour: String,
}

/// Shards that stand beside their roots.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Days", key = "OWNER", sort = "DAY")]
struct Day {
    notes: u64,
    #[dyno(shard)]
    weather: Weather,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Days", key = "OWNER", sort = "DAY")]
struct Weather {
    rain: u64,
}

async fn store() -> (Store, Recorder) {
    let recorder = Recorder::new();
    let rules = Rules::new()
        .encrypt(
            ["email", "home.street"],
            EncryptionKey::generate("k").unwrap(),
        )
        .unwrap()
        .seal_items(EncryptionKey::generate("s").unwrap())
        .unwrap()
        .index_with(IndexKeys::new(IndexKey::generate("i").unwrap()));
    let store = dyno_testbed::store().with_loader(rules);
    let store = store.with_interceptor(recorder.clone());
    store.ensure_tables::<Person>().await.unwrap();
    store.ensure_tables::<Book>().await.unwrap();
    store.ensure_tables::<Day>().await.unwrap();
    recorder.take();
    (store, recorder)
}

fn person(email: &str) -> Person {
    Person {
        email: email.into(),
        visits: 0,
        home: Home {
            street: "Sanjo".into(),
        },
    }
}

fn book() -> Book {
    Book {
        title: "Genji".into(),
        cover: Lazy::new(Cover {
            colour: "red".into(),
        }),
    }
}

fn day() -> Day {
    Day {
        notes: 0,
        weather: Weather { rain: 0 },
    }
}

/// How many objects have this address.
async fn with_email(store: &Store, email: &str) -> usize {
    let found = store.find(Person::paths().email(), email).await;
    found.unwrap().len()
}

#[tokio::test]
async fn they_are_written_read_and_deleted_together() {
    let (store, recorder) = store().await;
    let given = store
        .transaction()
        .insert(person("a@example.com").save().key("p"))
        .insert(book().save().key("b"))
        .insert(day().save().key(("ada", "monday")));
    let (mut person, book, mut day) = given.await.unwrap();
    assert_eq!(sent(&recorder), ["TransactWriteItems 6"]);
    drop(book);

    let mut book = store.load::<Book>("b").await.unwrap();
    recorder.take();
    person.email = "b@example.com".into();
    book.title = "Ise".into();
    day.weather.rain = 3;
    let saved = store.transaction().save(&mut person).save(&mut book);
    saved.save(&mut day).await.unwrap();
    // The cover was never read, and stays.
    assert_eq!(sent(&recorder), ["TransactWriteItems 4"]);
    assert_eq!(with_email(&store, "a@example.com").await, 0);
    assert_eq!(with_email(&store, "b@example.com").await, 1);

    recorder.take();
    let parts = (
        Person::load("p"),
        Book::load("b"),
        Day::load(("ada", "monday")),
    );
    let (person, book, day) = store.load_transaction(parts).await;
    let (mut person, mut book, day) = (person.unwrap(), book.unwrap(), day.unwrap());
    assert_eq!(sent(&recorder), ["TransactGetItems 5"]);
    assert_eq!(person.home.street, "Sanjo");
    assert_eq!(day.weather.rain, 3);
    assert_eq!(book.cover.get_mut().await.unwrap().colour, "red");

    // What was read later is compared with, too.
    book.cover.get_mut().await.unwrap().colour = "blue".into();
    person.home.street = "Shijo".into();
    let transaction = store.transaction().save(&mut book).save(&mut person);
    transaction.check_unchanged(&day).await.unwrap();
    let mut again = store.load::<Book>("b").await.unwrap();
    assert_eq!(again.cover.get_mut().await.unwrap().colour, "blue");
    let again = store.load::<Person>("p").await.unwrap();
    assert_eq!(again.home.street, "Shijo");

    let deleted = store.transaction().delete::<Person>("p");
    let deleted = deleted.delete::<Day>(("ada", "monday"));
    deleted.delete_saved(&book).await.unwrap();
    for (client, table) in [
        (store.client::<Person>(), "People"),
        (store.client::<Person>(), "Homes"),
        (store.client::<Book>(), "Books"),
        (store.client::<Book>(), "Covers"),
        (store.client::<Day>(), "Days"),
    ] {
        let left = dyno_testkit::dump(&client.unwrap(), table).await.unwrap();
        assert!(left.is_empty(), "{table}: {left:?}");
    }
}

#[tokio::test]
async fn each_refuses_as_it_does_alone() {
    let (store, _) = store().await;
    let given = store
        .transaction()
        .insert(person("a@example.com").save().key("p"))
        .insert(day().save().key(("ada", "monday")));
    let (mut old, mut old_day) = given.await.unwrap();
    let mut theirs = store.load::<Person>("p").await.unwrap();
    theirs.email = "theirs@example.com".into();
    theirs.save().await.unwrap();
    let mut theirs = store.load::<Day>(("ada", "monday")).await.unwrap();
    theirs.weather.rain = 1;
    theirs.save().await.unwrap();
    old.email = "mine@example.com".into();
    old_day.notes = 1;
    let transaction = store.transaction().save(&mut old).save(&mut old_day);
    let error = transaction
        .insert(book().save().key("b"))
        .await
        .unwrap_err();
    let kinds: Vec<_> = error
        .failures()
        .iter()
        .map(TransactionFailure::kind)
        .collect();
    assert_eq!(kinds, [ErrorKind::Conflict; 2]);
    assert_eq!(with_email(&store, "mine@example.com").await, 0);
    assert_eq!(with_email(&store, "theirs@example.com").await, 1);

    // An update would break the seal.
    let visits = Person::fields().visits();
    let update = Person::update("p").add(&visits, 1);
    let transaction = store.transaction().update(update);
    let error = transaction.delete::<Day>(("ada", "monday")).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::InvalidExpression);
    assert!(store.load::<Day>(("ada", "monday")).await.is_ok());
}

#[tokio::test]
async fn the_root_of_one_is_never_the_shard_of_another() {
    let (store, recorder) = store().await;
    let (first,) = store
        .transaction()
        .insert(day().save().key(("ada", "monday")))
        .await
        .unwrap();
    let client = store.client::<Day>().unwrap();
    let items = dyno_testkit::dump(&client, "Days").await.unwrap();
    let shard = items.iter().find(|item| item.contains_key("rain")).unwrap();
    let text = |name: &str| shard[name].as_s().unwrap().clone();
    let key = (text("OWNER"), text("DAY"));
    recorder.take();
    // In one transaction both would touch one item.
    let transaction = store.transaction().delete_saved(&first);
    let error = transaction.insert(day().save().key(key)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidKey);
    assert_eq!(recorder.take().len(), 0);
}
