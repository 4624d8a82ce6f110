//! Objects of more fields, and more types, than the derive writes and reads by one call.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use dyno::{DyObject, Store};

use super::{names, read, round_trip, stored};

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
