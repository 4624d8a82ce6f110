//! Objects of more fields, and more types, than the derive writes and reads by one call.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use dyno::{Attribute, DyObject, Store};

use super::{names, read, round_trip, s, stored};

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Wide", key = "ID")]
struct Wide {
    a: u8,
    b: u16,
    c: u32,
    #[dyno(skip)]
    skipped: u8,
    d: u64,
    e: i8,
    #[dyno(key)]
    key: String,
    f: i16,
    #[dyno(flatten)]
    beside: Beside,
    g: i32,
    h: i64,
    i: f64,
    #[dyno(alias = "old")]
    j: bool,
    k: Option<String>,
    l: Vec<u8>,
    m: BTreeMap<String, u8>,
    n: Option<BTreeSet<String>>,
    o: Vec<String>,
    p: Option<u8>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
struct Beside {
    q: String,
    r: Option<u16>,
}

fn wide() -> Wide {
    Wide {
        a: 1,
        b: 2,
        c: 3,
        skipped: 0,
        d: 4,
        e: -5,
        key: "k".to_owned(),
        f: -6,
        beside: Beside {
            q: "q".to_owned(),
            r: Some(7),
        },
        g: -8,
        h: -9,
        i: 0.5,
        j: true,
        k: Some("k".to_owned()),
        l: vec![1, 2],
        m: BTreeMap::from([("m".to_owned(), 3)]),
        n: Some(BTreeSet::from(["n".to_owned()])),
        o: vec!["o".to_owned()],
        p: None,
    }
}

/// The object from its attributes, of which this one is another, or has another name.
fn read_with(
    change: impl Fn(String, AttributeValue) -> (&'static str, AttributeValue),
) -> Result<Wide, String> {
    read(
        stored(&wide())
            .into_iter()
            .map(|(name, value)| change(name, value)),
    )
}

#[test]
fn every_field_has_its_own_value() {
    let wide = wide();
    assert_eq!(round_trip(&wide), wide);
    let stored = [
        "ID", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "q", "r",
    ];
    assert_eq!(names(&wide), stored);
}

#[test]
fn an_error_names_its_field_in_each_of_the_calls() {
    for wrong in ["a", "h", "m", "o", "q", "ID"] {
        let error = read_with(|name, value| {
            let is_wrong = name == wrong;
            let value = if is_wrong {
                AttributeValue::Null(true)
            } else {
                value
            };
            (name.leak(), value)
        });
        let error = error.unwrap_err();
        assert!(error.contains(&format!("`{wrong}`")), "{error}");
    }
}

#[test]
fn an_older_name_is_known() {
    let old = read_with(|name, value| match name.as_str() {
        "j" => ("old", value),
        _ => (name.leak(), value),
    });
    assert_eq!(old.unwrap(), wide());
}

#[tokio::test]
async fn handles_mean_their_fields() {
    let store = Store::embedded().unwrap();
    store.ensure_tables::<Wide>().await.unwrap();
    store.save(wide()).await.unwrap();
    let paths = Wide::paths();
    let update = store.update::<Wide>("k").set(paths.p(), Some(9_u8));
    let update = update.set(paths.o(), vec!["other".to_owned()]);
    update.set(paths.beside().r(), Some(8_u16)).await.unwrap();
    let expected = Wide {
        p: Some(9),
        o: vec!["other".to_owned()],
        beside: Beside {
            r: Some(8),
            ..wide().beside
        },
        ..wide()
    };
    assert_eq!(*store.load::<Wide>("k").await.unwrap(), expected);
}

/// Told apart by name in one pass, and read by two calls, of which the second has the key.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Flat", key = "ID")]
struct Flat {
    #[dyno(key)]
    key: String,
    a: String,
    b: u16,
    c: u32,
    d: u64,
    e: i8,
    f: i16,
    g: i32,
    h: i64,
    i: f64,
    j: bool,
    k: Option<String>,
    l: Vec<u8>,
    m: String,
}

fn flat(key: &str) -> Flat {
    let Wide {
        b,
        c,
        d,
        e,
        f,
        g,
        h,
        i,
        j,
        k,
        l,
        ..
    } = wide();
    Flat {
        key: key.to_owned(),
        a: "a".to_owned(),
        b,
        c,
        d,
        e,
        f,
        g,
        h,
        i,
        j,
        k,
        l,
        m: "m".to_owned(),
    }
}

#[tokio::test]
async fn a_page_names_the_field_and_the_key_of_an_object_that_does_not_fit() {
    let store = Store::embedded().unwrap();
    store.ensure_tables::<Flat>().await.unwrap();
    for key in ["good", "bad"] {
        let saved = store.save(flat(key)).await.unwrap();
        assert_eq!(*store.load::<Flat>(key).await.unwrap(), saved.into_object());
    }
    let client = store.client::<Flat>().unwrap();
    for (wrong, field) in [
        (AttributeValue::Bool(true), "b"),
        (AttributeValue::Bool(true), "m"),
    ] {
        let mut item = client.get_item().table_name("Flat").key("ID", s("good"));
        item = item.consistent_read(true);
        let mut item = item.send().await.unwrap().item.unwrap();
        item.insert("ID".to_owned(), s("bad"));
        item.insert(field.to_owned(), wrong);
        let put = client.put_item().table_name("Flat").set_item(Some(item));
        put.send().await.unwrap();
        let mut pages = store.scan::<Flat>().pages_with_failures();
        let page = pages.next().await.unwrap().unwrap();
        assert_eq!(**page.objects().first().unwrap(), flat("good"));
        let [failure] = page.failures() else {
            panic!("one object does not fit: {page:?}");
        };
        assert_eq!(failure.key().to_string(), "bad");
        let said = failure.error().to_string();
        assert!(said.contains(&format!("field `Flat.{field}`")), "{said}");
    }
}

/// Of a variant, and of a type with parameters.
#[derive(DyObject, Clone, Debug, PartialEq)]
enum Event<T: Attribute> {
    Nothing,
    Much {
        a: T,
        b: u16,
        c: u32,
        d: u64,
        e: i8,
        f: i16,
        g: i32,
        h: i64,
        i: f64,
        j: bool,
        k: Option<String>,
        l: Vec<u8>,
        m: Vec<T>,
        n: String,
    },
}

#[test]
fn variants_and_parameters_have_many_fields() {
    let Flat {
        b,
        c,
        d,
        e,
        f,
        g,
        h,
        i,
        j,
        k,
        l,
        m,
        ..
    } = flat("k");
    let much = Event::Much {
        a: 1_u8,
        b,
        c,
        d,
        e,
        f,
        g,
        h,
        i,
        j,
        k,
        l,
        m: vec![2, 3],
        n: m,
    };
    assert_eq!(round_trip(&much), much);
    assert_eq!(round_trip(&Event::<u8>::Nothing), Event::Nothing);
}
