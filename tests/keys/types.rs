//! Of which type an item is, where types have no tags of their own, other programs write, or a struct has the name of a variant.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno::{DyObject, ErrorKind, Item, Key};
use dyno_testkit::dump;

use crate::fixture::{Order, Profile, Report, Task, Text, empty, order, profile, put, shop, store};

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(
    table = "App",
    key = "TENANT#{tenant}",
    sort = "EVENT#{at}",
    tag = "Event"
)]
enum Event {
    Sent { tenant: String, at: u64, to: String },
    Read { tenant: String, at: u64 },
}

/// Keys as those of [`Event`], and the name of a variant.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(
    table = "App",
    key = "TENANT#{tenant}",
    sort = "EVENT#{at}",
    tag = "Letter"
)]
struct Letter {
    tenant: String,
    at: u64,
}

/// Keys as those of [`Event`], with a shard.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(
    table = "App",
    key = "TENANT#{tenant}",
    sort = "EVENT#{at}",
    tag = "Sent"
)]
struct Sent {
    tenant: String,
    at: u64,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(
    table = "App",
    key = "TENANT#{tenant}",
    sort = "EVENT#{at}",
    tag = "Album"
)]
struct Album {
    tenant: String,
    at: u64,
    #[dyno(shard(table = "App"))]
    text: Text,
}

/// No tag of its own, as [`Dog`].
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "App", key = "TENANT#{tenant}", sort = "CAT#{name}")]
struct Cat {
    tenant: String,
    name: String,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "App", key = "TENANT#{tenant}", sort = "DOG#{number}")]
struct Dog {
    tenant: String,
    number: u8,
    note: Option<String>,
}

fn acme() -> String {
    "acme".to_owned()
}

fn read(at: u64) -> Event {
    Event::Read { tenant: acme(), at }
}

fn sent(at: u64) -> Event {
    Event::Sent {
        tenant: acme(),
        at,
        to: "ada".into(),
    }
}

