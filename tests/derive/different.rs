//! Objects of which no two fields have the same type: all are written and read by one call with all codecs, wherever the keys stand.

use std::time::SystemTime;

use dyno::shape::{Kind, Object as _};
use dyno::{DyObject, Key, Store};

use super::{names, round_trip};

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Different", key = "ID", sort = "AT")]
struct Different {
    #[dyno(skip)]
    first: Vec<u8>,
    a: u8,
    #[dyno(sort)]
    at: u64,
    b: bool,
    #[dyno(skip)]
    between: u8,
    #[dyno(key)]
    id: String,
    #[dyno(default, encrypt)]
    c: i64,
    r#type: Option<String>,
    #[dyno(ttl)]
    until: Option<SystemTime>,
    #[dyno(alias = "old")]
    list: Vec<Inner>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
struct Inner {
    text: String,
}

/// Twelve types, with a generic one: the most that is carried by one call.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Twelve", key = "ID")]
struct Twelve<T: dyno::Attribute + Clone> {
    a: u8,
    b: u16,
    c: u32,
    d: u64,
    e: i8,
    f: i16,
    g: i32,
    h: i64,
    #[dyno(plain)]
    i: T,
    j: bool,
    k: Option<String>,
    #[dyno(key)]
    id: String,
}

/// Nothing but a key.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Only", key = "ID")]
struct Only {
    #[dyno(key)]
    id: String,
}

fn different() -> Different {
    Different {
        first: Vec::new(),
        a: 1,
        at: 2,
        b: true,
        between: 0,
        id: "id".to_owned(),
        c: -3,
        r#type: Some("type".to_owned()),
        until: Some(SystemTime::UNIX_EPOCH),
        list: vec![Inner {
            text: "text".to_owned(),
        }],
    }
}

fn twelve() -> Twelve<f64> {
    Twelve {
        a: 1,
        b: 2,
        c: 3,
        d: 4,
        e: 5,
        f: 6,
        g: 7,
        h: 8,
        i: 0.5,
        j: true,
        k: None,
        id: "id".to_owned(),
    }
}

#[test]
fn every_field_has_its_own_value() {
    let different = different();
    assert_eq!(round_trip(&different), different);
    let stored = ["AT", "ID", "a", "b", "c", "list", "type", "until"];
    assert_eq!(names(&different), stored);
    assert_eq!(round_trip(&twelve()), twelve());
    let only = Only {
        id: "id".to_owned(),
    };
    assert_eq!(round_trip(&only), only);
}

#[test]
fn keys_are_listed_first_and_each_field_with_its_own_kind() {
    let listed: Vec<_> = Different::SHAPE
        .all_fields()
        .map(|field| {
            let kind = match field.kind() {
                Kind::Key { is_text, .. } => format!("key, text {is_text}"),
                Kind::List(_) => "list".to_owned(),
                Kind::Scalar(_) => "scalar".to_owned(),
                other => format!("{other:?}"),
            };
            (field.name(), kind)
        })
        .collect();
    let listed: Vec<_> = listed
        .iter()
        .map(|(name, kind)| (*name, kind.as_str()))
        .collect();
    assert_eq!(
        listed,
        [
            ("AT", "key, text false"),
            ("ID", "key, text true"),
            ("a", "scalar"),
            ("b", "scalar"),
            ("c", "scalar"),
            ("type", "scalar"),
            ("until", "scalar"),
            ("list", "list"),
        ]
    );
}

#[tokio::test]
async fn handles_mean_their_fields() {
    let store = Store::embedded().unwrap();
    store.ensure_tables::<Twelve<f64>>().await.unwrap();
    store.save(twelve()).await.unwrap();
    let paths = Twelve::<f64>::paths();
    let update = store.update::<Twelve<f64>>("id").set(paths.a(), 11);
    let update = update.set(paths.i(), 1.5).set(paths.j(), false);
    update.set(paths.k(), Some("k".to_owned())).await.unwrap();
    let expected = Twelve {
        a: 11,
        i: 1.5,
        j: false,
        k: Some("k".to_owned()),
        ..twelve()
    };
    assert_eq!(*store.load::<Twelve<f64>>("id").await.unwrap(), expected);
    let id: String = store.read_path("id", paths.id()).await.unwrap();
    assert_eq!(id, "id");
}

#[tokio::test]
async fn handles_of_fields_with_words_carry_their_values() {
    let store = Store::embedded().unwrap();
    let plain = Different {
        c: 0,
        ..different()
    };
    store.ensure_tables::<Plain>().await.unwrap();
    let saved = Plain {
        id: "id".to_owned(),
        count: 1,
        r#type: plain.r#type,
        until: None,
        inner: plain.list.into_iter().next(),
    };
    store.save(saved.clone()).await.unwrap();
    let paths = Plain::paths();
    let update = store.update::<Plain>(Key::new("id")).set(paths.count(), 5);
    let update = update.set(paths.r#type(), None);
    let update = update.set(paths.until(), Some(SystemTime::UNIX_EPOCH));
    update
        .set(paths.inner().text(), "other".to_owned())
        .await
        .unwrap();
    let expected = Plain {
        count: 5,
        r#type: None,
        until: Some(SystemTime::UNIX_EPOCH),
        inner: Some(Inner {
            text: "other".to_owned(),
        }),
        ..saved
    };
    assert_eq!(*store.load::<Plain>("id").await.unwrap(), expected);
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Plain", key = "ID")]
struct Plain {
    #[dyno(key)]
    id: String,
    #[dyno(default)]
    count: u32,
    r#type: Option<String>,
    #[dyno(ttl)]
    until: Option<SystemTime>,
    inner: Option<Inner>,
}
