//! JSONPath: what is found, and what is written.

use dyno::document::Match;
use dyno::{AttributeValue, Blob, FieldPath, Item};
use serde_json::{Value, json};

use crate::fixture::{Person, john, people};

fn found(matches: Vec<Match>) -> Vec<(String, Value)> {
    let parts = matches.into_iter().map(Match::into_parts);
    parts
        .map(|(path, value)| (path.to_string(), value))
        .collect()
}

fn at(path: &str, value: impl Into<Value>) -> (String, Value) {
    (path.to_owned(), value.into())
}

#[tokio::test]
async fn a_path_finds_all_that_it_matches() {
    let (_, declared, bare, _) = people().await;
    let mut document = john();
    document["work"] = json!({"city": "Kobe"});
    document["odd"] = json!({"a.b": {"c d": 1}, "": 2, "$": 3, "it's": 4});
    document["lines"] = json!([{"price": 5}, {"price": 15, "odd": true}, {"price": 25}]);
    document["odd"].as_object_mut().unwrap().remove("");
    declared.write(document).key("k").await.unwrap();
    for documents in [declared, bare] {
        for (path, expected) in [
            ("$.name", vec![at("name", "John")]),
            ("$['name']", vec![at("name", "John")]),
            ("$.tags[0]", vec![at("tags[0]", "a")]),
            ("$.tags[-1]", vec![at("tags[1]", "b")]),
            ("$.tags[*]", vec![at("tags[0]", "a"), at("tags[1]", "b")]),
            (
                "$.home.location.city",
                vec![at("home.location.city", "Osaka")],
            ),
            (
                "$.home.location.geo.latitude",
                vec![at("home.location.geo.latitude", 34.6937)],
            ),
            ("$.work", vec![at("work", json!({"city": "Kobe"}))]),
            (
                "$..city",
                vec![at("home.location.city", "Osaka"), at("work.city", "Kobe")],
            ),
            ("$['name', 'name']", vec![at("name", "John")]),
            ("$.odd['a.b']['c d']", vec![at("odd[\"a.b\"][\"c d\"]", 1)]),
            ("$.odd['a.b'].*", vec![at("odd[\"a.b\"][\"c d\"]", 1)]),
            ("$.odd['$']", vec![at("odd[\"$\"]", 3)]),
            (r"$.odd['it\'s']", vec![at("odd[\"it's\"]", 4)]),
            (
                "$.lines[?@.price > 10 && !@.odd].price",
                vec![at("lines[2].price", 25)],
            ),
            ("$.lines[?length(@.price) > 1]", vec![]),
            ("$.nothing", vec![]),
            ("$.name.nothing", vec![]),
            ("$.tags[7]", vec![]),
            ("$..nothing", vec![]),
        ] {
            let matches = documents.read_path("k", path).await.unwrap();
            assert_eq!(found(matches), expected, "{path}");
        }
        let place = FieldPath::root().key("odd").key("a.b").key("c d");
        assert_eq!(documents.read_path("k", place).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn sets_are_lists_to_a_path() {
    let (_, declared, bare, _) = people().await;
    let item = Item::from([
        (
            "s".to_owned(),
            AttributeValue::Ss(vec!["a".into(), "b".into()]),
        ),
        ("b".to_owned(), AttributeValue::B(Blob::new([0, 255]))),
    ]);
    declared.write(item).key("k").await.unwrap();
    for documents in [declared, bare] {
        let matches = documents.read_path("k", "$.s[1]").await.unwrap();
        assert_eq!(found(matches), [at("s[1]", "b")]);
        let matches = documents.read_path("k", "$.s[?@ == 'a']").await.unwrap();
        assert_eq!(found(matches), [at("s[0]", "a")]);
        let matches = documents.read_path("k", "$.b").await.unwrap();
        assert_eq!(
            *matches[0].attribute(),
            AttributeValue::B(Blob::new([0, 255]))
        );
        assert_eq!(matches[0].value(), "AP8=");
        let refused = documents.write_path("k", "$.s[*]", "c").await.unwrap_err();
        assert_eq!(refused.kind(), dyno::ErrorKind::PathNotFound);
    }
}

#[tokio::test]
async fn a_write_sets_all_that_is_found() {
    let (store, declared, bare, _) = people().await;
    for documents in [declared, bare] {
        store
            .documents(crate::fixture::person())
            .write(john())
            .key("k")
            .await
            .unwrap();
        let paths =
            |written: Vec<FieldPath>| written.iter().map(ToString::to_string).collect::<Vec<_>>();
        let written = documents.write_path("k", "$.tags[*]", "c").await.unwrap();
        assert_eq!(paths(written), ["tags[0]", "tags[1]"]);
        let written = documents.write_path("k", "$..city", "Nara").await.unwrap();
        assert_eq!(paths(written), ["home.location.city"]);
        let written = documents.write_path("k", "$.home.rooms", 4).await.unwrap();
        assert_eq!(paths(written), ["home.rooms"]);
        let written = documents.write_path("k", "$..nothing", 4).await.unwrap();
        assert_eq!(paths(written), [""; 0]);
        let mut expected = Person::john();
        expected.tags = vec!["c".into(), "c".into()];
        expected.home.rooms = 4;
        expected.home.location.as_mut().unwrap().city = "Nara".into();
        assert_eq!(*store.load::<Person>("k").await.unwrap(), expected);

        documents
            .write_path("k", "$.new", json!({"a": {"b": [1, true]}}))
            .await
            .unwrap();
        documents
            .write_path("k", "$.new.a.b[0]", json!(null))
            .await
            .unwrap();
        documents
            .write_path("k", "$.new.a['c.d']", 2.5)
            .await
            .unwrap();
        let new = documents.read_path("k", "$.new").await.unwrap();
        assert_eq!(
            new[0].value(),
            json!({"a": {"b": [null, true], "c.d": 2.5}})
        );
    }
}

#[tokio::test]
async fn of_places_inside_each_other_the_outermost_is_written() {
    let (_, people, _, _) = people().await;
    people
        .write(json!({"a": {"x": {"x": 1}}, "x": 2}))
        .key("k")
        .await
        .unwrap();
    let written = people
        .write_path("k", "$..x", json!({"x": 3}))
        .await
        .unwrap();
    assert_eq!(written.len(), 2);
    let expected = json!({"a": {"x": {"x": 3}}, "x": {"x": 3}});
    assert_eq!(people.read("k").await.unwrap().value(), expected);
}

#[tokio::test]
async fn a_shard_may_be_written_and_removed_as_a_whole() {
    let (store, people, _, _) = people().await;
    people.write(john()).key("k").await.unwrap();
    let work = json!({"city": "Kobe", "geo": {"latitude": 1, "longitude": 2.5}});
    people
        .write_path("k", "$.work", work.clone())
        .await
        .unwrap();
    assert_eq!(people.read("k").await.unwrap().value()["work"], work);
    people
        .write_path("k", "$.home.location", json!(null))
        .await
        .unwrap();
    assert_eq!(store.load::<Person>("k").await.unwrap().home.location, None);
}

#[tokio::test]
async fn writers_of_different_places_do_not_undo_each_other() {
    let (_, people, _, _) = people().await;
    let count: Vec<Value> = vec![json!(0); 6];
    people
        .write(json!({"count": count}))
        .key("k")
        .await
        .unwrap();
    let write = |index: usize| {
        let people = people.clone();
        async move {
            // A slice is a query, so each of these is a read and a save.
            let path = format!("$.count[{index}:{}]", index + 1);
            people.write_path("k", path, 1).await.unwrap();
        }
    };
    futures_util::future::join_all((0..6).map(write)).await;
    let expected: Vec<Value> = vec![json!(1); 6];
    assert_eq!(
        people.read("k").await.unwrap().value(),
        json!({"count": expected})
    );
}
