//! What stands in the table, and how it is loaded, changed and deleted.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno::{ConfigLoader, DyObject, EncryptionKey, ErrorKind, FieldPath, Item, Key, check_loader};
use dyno_testkit::dump;

use crate::fixture::{Order, Other, Profile, Report, User, order, profile, report, shop, store};

fn text(item: &Item, name: &str) -> String {
    item.get(name).unwrap().as_s().unwrap().clone()
}

#[tokio::test]
async fn the_key_is_computed_and_its_fields_are_attributes() {
    let (store, recorder) = store().await;
    let user = User {
        email: "ada@example.com".into(),
        region: "eu#1".into(),
        age: 36,
    };
    let saved = store.save(user.clone()).await.unwrap();
    assert_eq!(saved.key().to_string(), "USER#ada@example.com#eu#1");
    assert_eq!(recorder.take().len(), 1);

    let items = dump(&store.client::<User>().unwrap(), "Users")
        .await
        .unwrap();
    let item = &items[0];
    let mut names: Vec<_> = item.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["_dy_type", "age", "email", "pk", "r"]);
    assert_eq!(text(item, "pk"), "USER#ada@example.com#eu#1");
    assert_eq!(text(item, "_dy_type"), "Users");

    let key = User::key_of(("ada@example.com", "eu#1"));
    assert_eq!(&key, saved.key());
    recorder.take();
    assert_eq!(*store.load::<User>(key).await.unwrap(), user);
    assert_eq!(recorder.take().len(), 1);
}

#[tokio::test]
async fn every_verb_takes_the_key() {
    let (store, _) = shop().await;
    let key = || Order::key_of(("acme", 0, 2));
    let fields = Order::fields;
    store
        .update::<Order>(key())
        .set(fields().note(), Some("gift".to_owned()))
        .await
        .unwrap();
    let note: Option<String> = store.read_path(key(), Order::paths().note()).await.unwrap();
    assert_eq!(note.as_deref(), Some("gift"));
    store
        .write_path(key(), Order::paths().note(), Some("none".to_owned()))
        .await
        .unwrap();
    let keys = [key(), Order::key_of(("acme", -3, 7))];
    let found = store.load_many::<Order>(keys).await.unwrap();
    assert_eq!(found.len(), 2);
    store.delete::<Order>(key()).await.unwrap();
    let gone = store.load::<Order>(key()).await.unwrap_err();
    assert_eq!(gone.kind(), ErrorKind::NotFound);
    assert_eq!(
        store
            .load::<Profile>(Profile::key_of("acme"))
            .await
            .unwrap()
            .plan,
        "free"
    );
}

#[tokio::test]
async fn objects_are_saved_in_batches_under_their_own_keys() {
    let (store, _) = store().await;
    let orders = (0..30).map(|number| order("acme", 1, number));
    store.save_many(orders).await.unwrap();
    assert_eq!(store.query::<Order>().of("acme").count().await.unwrap(), 30);
    let last = store
        .load::<Order>(Order::key_of(("acme", 1, 29)))
        .await
        .unwrap();
    assert_eq!(last.number, 29);
}

#[tokio::test]
async fn an_object_with_shards_stands_under_its_template() {
    let (store, recorder) = shop().await;
    let key = Report::key_of(("acme", "may"));
    let mut loaded = store.load::<Report>(key.clone()).await.unwrap();
    assert_eq!(*loaded, report("acme", "may"));
    recorder.take();
    loaded.body.text = "all is better".into();
    loaded.save().await.unwrap();
    assert_eq!(recorder.take().len(), 1);
    store.delete::<Report>(key).await.unwrap();
    let left = store.query::<Report>().of("acme").await.unwrap();
    assert_eq!(left.len(), 1);
}

