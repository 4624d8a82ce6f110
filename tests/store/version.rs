//! Objects that another version of the type, or of the mapper, wrote.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno::{DyObject, ErrorKind, Rules, Store};
use dyno_testkit::dump;

use crate::fixture::{Details, Note, Person, key, store};

#[derive(DyObject, Clone, Debug, PartialEq)]
struct HomeNew {
    street: String,
    floor: Option<u8>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Place", key = "IDX")]
struct PlaceNew {
    city: String,
    zip: Option<String>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "User", key = "ID", tag = "user")]
struct UserNew {
    name: String,
    home: HomeNew,
    nick: Option<String>,
    #[dyno(shard)]
    place: PlaceNew,
    #[dyno(shard)]
    details: Option<Details>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
struct HomeOld {
    street: String,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Place", key = "IDX")]
struct PlaceOld {
    city: String,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "User", key = "ID", tag = "user")]
struct UserOld {
    name: String,
    home: HomeOld,
    #[dyno(shard)]
    place: PlaceOld,
}

/// The type after it lost its last shard.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "User", key = "ID", tag = "user")]
struct UserFlat {
    name: String,
}

fn user() -> UserNew {
    UserNew {
        name: "a".into(),
        home: HomeNew {
            street: "s".into(),
            floor: Some(3),
        },
        nick: Some("n".into()),
        place: PlaceNew {
            city: "c".into(),
            zip: Some("z".into()),
        },
        details: Some(Details {
            hospital: "h".into(),
            born: "b".into(),
        }),
    }
}

async fn users() -> Store {
    let rules = Rules::new()
        .encrypt(["nick", "home.floor", "place.zip"], key("k"))
        .unwrap();
    let store = dyno_testbed::store().with_loader(rules);
    store.ensure_tables::<UserNew>().await.unwrap();
    store.save(user()).key("u").await.unwrap();
    store
}

#[tokio::test]
async fn an_older_program_loses_nothing_that_a_newer_one_wrote() {
    let store = users().await;
    let client = store.client::<UserNew>().unwrap();
    let before = dump(&client, "User").await.unwrap();
    let mut old = store.load::<UserOld>("u").await.unwrap();
    old.save().await.unwrap();
    assert_eq!(
        dump(&client, "User").await.unwrap(),
        before,
        "nothing changed, so nothing is written"
    );
    old.name = "b".into();
    old.home.street = "t".into();
    old.place.city = "d".into();
    old.save().await.unwrap();
    let mut wanted = user();
    wanted.name = "b".into();
    wanted.home.street = "t".into();
    wanted.place.city = "d".into();
    assert_eq!(*store.load::<UserNew>("u").await.unwrap(), wanted);
    let after = dump(&client, "User").await.unwrap();
    assert_eq!(
        after[0]["_dy_layout"], before[0]["_dy_layout"],
        "every shard can still be found without the type"
    );
    assert!(after[0]["nick"].is_b(), "what was encrypted still is");
}

#[tokio::test]
async fn an_older_program_deletes_no_object_whose_shards_it_does_not_know() {
    let store = users().await;
    let error = store.delete::<UserOld>("u").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TypeMismatch);
    assert!(error.to_string().contains("`details`"), "{error}");
    let saved = store.load::<UserOld>("u").await.unwrap();
    assert_eq!(
        saved.delete().await.unwrap_err().kind(),
        ErrorKind::TypeMismatch
    );
    assert_eq!(*store.load::<UserNew>("u").await.unwrap(), user());
    store.delete::<UserNew>("u").await.unwrap();
}

#[tokio::test]
async fn a_newer_program_deletes_what_an_older_one_stored() {
    let store = users().await;
    let old = UserOld {
        name: "o".into(),
        home: HomeOld { street: "s".into() },
        place: PlaceOld { city: "c".into() },
    };
    store.save(old).key("o").await.unwrap();
    store.delete::<UserNew>("o").await.unwrap();
    store.delete::<UserNew>("u").await.unwrap();
    let client = store.client::<UserNew>().unwrap();
    for table in ["User", "Place", "Details"] {
        assert!(dump(&client, table).await.unwrap().is_empty(), "{table}");
    }
}

#[tokio::test]
async fn a_type_that_lost_its_shards_still_saves_its_objects() {
    let store = users().await;
    let mut flat = store.load::<UserFlat>("u").await.unwrap();
    flat.name = "f".into();
    flat.save().await.unwrap();
    assert_eq!(store.load::<UserNew>("u").await.unwrap().name, "f");
}

