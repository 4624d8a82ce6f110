//! What is refused, with what is said.

use std::collections::HashMap;

use dyno::document::Shape;
use dyno::{AttributeValue, ErrorKind, FieldPath, Item};
use serde_json::{Value, json};

use crate::fixture::{john, people};

fn path(text: &str) -> FieldPath {
    text.parse().unwrap()
}

#[tokio::test]
async fn shapes_with_mistakes_name_all_of_them() {
    let store = dyno_testbed::store();
    let shape = Shape::root("Root", "ID")
        .shard("$.a[", Shape::table("S", "IDX"))
        .shard("$.b", Shape::table("", "IDX"))
        .shard("$.b.c", Shape::table("S", "IDX"));
    assert!(shape.clone().checked().is_err());
    let error = store.documents(shape).read("k").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidShape);
    let text = error.to_string();
    for part in ["at position 5", "the table is empty", "overlap"] {
        assert!(text.contains(part), "{text}");
    }
    let key_in_shard = Shape::root("Root", "ID").shard(
        "$.a",
        Shape::table("S", "IDX").shard("$.IDX", Shape::table("T", "IDX")),
    );
    assert!(
        key_in_shard
            .checked()
            .unwrap_err()
            .to_string()
            .contains("the name of a key")
    );
}

#[tokio::test]
async fn a_shard_must_be_a_map() {
    let (_, people, _, _) = people().await;
    for value in [json!(1), json!("x"), json!([1]), json!(true)] {
        let refused = people
            .write(json!({"work": value}))
            .key("k")
            .await
            .unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::InvalidValue);
        assert_eq!(refused.error().path(), Some(&path("work")));
        assert!(
            refused.to_string().contains("declared as a shard"),
            "{refused}"
        );
        assert_eq!(refused.into_object(), json!({"work": value}).into());
    }
    people.write(john()).key("k").await.unwrap();
    let mut read = people.read("k").await.unwrap();
    for (place, value) in [
        ("$.work", json!(1)),
        ("$.home.location", json!("x")),
        ("$.home.location.geo", json!([])),
        ("$.home", json!({"location": 1})),
        ("$.home.location", json!({"geo": 1})),
    ] {
        for error in [
            people
                .write_path("k", place, value.clone())
                .await
                .unwrap_err(),
            match read.set(place, value.clone()) {
                Err(error) => error,
                Ok(_) => read.save().await.unwrap_err(),
            },
        ] {
            assert_eq!(error.kind(), ErrorKind::InvalidValue, "{place}: {error}");
            assert!(error.path().is_some(), "{place}: {error}");
        }
        read.reload().await.unwrap();
    }
    let every = people.write_path("k", "$.*", 1).await.unwrap_err();
    assert_eq!(every.kind(), ErrorKind::InvalidValue, "{every}");
    assert_eq!(people.read("k").await.unwrap().value(), john());
}

#[tokio::test]
async fn values_that_cannot_be_stored() {
    let (_, people, _, _) = people().await;
    let number = |text: &str| AttributeValue::N(text.to_owned());
    for value in [
        number("NaN"),
        number("x"),
        number(&"1".repeat(39)),
        number("1e200"),
        AttributeValue::Ss(vec![]),
        AttributeValue::Ss(vec!["a".into(), "a".into()]),
        AttributeValue::M(HashMap::from([(String::new(), AttributeValue::Bool(true))])),
    ] {
        let item = Item::from([("a".to_owned(), value.clone())]);
        let refused = people.write(item).key("k").await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::InvalidValue, "{value:?}");
        people.write(json!({"a": 0})).key("k").await.unwrap();
        for place in ["$.a", "$..a"] {
            let refused = people
                .write_path("k", place, value.clone())
                .await
                .unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::InvalidValue, "{place} {value:?}");
        }
    }
    for value in [
        json!({"": 1}),
        json!({"a": 1e200}),
        json!({"_dy_x": 1}),
        json!({"work": {"_dy_x": 1}}),
    ] {
        let refused = people.write(value.clone()).key("k").await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::InvalidValue, "{value}");
    }
    for value in [json!(1), json!(null), json!("x"), json!([{}])] {
        let refused = people.write(value).key("k").await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::InvalidValue);
    }
    let refused = people.write_path("k", "$.a", f64::NAN).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidValue);
    let mut deep = json!(1);
    for _ in 0..300 {
        deep = json!([deep]);
    }
    let refused = people.write(json!({"a": deep})).key("k").await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidValue);
    assert_eq!(people.read("k").await.unwrap().value(), json!({"a": 0}));
}

