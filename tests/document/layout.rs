//! What a stored object says of itself, and where the code says something else.

use dyno::document::Shape;
use dyno::{AttributeValue, ErrorKind, Item};
use serde_json::json;

use crate::fixture::{john, people, person};

#[tokio::test]
async fn the_code_wins_over_the_layout_and_the_difference_is_reported() {
    let (store, people, _, _) = people().await;
    people.write(john()).key("k").await.unwrap();
    rename_in_layout(&store, "k", "work", "Elsewhere").await;
    rename_in_layout(&store, "k", "home/location", "Elsewhere").await;

    let mut read = people.read("k").await.unwrap();
    assert_eq!(read.value(), john());
    let [first, second] = read.differences() else {
        panic!()
    };
    assert_eq!(first.shard(), "$.home.location");
    assert_eq!(second.shard(), "$.work");
    assert_eq!(first.stored().table(), "Elsewhere");
    assert_eq!(first.declared().unwrap().table(), "Location");
    assert_eq!(
        first.to_string(),
        "shard `$.home.location` is stored in table `Elsewhere` (key `IDX`) by the object's layout, and in table \
         `Location` (key `IDX`) by the declaration, which counts"
    );
    // A save writes the layout of the code.
    read.set("$.name", "Jane").unwrap();
    read.save().await.unwrap();
    read.reload().await.unwrap();
    assert!(read.differences().is_empty());
}

#[tokio::test]
async fn a_shard_that_is_not_where_the_code_says_is_explained() {
    let (store, people, _, _) = people().await;
    people.write(john()).key("k").await.unwrap();
    let wrong = Shape::root("Person", "ID")
        .shard("$.home.location", Shape::table("Geo", "IDX"))
        .shard("$.work", Shape::table("Geo", "IDX"));
    let error = store.documents(wrong).read("k").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt);
    let text = error.to_string();
    assert!(text.contains("stored in table `Location`"), "{text}");
    assert!(text.contains("is not declared"), "{text}");
}

#[tokio::test]
async fn shards_that_the_code_does_not_declare_are_left_alone() {
    let (store, people, bare, _) = people().await;
    let mut document = john();
    document["work"] = json!({"city": "Kobe"});
    people.write(document.clone()).key("k").await.unwrap();
    let location = Shape::table("Location", "IDX").shard("$.geo", Shape::table("Geo", "IDX"));
    let partial = store.documents(Shape::root("Person", "ID").shard("$.home.location", location));
    let mut read = partial.read("k").await.unwrap();
    assert_eq!(read.value(), john());
    assert_eq!(read.differences().len(), 2);
    assert!(read.differences()[0].declared().is_none());
    read.set("$..city", "Nara").unwrap();
    read.save().await.unwrap();
    document["home"]["location"]["city"] = json!("Nara");
    assert_eq!(bare.read("k").await.unwrap().value(), document);
    assert_eq!(
        partial.delete("k").await.unwrap_err().kind(),
        ErrorKind::TypeMismatch
    );
}

#[tokio::test]
async fn a_stored_layout_redirects_no_write_of_a_declared_shape() {
    let (store, people, _, _) = people().await;
    people.write(john()).key("k").await.unwrap();
    rename_in_layout(&store, "k", "home/location", "Geo").await;
    people
        .write_path("k", "$.home.location.city", "Nara")
        .await
        .unwrap();
    people.write(john()).key("k").await.unwrap();
    people.delete("k").await.unwrap();
    let locations = store.documents(Shape::root("Location", "IDX"));
    let left = locations
        .read("Person#k/home%2Flocation")
        .optional()
        .await
        .unwrap();
    assert!(left.is_none());
}

#[tokio::test]
async fn a_damaged_layout_is_refused() {
    let (store, people, bare, _) = people().await;
    people.write(john()).key("k").await.unwrap();
    let damaged = [
        ("work", AttributeValue::S("x".into())),
        ("a//b", AttributeValue::M(Item::new())),
    ];
    for (id, place) in damaged {
        set_in_layout(&store, "k", id, place).await;
        let error = bare.read("k").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{error}");
        people.delete("k").await.unwrap();
        people.write(john()).key("k").await.unwrap();
    }
}

#[tokio::test]
async fn regions_of_the_layout_send_nobody_elsewhere() {
    let (store, _, _, _) = people().await;
    let declared = store.documents(person().region("us-east-2"));
    declared.write(john()).key("k").await.unwrap();
    for root in [
        Shape::root("Person", "ID"),
        Shape::root("Person", "ID").region("us-east-2"),
        Shape::root("Person", "ID").region("eu-west-1"),
    ] {
        assert_eq!(
            store.documents(root).read("k").await.unwrap().value(),
            john()
        );
    }
    let elsewhere = store.documents(person().region("eu-west-1"));
    let read = elsewhere.read("k").await.unwrap();
    assert_eq!(read.differences().len(), 4);
    assert_eq!(
        read.differences()[0].stored().region_name(),
        Some("us-east-2")
    );
}

async fn rename_in_layout(store: &dyno::Store, key: &str, id: &str, table: &str) {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let place = Item::from([("table".into(), text(table)), ("key".into(), text("IDX"))]);
    set_in_layout(store, key, id, AttributeValue::M(place)).await;
}

async fn set_in_layout(store: &dyno::Store, key: &str, id: &str, place: AttributeValue) {
    let client = store.client::<crate::fixture::Person>().unwrap();
    let update = client
        .update_item()
        .table_name("Person")
        .key("ID", AttributeValue::S(key.to_owned()))
        .update_expression("SET #l.#i = :p")
        .expression_attribute_names("#l", "_dy_layout")
        .expression_attribute_names("#i", id)
        .expression_attribute_values(":p", place);
    update.send().await.unwrap();
}