#[tokio::test]
async fn a_format_that_may_be_read_and_not_written_is_not_written() {
    let (store, recorder) = store().await;
    let saved = store.save(Person::john()).key("p").await.unwrap();
    let client = store.client::<Person>().unwrap();
    let mut item = dump(&client, "Person").await.unwrap().remove(0);
    item.insert("_dy_format".to_owned(), AttributeValue::N("13".to_owned()));
    client
        .put_item()
        .table_name("Person")
        .set_item(Some(item.clone()))
        .send()
        .await
        .unwrap();
    let mut loaded = store.load::<Person>(saved.key()).await.unwrap();
    loaded.tags.clear();
    recorder.take();
    assert_eq!(
        loaded.save().await.unwrap_err().kind(),
        ErrorKind::NewerFormat
    );
    assert_eq!(
        loaded.delete().await.unwrap_err().kind(),
        ErrorKind::NewerFormat
    );
    assert!(recorder.take().is_empty());
    assert_eq!(dump(&client, "Person").await.unwrap(), [item]);
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Note", key = "ID")]
struct SealedNote {
    #[dyno(key)]
    id: String,
    text: String,
    #[dyno(encrypt)]
    name: Option<String>,
}

#[tokio::test]
async fn two_writers_of_an_item_that_becomes_an_object_do_not_lose_an_update() {
    let (store, _) = store().await;
    store.save(Note::new("n", "x")).await.unwrap();
    let mut one = store.load::<SealedNote>("n").await.unwrap();
    let mut two = store.load::<SealedNote>("n").await.unwrap();
    let mut three = store.load::<SealedNote>("n").await.unwrap();
    one.text = "one".into();
    two.text = "two".into();
    one.save().await.unwrap();
    assert_eq!(two.save().await.unwrap_err().kind(), ErrorKind::Conflict);
    store.delete::<SealedNote>("n").await.unwrap();
    store.save(Note::new("n", "changed")).await.unwrap();
    three.text = "three".into();
    assert_eq!(three.save().await.unwrap_err().kind(), ErrorKind::Conflict);
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Thing", key = "ID", tag = "thing")]
enum Thing {
    Small {
        size: u32,
    },
    Large {
        weight: u32,
        #[dyno(shard)]
        details: Details,
    },
}

#[tokio::test]
async fn an_enum_describes_itself() {
    let store = dyno_testbed::store();
    store.ensure_tables::<Thing>().await.unwrap();
    let large = Thing::Large {
        weight: 1,
        details: Details {
            hospital: "h".into(),
            born: "b".into(),
        },
    };
    store.save(large).key("1").await.unwrap();
    let client = store.client::<Thing>().unwrap();
    let root = dump(&client, "Thing").await.unwrap().remove(0);
    assert_eq!(root["_dy_type"], AttributeValue::S("Large".to_owned()));
    let tag = root["_dy_tag"].as_s().unwrap();
    let shard = dump(&client, "Details").await.unwrap().remove(0);
    assert_eq!(shard["IDX"], AttributeValue::S(format!("{tag}#1/details")));
}

#[tokio::test]
async fn a_field_of_another_variant_is_no_place_to_write() {
    let store = dyno_testbed::store();
    store.ensure_tables::<Thing>().await.unwrap();
    store.save(Thing::Small { size: 1 }).key("1").await.unwrap();
    for path in ["weight", "details.born"] {
        let error = match path {
            "weight" => store
                .write_path::<Thing, u32>("1", path, 2u32)
                .await
                .unwrap_err(),
            _ => store
                .write_path::<Thing, String>("1", path, "x")
                .await
                .unwrap_err(),
        };
        assert_eq!(error.kind(), ErrorKind::PathNotFound, "{path}");
    }
    store
        .write_path::<Thing, u32>("1", "size", 2u32)
        .await
        .unwrap();
    assert_eq!(
        *store.load::<Thing>("1").await.unwrap(),
        Thing::Small { size: 2 }
    );
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Other", key = "ID")]
struct Free {
    map: BTreeMap<String, String>,
    number: AttributeValue,
}

#[tokio::test]
async fn names_in_a_map_are_the_users_and_encrypted_like_others() {
    let rules = Rules::new().encrypt(["map.*", "number"], key("k")).unwrap();
    let store = dyno_testbed::store().with_loader(rules);
    store.ensure_tables::<Free>().await.unwrap();
    let map = BTreeMap::from([("_dy_secret".to_owned(), "471108154711081547".to_owned())]);
    let free = Free {
        map,
        number: AttributeValue::N("471108154711081547".into()),
    };
    let saved = store.save(free.clone()).await.unwrap();
    let client = store.client::<Free>().unwrap();
    assert!(!format!("{:?}", dump(&client, "Other").await.unwrap()).contains("471108154711081547"));
    assert_eq!(*store.load::<Free>(saved.key()).await.unwrap(), free);
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Other", key = "ID")]
struct Narrow {
    number: u8,
}

#[tokio::test]
async fn an_error_does_not_show_what_was_encrypted() {
    let rules = Rules::new().encrypt(["number"], key("k")).unwrap();
    let store = dyno_testbed::store().with_loader(rules);
    store.ensure_tables::<Free>().await.unwrap();
    let free = Free {
        map: BTreeMap::new(),
        number: AttributeValue::N("471108154711081547".into()),
    };
    let saved = store.save(free).await.unwrap();
    let error = store.load::<Narrow>(saved.key()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DoesNotFit);
    assert_eq!(error.path().unwrap(), "number");
    assert!(
        !format!("{error:?}").contains("471108154711081547"),
        "{error:?}"
    );
}