#[tokio::test]
async fn a_changed_field_of_the_key_is_no_save() {
    let (store, recorder) = shop().await;
    let mut saved = store
        .load::<Order>(Order::key_of(("acme", 0, 1)))
        .await
        .unwrap();
    recorder.take();
    saved.number = 9;
    let error = saved.save().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidKey);
    let words = error.to_string();
    for part in [
        "ORDER#00000000000#0000000001",
        "ORDER#00000000000#0000000009",
    ] {
        assert!(words.contains(part), "{words}");
    }
    let error = saved.save().plan().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidKey);

    let asked = store
        .save(order("acme", 0, 1))
        .key(("TENANT#acme", "ORDER#1"));
    let error = asked.await.unwrap_err();
    assert_eq!(error.error().kind(), ErrorKind::InvalidKey);
    let same = store
        .save(order("acme", 0, 1))
        .key(Order::key_of(("acme", 0, 1)));
    same.plan().unwrap();

    let by_update = store
        .update::<Order>(Order::key_of(("acme", 0, 1)))
        .set(Order::fields().number(), 9);
    let error = by_update.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidPath);
    assert!(
        error.to_string().contains("`ORDER#{day}#{number}`"),
        "{error}"
    );
    let by_path = store.write_path(Order::key_of(("acme", 0, 1)), Order::paths().day(), 4);
    assert_eq!(by_path.await.unwrap_err().kind(), ErrorKind::InvalidPath);
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn a_key_that_does_not_fit_the_fields_is_damage() {
    let (store, _) = store().await;
    let saved = store.save(order("acme", 0, 1)).await.unwrap();
    let client = store.client::<Order>().unwrap();
    let mut item = dump(&client, "App").await.unwrap().remove(0);
    item.insert("day".into(), AttributeValue::N("5".into()));
    let put = client.put_item().table_name("App").set_item(Some(item));
    put.send().await.unwrap();

    let error = store.load::<Order>(saved.key()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt);
    let words = error.to_string();
    for part in [
        "ORDER#00000000000#",
        "ORDER#00000000005#",
        "`TENANT#{tenant}`",
    ] {
        assert!(words.contains(part), "{words}");
    }
    assert_eq!(
        store.query::<Order>().of("acme").await.unwrap_err().kind(),
        ErrorKind::Corrupt
    );
}

#[tokio::test]
async fn an_item_of_another_program_gets_its_tag_with_the_next_change() {
    let (store, _) = store().await;
    let client = store.client::<Order>().unwrap();
    let number = |text: &str| AttributeValue::N(text.into());
    let put = client
        .put_item()
        .table_name("App")
        .item("PK", AttributeValue::S("TENANT#acme".into()))
        .item(
            "SK",
            AttributeValue::S("ORDER#00000000004#0000000002".into()),
        )
        .item("tenant", AttributeValue::S("acme".into()))
        .item("day", number("4"))
        .item("number", number("2"));
    put.send().await.unwrap();

    let mut found = store.query::<Order>().of("acme").await.unwrap();
    assert_eq!(store.query::<Order>().of("acme").count().await.unwrap(), 1);
    assert_eq!(store.scan::<Order>().count().await.unwrap(), 1);
    assert!(store.scan::<Profile>().await.unwrap().is_empty());
    assert_eq!(store.scan::<Profile>().count().await.unwrap(), 0);
    let mut order = found.remove(0);
    order.save().await.unwrap();
    order.note = Some("new".into());
    order.save().await.unwrap();
    let items = dump(&client, "App").await.unwrap();
    assert_eq!(text(&items[0], "_dy_type"), "Order");
    order.note = None;
    order.save().await.unwrap();
}

#[tokio::test]
async fn a_loaded_object_is_not_saved_into_one_of_another_type() {
    let (store, _) = store().await;
    let key = || Order::key_of(("acme", 0, 1));
    store.save(order("acme", 0, 1)).await.unwrap();
    let mut alone = store.load::<Order>(key()).await.unwrap();
    let mut together = store.load::<Order>(key()).await.unwrap();
    store.delete::<Order>(key()).await.unwrap();
    let other = Other {
        tenant: "acme".into(),
        day: 0,
        number: 1,
    };
    store.save(other).await.unwrap();
    // Neither object has the field, so that nothing but the type tells them apart.
    for order in [&mut alone, &mut together] {
        order.note = Some("mine".into());
    }
    let error = alone.save().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TypeMismatch, "{error}");
    let words = error.to_string();
    assert!(
        words.contains("`Order`") && words.contains("`Other`"),
        "{words}"
    );
    let error = store.transaction().save(&mut together).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TypeMismatch, "{error}");
    store.load::<Other>(key()).await.unwrap();
}

