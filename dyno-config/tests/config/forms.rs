//! Values of serde as keys, and back.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use dyno_config::{ConfigStore, Error};
use dyno_core::{AttributeValue, Item};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::bed::{Bed, Map, item, json as as_json, map};

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Everything {
    flag: bool,
    maybe: Option<bool>,
    small: i8,
    large: u64,
    huge: i128,
    price: f64,
    text: String,
    letter: char,
    list: Vec<u32>,
    map: BTreeMap<String, bool>,
    inner: Inner,
    kind: Kind,
    other: Kind,
    tuple: Kind,
    structure: Kind,
    pair: (u8, String),
    wrapped: Wrapped,
    none: Option<String>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Inner {
    on: bool,
    none: Option<u8>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Wrapped(String);

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
enum Kind {
    Unit,
    One(bool),
    Two(u8, bool),
    Named { on: bool },
}

fn everything() -> Everything {
    Everything {
        flag: true,
        maybe: Some(false),
        small: -5,
        large: u64::MAX,
        huge: i128::from(u64::MAX) * -2,
        price: 1.5,
        text: "t".into(),
        letter: 'l',
        list: vec![1, 2],
        map: BTreeMap::from([("a".to_owned(), true)]),
        inner: Inner {
            on: true,
            none: None,
        },
        kind: Kind::Unit,
        other: Kind::One(true),
        tuple: Kind::Two(1, false),
        structure: Kind::Named { on: true },
        pair: (1, "p".into()),
        wrapped: Wrapped("w".into()),
        none: None,
    }
}

async fn stores(bed: &Bed) -> [ConfigStore; 2] {
    let own = bed.config().await;
    let open = ConfigStore::open(&bed.store, "Config", "old").compatible();
    [own, open.await.unwrap()]
}

#[tokio::test(start_paused = true)]
async fn every_form_of_serde_comes_back_in_both_forms() {
    let bed = Bed::new();
    for config in stores(&bed).await {
        config.set("all", &everything()).await.unwrap();
        assert_eq!(
            *config.get::<Everything>("all").await.unwrap(),
            everything()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn booleans_are_read_in_both_forms_at_every_depth() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Flags {
        real: bool,
        number: bool,
        maybe: Option<bool>,
        list: Vec<bool>,
        inner: HashMap<String, bool>,
        one: Kind,
    }
    #[derive(Debug, Deserialize)]
    struct Wrong {
        #[expect(dead_code, reason = "it is never made")]
        number: bool,
    }
    let bed = Bed::new();
    let config = bed.config().await;
    bed.put(item(&json!({
        "_store": { "S": "prod" }, "_option": { "S": "flags" },
        "real": { "BOOL": true }, "number": { "N": "1" }, "maybe": { "N": "0" },
        "list": { "L": [{ "N": "1" }, { "BOOL": false }] },
        "inner": { "M": { "a": { "N": "0" } } },
        "one": { "M": { "One": { "N": "1" } } },
    })))
    .await;
    let read = config.get::<Flags>("flags").await.unwrap();
    assert_eq!(
        *read,
        Flags {
            real: true,
            number: true,
            maybe: Some(false),
            list: vec![true, false],
            inner: HashMap::from([("a".to_owned(), false)]),
            one: Kind::One(true),
        }
    );
    bed.put(item(&json!({
        "_store": { "S": "prod" }, "_option": { "S": "flags" }, "number": { "N": "2" },
    })))
    .await;
    let error = config.get::<Wrong>("flags").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "option `flags` of store `prod` in table `Config`: key `number`: invalid type: integer `2`, expected a boolean"
    );
}

#[tokio::test(start_paused = true)]
async fn a_misfit_names_the_place_in_the_option() {
    #[derive(Debug, Deserialize)]
    struct Outer {
        #[expect(dead_code, reason = "it is never made")]
        pool: HashMap<String, u8>,
    }
    let bed = Bed::new();
    let config = bed.config().await;
    config
        .set("db", &json!({ "pool": { "size": 300 } }))
        .await
        .unwrap();
    let error = config.get::<Outer>("db").await.unwrap_err();
    let Error::DoesNotFit { key, why, .. } = error else {
        panic!("{error:?}")
    };
    assert_eq!(key.as_deref(), Some("pool.size"));
    assert!(why.contains("300"), "{why}");
    let error = config
        .get::<HashMap<String, String>>("db")
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("key `pool`: invalid type: "),
        "{error}"
    );
    let error = config.get::<Vec<u8>>("db").await.unwrap_err();
    assert!(
        matches!(error, Error::DoesNotFit { key: None, .. }),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn the_compatible_form_has_no_booleans_and_no_empty_keys() {
    let bed = Bed::new();
    let [own, old] = stores(&bed).await;
    let value = json!({
        "flag": true, "off": false, "text": "", "none": null, "list": [], "map": {},
        "inner": { "flag": true, "text": "", "none": null, "list": [true, null] }, "zero": 0,
    });
    for config in [&own, &old] {
        config.set("db", &value).await.unwrap();
    }
    let items = bed.items("Config").await;
    let stored = |store: &str| {
        let of = |item: &&Item| item["_store"].as_s().is_ok_and(|name| name == store);
        as_json(items.iter().find(of).unwrap())
    };
    assert_eq!(
        stored("old"),
        json!({
            "_store": { "S": "old" }, "_option": { "S": "db" },
            "flag": { "N": "1" }, "off": { "N": "0" }, "zero": { "N": "0" },
            "inner": { "M": {
                "flag": { "N": "1" }, "text": { "S": "" }, "none": { "NULL": true },
                "list": { "L": [{ "N": "1" }, { "NULL": true }] },
            } },
        })
    );
    assert_eq!(
        stored("prod"),
        json!({
            "_store": { "S": "prod" }, "_option": { "S": "db" },
            "flag": { "BOOL": true }, "off": { "BOOL": false }, "zero": { "N": "0" },
            "text": { "S": "" }, "list": { "L": [] }, "map": { "M": {} },
            "inner": { "M": {
                "flag": { "BOOL": true }, "text": { "S": "" }, "none": { "NULL": true },
                "list": { "L": [{ "BOOL": true }, { "NULL": true }] },
            } },
        })
    );
}

#[tokio::test(start_paused = true)]
async fn an_empty_value_removes_its_key_in_compatible_form_and_none_leaves_it() {
    let bed = Bed::new();
    let [own, old] = stores(&bed).await;
    for (config, rest) in [
        (own, map([("host", ""), ("port", "80")])),
        (old, map([("port", "80")])),
    ] {
        config
            .set("db", &map([("host", "a"), ("port", "80")]))
            .await
            .unwrap();
        config
            .set_keys("db", &json!({ "host": "", "port": null }))
            .await
            .unwrap();
        assert_eq!(*config.get::<Map>("db").await.unwrap(), rest);
    }
}

#[tokio::test(start_paused = true)]
async fn sets_and_binaries_of_other_programs_are_read() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Sets {
        names: BTreeSet<String>,
        numbers: BTreeSet<u32>,
    }
    let bed = Bed::new();
    let config = bed.config().await;
    let keys = item(&json!({ "names": { "SS": ["a", "b"] }, "numbers": { "NS": ["1", "2"] } }));
    config.set_item("sets", keys.clone()).await.unwrap();
    let read = config.get::<Sets>("sets").await.unwrap();
    assert_eq!(read.names.len() + read.numbers.len(), 4);
    assert_eq!(as_json(&read.keys()), as_json(&keys));
    let value = config.get::<Value>("sets").await.unwrap();
    assert_eq!(value["numbers"].as_array().map(Vec::len), Some(2));
}

#[tokio::test(start_paused = true)]
async fn what_is_no_map_of_keys_is_refused_before_anything_is_sent() {
    let bed = Bed::new();
    let config = bed.config().await;
    let refused = [
        config.set("db", "text"),
        config.set("db", &5),
        config.set("db", &[1, 2]),
        config.set("db", &None::<Map>),
        config.set("db", &HashMap::from([(vec![1], 2)])),
        config.set("db", &json!({ "number": 1, "other": null, "": 1 })),
        config.set("db", &map([("_store", "x")])),
        config.set("db", &map([("_option", "x")])),
        config.set("db", &map([("_dy_version", "x")])),
        config.set("db", &HashMap::from([("x", f64::NAN)])),
        config.set("db", &HashMap::from([("x", vec![f64::INFINITY])])),
        config.set_keys("db", &json!({})),
        config.set_key("db", "host", &None::<u8>),
        config.set_key("db", "_store", "x"),
        config.remove_keys("db", ["_option"]),
        config.remove_keys("db", [""]),
        config.remove_keys("db", Vec::<String>::new()),
        config.remove_keys("db", ["host"]).if_absent(),
        config.set_item(
            "db",
            Item::from([("_dy_x".to_owned(), AttributeValue::Bool(true))]),
        ),
    ];
    for set in refused {
        let error = set.await.unwrap_err();
        assert!(matches!(error, Error::InvalidValue { .. }), "{error}");
    }
    assert!(bed.sent().is_empty());
    assert!(bed.items("Config").await.is_empty());
}