#[tokio::test]
async fn keys_that_cannot_be() {
    let (_, people, _, _) = people().await;
    for key in [
        dyno::Key::from(""),
        dyno::Key::from(("a", "b")),
        dyno::Key::from("x".repeat(3000)),
    ] {
        assert_eq!(
            people.read(key.clone()).await.unwrap_err().kind(),
            ErrorKind::InvalidKey
        );
        assert_eq!(
            people.delete(key.clone()).await.unwrap_err().kind(),
            ErrorKind::InvalidKey
        );
        assert_eq!(
            people.write(john()).key(key).await.unwrap_err().kind(),
            ErrorKind::InvalidKey
        );
    }
    let held = people.write(json!({"ID": [1]})).await.unwrap_err();
    assert_eq!(held.kind(), ErrorKind::InvalidKey);
    let in_shard = people
        .write(json!({"work": {"IDX": "x"}}))
        .key("k")
        .await
        .unwrap_err();
    assert_eq!(in_shard.kind(), ErrorKind::InvalidValue);
    assert!(
        in_shard.to_string().contains("holds the shard's place"),
        "{in_shard}"
    );
}

#[tokio::test]
async fn paths_that_are_none() {
    let (_, declared, bare, _) = people().await;
    declared.write(john()).key("k").await.unwrap();
    for documents in [declared, bare] {
        for (text, position) in [
            ("", 1),
            ("name", 1),
            ("$.", 3),
            ("$.a[", 5),
            ("$.é['b", 7),
            ("$.a[?@.b >", 10),
            ("$.a b", 4),
            ("$.a[0", 6),
            ("$.a[1:b]", 7),
        ] {
            for error in [
                documents.read_path("k", text).await.unwrap_err(),
                documents.write_path("k", text, 1).await.unwrap_err(),
            ] {
                assert_eq!(error.kind(), ErrorKind::InvalidPath, "{text}");
                let wanted = format!("at position {position}, ");
                assert!(error.to_string().contains(&wanted), "{text}: {error}");
            }
        }
        let nested = format!("$[?{}@.a{}]", "(".repeat(2000), ")".repeat(2000));
        let long = format!("$.{}", "a".repeat(5000));
        // A parser that tries both meanings of each filter would never end.
        let filters = format!("$[?{}@.a{}]", "@[?".repeat(60), "]".repeat(60));
        for text in [nested, long, filters] {
            let error = documents.read_path("k", text).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidPath);
        }
        let allowed = format!("$[?{}@.a{}]", "(@[?(".repeat(5), ")])".repeat(5));
        assert_eq!(documents.read_path("k", allowed).await.unwrap(), []);
        let deep = format!("${}", ".a".repeat(40));
        let error = documents.read_path("k", deep).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidPath);
    }
}

#[tokio::test]
async fn paths_that_are_not_the_documents() {
    let (_, declared, bare, _) = people().await;
    declared.write(john()).key("k").await.unwrap();
    for documents in [declared, bare] {
        for text in [
            "$",
            "$.ID",
            "$._dy_etag",
            "$.home.location.IDX",
            "$.home.location._dy_stamp",
        ] {
            let error = documents
                .write_path("k", text, json!({}))
                .await
                .unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidPath, "{text}: {error}");
            assert!(error.path().is_some(), "{text}: {error}");
        }
        for text in ["$.nothing.inside", "$.tags[9]", "$.name.inside"] {
            let error = documents.write_path("k", text, 1).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::PathNotFound, "{text}: {error}");
        }
        let error = documents.read_path("k", "$._dy_etag").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidPath);
        assert_eq!(documents.read_path("k", "$.ID").await.unwrap(), []);
        let error = documents.read_path("nobody", "$.name").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        for text in ["$.name", "$..name"] {
            let error = documents.write_path("nobody", text, "x").await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::NotFound);
        }
        assert_eq!(documents.read("k").await.unwrap().value(), john());
    }
}

#[tokio::test]
async fn a_shape_without_shards_replaces_and_deletes_none() {
    let (_, people, bare, _) = people().await;
    people.write(john()).key("k").await.unwrap();
    let refused = bare.write(json!({})).key("k").await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::TypeMismatch);
    let refused = bare.delete("k").await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::TypeMismatch);
    assert!(
        refused.to_string().contains("read it and delete"),
        "{refused}"
    );
    assert_eq!(people.read("k").await.unwrap().value(), john());
}

#[tokio::test]
async fn another_type_is_not_taken_for_this_one() {
    let (store, people, _, _) = people().await;
    people.write(john()).key("k").await.unwrap();
    let tagged = store.documents(crate::fixture::person().tag("other"));
    for documents in [
        tagged,
        store.documents(Shape::root("Person", "ID").tag("other")),
    ] {
        let error = documents.read("k").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TypeMismatch);
    }
    let value: Value = people.read("k").await.unwrap().value();
    assert_eq!(value, john());
}