fn written_by_another(sort: &str) -> Item {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    [
        ("PK", text("TENANT#acme")),
        ("SK", text(sort)),
        ("tenant", text("acme")),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

#[tokio::test]
async fn an_enum_and_structs_of_one_table_are_told_apart() {
    let (store, _) = shop().await;
    store.save(sent(1)).await.unwrap();
    store.save(read(2)).await.unwrap();
    let letter = |at| Letter { tenant: acme(), at };
    store.save(letter(3)).await.unwrap();
    let album = Album {
        tenant: acme(),
        at: 4,
        text: Text { text: "x".into() },
    };
    store.save(album.clone()).await.unwrap();

    let events = store.scan::<Event>().await.unwrap();
    assert_eq!(events.len(), 2);
    assert_eq!(store.scan::<Event>().count().await.unwrap(), 2);
    assert_eq!(store.query::<Event>().of("acme").await.unwrap().len(), 2);
    assert_eq!(store.query::<Event>().of("acme").count().await.unwrap(), 2);
    assert_eq!(store.scan::<Letter>().await.unwrap().len(), 1);
    assert_eq!(store.scan::<Letter>().count().await.unwrap(), 1);
    assert_eq!(store.scan::<Album>().await.unwrap().len(), 1);
    assert_eq!(store.scan::<Album>().count().await.unwrap(), 1);
    assert!(store.scan::<Sent>().await.unwrap().is_empty());
    assert_eq!(store.scan::<Sent>().count().await.unwrap(), 0);
    assert_eq!(store.scan::<Report>().await.unwrap().len(), 4);

    let key = |at: u64| Event::key_of(("acme", at));
    let refused = [
        store.save(read(3)).await.unwrap_err().into_parts().1,
        store.save(read(4)).await.unwrap_err().into_parts().1,
        store.save(letter(1)).await.unwrap_err().into_parts().1,
        store
            .save(Sent {
                tenant: acme(),
                at: 1,
            })
            .await
            .unwrap_err()
            .into_parts()
            .1,
        store.load::<Event>(key(3)).await.unwrap_err(),
        store.load::<Event>(key(4)).await.unwrap_err(),
        store.load::<Letter>(key(1)).await.unwrap_err(),
        store.load::<Sent>(key(1)).await.unwrap_err(),
        store.load::<Album>(key(1)).await.unwrap_err(),
        store.delete::<Event>(key(3)).await.unwrap_err(),
        store.delete::<Event>(key(4)).await.unwrap_err(),
        store.delete::<Letter>(key(1)).await.unwrap_err(),
        store.delete::<Sent>(key(1)).await.unwrap_err(),
        store.delete::<Album>(key(1)).await.unwrap_err(),
    ];
    for (index, error) in refused.iter().enumerate() {
        assert_eq!(error.kind(), ErrorKind::TypeMismatch, "{index}: {error}");
    }
    assert_eq!(*store.load::<Event>(key(1)).await.unwrap(), sent(1));
    assert_eq!(*store.load::<Letter>(key(3)).await.unwrap(), letter(3));
    assert_eq!(*store.load::<Album>(key(4)).await.unwrap(), album);
    store.delete::<Event>(key(1)).await.unwrap();
    store.delete::<Album>(key(4)).await.unwrap();
    assert!(store.scan::<Album>().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_variant_that_another_program_wrote_is_of_the_enum() {
    let (store, _) = store().await;
    let mut item = written_by_another("EVENT#00000000000000000007");
    item.insert("at".into(), AttributeValue::N("7".into()));
    item.insert("_dy_type".into(), AttributeValue::S("Read".into()));
    put(&store, item).await;
    assert_eq!(store.scan::<Event>().count().await.unwrap(), 1);
    let found = store.query::<Event>().of("acme").await.unwrap();
    assert_eq!(*found[0], read(7));
    store.save(read(7)).await.unwrap();
    store
        .delete::<Event>(Event::key_of(("acme", 7)))
        .await
        .unwrap();
    assert_eq!(store.scan::<Event>().count().await.unwrap(), 0);
}

#[tokio::test]
async fn a_key_that_begins_otherwise_is_refused_before_anything_is_sent() {
    let (store, recorder) = store().await;
    let cat = Cat {
        tenant: acme(),
        name: "tom".into(),
    };
    store.save(cat.clone()).await.unwrap();
    recorder.take();
    let key = || Cat::key_of(("acme", "tom"));
    let fields = Dog::fields;
    let update = store.update::<Dog>(key());
    let refused = [
        store.load::<Dog>(key()).await.unwrap_err(),
        store.delete::<Dog>(key()).await.unwrap_err(),
        store.delete::<Dog>(key()).plan().unwrap_err(),
        update
            .set(fields().note(), Some("x".to_owned()))
            .await
            .unwrap_err(),
        store
            .write_path(key(), Dog::paths().note(), Some("x".to_owned()))
            .await
            .unwrap_err(),
        store
            .read_path(key(), Dog::paths().note())
            .await
            .map(|_: Option<String>| ())
            .unwrap_err(),
        store
            .transaction()
            .check_exists::<Dog>(key())
            .plan()
            .unwrap_err(),
        store.load::<Profile>(key()).await.unwrap_err(),
    ];
    for (index, error) in refused.iter().enumerate() {
        assert_eq!(error.kind(), ErrorKind::TypeMismatch, "{index}: {error}");
        assert!(error.to_string().contains("`SK`"), "{error}");
    }
    assert!(recorder.take().is_empty());
    assert_eq!(*store.load::<Cat>(key()).await.unwrap(), cat);
    let dogs: Vec<Dog> = Vec::new();
    assert!(
        dogs.iter()
            .all(|dog| dog.number == 0 && dog.tenant.is_empty())
    );
}

#[tokio::test]
async fn a_template_without_fields_is_all_of_the_key() {
    #[derive(DyObject, Clone, Debug, PartialEq)]
    #[dyno(
        table = "App",
        key = "TENANT#{tenant}",
        sort = "PROFILE#{lang}",
        tag = "Profile"
    )]
    struct Translated {
        tenant: String,
        lang: String,
    }
    let (store, recorder) = store().await;
    store.save(profile("acme")).await.unwrap();
    let translated = Translated {
        tenant: acme(),
        lang: "de".into(),
    };
    store.save(translated.clone()).await.unwrap();
    put(&store, written_by_another("PROFILE2")).await;
    recorder.take();
    assert_eq!(
        *store.query::<Profile>().of("acme").await.unwrap()[0],
        profile("acme")
    );
    let sent = recorder.take();
    let condition = sent[0].body()["KeyConditionExpression"].as_str().unwrap();
    assert!(!condition.contains("begins_with"), "{condition}");
    assert_eq!(
        store.query::<Profile>().of("acme").count().await.unwrap(),
        1
    );
    assert_eq!(store.scan::<Profile>().await.unwrap().len(), 1);
    assert_eq!(store.scan::<Profile>().count().await.unwrap(), 1);
    assert_eq!(store.scan::<Translated>().await.unwrap().len(), 1);
    let key = Translated::key_of(("acme", "de"));
    let error = store.delete::<Profile>(key.clone()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TypeMismatch);
    assert!(
        error
            .to_string()
            .contains("is not that of a `Profile`, `PROFILE`"),
        "{error}"
    );
    assert_eq!(*store.load::<Translated>(key).await.unwrap(), translated);
}

/// Keys as those of [`Order`].
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(
    table = "App",
    key = "TENANT#{tenant}",
    sort = "ORDER#{day}#{number}",
    tag = "Other"
)]
struct Other {
    tenant: String,
    day: i32,
    number: u32,
    note: Option<String>,
    count: u32,
}

#[tokio::test]
async fn a_check_an_update_and_a_path_of_another_type_say_so() {
    let (store, _) = store().await;
    store.save(order("acme", 0, 1)).await.unwrap();
    let before = dump(&store.client::<Order>().unwrap(), "App")
        .await
        .unwrap();
    let key = || Order::key_of(("acme", 0, 1));
    let fields = Other::fields;
    let some = || Some("x".to_owned());
    let checked = store.transaction().check_exists::<Other>(key());
    let error = checked.put(profile("acme")).await.unwrap_err();
    assert_eq!(error.error().kind(), ErrorKind::TypeMismatch, "{error}");
    let words = error.error().to_string();
    assert!(
        words.contains("`Order`") && words.contains("`Other`"),
        "{words}"
    );
    let refused = [
        store
            .update::<Other>(key())
            .set(fields().note(), some())
            .await
            .unwrap_err(),
        store
            .update::<Other>(key())
            .set(fields().note(), some())
            .when(fields().count().gt(1))
            .await
            .unwrap_err(),
        store
            .write_path(key(), Other::paths().note(), some())
            .await
            .unwrap_err(),
    ];
    for (index, error) in refused.iter().enumerate() {
        assert_eq!(error.kind(), ErrorKind::TypeMismatch, "{index}: {error}");
        let words = error.to_string();
        assert!(
            words.contains("`Order`") && words.contains("`Other`"),
            "{words}"
        );
    }
    let after = dump(&store.client::<Order>().unwrap(), "App")
        .await
        .unwrap();
    assert_eq!(after, before);
    let other = Other {
        tenant: acme(),
        day: 1,
        number: 1,
        note: None,
        count: 2,
    };
    store.save(other).await.unwrap();
}

#[tokio::test]
async fn a_query_of_an_index_counts_what_it_gives() {
    let (store, _) = empty();
    store.ensure_tables::<Task>().await.unwrap();
    let task = Task {
        tenant: acme(),
        id: 1,
        state: "open".into(),
    };
    let saved = store.save(task).await.unwrap();
    assert_eq!((saved.tenant.as_str(), saved.id), ("acme", 1));
    let mut bug = written_by_another("BUG#0000000001");
    bug.insert("state".into(), AttributeValue::S(saved.state.clone()));
    put(&store, bug).await;
    let open = || {
        let query = store.query::<Task>().index(Task::indexes().by_state());
        query.key("open")
    };
    assert_eq!(open().await.unwrap().len(), 1);
    assert_eq!(open().count().await.unwrap(), 1);
}

#[tokio::test]
async fn a_damaged_tag_is_damage() {
    for tag in [
        AttributeValue::N("1".into()),
        AttributeValue::Null(true),
        AttributeValue::M(Item::new()),
    ] {
        for attribute in ["_dy_type", "_dy_tag"] {
            let (store, _) = store().await;
            let mut item = written_by_another("ORDER#00000000004#0000000002");
            item.insert("day".into(), AttributeValue::N("4".into()));
            item.insert("number".into(), AttributeValue::N("2".into()));
            item.insert(attribute.into(), tag.clone());
            put(&store, item).await;
            let key: Key = Order::key_of(("acme", 4, 2));
            let refused = [
                store.load::<Order>(key.clone()).await.unwrap_err(),
                store.query::<Order>().of("acme").await.unwrap_err(),
                store
                    .save(order("acme", 4, 2))
                    .await
                    .unwrap_err()
                    .into_parts()
                    .1,
                store.delete::<Order>(key).await.unwrap_err(),
            ];
            for error in refused {
                assert_eq!(error.kind(), ErrorKind::Corrupt, "{error}");
                assert!(error.to_string().contains(attribute), "{error}");
            }
            assert!(store.scan::<Profile>().await.unwrap().is_empty());
        }
    }
}
