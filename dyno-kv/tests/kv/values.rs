//! Values and fields, as they are stored and read.

use std::collections::BTreeMap;

use dyno_core::{AttributeValue, Blob};
use dyno_kv::{Error, Serde};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use serde::{Deserialize, Serialize};

use crate::fixture::{Bench, names, number, text};

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct User {
    name: String,
    age: u32,
    tags: Vec<String>,
}

#[tokio::test(start_paused = true)]
async fn values_are_stored_as_dynastore_stores_them() {
    let bench = Bench::new().await;
    let records = bench.partition();
    let user = User {
        name: "Ada".into(),
        age: 36,
        tags: vec!["x".into()],
    };
    records.put("text", "hello").await.unwrap();
    records.put("bytes", [1_u8, 2, 255]).await.unwrap();
    records.put("user", Serde(&user)).await.unwrap();
    records.put("number", Serde(&7)).await.unwrap();
    records.put("list", Serde(&[1, 2])).await.unwrap();
    records.put("no text", "").await.unwrap();
    records.put("no bytes", Vec::new()).await.unwrap();
    records
        .put("raw", AttributeValue::Bool(true))
        .await
        .unwrap();

    let map = BTreeMap::from([("age", number(36)), ("name", text("Ada"))]);
    let stored = |key| {
        let item = bench.item(key);
        async move { item.await["payload"].clone() }
    };
    assert_eq!(stored("text").await, text("hello"));
    assert_eq!(stored("bytes").await, text("AQL/"));
    let found = stored("user").await;
    for (name, value) in map {
        assert_eq!(found.as_m().unwrap()[name], value);
    }
    assert_eq!(stored("number").await, number(7));
    assert_eq!(
        stored("list").await,
        AttributeValue::L(vec![number(1), number(2)])
    );
    assert_eq!(stored("no text").await, AttributeValue::Null(true));
    assert_eq!(stored("no bytes").await, AttributeValue::Null(true));

    let read = |key: &'static str| records.get(key);
    assert_eq!(read("text").await.unwrap().text().unwrap(), "hello");
    assert_eq!(read("bytes").await.unwrap().bytes().unwrap(), [1, 2, 255]);
    assert_eq!(read("user").await.unwrap().get::<User>().unwrap(), user);
    assert_eq!(read("number").await.unwrap().get::<u8>().unwrap(), 7);
    assert_eq!(read("number").await.unwrap().text().unwrap(), "7");
    assert_eq!(
        read("list").await.unwrap().get::<Vec<u8>>().unwrap(),
        [1, 2]
    );
    assert_eq!(read("no text").await.unwrap().text().unwrap(), "");
    assert!(read("no bytes").await.unwrap().bytes().unwrap().is_empty());
    assert_eq!(
        read("text").await.unwrap().get::<String>().unwrap(),
        "hello"
    );
}

#[tokio::test(start_paused = true)]
async fn values_of_other_programs_are_read() {
    let bench = Bench::new().await;
    let item = |key: &str, payload: Option<AttributeValue>| {
        let mut item = dyno_core::Item::from([
            ("id".to_owned(), text("customers")),
            ("name".to_owned(), text(key)),
            ("version".to_owned(), number(3)),
        ]);
        item.extend(payload.map(|payload| ("payload".to_owned(), payload)));
        item
    };
    bench.put_item(item("none", None)).await;
    bench.put_item(item("empty", Some(text("")))).await;
    bench
        .put_item(item("binary", Some(AttributeValue::B(Blob::new([9])))))
        .await;
    let records = bench.partition();
    for key in ["none", "empty"] {
        let record = records.get(key).await.unwrap();
        assert_eq!(record.text().unwrap(), "");
        assert!(record.bytes().unwrap().is_empty());
    }
    let binary = records.get("binary").await.unwrap();
    assert_eq!(binary.bytes().unwrap(), [9]);
    let error = binary.text().unwrap_err().to_string();
    assert!(
        error.ends_with("the payload is binary, not a text"),
        "{error}"
    );
}

