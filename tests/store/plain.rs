//! Objects that are stored as one item without the mapper's attributes.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno::{ErrorKind, Item};
use dyno_testkit::dump;

use crate::fixture::{Note, store};

#[tokio::test]
async fn no_reserved_attribute_is_stored() {
    let (store, _) = store().await;
    store.save(Note::new("n1", "hello")).await.unwrap();
    let items = dump(&store.client::<Note>().unwrap(), "Note")
        .await
        .unwrap();
    let expected = Item::from([
        ("ID".to_owned(), AttributeValue::S("n1".to_owned())),
        ("text".to_owned(), AttributeValue::S("hello".to_owned())),
    ]);
    assert_eq!(items, [expected]);
}

#[tokio::test]
async fn an_item_of_another_program_is_read_and_its_attributes_kept() {
    let (store, _) = store().await;
    let client = store.client::<Note>().unwrap();
    let put = client.put_item().table_name("Note");
    put.item("ID", AttributeValue::S("n1".to_owned()))
        .item("text", AttributeValue::S("hello".to_owned()))
        .item("colour", AttributeValue::S("red".to_owned()))
        .send()
        .await
        .unwrap();
    let mut note = store.load::<Note>("n1").await.unwrap();
    note.stars = Some(5);
    note.save().await.unwrap();
    let items = dump(&client, "Note").await.unwrap();
    assert_eq!(items[0]["colour"], AttributeValue::S("red".to_owned()));
    assert_eq!(items[0]["stars"], AttributeValue::N("5".to_owned()));
    note.stars = None;
    note.save().await.unwrap();
    assert!(!dump(&client, "Note").await.unwrap()[0].contains_key("stars"));
}

#[tokio::test]
async fn changes_of_different_attributes_are_both_kept() {
    let (store, _) = store().await;
    store.save(Note::new("n1", "hello")).await.unwrap();
    let mut one = store.load::<Note>("n1").await.unwrap();
    let mut two = store.load::<Note>("n1").await.unwrap();
    one.text = "changed".into();
    two.stars = Some(3);
    one.save().await.unwrap();
    two.save().await.unwrap();
    let note = store.load::<Note>("n1").await.unwrap().into_object();
    assert_eq!((note.text.as_str(), note.stars), ("changed", Some(3)));
}

#[tokio::test]
async fn a_change_of_the_same_attribute_is_a_conflict() {
    let (store, _) = store().await;
    store.save(Note::new("n1", "hello")).await.unwrap();
    let mut one = store.load::<Note>("n1").await.unwrap();
    let mut two = store.load::<Note>("n1").await.unwrap();
    one.text = "one".into();
    two.text = "two".into();
    one.save().await.unwrap();
    let error = two.save().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert_eq!(two.text, "two");
    two.reload().await.unwrap();
    assert_eq!(two.text, "one");
}

#[tokio::test]
async fn inserting_twice_is_refused_and_gives_the_object_back() {
    let (store, _) = store().await;
    store
        .save(Note::new("n1", "hello"))
        .if_absent()
        .await
        .unwrap();
    let error = store
        .save(Note::new("n1", "other"))
        .if_absent()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AlreadyExists);
    assert_eq!(error.into_object().text, "other");
}

#[tokio::test]
async fn deleting_what_changed_is_a_conflict() {
    let (store, _) = store().await;
    let note = store.save(Note::new("n1", "hello")).await.unwrap();
    store
        .write_path::<Note, String>("n1", "text", "changed")
        .await
        .unwrap();
    let other = store.load::<Note>("n1").await.unwrap();
    assert_eq!(note.delete().await.unwrap_err().kind(), ErrorKind::Conflict);
    other.delete().await.unwrap();
    assert_eq!(
        store.load::<Note>("n1").await.unwrap_err().kind(),
        ErrorKind::NotFound
    );
}
