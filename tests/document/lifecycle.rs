//! From the first write to the delete.

use dyno::document::Shape;
use dyno::{AttributeValue, ErrorKind, Item, Key};
use serde_json::json;

use crate::fixture::{john, people};

#[tokio::test]
async fn a_document_is_written_read_changed_and_deleted() {
    let (_, people, _, _) = people().await;
    let written = people.write(john()).key("k").await.unwrap();
    assert_eq!(written.key(), &Key::from("k"));
    assert_eq!(written.value(), john());

    let mut read = people.read("k").await.unwrap();
    assert_eq!(read.value(), john());
    assert!(read.differences().is_empty());
    assert_eq!(read.type_tag(), "Person");

    assert_eq!(read.set("$.home.location.city", "Nara").unwrap().len(), 1);
    read.item_mut().remove("tags");
    read.save().await.unwrap();
    let mut expected = john();
    expected["home"]["location"]["city"] = json!("Nara");
    expected.as_object_mut().unwrap().remove("tags");
    assert_eq!(people.read("k").await.unwrap().value(), expected);

    people.delete("k").await.unwrap();
    assert_eq!(
        people
            .read("k")
            .optional()
            .await
            .unwrap()
            .map(dyno::Document::into_item),
        None
    );
    let error = people.read("k").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(
        error.to_string(),
        "read `Person` with key `k`: there is no object with this key"
    );
}

#[tokio::test]
async fn attributes_are_stored_as_they_are() {
    let (_, people, _, _) = people().await;
    let inner = AttributeValue::M(Item::from([(
        "_dy_type".into(),
        AttributeValue::N("1".into()),
    )]));
    let item = Item::from([
        (
            "number".to_owned(),
            AttributeValue::N("12345678901234567890.5".into()),
        ),
        (
            "set".to_owned(),
            AttributeValue::Ss(vec!["a".into(), "b".into()]),
        ),
        ("inner".to_owned(), inner),
        ("null".to_owned(), AttributeValue::Null(true)),
    ]);
    people.write(item.clone()).key("k").await.unwrap();
    let mut read = people.read("k").await.unwrap();
    assert_eq!(*read.item(), item);
    read.save().await.unwrap();
    assert_eq!(people.read("k").await.unwrap().into_item(), item);
}

#[tokio::test]
async fn shards_come_and_go() {
    let (store, people, bare, _) = people().await;
    people.write(john()).key("k").await.unwrap();
    let mut read = people.read("k").await.unwrap();
    read.set("$.work", json!({"city": "Kobe"})).unwrap();
    read.set("$.home.location", json!(null)).unwrap();
    read.save().await.unwrap();
    let again = bare.read("k").await.unwrap();
    assert_eq!(again.value()["work"], json!({"city": "Kobe"}));
    assert_eq!(again.value()["home"], json!({"rooms": 3, "location": null}));

    again.delete().await.unwrap();
    let locations = store.documents(Shape::root("Location", "IDX"));
    assert!(
        locations
            .read("Person#k/work")
            .optional()
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn keys_are_given_held_or_made_up() {
    let (_, people, _, _) = people().await;
    let held = people.write(json!({"ID": "mine", "x": 1})).await.unwrap();
    assert_eq!(held.key(), &Key::from("mine"));
    assert_eq!(people.read("mine").await.unwrap().value(), json!({"x": 1}));
    let made_up = people.write(json!({"x": 1})).await.unwrap();
    assert!(people.read(made_up.key().clone()).await.is_ok());
    let refused = people.write(json!({"ID": "a"})).key("b").await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidKey);
    assert_eq!(refused.into_object(), json!({"ID": "a"}).into());
}

#[tokio::test]
async fn composite_and_number_keys() {
    let store = dyno_testbed::store();
    let shape = Shape::root("Orders", "customer")
        .sort("number")
        .sort_kind(dyno::KeyKind::N)
        .shard("$.lines", Shape::table("Lines", "OWNER").sort("PART"));
    let orders = store.documents(shape);
    orders.ensure_tables().await.unwrap();
    let order = json!({"lines": {"first": "tea"}});
    orders.write(order.clone()).key(("acme", 7)).await.unwrap();
    assert_eq!(orders.read(("acme", 7)).await.unwrap().value(), order);
    let refused = orders.read(("acme", "7")).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidKey);

    let bare = store.documents(Shape::root("Orders", "customer").sort("number"));
    assert_eq!(bare.read(("acme", 7)).await.unwrap().value(), order);
}

#[tokio::test]
async fn a_write_may_be_an_insert_only() {
    let (_, people, _, _) = people().await;
    people.write(john()).key("k").if_absent().await.unwrap();
    let refused = people
        .write(json!({}))
        .key("k")
        .if_absent()
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::AlreadyExists);
    people
        .write(json!({"name": "Jane"}))
        .key("k")
        .await
        .unwrap();
    assert_eq!(
        people.read("k").await.unwrap().value(),
        json!({"name": "Jane"})
    );
}