#[tokio::test]
async fn a_save_over_another_type_is_refused() {
    #[derive(DyObject, Debug)]
    #[dyno(
        table = "App",
        key = "TENANT#{tenant}",
        sort = "ORDER#{day}#{number}",
        tag = "Big"
    )]
    struct Big {
        tenant: String,
        day: i32,
        number: u32,
        #[dyno(shard(table = "Texts"))]
        text: crate::fixture::Text,
    }
    let (store, _) = store().await;
    store.save(order("acme", 0, 1)).await.unwrap();
    store.ensure_tables::<Big>().await.unwrap();

    let other = || Other {
        tenant: "acme".into(),
        day: 0,
        number: 1,
    };
    let big = || Big {
        tenant: "acme".into(),
        day: 0,
        number: 1,
        text: crate::fixture::Text { text: "x".into() },
    };
    let key = || Order::key_of(("acme", 0, 1));
    let refused = [
        store.save(other()).await.unwrap_err().into_parts().1,
        store.save(big()).await.unwrap_err().into_parts().1,
        store.load::<Other>(key()).await.unwrap_err(),
        store.load::<Big>(key()).await.unwrap_err(),
        store.delete::<Other>(key()).await.unwrap_err(),
        store.delete::<Big>(key()).await.unwrap_err(),
    ];
    for error in refused {
        assert_eq!(error.kind(), ErrorKind::TypeMismatch, "{error}");
        let words = error.to_string();
        assert!(words.contains("`Order`"), "{words}");
        assert!(
            words.contains("`Other`") || words.contains("`Big`"),
            "{words}"
        );
    }
    assert_eq!(
        *store.load::<Order>(key()).await.unwrap(),
        order("acme", 0, 1)
    );
}

#[tokio::test]
async fn an_enum_has_templates_too() {
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
    let (store, _) = shop().await;
    let (sent, read) = (
        Event::Sent {
            tenant: "acme".into(),
            at: 5,
            to: "ada".into(),
        },
        Event::Read {
            tenant: "acme".into(),
            at: 6,
        },
    );
    store.save(sent.clone()).await.unwrap();
    store.save(read.clone()).await.unwrap();
    let key: Key = Event::key_of(("acme", 6));
    assert_eq!(*store.load::<Event>(key).await.unwrap(), read);
    let all = store.query::<Event>().of("acme").await.unwrap();
    assert_eq!(all.len(), 2);
    assert_eq!(*all[0], sent);
    assert_eq!(store.scan::<Event>().count().await.unwrap(), 2);
    assert_eq!(store.scan::<Order>().count().await.unwrap(), 12);
    assert_eq!(
        store
            .load::<Profile>(Profile::key_of("acme"))
            .await
            .unwrap()
            .into_object(),
        profile("acme")
    );
}

#[tokio::test]
async fn batches_without_conditions_have_tags_too() {
    let (store, recorder) = store().await;
    let orders = (0..30).map(|number| order("acme", 1, number));
    store.save_many(orders).unconditional().await.unwrap();
    assert_eq!(recorder.take().len(), 2);
    let items = dump(&store.client::<Order>().unwrap(), "App")
        .await
        .unwrap();
    assert!(items.iter().all(|item| text(item, "_dy_type") == "Order"));
    let keys = (0..30).map(|number| Order::key_of(("acme", 1, number)));
    store.delete_many::<Order>(keys).await.unwrap();
    assert_eq!(store.scan::<Order>().count().await.unwrap(), 0);
}

#[test]
fn a_loader_is_checked_with_the_key_that_it_will_see() {
    struct ByKey(EncryptionKey);
    impl ConfigLoader for ByKey {
        fn encryption_key(&self, path: &FieldPath, object: &Item) -> Option<EncryptionKey> {
            let is_acme = object
                .get("PK")
                .is_some_and(|key| key.as_s().is_ok_and(|key| key == "TENANT#acme"));
            (is_acme && path == "note").then(|| self.0.clone())
        }
    }
    let object = Order {
        note: Some("secret".into()),
        ..order("acme", 0, 1)
    };
    check_loader(&ByKey(EncryptionKey::generate("k1").unwrap()), &object).unwrap();
}