#[tokio::test(start_paused = true)]
async fn another_form_is_an_error_that_shows_no_value() {
    let bench = Bench::new().await;
    let records = bench.partition();
    let record = records.put("k", "secret!").await.unwrap();
    let error = record.bytes().unwrap_err();
    assert!(matches!(error, Error::WrongForm { .. }));
    assert!(
        error
            .to_string()
            .ends_with("the payload is a text that is no Base64, not bytes")
    );
    let error = record.get::<User>().unwrap_err();
    assert!(matches!(error, Error::WrongForm { .. }));
    assert!(!format!("{error} {error:?} {record:?}").contains("secret"));
    let map = records
        .put("k", Serde(&BTreeMap::from([("a", 1)])))
        .await
        .unwrap();
    assert!(map.text().is_err() && map.bytes().is_err());
}

#[tokio::test(start_paused = true)]
async fn fields_that_are_not_named_stay() {
    let bench = Bench::new().await;
    let records = bench.partition();
    records
        .put("k", "1")
        .field("created", "2025")
        .field("pk1", "u")
        .await
        .unwrap();
    let second = records.put("k", "2").field("pk1", "v").await.unwrap();
    let fields: Vec<_> = second.fields().map(|(name, _)| name).collect();
    assert_eq!(fields, ["created", "pk1"]);
    assert_eq!(
        (second.field("created"), second.field("pk1")),
        (Some("2025"), Some("v"))
    );
    let third = records
        .compare_and_put(&second, "3")
        .field("sk1", "t")
        .await
        .unwrap();
    assert_eq!(third.fields().count(), 3);
    let touched = records.touch("k").field("created", "2026").await.unwrap();
    assert_eq!(
        (touched.text().unwrap(), touched.field("created")),
        ("3", Some("2026"))
    );
    assert_eq!(
        names(&bench.item("k").await),
        [
            "_dy_write",
            "created",
            "id",
            "name",
            "payload",
            "pk1",
            "sk1",
            "version"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_written_is_read() {
    let bench = Bench::new().await;
    let records = bench.partition();
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(40));
    let strategy = (".{0,20}", prop::collection::vec(any::<u8>(), 0..30));
    for _ in 0..40 {
        let (text, bytes) = strategy.new_tree(&mut runner).unwrap().current();
        let record = records.put("text", &text).await.unwrap();
        assert_eq!(record.text().unwrap(), text);
        assert_eq!(records.get("text").await.unwrap(), record);
        let record = records.put("bytes", &*bytes).await.unwrap();
        assert_eq!(record.bytes().unwrap(), bytes);
    }
}

#[tokio::test(start_paused = true)]
async fn no_error_shows_a_value() {
    #[derive(Debug, Deserialize)]
    enum Choice {
        _A,
    }
    let bench = Bench::new().await;
    let records = bench.partition();
    let secret = records.put("k", "secret!").field("f", "hidden").await;
    let secret = secret.unwrap();
    let number = records.put("n", Serde(&123_456)).await.unwrap();
    let fraction = records.put("c", Serde(&1234.5)).await.unwrap();
    records.put("m", Serde(&i64::MAX)).await.unwrap();
    let errors = [
        secret.get::<Choice>().unwrap_err(),
        secret.get::<char>().unwrap_err(),
        secret.get::<u32>().unwrap_err(),
        secret.get::<std::net::IpAddr>().unwrap_err(),
        secret.decode_fields::<BTreeMap<String, u8>>().unwrap_err(),
        number.get::<u8>().unwrap_err(),
        fraction.get::<i64>().unwrap_err(),
        records.counter("c").add(1).await.unwrap_err(),
        records.counter("m").add(1).await.unwrap_err(),
    ];
    for error in errors {
        let mut said = error.to_string();
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            said.push_str(&cause.to_string());
            source = cause.source();
        }
        for value in [
            "secret",
            "hidden",
            "123456",
            "1234.5",
            "9223372036854775807",
        ] {
            assert!(!said.contains(value), "{said}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_empty_text_is_read_as_a_string() {
    let bench = Bench::new().await;
    let record = bench.partition().put("k", "").await.unwrap();
    assert_eq!(record.get::<String>().unwrap(), "");
    assert_eq!(record.get::<Option<String>>().unwrap(), None);
    assert!(matches!(record.get::<u8>(), Err(Error::WrongForm { .. })));
}