#[tokio::test]
async fn a_save_meets_somebody_elses() {
    let (_, people, bare, _) = people().await;
    people.write(john()).key("k").await.unwrap();
    let mut mine = people.read("k").await.unwrap();
    let mut theirs = bare.read("k").await.unwrap();
    theirs.set("$.name", "Jane").unwrap();
    theirs.save().await.unwrap();
    mine.set("$.home.location.city", "Nara").unwrap();
    assert_eq!(mine.save().await.unwrap_err().kind(), ErrorKind::Conflict);
    let stale = mine.clone();
    mine.reload().await.unwrap();
    assert_eq!(mine.value()["name"], "Jane");
    mine.set("$.home.location.city", "Nara").unwrap();
    mine.save().await.unwrap();
    assert_eq!(
        stale.delete().await.unwrap_err().kind(),
        ErrorKind::Conflict
    );
    mine.delete().await.unwrap();
    assert!(people.read("k").optional().await.unwrap().is_none());
}

#[tokio::test]
async fn a_document_without_shards_is_a_plain_item() {
    let (_, _, bare, _) = people().await;
    bare.write(json!({"a": {"b": 1}})).key("k").await.unwrap();
    let read = bare.read("k").keep_metadata(true).await.unwrap();
    assert_eq!(read.value(), json!({"ID": "k", "a": {"b": 1}}));
    let mut read = bare.read("k").await.unwrap();
    read.set("$.a.b", 2).unwrap();
    read.save().await.unwrap();
    assert_eq!(
        bare.read("k").await.unwrap().value(),
        json!({"a": {"b": 2}})
    );
    bare.delete("k").await.unwrap();
    assert!(bare.read("k").optional().await.unwrap().is_none());
}

#[tokio::test]
async fn metadata_is_kept_on_request_and_not_written_back() {
    let (_, people, _, _) = people().await;
    people.write(john()).key("k").await.unwrap();
    let mut read = people.read("k").keep_metadata(true).await.unwrap();
    assert!(read.item().contains_key("_dy_etag") && read.item().contains_key("ID"));
    assert_eq!(read.value()["_dy_type"], "Person");
    read.set("$.name", "Jane").unwrap();
    read.save().await.unwrap();
    read.set("$.name", "Joan").unwrap();
    read.save().await.unwrap();
    let copy = read.value();
    people.write(copy).key("k").await.unwrap();
    assert_eq!(people.read("k").await.unwrap().value()["name"], "Joan");
}

#[tokio::test]
async fn shards_may_be_left_where_they_are() {
    let (_, people, bare, _) = people().await;
    people.write(john()).key("k").await.unwrap();
    for documents in [people, bare] {
        let mut read = documents.read("k").resolve_shards(false).await.unwrap();
        assert_eq!(read.value()["home"], json!({"rooms": 3}));
        read.set("$.name", "Jane").unwrap();
        let refused = read.save().await.unwrap_err();
        assert!(
            refused.to_string().contains("without its shards"),
            "{refused}"
        );
    }
}

#[tokio::test]
async fn a_plain_item_becomes_an_object_with_shards() {
    let (_, people, bare, _) = people().await;
    bare.write(json!({"name": "John", "work": {"city": "Kobe"}}))
        .key("k")
        .await
        .unwrap();
    let mut read = people.read("k").await.unwrap();
    assert_eq!(read.value()["work"], json!({"city": "Kobe"}));
    read.save().await.unwrap();
    read.set("$.name", "Jane").unwrap();
    read.save().await.unwrap();
    let kept = bare.read("k").keep_metadata(true).await.unwrap();
    assert!(kept.item().contains_key("_dy_layout"));
    assert_eq!(
        people.read("k").await.unwrap().value(),
        json!({"name": "Jane", "work": {"city": "Kobe"}})
    );
}

struct Answers(&'static str);

impl dyno::ConfigLoader for Answers {
    fn primary_key(&self, _: &Item) -> Option<dyno::KeyValue> {
        Some(self.0.into())
    }

    fn keep_metadata(&self, _: &Item) -> bool {
        true
    }
}

#[tokio::test]
async fn the_loader_of_the_call_wins_over_the_documents_and_that_over_the_stores() {
    let (store, ..) = people().await;
    let shape = crate::fixture::person;
    let of_store = store.with_loader(Answers("store")).documents(shape());
    let of_documents = of_store.clone().with_loader(Answers("documents"));
    let key = |key: &str| Key::from(key.to_owned());
    assert_eq!(*of_store.write(john()).await.unwrap().key(), key("store"));
    let document = of_documents.write(john()).await.unwrap();
    assert_eq!(*document.key(), key("documents"));
    let document = of_documents
        .write(john())
        .loader(Answers("call"))
        .await
        .unwrap();
    assert_eq!(*document.key(), key("call"));

    let kept = of_store.read("store").await.unwrap();
    assert!(kept.item().contains_key("_dy_etag"));
    let not_kept = of_store.read("store").keep_metadata(false).await.unwrap();
    assert_eq!(not_kept.value(), john());
    of_store
        .write_path("store", "$.home", json!({"rooms": 1}))
        .await
        .unwrap();
    of_store.write_path("store", "$..rooms", 2).await.unwrap();
    let kept = of_store.read("store").eventual().await.unwrap();
    assert_eq!(kept.value()["home"], json!({"rooms": 2}));
}
